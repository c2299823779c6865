"""Figures of options alone are drawn once; those of models are drawn from the models."""

from __future__ import annotations

import pytest
from markdown import Markdown

from mkdocs_quantlab.site.markdown import element
from mkdocs_quantlab.site.markdown.extension import QuantlabExtension


def convert(directive):
    return Markdown(extensions=[QuantlabExtension()]).convert(f"<div {directive}></div>")


@pytest.fixture(autouse=True)
def kept():
    element._drawn_of_options.cache_clear()
    return element._drawn_of_options.cache_info


def test_the_same_options_are_drawn_once(kept):
    first = convert('data-quantization-explorer data-bits="3"')
    assert convert('data-quantization-explorer data-bits="3"') == first
    assert (kept().misses, kept().hits) == (1, 1)
    assert convert('data-quantization-explorer data-bits="5"') != first
    assert kept().misses == 2


def test_a_figure_of_a_model_is_not_kept(kept):
    made = convert('data-gguf-recipe data-model="drawing:F16"')
    assert "data-resources=" in made
    assert kept().currsize == 0
    assert convert('data-gguf-recipe data-model="drawing:F16"') == made

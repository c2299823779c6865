"""Whatever a file holds, a figure of it is drawn, or there is one line with the page's line and the file; also in the page."""

from __future__ import annotations

import re

import pytest
from markdown import Markdown

from mkdocs_quantlab.site.errors import LabError
from mkdocs_quantlab.site.markdown.extension import QuantlabExtension
from tests.crafted import FILES

DIRECTIVES = {
    "compare": '<div data-gguf-compare data-models="{0}"></div>',
    "compare with a reference": '<div data-gguf-compare data-models="{0} usual.gguf" data-reference="usual.gguf"></div>',
    "recipe": '<div data-gguf-recipe data-model="{0}"></div>',
    "memory": '<div data-model-memory data-models="{0}"></div>',
    "quantize": '<div data-gguf-quantize data-model="{0}"></div>',
    "block": '<div data-quantization-block data-tensor="{0}:blk.0.attn_q.weight"></div>',
    "formats": '<div data-quantization-formats data-tensor="{0}:blk.0.attn_q.weight"></div>',
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("crafted")
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    return folder


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("directive", DIRECTIVES)
def test_figures_of_crafted_files(folder, monkeypatch, directive, name):
    monkeypatch.chdir(folder)
    source = f"# Lab\n\n{DIRECTIVES[directive].format(name)}\n"
    try:
        html = Markdown(extensions=[QuantlabExtension()]).convert(source)
    except LabError as error:
        (line,) = str(error).splitlines()
        assert line.startswith("line 3: ")
        assert name in line
        assert len(line) < 1200
        assert line.isprintable()
    else:
        assert "<quantlab-" in html
        seen = re.sub(r"""(?<![\w-])[\w-]+=("[^"]*"|'[^']*')""", "", html)
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", seen)
        assert not re.search("\u202e(?![^<]*\u2069)", seen), (
            "what is turned round ends with its text"
        )

"""The widget that quantizes a model, in a built site: the model's file is there, and mistakes are told."""

from __future__ import annotations

import hashlib
import re

import pytest

from tests.oracle.quantized import source
from tests.oracle.recipes import Case
from tests.pages import found

FILE = source(Case(layers=1))
NAME = f"{hashlib.sha256(FILE).hexdigest()[:16]}.gguf"
CONFIG = "plugins:\n  - quantlab:\n      models:\n        small: files/small-F16.gguf\n        gone: files/gone.gguf\n"


@pytest.fixture
def site(build, tmp_path):
    (tmp_path / "files").mkdir()
    (tmp_path / "files/small-F16.gguf").write_bytes(FILE)

    def run(directive, setting=""):
        return build({"docs/index.md": f"# Lab\n\n{directive}\n"}, f"{CONFIG}      {setting}\n")

    return run


def test_the_models_file_is_in_the_site_once_a_page_asks(site):
    code, output, folder = site('<div data-gguf-quantize data-model="small"></div>')
    assert code == 0, output
    assert (folder / "assets/quantlab/models" / NAME).read_bytes() == FILE
    assert (folder / "assets/quantlab/quantize.js").is_file()
    html = (folder / "index.html").read_text(encoding="utf-8")
    assert f'data-file="models/{NAME}"' in html
    given = found(html)
    assert given["file", "small"] == {"address": f"models/{NAME}", "size": len(FILE)}
    # No reader fetches it by opening the page.
    assert not re.search(r"(src|href)=[^>]*\.gguf", html)
    code, output, folder = site(
        '<div data-gguf-quantize data-model="small"></div>', "pyodide: false"
    )
    assert code == 0, output
    assert not (folder / "assets/quantlab/models").exists()
    code, output, folder = site('<div data-gguf-recipe data-model="small"></div>')
    assert code == 0, output
    assert not (folder / "assets/quantlab/models").exists()


@pytest.mark.parametrize(
    ("directive", "said"),
    [
        ('data-model="smal"', r"index.md:3: `model`: there is no model `smal` \(did you mean `small`"),
        ('data-model="gone"', r"index.md:3: .*`gone` \(files/gone.gguf\): there is no file"),
        ('data-model="small" data-recipe="Q4_K_XL"', r"index.md:3: `recipe` takes one of .*found `Q4_K_XL`"),
        ('data-model="https://example.org/x.gguf"', r"index.md:3: "),
    ],
)  # fmt: skip
def test_a_mistake_has_its_place(site, directive, said):
    code, output, _ = site(f"<div data-gguf-quantize {directive}></div>")
    assert code != 0
    assert re.search(said, output), output
    assert "Traceback" not in output

"""Chats whose models run in the page: which files get into the site, and what is said of names and sizes."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from markdown import Markdown

from mkdocs_quantlab import builtin_models as builtin
from mkdocs_quantlab.engine.core.numbers import volume
from mkdocs_quantlab.site.assets import WLLAMA
from mkdocs_quantlab.site.chat.prompts import DRAWINGS
from mkdocs_quantlab.site.errors import LabError
from mkdocs_quantlab.site.markdown.extension import QuantlabExtension
from mkdocs_quantlab.site.models.page_models import DEFAULT, HOSTED, LARGEST, PageModel
from tests.fast.site.test_chat import settings
from tests.gguf_files import write_gguf
from tests.paths import ROOT

TINY = ROOT / "docs/models/tiny-llama-Q8_0.gguf"
CONFIG = f"""
plugins:
  - quantlab:
      models:
        q8: {TINY}
        far: https://example.org/far.gguf
"""


def convert(directive, **config):
    return Markdown(extensions=[QuantlabExtension(**config)]).convert(directive)


def in_page(html):
    return [model["model"] for model in settings(html)["inPage"]]


def test_a_named_file_gets_into_the_site_once(build):
    chat = '<div data-quantlab-chat data-endpoint="browser" data-models="q8"></div>\n'
    pages = {"docs/one.md": chat, "docs/two.md": f"{chat}\n{chat}"}
    code, output, site = build(pages, CONFIG, "mkdocs", "--strict")
    assert code == 0, output
    html = (site / "two/index.html").read_text(encoding="utf-8")
    [model] = settings(html)["inPage"]
    content = TINY.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    assert model == {
        "model": "q8",
        "label": "q8",
        "note": "",
        "file": f"models/{digest[:16]}.gguf",
        "size": len(content),
        "sha256": digest,
    }
    folder = site / "assets/quantlab"
    assert [file.name for file in (folder / "models").iterdir()] == [f"{digest[:16]}.gguf"]
    assert (folder / model["file"]).read_bytes() == content
    assert all((folder / name).is_file() for name in WLLAMA)
    # Without script.
    assert "models that run in the page, or your own model server." in html
    assert f"<li><code>q8</code>: {volume(len(content))}</li>" in html


def test_the_default_is_the_built_in_pair(build):
    code, output, site = build({"docs/chat.md": "<div data-quantlab-chat></div>\n"})
    assert code == 0, output
    html = (site / "chat/index.html").read_text(encoding="utf-8")
    config = settings(html)
    assert in_page(html) == list(DEFAULT)
    assert config["endpoint"] == ""
    assert config["prompts"] == [prompt.text for prompt in DRAWINGS]
    # The built-in models were made for one prompt at a time.
    assert config["history"] is False
    for model in config["inPage"]:
        content = (site / "assets/quantlab" / model["file"]).read_bytes()
        assert content == builtin.data(model["model"])


def test_a_site_without_such_a_chat_has_no_runtime(build):
    page = '<div data-quantlab-chat data-endpoint="https://a.example"></div>\n'
    code, output, site = build({"docs/chat.md": page})
    assert code == 0, output
    assert "inPage" not in settings((site / "chat/index.html").read_text(encoding="utf-8"))
    assert not (site / "assets/quantlab/wllama").exists()
    assert not (site / "assets/quantlab/models").exists()


def test_names_of_the_page_and_of_a_server():
    """Where no endpoint is set, what the site has runs in the page, and the rest is of the reader's server."""
    html = convert('<div data-quantlab-chat data-models="drawing:Q8_0 gemma:q4"></div>')
    assert in_page(html) == ["drawing:Q8_0"]
    assert [model["model"] for model in settings(html)["models"]] == ["gemma:q4"]
    html = convert('<div data-quantlab-chat data-models="gemma:q4"></div>')
    assert in_page(html) == list(DEFAULT)
    html = convert(f'<div data-quantlab-chat data-endpoint="browser" data-models="{TINY}"></div>')
    assert in_page(html) == [str(TINY)]
    assert settings(html)["history"] is True
    html = convert('<div data-quantlab-chat data-endpoint=""></div>')
    assert "inPage" not in settings(html)
    assert "because the page sets none" in html


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("q88", "page.md:3: there is no model `q88` (did you mean `q8`?)"),
        ("drawing:Q4_KM", "did you mean `drawing:Q4_K_M`?"),
        ("docs/none.gguf", "there is no file"),
        (
            "far",
            "`far` (https://example.org/far.gguf): a page fetches models from its own site only",
        ),
        ("docs/broken.gguf", "`docs/broken.gguf`: "),
        ("docs/part-00001-of-00002.gguf", "it is split into several files; merge them into one"),
    ],
)
def test_what_cannot_run_in_a_page(build, given, message):
    page = (
        f'# Chat\n\n<div data-quantlab-chat data-endpoint="browser" data-models="{given}"></div>\n'
    )
    code, output, _ = build({"docs/page.md": page, "docs/broken.gguf": "no gguf"}, CONFIG)
    assert code == 1
    assert message in output
    assert "Traceback" not in output


def test_sizes(tmp_path):
    file = write_gguf(tmp_path / "large-Q4_K_M.gguf", file_type=15)
    directive = f'<div data-quantlab-chat data-endpoint="browser" data-models="{file}"></div>'
    extension = QuantlabExtension()
    warned = []
    extension.warn = warned.append
    os.truncate(file, HOSTED)
    Markdown(extensions=[extension]).convert(directive)
    assert warned == []
    os.truncate(file, HOSTED + 1)
    for _ in range(2):
        Markdown(extensions=[extension]).convert(directive)
    [warning] = warned
    assert "large-Q4_K_M.gguf has 105 MB" in warning
    assert "GitHub Pages" in warning
    os.truncate(file, LARGEST + 1)
    with pytest.raises(
        LabError, match=r"has 2,000 MB; a model in the page can have at most 2,000 MB"
    ):
        Markdown(extensions=[extension]).convert(directive)


def test_other_content_has_another_name():
    model = PageModel(Path("a"), 1, "ab" * 32)
    assert model.file != model._replace(sha256="cd" * 32).file
    assert model.warning is None


def test_export_copies_models(tmp_path, monkeypatch):
    from click.testing import CliRunner

    from mkdocs_quantlab.cli import main

    monkeypatch.chdir(tmp_path)
    run = CliRunner().invoke(main, ["export", "out", "--no-pyodide", "--model", str(TINY)])
    assert run.exit_code == 0, run.output
    digest = hashlib.sha256(TINY.read_bytes()).hexdigest()
    assert (tmp_path / f"out/models/{digest[:16]}.gguf").read_bytes() == TINY.read_bytes()
    assert (tmp_path / "out/wllama/wllama.wasm").is_file()
    run = CliRunner().invoke(main, ["export", "other", "--no-pyodide"])
    assert run.exit_code == 0
    assert not (tmp_path / "other/wllama").exists()
    run = CliRunner().invoke(main, ["export", "other", "--model", "drawing:Q4_KM"])
    assert run.exit_code == 2
    assert "did you mean `drawing:Q4_K_M`?" in run.output

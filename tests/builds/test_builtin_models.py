"""Built-in models in pages: by name in a directive, under a name of the site's own, and misspelt."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mkdocs_quantlab.site.models.models import Models
from mkdocs_quantlab.site.models.places import ModelError
from mkdocs_quantlab.site.settings import read_models
from tests.pages import figure, found, resources

NAMED = """
plugins:
  - quantlab:
      models:
        small: drawing:Q4_0
"""


def test_a_directive_takes_the_names(build_page):
    code, output, html = build_page(
        '<div data-gguf-compare data-models="drawing:Q2_K drawing-uneven:Q2_K-imatrix" '
        'data-reference="drawing:F16"></div>',
        "plugins: [quantlab]\n",
    )
    assert code == 0, output
    assert "WARNING" not in output
    given = found(html)
    files = [given["model", name]["file"] for name in ("drawing:Q2_K", "drawing:F16")]
    assert files == ["drawing-Q2_K.gguf", "drawing-F16.gguf"]
    # The twin's weights are others than the reference's, whatever they were quantized to.
    plain, twin = (
        given["levels", name, "drawing:F16"]["blk.0.ffn_down.weight"]
        for name in ("drawing:Q2_K", "drawing-uneven:Q2_K-imatrix")
    )
    assert twin < 5 < plain
    assert "does not fit" not in figure(html)


def test_a_site_gives_it_a_name_of_its_own(build_page):
    code, output, html = build_page(
        '<div data-gguf-compare data-models="small"></div>\n\n'
        '<div data-quantization-block data-tensor="small:blk.1.ffn_up.weight[7]"></div>\n\n'
        '<div data-quantization-block data-tensor="drawing:Q6_K:blk.1.ffn_down.weight[7]"></div>',
        NAMED,
    )
    assert code == 0, output
    assert '"file":"drawing-Q4_0.gguf"' in resources(html).replace(" ", "")


def test_two_builds_at_once_share_a_cache(project, run_mkdocs, tmp_path, monkeypatch):
    """Each makes what it finds missing, and neither sees half a file of the other's."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    page = '# Lab\n\n<div data-gguf-compare data-models="drawing:Q3_K_M drawing:Q5_K_M"></div>\n'
    folder = project({"docs/index.md": page}, "plugins: [quantlab]\n", "mkdocs.yml")
    with ThreadPoolExecutor() as pool:
        sites = [str(tmp_path / name) for name in "ab"]
        builds = [pool.submit(run_mkdocs, folder, "mkdocs", "-d", site) for site in sites]
        for build in builds:
            code, output = build.result()
            assert code == 0, output
    first, second = (Path(site, "index.html").read_text(encoding="utf-8") for site in sites)
    assert figure(first) == figure(second)
    kept = [path.name for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    assert sorted(kept) == ["drawing-Q3_K_M.gguf", "drawing-Q5_K_M.gguf"]


def test_a_misspelt_name_is_told_the_nearest(build_page):
    code, output, _ = build_page(
        '<div data-gguf-compare data-models="drawing:Q4_KM"></div>', "plugins: [quantlab]\n"
    )
    assert code != 0
    assert "index.md:" in output
    assert "there is no built-in model `drawing:Q4_KM` (did you mean `drawing:Q4_K_M`?)" in output
    assert "Traceback" not in output


def test_a_misspelt_place_is_told_where_it_stands(tmp_path):
    with pytest.raises(ValueError, match=r"`small` .*did you mean `drawing-uneven:Q3_K_S`"):
        read_models({"small": "drawing-uneven:Q3_KS"})
    with pytest.raises(ModelError, match="did you mean `drawing:Q8_0`"):
        Models({}, tmp_path).model("drawing:Q8", pytest.fail)


def test_nothing_of_it_is_watched_or_asked_for(tmp_path):
    models = Models({"small": "drawing:Q4_0"}, tmp_path)
    assert models.paths() == []
    assert models.model("small", pytest.fail).name == "small"

"""Fields for evidence in built sites."""

from __future__ import annotations

import pytest

from tests.fast.site.test_evidence import PAGE, elements


@pytest.mark.parametrize("engine", ["mkdocs", "properdocs", "zensical"])
def test_engines_build_it_and_ship_the_script(build, engine):
    config = "theme: {name: material, font: false}\n"
    config += "markdown_extensions: [quantlab]\n" if engine == "zensical" else "plugins: [search, quantlab]\n"  # fmt: skip
    code, output, site = build({"docs/lab.md": PAGE}, config, engine)
    assert code == 0, output
    html = (site / "lab/index.html").read_text(encoding="utf-8")
    [(_, data, _)] = elements(html)
    assert data["label"] == "What <b> is?"
    if engine != "zensical":  # which runs no plugins: `quantlab export` has the files there
        assert (site / "assets/quantlab/evidence.js").is_file()
        index = (site / "search/search_index.json").read_text(encoding="utf-8")
        assert "What &lt;b&gt; is?" in index
        assert "fill in the fields by hand" not in index

"""The project's own documentation: its demo, and a site of many parts."""

from __future__ import annotations

import re

from mkdocs_quantlab.engine.core.widget import built_in
from mkdocs_quantlab.engine.ggml import TYPES
from mkdocs_quantlab.engine.widgets.quantization_block.widget import FORMATS
from mkdocs_quantlab.site.doctor.connection import case_ids, words_of
from mkdocs_quantlab.site.evidence.evidence import KINDS


def test_every_widget_has_a_page_that_shows_it(docs):
    for name in built_in():
        html = (docs / "widgets" / name / "index.html").read_text(encoding="utf-8")
        assert f'name="{name}"' in html
    assert "<quantlab-chat" in (docs / "widgets/chat/index.html").read_text(encoding="utf-8")


def test_every_included_file_is_in_its_page(docs):
    for path in docs.rglob("*.html"):
        assert not re.search(r"8 ?&lt; ?--", path.read_text(encoding="utf-8")), path
    guide = (docs / "guide/custom-widget/index.html").read_text(encoding="utf-8")
    assert "Which token comes next, by the temperature and by top-k." in guide


def test_every_case_of_the_connection_doctor_has_an_anchor(docs):
    html = (docs / "guide/chat-connection/index.html").read_text(encoding="utf-8")
    for case in case_ids():
        assert f'<h3 id="{case}">{words_of(case, "title")}<' in html
    assert "OLLAMA_ORIGINS=https://course.example.edu" in html
    assert "{endpoint}" not in html


def test_every_kind_of_evidence_has_its_options_and_is_shown(docs):
    html = (docs / "guide/evidence/index.html").read_text(encoding="utf-8")
    chat = (docs / "widgets/chat/index.html").read_text(encoding="utf-8")
    for name, kind in KINDS.items():
        assert re.search(rf'"kind":\s*"{name}"', chat if name == "answer" else html), name
        section = html[html.index(f'<h3 id="{name}">') :]
        section = section[: section.index("</table>")]
        for field in kind.options.fields():
            assert f"<code>data-{field.name}</code>" in section
    assert "from options_table" not in html


def test_every_format_has_a_page(docs):
    index = (docs / "reference/formats/index.html").read_text(encoding="utf-8")
    folder = docs / "reference/formats"
    assert {path.name for path in folder.iterdir() if path.is_dir()} == {n.lower() for n in TYPES}
    for name, entry in TYPES.items():
        assert f'<a href="{name.lower()}/">{name}</a>' in index
        html = (folder / name.lower() / "index.html").read_text(encoding="utf-8")
        assert f"{name}</h1>" in html
        for field in entry.fields:
            assert f"<td><code>{field.name}</code></td>" in html
        assert f"{entry.bits_per_weight:.4f} bits per weight" in html
        assert ('name="quantization-block"' in html) == (name in FORMATS)
        assert "from formats_reference" not in html
    links = re.findall(r'href="([a-z0-9_]+)/" class="md-nav__link"', index)
    assert sorted(links) == sorted(name.lower() for name in TYPES)
    assert links.index("q6_k") < links.index("q4_k") < links.index("q8_k")
    assert "<code>sc[4–5]</code>" in (folder / "q4_k/index.html").read_text(encoding="utf-8")


def test_pages_ask_nothing_of_other_sites(docs):
    for page in docs.rglob("*.html"):
        html = page.read_text(encoding="utf-8")
        for tag in re.findall(r"<(?:script|link|img|iframe|source)\b[^>]*>", html):
            address = re.search(r'(?:src|href)="(https?:)?//([^"/]+)', tag)
            # A canonical link is a statement, not a request.
            assert not address or 'rel="canonical"' in tag or address[2].startswith("127.0.0.1"), (
                tag
            )


def test_the_pages_modules_are_listed(docs):
    """The list made from the code must not have come out empty, nor as code."""
    modules = (docs / "reference/page-python/index.html").read_text(encoding="utf-8")
    assert "<code>statistics</code>" in modules
    assert "from mkdocs_quantlab" not in modules

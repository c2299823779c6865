"""Elements of this package in a page's HTML."""

from __future__ import annotations

from mkdocs_quantlab.site.markdown.spans import replace_elements

WIDGET = '<quantlab-widget data-frames=\'{"a": "x"}\'\n><figure><quantlab-load></quantlab-load></figure></quantlab-widget>'
CHAT = '<quantlab-chat id="c">\n<p>text</p></quantlab-chat>'


def test_whole_elements_are_replaced():
    told = []

    def replace(element):
        told.append(element)
        return f"[{len(told)}]"

    assert replace_elements(f"<p>a</p>{WIDGET}<p>b</p>{CHAT}", replace) == (
        "<p>a</p>[1]<p>b</p>[2]"
    )
    assert told == [WIDGET, CHAT]


def test_only_those_of_the_names_are_replaced():
    html = f"{CHAT}{WIDGET}{CHAT}"
    assert replace_elements(html, lambda _: "", {"quantlab-widget"}) == CHAT + CHAT


def test_elements_that_are_not_closed_and_other_names_stay():
    html = "<quantlab-widget><p>&lt;quantlab-chat&gt;</p><quantlab-widgets></quantlab-widgets2>"
    assert replace_elements(html, lambda _: "") == html

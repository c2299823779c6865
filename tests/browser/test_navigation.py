"""Material's instant navigation: pages are replaced, the script and its worker stay."""

import pytest
from playwright.sync_api import expect


def go(lab, name):
    """Follows a link in the article, by keyboard: a control of the next page may come under a pointer, and start Python."""
    lab.page.locator("article").get_by_role("link", name=name).press("Enter")


@pytest.fixture
def lab(visit):
    """A visit that fails if the page was ever loaded anew."""
    lab = visit()
    lab.page.evaluate("window.stayed = true")
    yield lab
    assert lab.page.evaluate("window.stayed") is True


def test_forth_and_back(lab):
    page = lab.page
    lab.explorer.set("bits", "6")
    lab.explorer.set("weight", "0.5")
    expect(lab.explorer.result).to_contain_text("At 6 bits the weight 0.5 ")

    go(lab, "To the author's own")
    single = lab.widget("single")
    expect(single.result).to_contain_text("At 3 bits the weight 0.5 ")
    single.set("bits", "4")
    expect(single.result).to_contain_text("At 4 bits")
    single.set("weight", "0.75")
    expect(single.result).to_contain_text("At 4 bits the weight 0.75 ")

    go(lab, "To the lab")
    expect(lab.explorer.result).to_contain_text("At 4 bits the weight 0.156347")
    expect(lab.explorer.root.locator("[name=bits][value='4']")).to_be_checked()
    lab.grid.set("block", "4")
    expect(lab.grid.result).to_contain_text("with 4 scales")

    # The reader comes back to what they left, and starts anew where they follow a link.
    page.go_back()
    expect(lab.widget("single").result).to_contain_text("At 4 bits the weight 0.75 ")
    page.go_back()
    explorer = lab.explorer
    expect(explorer.result).to_contain_text("At 6 bits the weight 0.5 ")
    explorer.set("weight", "0.25")
    expect(explorer.result).to_contain_text("the weight 0.25 ")
    page.go_forward()
    expect(lab.widget("layer").result).to_contain_text("5 weights")

    assert lab.tally("workers") == 1
    assert lab.tally("posted").count("start 1") == 1


def test_every_arrival_upgrades_once(lab):
    for _ in range(3):
        go(lab, "To the author's own")
        for name in ("single", "layer"):
            assert lab.widget(name).root.locator(".quantlab-detail").count() == 1
        go(lab, "To the lab")
        for widget in (lab.explorer, lab.grid):
            assert widget.root.locator(".quantlab-detail").count() == 1
            assert widget.root.locator(".quantlab-live").count() == 1
            assert widget.root.locator("form [hidden]:visible").count() == 0
    assert lab.python_requests() == []


def test_links_with_a_query_survive(lab):
    go(lab, "After")
    go(lab, "To three bits")
    expect(lab.explorer.result).to_contain_text("At 3 bits")
    assert lab.page.url.endswith("?quantlab-1.bits=3#quantlab-1")
    assert lab.python_requests() == []
    go(lab, "After")
    go(lab, "To half a weight")
    expect(lab.explorer.result).to_contain_text("At 4 bits the weight 0.5 ")
    go(lab, "After")
    go(lab, "To the lab")
    expect(lab.explorer.result).to_contain_text("At 4 bits the weight 0.156347")
    lab.page.go_back()
    lab.page.go_back()
    expect(lab.explorer.result).to_contain_text("the weight 0.5 ")


def test_leaving_while_python_starts(lab, server):
    with server.held("python.zip"):
        lab.explorer.set("weight", "0.5")
        expect(lab.explorer.status).to_have_text("Fetching Python …")
        go(lab, "To the author's own")
        single = lab.widget("single")
        single.set("weight", "0.125")
        expect(single.status).to_have_text("Fetching Python …")
    single.settle()
    expect(single.result).to_contain_text("the weight 0.125 ")
    expect(single.status).to_be_empty()
    assert lab.tally("workers") == 1


def test_copying_a_link_does_not_navigate(visit):
    lab = visit(permissions=["clipboard-read", "clipboard-write"])
    lab.explorer.set("bits", "6")
    url = lab.page.url
    lab.explorer.link.click()
    expect(lab.explorer.status).to_have_text("Link copied.")
    assert lab.page.url == url
    expect(lab.explorer.result).to_contain_text("At 6 bits")


@pytest.mark.parametrize("kind", ["material-flat", "mkdocs"])
def test_back_to_a_page_that_was_left(visit, kind):
    """Pages that are loaded anew, by the browser or by its memory of them."""
    lab = visit(kind)
    lab.explorer.set("bits", "6")
    lab.grid.set("bits", "2")
    expect(lab.grid.result).to_contain_text("Stored at 2 bits")
    lab.page.get_by_role("link", name="To the author's own").click()
    expect(lab.widget("single").result).to_contain_text("At 3 bits")
    lab.page.go_back()
    expect(lab.explorer.result).to_contain_text("At 6 bits the weight 0.156347")
    expect(lab.grid.result).to_contain_text("Stored at 2 bits")
    # What is loaded anew, and what a link brings, begins as it says.
    lab.page.reload()
    expect(lab.explorer.result).to_contain_text("At 4 bits the weight 0.156347")
    lab.page.goto(lab.page.url.split("?")[0] + "?quantlab-1.bits=3")
    expect(lab.explorer.result).to_contain_text("At 3 bits the weight 0.156347")
    lab.explorer.set("bits", "5")
    lab.page.goto("about:blank")
    lab.page.go_back()
    expect(lab.explorer.result).to_contain_text("At 5 bits the weight 0.156347")

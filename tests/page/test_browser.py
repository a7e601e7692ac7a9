"""13.4: the page in a real browser: nothing leaves, nothing strange runs, keyboard, phone, paper, axe."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Ran
from tests.page.browser import PHONE, Browser, browser
from tests.page.county import FUND, MONTH, Names, approve, build

pytestmark = pytest.mark.usefixtures("books_planned")
HOSTILE = Names(
    county='<script>document.title="bad"</script>',
    towns=('"><img src=x onerror=document.title=1>', "{{7*7}}{% raw %}\u202e反过来"),
    village="<svg onload=document.title=2>" + "很长的村名" * 12,
    people=("<b>张一</b>", "'\"王二", "李三&amp;", "赵四", "钱五", "孙六"),
    budget={FUND: "5000", "</script><script>document.title=3</script>": "100", "javascript:document.title=4": "1"},
    roster_file="<img src=x onerror=document.title=5>",
)


@pytest.mark.long
def test_the_page_in_a_real_browser(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    """13.4: one session: a plain county on desk, phone and paper, by keyboard and by axe; then one with hostile names."""
    plain, hostile = build(tmp_path / "plain"), build(tmp_path / "hostile", HOSTILE)
    approve(fupin, plain)
    pages = []
    for root in (plain, hostile):
        assert fupin("report", MONTH, "-w", root, "-q").code == 0
        pages += sorted((root / "out" / MONTH).glob("*.html"))
    assert len(pages) == 2
    with browser() as shown:
        for path, title in zip(
            pages, ("示例县 就业帮扶资金月报 2024年5月", f"{HOSTILE.county} 就业帮扶资金月报 2024年5月"), strict=True
        ):
            shown.requests()  # those of the page before
            shown.open(path)
            assert shown.requests() == [path.as_uri()]
            assert shown.console() == []
            assert shown.run("return document.title") == title
            assert shown.run("return document.scripts.length") == 1
            _phone(shown, path)
            _paper(shown)
            assert {*shown.requests()} == {path.as_uri()}
            assert shown.console() == []
        shown.open(pages[0])
        assert shown.violations() == []
        shown.open(pages[0], PHONE)
        assert shown.violations() == []
        _keyboard(shown, pages[0])
        shown.console()
        _blocked(shown)


def _phone(shown: Browser, path: Path) -> None:
    """390 px wide: nothing is scrolled sideways, nothing runs out of the page."""
    shown.open(path, PHONE)
    assert shown.run("return document.documentElement.scrollWidth") == PHONE
    wide = "return Array.prototype.filter.call(document.querySelectorAll('main *'), function (e) { var r = e.getBoundingClientRect(); return r.width > 1 && (r.right > 391 || r.left < -1); }).map(function (e) { return e.outerHTML.slice(0, 80); })"
    assert shown.run(wide) == []


def _paper(shown: Browser) -> None:
    """Printed on A4: at most 12 pages, no table wider than the paper, heads repeated as text."""
    pdf = shown.pdf()
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 12
    box = re.search(rb"/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)", pdf)
    assert box is not None
    assert (round(float(box[1])), round(float(box[2]))) == (595, 842)
    shown.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    shown.driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": 703, "height": 1000, "deviceScaleFactor": 1, "mobile": False}
    )
    cut = "return Array.prototype.filter.call(document.querySelectorAll('table, svg.columns, .tiles'), function (e) { return e.offsetParent !== null && (e.scrollWidth > e.clientWidth + 1 || e.getBoundingClientRect().right > 704); }).map(function (e) { return e.id; })"
    assert shown.run(cut) == []
    assert shown.run("return document.documentElement.scrollWidth") <= 703
    assert shown.run("return document.querySelectorAll('thead button').length") == 0
    shown.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def _keyboard(shown: Browser, path: Path) -> None:
    """Tab reaches the links; Enter sorts a table and turns it round; a rule's link opens the folded list of rules."""
    from selenium.webdriver.common.keys import Keys

    shown.open(path)
    body = shown.driver.switch_to.active_element
    body.send_keys(Keys.TAB)
    assert shown.driver.switch_to.active_element.text == "跳到正文"
    heads = shown.driver.find_elements("css selector", "#t-rules thead [role=button]")
    count = next(head for head in heads if head.text == "条数")
    order = "return Array.prototype.map.call(document.querySelectorAll('#t-rules tbody tr'), function (r) { return Number(r.cells[3].textContent); })"
    shown.run("arguments[0].focus()", count)
    count.send_keys(Keys.ENTER)
    assert shown.run(order) == sorted(shown.run(order), reverse=True)
    assert shown.run("return arguments[0].parentNode.getAttribute('aria-sort')", count) == "descending"
    count.send_keys(Keys.SPACE)
    assert shown.run(order) == sorted(shown.run(order))
    link = shown.driver.find_element("css selector", "#t-rules a[href='#r-INS001']")
    assert not shown.run("return document.getElementById('d-t-catalogue').open")
    shown.run("arguments[0].focus()", link)
    link.send_keys(Keys.ENTER)
    opened = "return document.getElementById('d-t-catalogue').open && document.getElementById('r-INS001').getBoundingClientRect().top < 900"
    assert shown.run(opened)
    assert shown.console() == []


def _blocked(shown: Browser) -> None:
    """What would run or fetch, put into the page afterwards, is stopped by its policy: the policy is not only words."""
    shown.run(
        "var d = document.createElement('div'); d.innerHTML = '<img src=x onerror=\"document.title=6\"><b style=\"color:red\">x</b>'; document.body.appendChild(d)"
    )
    assert shown.run("return document.title") != "6"
    said = " ".join(shown.console())
    assert "Content Security Policy" in said

"""Index and pages as a reader has them: opened, followed by keyboard, looked through by axe-core, printed.

Without Chromium these tests are skipped, and fail where the variable CI is set.
"""

import os
import shutil
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright
from pypdf import PdfReader

from qmcb import paths
from qmcb.reports import render, site

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
if CHROMIUM is None and not os.environ.get("CI"):
    pytest.skip("NO CHROMIUM: the pages are not looked at; apt-get install chromium", allow_module_level=True)

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "best-practice"], "resultTypes": ["violations"]}
SHIPPED = ("02_cross_province", "06_fund_sharing", "07_fund_outlook")
NAMES = ("index.html", *(f"plan/run/{name}.html" for name in ("01_count", *SHIPPED)))


def plain(text: str) -> str:
    """Without spaces, and in standard characters: in a font of a PDF, 目 may be a radical."""
    return "".join(unicodedata.normalize("NFKC", text).split())


@pytest.fixture(scope="module")
def out(undisturbed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The index, a run's own page, and the shipped notebooks beside it as they would be rendered."""
    out = tmp_path_factory.mktemp("browser") / "out"
    run = out / "plan" / "run"
    shutil.copytree(undisturbed, run)
    site.write(out)
    for name in SHIPPED:
        notebook = paths.NOTEBOOKS / f"{name}.ipynb"
        facts = {"数据来源": "data/sample", "截止年月": "2024-06"}
        render.page(
            notebook, run / f"{name}.html", title="宁夏（合成样例）", facts=facts, index="../../index.html"
        )
    return out


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    assert CHROMIUM, "CI needs Chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield made
        made.close()


@pytest.fixture(params=NAMES)
def opened(request: pytest.FixtureRequest, browser: Browser, out: Path) -> Iterator[tuple[Page, list[str]]]:
    """A page, and every address that it asked for."""
    page, asked = browser.new_page(viewport={"width": 1280, "height": 900}), []
    page.on("request", lambda each: asked.append(each.url))
    page.goto((out / request.param).as_uri())
    yield page, asked
    page.close()


def test_nothing_is_asked_of_any_address_but_the_page_itself(opened: tuple[Page, list[str]]) -> None:
    page, asked = opened
    page.mouse.wheel(0, 100_000)
    page.wait_for_load_state("networkidle")
    assert [url for url in asked if not url.startswith("data:image/png")] == [page.url]


def test_axe_finds_no_violation_in_contrast_landmarks_or_else(
    opened: tuple[Page, list[str]],
) -> None:
    page, _ = opened
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    found = Axe().run(page, options=RULES).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"][:120]) for each in found] == []


@pytest.mark.parametrize("width", [320, 1280])
def test_the_page_itself_does_not_scroll_sideways(opened: tuple[Page, list[str]], width: int) -> None:
    page, _ = opened
    page.set_viewport_size({"width": width, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_every_link_is_reached_by_the_keyboard_the_first_of_them_skips_to_the_text(
    opened: tuple[Page, list[str]],
) -> None:
    page, _ = opened
    links = page.evaluate("[...document.querySelectorAll('a[href], summary')].length")
    reached = []
    for _ in range(links + 40):  # what scrolls by itself is stopped at as well
        page.keyboard.press("Tab")
        at = "e => [e.tagName, e.getAttribute('href') || '', [...document.querySelectorAll('*')].indexOf(e)]"
        reached.append(tuple(page.evaluate(f"({at})(document.activeElement)")))
    stops = {each for each in reached if each[0] in ("A", "SUMMARY")}
    assert len(stops) == links and reached[0][1] == "#content"
    page.keyboard.press("Home")
    page.evaluate("document.querySelector('.skip').focus()")
    assert page.evaluate("document.querySelector('.skip').getBoundingClientRect().left") >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_the_index_leads_to_the_pages_and_they_lead_back(browser: Browser, out: Path) -> None:
    page = browser.new_page()
    page.goto((out / "index.html").as_uri())
    page.click("main a >> nth=0")
    assert page.url.endswith("plan/run/01_count.html") and page.title()
    page.goto((out / NAMES[2]).as_uri())
    page.click("footer a")
    assert page.url == (out / "index.html").as_uri()
    page.close()


def test_a_printed_page_begins_with_what_it_is_and_no_sheet_is_blank(
    opened: tuple[Page, list[str]], tmp_path: Path
) -> None:
    page, _ = opened
    (tmp_path / "page.pdf").write_bytes(page.pdf(prefer_css_page_size=True))
    sheets = PdfReader(tmp_path / "page.pdf").pages
    begins = plain(sheets[0].extract_text())
    assert plain(page.inner_text("h1")) in begins
    for heading in page.locator("main h2").all_inner_texts()[:1]:
        assert plain(heading)[:4] in begins
    assert all(len(sheet.extract_text()) > 15 or sheet.images for sheet in sheets)
    assert len(sheets) <= 25 and "跳到正文" not in sheets[0].extract_text()
    width, height = sheets[0].mediabox.width, sheets[0].mediabox.height
    assert (round(width), round(height)) == (595, 842)

"""The page in a browser, as people have it: rendered, opened, searched, by keys, light and dark."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from harness.errors import PrerequisiteError
from harness.report.page import write_report
from tests.report.runs import GREEN, RED, TOLD, bundle, change, run

WIDE, PHONE = ViewportSize(width=1280, height=900), ViewportSize(width=375, height=760)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Give Debian's Chromium, without a window; a host that lacks it says so."""
    program = shutil.which("chromium")
    if program is None:
        raise PrerequisiteError("not installed: chromium", cure="run tools/install chromium")
    with sync_playwright() as play:
        # As root Chromium has no sandbox; what it opens here is our own.
        opened = play.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the page of a run with a boot that is newly red, beside one in which it was green."""
    place = tmp_path_factory.mktemp("runs")
    before = run(place, GREEN, TOLD, stamp="20261128T100000Z")
    bundle(before, RED)
    change(before / RED / "summary.json", {"outcome": "passed", "verdict": "green"})
    now = run(place, GREEN, TOLD)
    bundle(now, RED, causes=["the script is not there (srv/tftp/script.ipxe:3, frame 29)"])
    return write_report(now)


@pytest.fixture
def page(browser: Browser, report: Path) -> Iterator[Page]:
    """Open it, without a network; whatever the browser complains of fails the test."""
    context = browser.new_context(viewport=WIDE, color_scheme="light", offline=True)
    complaints: list[str] = []
    opened = context.new_page()
    opened.on("console", lambda said: complaints.append(said.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("requestfailed", lambda request: complaints.append(request.url))
    opened.goto(report.as_uri())
    yield opened
    assert complaints == []
    context.close()


def test_it_shows_what_is_red_and_what_is_new(page: Page) -> None:
    assert page.inner_text("h1") == "1 of 3 boots red"
    assert "1 of them new" in page.inner_text(".headline")
    assert page.locator(".matrix .cell").count() == 3
    assert page.locator(".matrix .cell.failed.new").count() == 1


def test_a_click_opens_a_boot_and_back_leads_back(page: Page) -> None:
    page.click(".reds a")
    page.wait_for_selector(".boot h1")
    assert "srv/tftp/script.ipxe:3" in page.inner_text(".causes")
    assert not page.is_visible("#overview")
    page.go_back()
    page.wait_for_selector("#overview", state="visible")
    assert not page.is_visible("#boot")


def test_the_screen_goes_through_time(page: Page) -> None:
    page.goto(f"{page.url}#boot-2")
    page.wait_for_selector(".terminal")
    page.click(".looks .chip:has-text('menu')")
    assert "Showmax Boot" in page.inner_text(".terminal")
    assert page.locator(".terminal .bold").count() > 0
    page.focus(".scrub input")
    page.keyboard.press("Home")
    assert "Showmax Boot" not in page.inner_text(".terminal")


def test_a_row_of_the_waterfall_opens_to_its_proofs(page: Page) -> None:
    page.goto(f"{page.url}#boot-2")
    row = page.locator(".row.k-transfer", has_text="ipxe.efi over HTTP GET").first
    assert not row.locator(".proofs").is_visible()
    row.locator("summary").click()
    assert "HTTP GET /ipxe.efi" in row.locator(".proofs").inner_text()


def test_the_witnesses_are_searched(page: Page) -> None:
    page.goto(f"{page.url}#boot-2")
    page.wait_for_selector(".moments .moment")
    every = page.locator(".moments .moment:visible").count()
    page.keyboard.press("/")
    page.keyboard.type("script.ipxe")
    found = page.locator(".moments .moment:visible").count()
    assert 0 < found < every
    assert page.inner_text(".found") == f"{found} of {every}"
    assert page.locator(".moments mark").first.inner_text() == "script.ipxe"
    page.click(".witnesses .chip:has-text('wire')")
    assert page.locator(".moments .moment.wire:visible").count() == 0


def test_a_frame_that_a_cause_names_is_shown(page: Page) -> None:
    page.click(".reds a")
    page.click(".causes [data-find]")
    assert page.locator(".moment.is-it .who").inner_text() == "wire 29"


def test_by_keys_alone(page: Page) -> None:
    page.keyboard.press("n")
    page.wait_for_selector(".boot .headline.red")
    page.keyboard.press("Escape")
    page.wait_for_selector("#overview", state="visible")
    focused = "document.activeElement.className"
    assert "failed" in page.evaluate(focused)
    page.keyboard.press("ArrowUp")
    assert "passed" in page.evaluate(focused)
    page.keyboard.press("Enter")
    page.wait_for_selector(".boot .headline.green")
    page.keyboard.press("?")
    assert page.is_visible("#keys")
    page.keyboard.press("Escape")
    assert not page.is_visible("#keys")


def test_boots_are_found_by_their_words(page: Page) -> None:
    page.keyboard.press("/")
    page.keyboard.type("missing")
    assert page.locator("tr.line:visible").count() == 1
    page.fill("#find-boot", "")
    page.click(".chip[data-show='.new']")
    assert page.locator("tr.line:visible").count() == 1


def ground(page: Page) -> str:
    """Give the colour that all stands on."""
    found: str = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return found


def test_light_and_dark(page: Page) -> None:
    light = ground(page)
    page.emulate_media(color_scheme="dark")
    dark = ground(page)
    assert dark != light
    page.keyboard.press("t")
    assert ground(page) == light
    page.reload()
    assert ground(page) == light  # it is remembered


@pytest.mark.parametrize("place", ["", "#boot-0", "#boot-1", "#boot-2"])
def test_a_phone_is_wide_enough(page: Page, place: str) -> None:
    page.set_viewport_size(PHONE)
    page.goto(f"{page.url}{place}")
    page.wait_for_selector(".boot h1" if place else "#overview h1")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_the_edge_of_a_matrix_that_goes_on_is_faint(page: Page) -> None:
    box = page.locator("#overview .scroll").first
    is_faint = "box => box.classList.contains('more')"
    assert not box.evaluate(is_faint)
    page.set_viewport_size(ViewportSize(width=200, height=760))
    page.wait_for_selector("#overview .scroll.more")
    box.evaluate("box => box.scrollTo(box.scrollWidth, 0)")
    page.wait_for_selector("#overview .scroll:not(.more)")

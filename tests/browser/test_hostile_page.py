"""P53, P54, P55 and B46 in a real browser: hostile data is text, and nothing else happens."""

import http.server
import threading
from collections.abc import Iterator

import pytest

from reports.html_report import render
from reports.visible import block, line
from tests.reports import samples
from tests.reports.hostile import PAYLOADS, poisoned, rich

ELEMENTS = "document.querySelectorAll('*').length"
SHOWN = "[...document.querySelectorAll('.message, .place, h1')].map(e => e.textContent)"


def own_elements(page) -> int:
    """Elements of the page but the buttons that the script adds."""
    return page.evaluate(ELEMENTS) - page.locator("button.copy").count()


def test_no_payload_runs_asks_or_leads_anywhere_p53(visit) -> None:
    # A detail of several lines gets a block of its own.
    one, several = (
        own_elements(visit(poisoned(rich(), text)).page)
        for text in ("plain text", "plain text\nplain")
    )
    seen = visit(rich())
    page = seen.page
    for payload in PAYLOADS:
        seen.show(poisoned(rich(), payload))
        page.locator("#open-all").click()
        page.mouse.move(300, 300)
        page.keyboard.press("Tab")
        assert page.evaluate("window.__pwned") is None, payload
        assert page.url == seen.address, payload
        assert seen.requests == [seen.address], payload
        assert seen.errors == [], payload
        assert own_elements(page) == (several if "\n" in payload.strip() else one), payload
        texts = page.evaluate(SHOWN)
        assert line(payload) in texts, payload
        assert block(payload) in texts, payload


@pytest.mark.parametrize(
    "insertion", ["<script>window.__pwned=1</script>", "<img src=x onerror=window.__pwned=1>"]
)
def test_the_content_policy_stops_what_escaping_would_miss_p54(visit, insertion: str) -> None:
    raw = render(samples.failing()).replace(b"<h1>", b"<h1>" + insertion.encode())
    seen = visit(raw)
    assert seen.page.evaluate("window.__pwned") is None
    assert any("Content Security Policy" in each for each in seen.console)
    assert seen.page.locator(".gate").count() == len(samples.failing().gates)


def test_an_unhurt_page_is_silent(visit) -> None:
    seen = visit(rich())
    assert seen.console == []
    assert seen.errors == []


class Strict(http.server.BaseHTTPRequestHandler):
    """Serves one page as a CI server does: no script, no inline style."""

    body = b""

    def do_GET(self) -> None:
        """Answer with the page, whatever is asked."""
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header(
            "Content-Security-Policy",
            "sandbox; default-src 'none'; img-src 'self'; style-src 'self';",
        )
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def strict_server() -> Iterator[str]:
    """The origin of a server that serves `Strict.body`."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Strict)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()


def told(page) -> str:
    """What is read on the page when it stands still: what is far away is laid out frames later."""
    before, text = None, ""
    while text != before:
        page.screenshot(
            clip={"x": 0, "y": 0, "width": 9, "height": 9}
        )  # a frame, however busy it is
        page.wait_for_timeout(200)
        before, text = text, page.locator("body").inner_text()
    return text


def assert_readable(text: str) -> None:
    """Verdict first, then every gate and every finding of the failing ones that counts."""
    card = rich()
    assert text.index(card.decided_by) < text.index("Do next") < text.index("All gates")
    for gate in card.gates:
        assert gate.title in text
        if gate.status != "PASS":
            for each in gate.criteria:
                assert each.title in text
            for finding in gate.findings:
                assert finding.excused or finding.message.split("\n")[0] in text
    for use in card.waivers:
        assert use.state == "in-force" or use.reason in text
    assert all(each in text for each in card.notices)


def test_readable_with_scripts_off_p55(visit) -> None:
    all_of_it = {"width": 1280, "height": 30_000}  # what is far away is laid out when it comes near
    seen = visit(rich(), scripts=False, offline=True, viewport=all_of_it)
    assert_readable(told(seen.page))
    assert not seen.page.locator("#tools").is_visible()
    assert not seen.page.locator("#stale").is_visible()
    passed = seen.page.locator('.gate[data-state="PASS"]').first
    assert not passed.locator("table").first.is_visible()
    passed.locator("summary").first.click()
    assert passed.locator("table").first.is_visible()
    for kind in ("known", "waived", "fixed"):
        part = seen.page.locator(f'.gate[data-state="FAIL"] .part.{kind}').first
        assert not part.locator(".message").first.is_visible()
        part.locator("summary").first.click()
        assert part.locator(".message").first.is_visible()


def test_readable_where_inline_styles_and_scripts_are_forbidden_p55(browser, strict_server) -> None:
    Strict.body = render(rich())
    context = browser.new_context()
    page = context.new_page()
    page.goto(strict_server)
    assert page.evaluate("getComputedStyle(document.body).maxWidth") == "none"
    assert (
        page.evaluate("getComputedStyle(document.querySelector('.gate')).borderTopWidth") == "0px"
    )
    assert_readable(told(page))
    wide = page.evaluate(
        "Math.max(...[...document.querySelectorAll('svg')]"
        ".map(e => e.getBoundingClientRect().width))"
    )
    assert wide <= 520
    context.close()

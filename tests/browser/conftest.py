"""One real browser for all tests of the page: Debian's Chromium, driven by Playwright.

Without it these tests are skipped on a desk and fail where CI is set.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gates.core.model import Scorecard
from reports.html_report import render

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def lacking(what: str) -> None:
    """Skip on a desk, fail in CI."""
    if os.environ.get("CI"):
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    """The browser, once for the whole session."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        lacking("playwright is not installed")
    if not CHROMIUM.exists():
        lacking(f"there is no {CHROMIUM}")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
        yield found
        found.close()


# Far gates are laid out when they come near: whoever measures all of them says so.
WHOLE = "details.gate { content-visibility: visible !important; }"


class Visit:
    """One page in a tab of its own, with everything that it tried to do."""

    def __init__(self, context, address: str) -> None:
        self.requests: list[str] = []
        self.errors: list[str] = []
        self.console: list[str] = []
        self.page = context.new_page()
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda message: self.console.append(message.text))
        self.address = address
        self.page.goto(address)

    def show(self, content: Scorecard | bytes) -> None:
        """Show another page in the same tab, as a visit of its own: many tabs are slow."""
        for seen in (self.requests, self.errors, self.console):
            seen.clear()
        keep(Path(self.address.removeprefix("file://")), content)
        self.page.goto(self.address)


def keep(path: Path, content: Scorecard | bytes) -> None:
    """Write a page where the browser finds it."""
    path.write_bytes(content if isinstance(content, bytes) else render(content))


@pytest.fixture
def visit(browser, tmp_path: Path) -> Iterator[Callable[..., Visit]]:
    """Open a scorecard, or a page as bytes, from a file: `visit(card, color_scheme="dark")`."""
    contexts = []

    def opened(content: Scorecard | bytes, *, scripts: bool = True, **more: object) -> Visit:
        path = tmp_path / f"scorecard-{len(contexts)}.html"
        keep(path, content)
        context = browser.new_context(java_script_enabled=scripts, **more)
        contexts.append(context)
        return Visit(context, path.as_uri())

    yield opened
    for context in contexts:
        context.close()

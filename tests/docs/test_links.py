"""Links of the pages as they are read in the repository: files, folders and headings."""

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from markdown_it import MarkdownIt

from tests.docs.pages import DOCS, PAGES, name

MADE = DOCS / "reference"  # by the build of the site, which looks at links to it


def links(page: Path) -> Iterator[str]:
    """Where the links and pictures of a page lead."""
    for token in MarkdownIt("commonmark").enable("table").parse(page.read_text(encoding="utf-8")):
        for child in token.children or ():
            if goal := child.attrs.get("href") or child.attrs.get("src"):
                yield str(goal)


def headings(page: Path) -> set[str]:
    """The anchors of a page, as GitHub and the site make them of headings."""
    text = page.read_text(encoding="utf-8")
    found = []
    tokens = MarkdownIt("commonmark").parse(text)
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open":
            found.append(slug(inline.content))
    return set(found)


def has(page: Path, place: str) -> bool:
    """Whether a page has a place of that name; the page itself has none."""
    return not place or place in headings(page)


def slug(heading: str) -> str:
    """An anchor: small letters, without marks, hyphens for spaces."""
    words = re.sub(r"[^\w\s-]", "", heading.replace("`", "").lower())
    return re.sub(r"\s", "-", words.strip())


def wrong(page: Path) -> Iterator[str]:
    """The links of a page that lead nowhere."""
    for link in links(page):
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            continue
        goal = (page.parent / unquote(parts.path)).resolve() if parts.path else page
        if goal.is_relative_to(MADE):
            continue
        if not goal.exists() or (goal.suffix == ".md" and not has(goal, parts.fragment)):
            yield link


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_leads_somewhere(page: Path) -> None:
    assert list(wrong(page)) == []


def test_a_wrong_link_would_be_seen(tmp_path: Path) -> None:
    page = tmp_path / "a.md"
    page.write_text("# One head\n[a](b.md) [b](#two) [c](#one-head) [d](https://x.example/) [e](.)")
    assert list(wrong(page)) == ["b.md", "#two"]

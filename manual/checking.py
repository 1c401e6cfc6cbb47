"""Looks at the built site: every link leads somewhere, and nothing asks a network."""

from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LOADED = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src"}
NO_REQUEST = {"canonical", "prev", "next", "alternate"}  # kinds of <link> that load nothing


class _Page(HTMLParser):
    """Collects the anchors of a page, where it leads, and what it loads."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.ids.update(given[name] for name in ("id", "name") if given.get(name))
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if (name := LOADED.get(tag)) and name in given and given.get("rel") not in NO_REQUEST:
            self.loads.append(given[name])


def problems(site: Path) -> list[str]:
    """A sentence for every link of the site that leads nowhere, and for every request elsewhere."""
    pages = {file: read(file) for file in sorted(site.rglob("*.html")) if file.name != "404.html"}
    found = []
    for file, page in pages.items():
        shown = file.relative_to(site)
        found += [f"{shown}: loads {one}" for one in page.loads if urlsplit(one).netloc]
        wanted = [*page.links, *(one for one in page.loads if not urlsplit(one).netloc)]
        found += [f"{shown}: {one}: {why}" for one, why in broken(wanted, file, pages)]
    return found


def read(file: Path) -> _Page:
    """What a page has."""
    page = _Page()
    page.feed(file.read_text(encoding="utf-8"))
    return page


def broken(links: list[str], file: Path, pages: Mapping[Path, _Page]) -> Iterator[tuple[str, str]]:
    """The links of a page that lead nowhere, each with why. Other sites are not asked."""
    for link in links:
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            continue
        goal = (file.parent / unquote(parts.path)).resolve() if parts.path else file
        goal = goal / "index.html" if goal.is_dir() else goal
        if not goal.is_file():
            yield link, "there is no such file"
        elif parts.fragment and goal in pages and unquote(parts.fragment) not in pages[goal].ids:
            yield link, "the page has no such place"

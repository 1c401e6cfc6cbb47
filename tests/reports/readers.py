"""Every format as its reader reads it back: all texts that it shows or hands on."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote

import cmarkgfm
from lxml import etree

from gates import outputs
from gates.core.model import Scorecard
from tests.reports.markup import Page

COMMAND = re.compile(r"::[a-z]+ ([^:]*)::(.*)")
PERCENT = (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%"))
Reader = Callable[[str], Iterator[str]]


def strings(value: Any) -> Iterator[str]:
    """All texts of a JSON document, keys too."""
    match value:
        case str():
            yield value
        case dict():
            for key, each in value.items():
                yield key
                yield from strings(each)
        case list():
            for each in value:
                yield from strings(each)


def of_json(text: str) -> Iterator[str]:
    return strings(json.loads(text))


def of_sarif(text: str) -> Iterator[str]:
    """Texts, and the paths that URIs stand for."""
    document = json.loads(text, object_hook=_located)
    yield from strings(document)


def _located(found: dict[str, Any]) -> dict[str, Any]:
    return {"uri": unquote(found["uri"], errors="surrogateescape")} if "uri" in found else found


def of_page(text: str) -> Iterator[str]:
    """What is drawn, and the data of the island from which scripts draw the rest."""
    page = Page(text)
    yield "".join(page.texts)
    for raw in re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', text, re.DOTALL):
        yield from strings(json.loads(raw))


class Drawn(HTMLParser):
    """The texts of a page that was made of Markdown."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.feed(text)
        self.close()

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def of_markdown(text: str) -> Iterator[str]:
    html = cmarkgfm.github_flavored_markdown_to_html(text)
    yield " ".join("".join(Drawn(html).texts).split(" "))


def of_xml(text: str) -> Iterator[str]:
    for element in etree.fromstring(text.encode()).iter():
        yield from element.attrib.values()
        yield element.text or ""


def of_csv(text: str) -> Iterator[str]:
    for row in csv.reader(io.StringIO(text, newline=""), strict=True):
        yield from row


def of_commands(text: str) -> Iterator[str]:
    """What a runner of GitHub understands: properties and messages."""
    for row in text.splitlines():
        match = COMMAND.fullmatch(row)
        assert match, row
        for part in (*match[1].split(","), match[2]):
            for escape, letter in PERCENT:
                part = part.replace(escape, letter)
            yield part.partition("=")[2] if part in match[1] else part


READERS: dict[str, Reader] = {
    "*.sarif": of_sarif,
    "badge.json": of_json,
    "criteria.csv": of_csv,
    "gl-code-quality.json": of_json,
    "junit.xml": of_xml,
    "progress.json": of_json,
    "scorecard.html": of_page,
    "scorecard.json": of_json,
    "summary.md": of_markdown,
    "verification-report.md": of_markdown,
    "annotations": of_commands,
}


def files(card: Scorecard, name: str) -> Iterator[bytes]:
    """What a format writes of a scorecard."""
    if name in outputs.SCREEN:
        yield outputs.terminal(name)(card)
        return
    made: Any = outputs.render_of(name)(card)
    if "*" in name:
        yield from (data for _, data in made)
    else:
        yield made


def texts(card: Scorecard, name: str) -> list[str]:
    """All texts of a format, as its reader has them."""
    read = READERS[name]
    return [text for data in files(card, name) for text in read(data.decode("utf-8", "strict"))]

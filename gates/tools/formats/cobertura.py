"""Cobertura XML: which lines ran, recounted from the lines; the shares it claims are not trusted.

Rules (spec B16, B21): a bare document type of Cobertura is let pass unread, anything more in it is
refused. A line may stand both under its method and under its class: it is one line.
"""

import re
from collections.abc import Iterable
from typing import NoReturn
from xml.etree.ElementTree import Element

from gates.core.model import Reason
from gates.core.tool import ParseError
from gates.tools.formats import covered, xml_stream
from gates.tools.formats.covered import Coverage, Lines

ROOT = "coverage"
_CONDITION = re.compile(r"\s*\d{1,3}(?:\.\d+)?%\s*\((\d{1,9})/(\d{1,9})\)\s*")
_NUMBER = re.compile(r"\d{1,18}")


class _Reader:
    """Collects what the elements say, class by class."""

    def __init__(self, what: str) -> None:
        self.what = what
        self.root: dict[str, str] | None = None
        self.sources: list[str] = []
        self.files: dict[str, Lines] = {}
        self._hits: dict[int, bool] = {}
        self._branches: dict[int, tuple[int, int]] = {}
        self._file: str | None = None

    def start(self, element: Element) -> None:
        if self.root is None:
            self._expect_root(element)
        elif element.tag == "class":
            self._file = element.get("filename") or self.refuse("schema: a class has no filename")
            self._hits, self._branches = {}, {}
        elif element.tag == "line" and self._file is not None:
            self._line(element)

    def end(self, element: Element) -> None:
        if element.tag == "source" and element.text and element.text.strip():
            self.sources.append(element.text.strip())
        elif element.tag == "class" and self._file is not None:
            self._keep(self._file)
            self._file = None

    def _expect_root(self, element: Element) -> None:
        if element.tag != ROOT or "line-rate" not in element.attrib:
            self.refuse(f"schema: the root is <{element.tag[:40]}>, not <{ROOT} line-rate=…>")
        self.root = dict(element.attrib)

    def _keep(self, file: str) -> None:
        parts = [(file, self.files[file])] if file in self.files else []
        now = Lines(self._hits, self._branches)
        self.files[file] = covered.merged([*parts, (file, now)])[file]

    def _line(self, element: Element) -> None:
        number = self._number(element, "number")
        ran = self._number(element, "hits") > 0
        self._hits[number] = ran or self._hits.get(number, False)
        condition = element.get("condition-coverage")
        if condition is None:
            return
        found = _CONDITION.fullmatch(condition)
        if not found or int(found[1]) > int(found[2]):
            self.refuse(f"schema: line {number}: condition-coverage={condition[:40]!r}")
        old = self._branches.get(number, (0, 0))
        self._branches[number] = (max(int(found[1]), old[0]), max(int(found[2]), old[1]))

    def _number(self, element: Element, name: str) -> int:
        text = (element.get(name) or "").strip()
        if not _NUMBER.fullmatch(text):
            self.refuse(f"schema: a line has {name}={text[:40]!r}, which is no count")
        return int(text)

    def refuse(self, word: str) -> NoReturn:
        raise ParseError(Reason.UNREADABLE_RESULT, f"{word} ({self.what})")


def read(data: bytes | None, *, what: str) -> Coverage:
    """Read a report. Raises ParseError."""
    reader = _Reader(what)
    for event, element in xml_stream.elements(data, what=what, doctype=ROOT):
        if event == "start":
            reader.start(element)
        else:
            reader.end(element)
    return Coverage(
        files=reader.files,
        sources=tuple(reader.sources),
        notes=tuple(_claims(reader.root or {}, reader.files.values())),
    )


def _claims(root: dict[str, str], files: Iterable[Lines]) -> list[str]:
    """Say where the counts in the head of the report are not those of its lines."""
    every = tuple(files)
    pairs = [pair for file in every for pair in file.branches.values()]
    counted = {
        "lines-valid": sum(len(file.hits) for file in every),
        "lines-covered": sum(sum(file.hits.values()) for file in every),
        "branches-valid": sum(there for _, there in pairs),
        "branches-covered": sum(taken for taken, _ in pairs),
    }
    return [
        f"the report claims {name}={root[name][:20]}; its lines say {count}, which counts"
        for name, count in counted.items()
        if name in root and root[name].strip() != str(count)
    ]

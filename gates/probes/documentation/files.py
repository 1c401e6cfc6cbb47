"""Checks that the documents for people are there and are more than stubs."""

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

from gates.core.target import Documentation
from gates.probes import _common
from gates.probes._looks import Flaw
from gates.probes.documentation import text

LEAST_WORDS = 25
LEAST_WORDS_OF_CHANGELOG = 5
LEAST_WORDS_OF_SECTION = 10
_SETUP = re.compile(r"set[\s-]?up|install|getting started|quick ?start|run(ning)?\b", re.IGNORECASE)
_STATUS = re.compile(
    r"\bstatus\W{1,20}(?:proposed|accepted|rejected|deprecated|superseded|draft|active|approved|"
    r"decided|implemented)\b",
    re.IGNORECASE,
)
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?"
_DATE = re.compile(
    rf"\b\d{{4}}-\d{{2}}-\d{{2}}\b|\b\d{{1,2}}\.? {_MONTH},? \d{{4}}\b|"
    rf"\b{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}\b"
)
_RELEASE = re.compile(r"unreleased|\d", re.IGNORECASE)
_MATTERS = {  # titles of sections, where one file holds several documents
    "runbook": r"run ?book|deploy|operat",
    "architecture": r"architect|design|how it (?:is made|works)|structure|overview",
    "troubleshooting": r"trouble|faq|problem|symptom|common (?:errors|issues)",
    "known_issues": r"known|limitation|issues|bugs",
    "next_steps": r"next|road ?map|future|planned|to ?do",
    "changelog": r"change|release|history|news",
}
_NO_RECORD = re.compile(r"(?:readme|index|.*template.*)\.\w+", re.IGNORECASE)


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """What one document has to be: its name for people, its path, and its own demands."""

    name: str
    path: str
    least: int = LEAST_WORDS
    setup: bool = False
    command: bool = False
    record: bool = False
    key: str = ""
    matter: str = ""  # of the titles of its sections, where the file holds other documents too


def documents(tree: Path, named: Documentation) -> tuple[Document, ...]:
    """Return the documents to look for; each decision record counts as one.

    Where one file is to be several documents, each of them has to have a section of its own in it.
    """
    found = _documents(tree, named)
    places = [one.path for one in found]
    return tuple(
        msgspec.structs.replace(one, matter=_MATTERS.get(one.key, ""))
        if places.count(one.path) > 1
        else one
        for one in found
    )


def _documents(tree: Path, named: Documentation) -> tuple[Document, ...]:
    return (
        Document(name="README", path=named.readme, setup=True, key="readme"),
        *_records(tree, named.decisions),
        Document(name="runbook", path=named.runbook, command=True, key="runbook"),
        Document(name="architecture", path=named.architecture, key="architecture"),
        Document(name="troubleshooting", path=named.troubleshooting, key="troubleshooting"),
        Document(name="known issues", path=named.known_issues, key="known_issues"),
        Document(name="next steps", path=named.next_steps, key="next_steps"),
        Document(
            name="changelog", path=named.changelog, least=LEAST_WORDS_OF_CHANGELOG, key="changelog"
        ),
    )


def check(tree: Path, document: Document) -> tuple[Flaw, ...]:
    """Return what is wrong with one document, nothing if it is there and no stub."""
    content = _common.read_text(tree, document.path)
    if content is None:
        return (
            _flaw(
                document,
                "document-missing",
                f"there is no {document.name}: {document.path}",
                f"Write it, or name the file that holds it: documentation.{document.key}.",
            ),
        )
    return tuple(_flaws(document, content))


def _records(tree: Path, folder: str) -> tuple[Document, ...]:
    place_of_them = _common.inside(tree, folder)
    names = sorted(path.name for path in place_of_them.glob("*") if path.is_file())
    records = [
        name
        for name in names
        if name.endswith((".md", ".rst", ".txt")) and not _NO_RECORD.fullmatch(name)
    ]
    if not records:
        return (Document(name="decision record", path=f"{folder}/*.md", key="decisions"),)
    return tuple(
        Document(name="decision record", path=f"{folder}/{name}", record=True, key="decisions")
        for name in records
    )


def _flaws(document: Document, content: str) -> Iterator[Flaw]:
    lines = text.lines(content)
    parts = text.sections(lines)
    if document.matter:
        parts = _of_matter(document, parts)
        lines = tuple(line for part in parts for line in part.lines)
        document = msgspec.structs.replace(document, least=LEAST_WORDS_OF_SECTION)
    if document.matter and not parts:
        what = f"{document.path} has no section on {document.name}"
        fix = f"Write it, or name the file that holds it: documentation.{document.key}."
        yield _flaw(document, "document-missing", what, fix)
        return
    for line, what in _stub(document, lines, parts):
        yield _flaw(document, "document-stub", what, "Write what is missing there.", line)
    if document.setup and not _has_setup(parts):
        what = "has no set-up section with a command in it"
        fix = 'Add a section "Set up" with the commands that lead to a running service.'
        yield _flaw(document, "document-setup", f"{document.path} {what}", fix)
    if document.command and not text.has_command(lines):
        fix = "Write each step as a command that can be copied."
        yield _flaw(document, "document-command", f"{document.path} holds no command", fix)
    if document.record:
        yield from _record_flaws(document, content)


def _of_matter(document: Document, parts: tuple[text.Section, ...]) -> tuple[text.Section, ...]:
    """The sections of a file on the matter of one document, with the deeper ones after each."""
    matter = re.compile(document.matter, re.IGNORECASE)
    found: list[text.Section] = []
    level = 0
    for part in parts:
        inside = bool(level) and part.level > level
        if not inside:
            level = part.level if part.level and matter.search(part.title) else 0
        found += [part] if level else []
    return tuple(found)


def _record_flaws(document: Document, content: str) -> Iterator[Flaw]:
    if not _STATUS.search(content):
        what = f"{document.path} states no status"
        yield _flaw(document, "record-status", what, 'Add a line such as "Status: accepted".')
    if not _DATE.search(content):
        what = f"{document.path} states no date"
        yield _flaw(document, "record-date", what, 'Add a line such as "Date: 2026-01-31".')


def _stub(
    document: Document, lines: tuple[text.Line, ...], parts: tuple[text.Section, ...]
) -> Iterator[tuple[int, str]]:
    count = text.words(lines)
    if count < document.least:
        yield 1, f"{document.path} has {count} words; at least {document.least} are expected"
    for line in text.placeholders(lines):
        yield line.number, f"{document.path} holds a placeholder: {line.text.strip()[:80]}"
    told = any(line.text.strip() for part in parts for line in part.lines)
    for section in text.empty_sections(parts):
        is_release = document.key == "changelog" and _RELEASE.search(section.title)
        if not (is_release and told):  # a release of nothing, among others, is none of a stub
            yield section.line, f'the section "{section.title[:80]}" of {document.path} is empty'


def _has_setup(parts: tuple[text.Section, ...]) -> bool:
    return any(
        _SETUP.search(section.title) and text.has_command(text.whole(parts, index))
        for index, section in enumerate(parts)
    )


def _flaw(document: Document, rule: str, message: str, fix: str, line: int = 0) -> Flaw:
    return Flaw(rule=rule, message=message, path=document.path, line=line, fix=fix)

"""Follows the links of Markdown documents to files and headings of the same tree, never further."""

import html
import os
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

import msgspec

from gates.core.target import Documentation
from gates.probes import _common
from gates.probes._looks import Flaw, Look, counted, unjudged
from gates.probes.documentation import text

METRIC = "documentation.dead_links"
MARKDOWN = (".md", ".markdown")
FOLDERS = ("docs", "doc")
_FOREIGN = frozenset({"node_modules", "vendor", "third_party", "site-packages"})
_INLINE = re.compile(r"\]\(\s*(<[^<>\n]*>|[^()\s]*(?:\([^()\s]*\)[^()\s]*)*)")
_REFERENCE = re.compile(r"^ {0,3}\[(?!\^)[^\]]+\]:\s*(<[^<>\n]*>|\S+)")
_HTML = re.compile(r"<(?:a|img)\b[^<>]*?\b(?:href|src)\s*=\s*[\"']([^\"'<>]*)", re.IGNORECASE)
_NAMED = re.compile(r"<[a-z][^<>]*?\b(?:id|name)\s*=\s*[\"']?([^\"'\s<>]+)", re.IGNORECASE)
_CODE = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)")
_ELSEWHERE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//|.*(?:\{\{|\$\{|<%|\{%)")
_LINES = re.compile(r"L(\d+)(?:-L?(\d+))?")
_LABEL = re.compile(r"!?\[([^\[\]]*)\](?:\([^()]*\)|\[[^\[\]]*\])")
_FRONT = re.compile(r"(?:---|\+\+\+)\s*\n")  # what generators of sites put before a page
_OWN_ID = re.compile(r"\s*\{#([\w.:-]+)\}\s*$")


class Link(msgspec.Struct, frozen=True):
    """One link as it is written: the line, from 1, and where it leads."""

    line: int
    to: str


class Outside(Exception):
    """The link leaves the tree: what is there cannot be seen."""


def looked(tree: Path, named: Documentation) -> Look:
    """Every link of the documents that leads to no file or heading. Raises ProbeError."""
    documents = tuple(markdown(tree, named))
    if not documents:
        return unjudged(METRIC, "the target has no Markdown document to look for links in")
    findings: list[Flaw] = []
    count, outside = 0, 0
    for document in documents:
        content = _common.read_text(tree, document) or ""
        for link in links(content):
            count += 1
            try:
                problem = fault(tree, document, link.to)
            except Outside:
                outside += 1
                continue
            if problem:
                findings.append(_flaw(document, link, problem))
    note = f"{outside} links lead out of the target: not looked at"
    return counted(
        METRIC,
        findings,
        examined=len(documents),
        detail=f"{count} links of {len(documents)} documents",
        notes=(note,) if outside else (),
    )


def markdown(tree: Path, named: Documentation) -> Iterator[str]:
    """The documents: those the target file names, those at the root, those below docs."""
    places = {name for name in msgspec.structs.astuple(named) if isinstance(name, str) and name}
    found = {name for name in places if name.endswith(MARKDOWN)}
    for folder in (tree, *(tree / name for name in {*FOLDERS, *places})):
        pattern = "*" if folder == tree else "**/*"
        found.update(
            path.relative_to(tree).as_posix()
            for path in (folder.glob(pattern) if folder.is_dir() else ())
            if path.suffix.lower() in MARKDOWN and not _FOREIGN & set(path.parts)
        )
    inside = (name for name in sorted(found) if not (tree / name).is_symlink())
    return (name for name in inside if _common.inside(tree, name).is_file())


def links(content: str) -> Iterator[Link]:
    """Every link of a document, those within code left out."""
    for line in text.lines(content):
        said = "" if line.code else _CODE.sub(lambda code: " " * len(code[0]), line.text)
        for pattern in (_INLINE, _REFERENCE, _HTML):
            for match in pattern.finditer(said):
                to = html.unescape(match[1].strip("<>").strip())
                if to and not _ELSEWHERE.match(to):
                    yield Link(line.number, to)


def fault(tree: Path, document: str, to: str) -> str:
    """What is wrong with where a link leads, "" if nothing is. Raises Outside."""
    path, _, anchor = to.partition("#")
    path = unquote(path.partition("?")[0])
    place = _place(tree, document, path)
    if place is None:
        return "which is not there"
    if not anchor or place.is_dir():
        return ""
    if place.suffix.lower() in MARKDOWN:
        known = anchors(_common.read_text(tree, place.relative_to(tree).as_posix()) or "")
        wanted = unquote(anchor).lower()
        return "" if wanted in known else "which has no such heading"
    return _line_fault(place, anchor)


def _place(tree: Path, document: str, path: str) -> Path | None:
    """The file or folder that a path means, None if there is none. Raises Outside."""
    if "\0" in path:
        return None
    for base in _bases(document) if path.startswith("/") else (os.path.dirname(document),):
        within = os.path.normpath(os.path.join(base, path.lstrip("/"))) if path else document
        if within.split("/")[0] == "..":
            raise Outside
        for candidate in (tree / within, *(tree / f"{within}{end}" for end in MARKDOWN)):
            if candidate.exists():
                if not candidate.resolve().is_relative_to(tree.resolve()):
                    raise Outside
                return candidate
    if path.startswith("/") and _is_page(tree, document, path):
        raise Outside
    return None


def _bases(document: str) -> Iterator[str]:
    """What "/" may mean: the root of the tree, or that of a site which is made of a folder."""
    yield ""
    for folder in PurePosixPath(document).parents:
        for inner in ("", "static", "public"):
            yield (folder / inner).as_posix()


def _is_page(tree: Path, document: str, path: str) -> bool:
    """Whether a document is a page of a site that has more than is in the tree, by what it says."""
    if "/" not in document:
        return False
    first = path.lstrip("/").split("/")[0]
    content = _common.read_text(tree, document) or ""
    return _FRONT.match(content) is not None or not (tree / first).exists()


def _line_fault(place: Path, anchor: str) -> str:
    lines = _LINES.fullmatch(anchor)
    if not lines:
        return ""
    count = len(place.read_bytes().splitlines())
    last = max(int(number) for number in lines.groups() if number)
    return f"which has only {count} lines" if last > count else ""


@cache
def anchors(content: str) -> frozenset[str]:
    """The names that a link may put behind "#", lower case, as the usual renderers make them."""
    found = {"top", *(name.lower() for name in _NAMED.findall(content))}
    seen: dict[str, int] = {}
    for section in text.sections(text.lines(content)):
        if not section.level:
            continue
        own = _OWN_ID.search(section.title)
        found |= {own[1].lower()} if own else set()
        for slug in dict.fromkeys(_slugs(_OWN_ID.sub("", section.title))):
            number = seen[slug] = seen.get(slug, -1) + 1
            found |= {f"{slug}-{number}", f"{slug}_{number}"} if number else {slug}
    return frozenset(found)


def _slugs(title: str) -> Iterable[str]:
    """The names of a heading: each space one hyphen, and many hyphens as one."""
    plain = html.unescape(_LABEL.sub(r"\1", _LABEL.sub(r"\1", title)))
    plain = re.sub(r"<[^<>]*>", "", plain) if "`" not in title else plain
    slug = re.sub(r"[^\w\- ]", "", plain.strip().lower()).replace(" ", "-")
    bare = re.sub(r"[^\w\- ]", "", re.sub(r"\b_+|_+\b", "", plain).strip().lower())
    return (slug, bare.replace(" ", "-"), re.sub(r"-+", "-", slug).strip("-"))


def _flaw(document: str, link: Link, problem: str) -> Flaw:
    message = f"{document} links to {link.to[:200]}, {problem}"
    fix = "Mend the link, or write what it promises."
    return Flaw(rule="link-dead", message=message, path=document, line=link.line, fix=fix)

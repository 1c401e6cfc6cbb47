"""Checks the integration contract: its sections, and every route and status that it names."""

import re
from collections.abc import Iterator
from http import HTTPStatus

import msgspec

from gates.probes._looks import Flaw
from gates.probes.documentation import text
from gates.probes.documentation.operations import Described

LEAST_WORDS = 3
_SECTIONS = (
    ("base URL and version", r"\bbase\b|\burls?\b|address|versions?\b|environments?\b"),
    ("authentication flow", r"auth|log(?:ging)?[\s-]?in|token|credential"),
    ("errors", r"error|failure"),
    ("real-time events", r"real[\s-]?time|event|web[\s-]?socket|\bsse\b|webhook|push"),
    ("limits", r"limit|quota|throttl"),
)
_ROUTE = re.compile(
    r"\b(?P<method>GET|PUT|POST|DELETE|PATCH|HEAD|OPTIONS|TRACE)[`*]*\s+(?:\|\s*)?[`*\"']*"
    r"(?:https?://[^\s/`]+)?(?P<path>/[^\s`|)\"',;]*)"
)
# A number is a status only where the words before it say so: a limit of 100 is none.
_STATUS = re.compile(
    r"(?:→|->|=>|[`(|,/:]|\b(?:answers?|returns?|gives?|gets?|status|code|with|or|and|HTTP/\d(?:\.\d)?"
    r"|HTTP))\s*[`*]*(?P<status>[1-5]\d\d)\b"
    r"(?!\s*(?:ms|s|%|kB|KB|KiB|MB|MiB|seconds?|minutes?|requests?|items?|characters|bytes|times|"
    r"entries|per|rows|pages?|attempts?|connections?|calls?)\b)(?![.,]\d)"
)
_OF_ANSWERS = re.compile(r"error|failure|status|answer|response", re.IGNORECASE)
_KNOWN_STATUSES = frozenset(str(status.value) for status in HTTPStatus)


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """A route as the contract names it, with the statuses that stand beside it on its line."""

    method: str
    path: str
    line: int
    statuses: tuple[str, ...] = ()


def check(
    content: str, path: str, operations: tuple[Described, ...], base_path: str
) -> tuple[Flaw, ...]:
    """Return the violations of a contract against the operations of the document."""
    lines = text.lines(content)
    parts = text.sections(lines)
    return (
        *_missing_sections(parts, path),
        *_unknown_routes(routes(lines), path, operations, base_path),
        *_unknown_statuses(parts, path, operations),
    )


def routes(lines: tuple[text.Line, ...]) -> tuple[Route, ...]:
    """Return every `METHOD /path` of the text, code included, in order."""
    found = []
    for line in lines:
        matches = list(_ROUTE.finditer(line.text))
        starts = [*(match.start() for match in matches), len(line.text)]
        for match, end in zip(matches, starts[1:], strict=True):
            found.append(
                Route(
                    method=match["method"],
                    path=_plain(match["path"]),
                    line=line.number,
                    statuses=_statuses(line.text[match.end() : end]),
                )
            )
    return tuple(found)


def missing_file(path: str) -> Flaw:
    """Return the finding for a contract that is not there."""
    names = ", ".join(name for name, _ in _SECTIONS)
    return _flaw(
        "contract-missing",
        f"there is no integration contract: {path}",
        path,
        0,
        f"Write it with the sections {names}, or name its file: documentation.contract.",
    )


def _missing_sections(parts: tuple[text.Section, ...], path: str) -> Iterator[Flaw]:
    for name, pattern in _SECTIONS:
        if not any(
            re.search(pattern, section.title, re.IGNORECASE)
            and _is_filled(name, text.whole(parts, index))
            for index, section in enumerate(parts)
            if section.level
        ):
            what = f"{path} has no section on {name} that says anything"
            fix = "Add it; where the service has nothing of the kind, say so in a sentence."
            yield _flaw("contract-section", what, path, 0, fix)


def _is_filled(name: str, lines: tuple[text.Line, ...]) -> bool:
    if text.words(lines) < LEAST_WORDS or any(text.placeholders(lines)):
        return False
    said = "\n".join(line.text for line in lines)
    return name != "base URL and version" or bool("/" in said and re.search(r"\d", said))


def _unknown_routes(
    named: tuple[Route, ...], path: str, operations: tuple[Described, ...], base_path: str
) -> Iterator[Flaw]:
    seen: set[tuple[str, ...]] = set()
    for route in named:
        label = f"{route.method} {route.path}"
        known = next((one for one in operations if _is(route, one, base_path)), None)
        if known is None:
            if (label,) not in seen:
                what = f"{path} names {label}, which the OpenAPI document does not have"
                yield _flaw("contract-route", what, path, route.line, _FIX)
            seen.add((label,))
            continue
        for status in route.statuses:
            if not _answers(known, status) and (label, status) not in seen:
                what = f"{path} names the status {status} of {label}, which the document does not"
                yield _flaw("contract-status", what, path, route.line, _FIX)
            seen.add((label, status))


def _unknown_statuses(
    parts: tuple[text.Section, ...], path: str, operations: tuple[Described, ...]
) -> Iterator[Flaw]:
    """Statuses that a section on errors or answers names by themselves, and no operation has."""
    seen: set[str] = set()
    for index, part in enumerate(parts):
        if not _OF_ANSWERS.search(part.title):
            continue
        for line in text.whole(parts, index):
            for status in () if _ROUTE.search(line.text) else _statuses(line.text):
                if status not in seen and not any(_answers(one, status) for one in operations):
                    what = (
                        f"{path} names the status {status}, which no operation of the document has"
                    )
                    yield _flaw("contract-status", what, path, line.number, _FIX)
                seen.add(status)


_FIX = "Mend whichever of the two is wrong: the contract or the OpenAPI document."


def _is(route: Route, one: Described, base_path: str) -> bool:
    return route.method == one.method and (
        _fits(route.path, one.path) or (bool(base_path) and _fits(route.path, base_path + one.path))
    )


def _fits(path: str, template: str) -> bool:
    """Tell whether a path is the template or an instance of it; "{id}", ":id" and "<id>" match."""
    given, wanted = path.strip("/").split("/"), template.strip("/").split("/")
    return len(given) == len(wanted) and all(
        (bool(part) and "{" in want) or part == want
        for part, want in zip(given, wanted, strict=True)
    )


def _answers(one: Described, status: str) -> bool:
    stated = {key.upper() for key in one.responses}
    if "DEFAULT" in stated and status[0] in "45":
        return True
    return status in stated or f"{status[0]}XX" in stated


def _statuses(after: str) -> tuple[str, ...]:
    found = (match["status"] for match in _STATUS.finditer(after))
    return tuple(dict.fromkeys(status for status in found if status in _KNOWN_STATUSES))


def _plain(path: str) -> str:
    return path.split("?")[0].split("#")[0].rstrip(".:*!").rstrip("/") or "/"


def _flaw(rule: str, message: str, path: str, line: int, fix: str) -> Flaw:
    return Flaw(rule=rule, message=message, path=path, line=line, fix=fix)

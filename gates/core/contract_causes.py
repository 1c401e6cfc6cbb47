"""What a failed check is about: the words by which failures with one cause are joined.

No word of a cause is a generated value: the same defect has the same cause in every run.
"""

import itertools
import json
import re
from collections.abc import Iterator
from typing import Any

from gates.core.contract_events import Answer, Case, Data, Failure, Mutation

UNDECLARED = "unspecified_http_method"
_POINTER = re.compile(r"Schema at (/\S*):")
_EXCEPTION = re.compile(r"\b(?:[A-Za-z_]\w*\.)*([A-Z]\w*(?:Error|Exception|Violation|Warning))\b")
_WORD = re.compile(r"[A-Za-z][A-Za-z_. :-]{1,59}")
_CODES = ("code", "error", "type", "title", "exception")
_LISTED = re.compile(r"`([^`\n]+)`")
_SAID = re.compile(
    r"(is not of types? .+|is not one of .+|is a required property|does not match .+"
    r"|is (?:less|greater) than .+|is (?:shorter|longer) than .+|is not valid under .+"
    r"|has (?:non-unique|less|more) .+|is not a .+|is not a multiple of .+"
    r"|Additional properties are not allowed)"
)
MOST = 160


def cause(failure: Failure, case: Case | None, answer: Answer | None) -> str:
    """What is wrong, without a generated value: a status, a parameter, a place in the schema."""
    status = str(answer.status) if answer else ""
    match failure.code:
        case "ST101" | "ST102":
            return signature(answer)
        case "ST105" | "ST106":
            return media_type(answer)
        case "ST107":
            return ", ".join(sorted(_LISTED.findall(failure.message)))
        case "ST108":
            return f"{status} {_place(failure.message)}".strip()
        case "ST201" | "ST203":
            return _wrong(case)
        case "ST204":
            return case.value.method if case else status
        case "ST401":
            return ""
        case _:
            return status


def signature(answer: Answer | None) -> str:
    """The status of an error with the exception or error code that its body names."""
    if answer is None:
        return ""
    text = (answer.content.data if answer.content else b"")[:65536].decode("utf-8", "replace")
    named = _EXCEPTION.findall(text)[-1:] or list(_said_codes(text))[:1]
    return " ".join((str(answer.status), *named))[:MOST]


def media_type(answer: Answer | None) -> str:
    """The media type of an answer without parameters."""
    return answer.header("content-type").partition(";")[0].strip().lower() if answer else ""


def detail(failure: Failure) -> str:
    """A sentence of the failure that names no value of this run, "" if it has none."""
    first = failure.message.strip().partition("\n")[0]
    if failure.code == "ST108":
        found = _SAID.search(first)
        return found[1][:MOST] if found else ""
    if failure.code in ("ST103", "ST105", "ST106"):
        return "; ".join(part for part in failure.message.split("\n") if part.strip())[:MOST]
    return ""


def parts(text: str) -> frozenset[str]:
    """The single causes of one that is made of several."""
    return frozenset(text.split(" + "))


def _place(message: str) -> str:
    pointer = _POINTER.search(message)
    first = message.strip().partition("\n")[0]
    missing = re.match(r'"([^"\n]{1,80})" is a required property', first)
    return " ".join(
        [pointer[1] if pointer else "/", *([f"required {missing[1]}"] if missing else [])]
    )


def _wrong(case: Case | None) -> str:
    """Which parameters, or which places of the body, were made wrong."""
    meta = case.value.meta if case else None
    if meta is None:
        return ""
    data = meta.phase.data
    named = {_mutated(one) for one in data.mutations} - {""}
    return " + ".join(sorted(named)) if named else _covered(data)


def _mutated(one: Mutation) -> str:
    location = one.parameter_location or ""
    if location and location != "body" and one.parameter:
        return f"{location} {one.parameter}"
    return f"{location}{_properties(one.schema_pointer or '')}"


def _covered(data: Data) -> str:
    location = data.parameter_location or ""
    if location and location != "body" and data.parameter:
        return f"{location} {data.parameter}"
    if data.scenario == "object_missing_required_property":
        name = (data.description or "").rpartition(": ")[2]
        return f"{location} {name}"
    return f"{location}{_properties(data.location or '')}"


def _properties(pointer: str) -> str:
    """The properties that a pointer into a schema leads to: " lines.quantity"."""
    words = pointer.strip("/").split("/")
    names = [
        after
        for before, after in itertools.pairwise(words)
        if before in ("properties", "patternProperties")
    ]
    return " " + ".".join(names) if names else ""


def _said_codes(text: str) -> Iterator[str]:
    try:
        value: Any = json.loads(text)
    except (ValueError, RecursionError):
        return
    for _ in range(2):
        if isinstance(value, dict):
            for key in _CODES:
                said = value.get(key)
                if isinstance(said, str) and _WORD.fullmatch(said):
                    yield said
            value = next((value[key] for key in _CODES if isinstance(value.get(key), dict)), None)

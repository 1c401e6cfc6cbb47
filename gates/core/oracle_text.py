"""The values that an oracle's texts name: which they are, filled in, and taken out again."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from gates.core.openapi import JSON

_NAME = re.compile(
    r"\$\{(?P<secret>[A-Za-z_][A-Za-z0-9_]*)\}"
    r"|\{\{(?P<kept>[a-z_][a-z0-9_]*)\}\}"
    r"|\{(?P<name>[a-z_][a-z0-9_]*)\}"
)
_MOVING = (
    (re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE), "‹id›"),
    (re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?"), "‹time›"),
    (re.compile(r"\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{12,}\b", re.IGNORECASE), "‹id›"),
)
SHORTEST = 4  # a shorter value is part of too many words to be put back as its name


class Unknown(Exception):
    """A text names a value that there is not."""


def names(value: Any) -> Iterator[tuple[str, bool]]:
    """Every name in the texts of a value, and whether it is a variable of the service."""
    for text in _texts(value):
        for found in _NAME.finditer(text):
            if found["secret"] or found["name"]:
                yield found["secret"] or found["name"], bool(found["secret"])


def filled(
    value: Any,
    values: Mapping[str, JSON],
    secrets: Mapping[str, str],
    quoted: Callable[[str], str] = str,
) -> Any:
    """The value with all names replaced; `quoted` encodes what is put into a longer text.

    A text that is one name and nothing else becomes that value, whatever its type. Raises Unknown.
    """
    match value:
        case str():
            return _filled(value, values, secrets, quoted)
        case dict():
            return {
                str(filled(k, values, secrets)): filled(v, values, secrets, quoted)
                for k, v in value.items()
            }
        case list() | tuple():
            return [filled(one, values, secrets, quoted) for one in value]
        case _:
            return value


def filled_text(
    text: str,
    values: Mapping[str, JSON],
    secrets: Mapping[str, str],
    quoted: Callable[[str], str] = str,
) -> str:
    """The text with all names replaced, as text. Raises Unknown."""

    def put(found: re.Match[str]) -> str:
        if found["kept"]:
            return "{" + found["kept"] + "}"
        known = _known(found, values, secrets)
        return quoted(known if isinstance(known, str) else plain(known))

    return _NAME.sub(put, text)


def plain(value: JSON) -> str:
    """A value as it stands in a path, a query or a header."""
    match value:
        case bool():
            return "true" if value else "false"
        case None:
            return ""
        case str():
            return value
        case dict() | list():
            return shown(value)
        case _:
            return str(value)


def steady(text: str, values: Mapping[str, JSON]) -> str:
    """The text with values of this run by their names, and what else differs by run taken out."""
    moving = {name: plain(value) for name, value in values.items()}
    longest = sorted(moving, key=lambda name: (-len(moving[name]), name))
    for name in longest:
        if len(moving[name]) >= SHORTEST:
            text = text.replace(moving[name], "{" + name + "}")
    for pattern, word in _MOVING:
        text = pattern.sub(word, text)
    return text


def shell(text: str) -> str:
    """The text as one word of a shell command; names are variables of the shell."""
    parts: list[str] = []
    at = 0
    for found in _NAME.finditer(text):
        name = found["secret"] or found["name"]
        parts.append(_escaped(text[at : found.start()]))
        parts.append("${" + name + "}" if name else "{" + found["kept"] + "}")
        at = found.end()
    return '"' + "".join((*parts, _escaped(text[at:]))) + '"'


def shown(value: JSON, most: int = 120) -> str:
    """A value as people read it, in one line of at most `most` characters."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text if len(text) <= most else text[:most] + "…"


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for key, one in value.items():
                yield from _texts(key)
                yield from _texts(one)
        case list() | tuple():
            for one in value:
                yield from _texts(one)
        case _:
            return


def _filled(
    text: str,
    values: Mapping[str, JSON],
    secrets: Mapping[str, str],
    quoted: Callable[[str], str],
) -> JSON:
    whole = _NAME.fullmatch(text)
    if whole and not whole["kept"]:
        known = _known(whole, values, secrets)
        return quoted(known) if isinstance(known, str) else known
    return filled_text(text, values, secrets, quoted)


def _known(found: re.Match[str], values: Mapping[str, JSON], secrets: Mapping[str, str]) -> JSON:
    try:
        return secrets[found["secret"]] if found["secret"] else values[found["name"]]
    except KeyError:
        raise Unknown(found[0]) from None


def _escaped(text: str) -> str:
    return re.sub(r'([\\"`$])', r"\\\1", text)

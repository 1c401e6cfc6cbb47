"""A strict reader of YAML: the core schema of YAML 1.2, no tags of programs, no alias bombs.

`on`, `no`, `12:30:45` and dates are text; keys are always text as written (`200:` is "200"); a
version such as `3.10` stays text. Refused, each with one word: duplicate keys, other tags than
those of the core schema, aliases that unfold to more than ALIAS_NODES nodes, deep nesting.
Merge keys (`<<`), which YAML 1.2 no longer has, still merge: documents use them.
"""

import re
from collections.abc import Iterator
from typing import Any

import msgspec
import yaml

from gates.core.openapi import JSON

ALIAS_NODES = 100_000
DEPTH = 100
_CORE = "tag:yaml.org,2002:"
_TAGS = frozenset(_CORE + name for name in ("str", "int", "float", "bool", "null", "map", "seq"))
_TEXT_KEYS = frozenset({"version", "openapi", "swagger"})  # OpenAPI wants text there
_INTEGER = re.compile(r"[-+]?[0-9]{1,100}")
_OCTAL = re.compile(r"0o[0-7]{1,100}")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]{1,100}")
_REAL = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_WORDS: dict[str, JSON] = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
_WORDS |= {"true": True, "True": True, "TRUE": True}
_WORDS |= {"false": False, "False": False, "FALSE": False}
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # its events only, never its values


class YamlError(Exception):
    """The text was refused; it starts with the finer word and ends with the line."""


class _Open(msgspec.Struct):
    """A container that is being read; `size` counts nodes with aliases unfolded."""

    value: dict[str, JSON] | list[JSON]
    anchor: str | None
    key: str | None = None
    merged: list[JSON] = []
    size: int = 1


def decode(text: str) -> JSON:
    """Return the one document of a YAML text. Raises YamlError."""
    events = _events(text)
    reader = _Reader()
    for event in events:
        reader.take(event)
    return reader.result


class _Reader:
    """Builds values from events, without recursion."""

    def __init__(self) -> None:
        self.result: JSON = None
        self._documents = 0
        self._open: list[_Open] = []
        self._anchors: dict[str, tuple[JSON, int]] = {}
        self._unfolded = 0

    def take(self, event: Any) -> None:
        """Take the next event of the parser."""
        match event:
            case yaml.DocumentStartEvent():
                self._documents += 1
                if self._documents > 1:
                    raise _refused("unparsable", "more than one document", event)
            case yaml.ScalarEvent():
                self._scalar(event)
            case yaml.AliasEvent():
                self._alias(event)
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                self._start(event)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self._end(event)
            case _:
                return

    def _scalar(self, event: Any) -> None:
        _check_tag(event)
        top = self._open[-1] if self._open else None
        if top is not None and isinstance(top.value, dict) and top.key is None:
            self._key(top, event)
            return
        value = _resolved(event, top.key if top else None)
        if event.anchor:
            self._anchors[event.anchor] = (value, 1)
        self._put(value, 1, event)

    def _key(self, top: _Open, event: Any) -> None:
        if event.value in top.value:
            raise _refused("duplicate-key", f"{event.value[:80]!r} occurs more than once", event)
        if event.anchor:
            self._anchors[event.anchor] = (event.value, 1)
        top.key = event.value

    def _alias(self, event: Any) -> None:
        if event.anchor not in self._anchors:
            if any(one.anchor == event.anchor for one in self._open):
                raise _refused("alias-limit", f"alias *{event.anchor} holds itself", event)
            raise _refused("unparsable", f"alias *{event.anchor} is unknown", event)
        value, size = self._anchors[event.anchor]
        self._unfolded += size
        if self._unfolded > ALIAS_NODES:
            raise _refused("alias-limit", f"aliases unfold to more than {ALIAS_NODES} nodes", event)
        top = self._open[-1] if self._open else None
        if top is not None and isinstance(top.value, dict) and top.key is None:
            raise _refused("unparsable", f"alias *{event.anchor} as a key", event)
        self._put(value, size, event)

    def _start(self, event: Any) -> None:
        _check_tag(event)
        top = self._open[-1] if self._open else None
        if top is not None and isinstance(top.value, dict) and top.key is None:
            raise _refused("unparsable", "a key that is no text", event)
        if len(self._open) >= DEPTH:
            raise _refused("too-deep", f"nested more than {DEPTH} levels", event)
        empty: dict[str, JSON] | list[JSON] = (
            {} if isinstance(event, yaml.MappingStartEvent) else []
        )
        self._open.append(_Open(empty, event.anchor))

    def _end(self, event: Any) -> None:
        done = self._open.pop()
        if done.merged and isinstance(done.value, dict):
            done.value = {**_merged(done.merged, event), **done.value}
        if done.anchor:
            self._anchors[done.anchor] = (done.value, done.size)
        self._put(done.value, done.size, event)

    def _put(self, value: JSON, size: int, event: Any) -> None:
        """Place a finished value where it belongs."""
        if not self._open:
            self.result = value
            return
        top = self._open[-1]
        top.size += size
        match top.value:
            case list():
                top.value.append(value)
            case dict() if top.key == "<<":
                top.merged.extend(value if isinstance(value, list) else [value])
                top.key = None
            case dict() if top.key is not None:
                top.value[top.key] = value
                top.key = None
            case _:
                raise _refused("unparsable", "a value without a key", event)


def _events(text: str) -> Iterator[Any]:
    try:
        yield from yaml.parse(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise YamlError(f"unparsable: {error.problem or 'no YAML'}, line {line}") from None
    except yaml.YAMLError as error:
        first = (str(error).splitlines() or ["no YAML"])[0]
        raise YamlError(f"unparsable: {first}") from None


def _check_tag(event: Any) -> None:
    if event.tag is not None and event.tag != "!" and event.tag not in _TAGS:
        raise _refused("unsafe tag", f"{event.tag[:120]!r} is not of the core schema", event)


def _resolved(event: Any, key: str | None) -> JSON:
    """The value of a scalar: by its tag, else text if quoted, else by the core schema."""
    text: str = event.value
    if event.tag in (_CORE + "str", "!") or (event.tag is None and not event.implicit[0]):
        return text
    value = _plain(text, event)
    if isinstance(value, float) and key in _TEXT_KEYS and repr(value) != text:
        return text
    return value


def _plain(text: str, event: Any) -> JSON:
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _OCTAL.fullmatch(text) or _HEXADECIMAL.fullmatch(text):
        return int(text, 0)
    if _NOT_FINITE.fullmatch(text):
        raise _refused("non-finite number", text, event)
    if not _REAL.fullmatch(text):
        return text
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise _refused("number-too-large", text[:40], event)
    return value


def _merged(values: list[JSON], event: Any) -> dict[str, JSON]:
    """The mappings of a merge key; an earlier one wins."""
    result: dict[str, JSON] = {}
    for value in values:
        if not isinstance(value, dict):
            raise _refused("unparsable", "a merge key whose value is no mapping", event)
        result = {**value, **result}
    return result


def _refused(word: str, detail: str, event: Any) -> YamlError:
    return YamlError(f"{word}: {detail}, line {event.start_mark.line + 1}")

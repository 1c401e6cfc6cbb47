"""Where two documents of one service say something else; order and hosts do not matter.

References are followed where they are written in different ways, so that a document in several
files is the same as one in a single piece.
"""

import json
from collections.abc import Iterator
from typing import Any

import msgspec

from gates.core.bundling import FILES, escaped
from gates.core.openapi import JSON, base_path, resolve

HOSTS = frozenset({"servers", "host", "schemes", "basePath", FILES})
# Lists whose order says nothing.
SETS = frozenset(
    {"required", "tags", "security", "enum", "type", "consumes", "produces", "oneOf", "anyOf"}
)
FALSE = frozenset(
    {"required", "deprecated", "nullable", "readOnly", "writeOnly", "uniqueItems", "explode"}
    | {"allowEmptyValue", "exclusiveMinimum", "exclusiveMaximum", "allowReserved"}
)
SHORT = 120
ABSENT = "nothing"


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One place where the documents differ; values as JSON, cut, or "nothing"."""

    place: str  # JSON pointer, paths with the base path in front
    committed: str
    served: str


def differences(committed: dict[str, JSON], served: dict[str, JSON]) -> tuple[Difference, ...]:
    """Every place where they differ, in the order of the first."""
    whole = FILES in committed or FILES in served
    walk = _Walk(committed, served)
    found: list[Difference] = []
    first, second = _plain(committed), _plain(served)
    for key in first | second:
        if not (whole and key in ("components", "definitions")):
            one, two = first.get(key, msgspec.UNSET), second.get(key, msgspec.UNSET)
            found += walk.compare(one, two, f"#/{escaped(key)}")
    return tuple(found)


def _plain(document: dict[str, JSON]) -> dict[str, Any]:
    """The document without its hosts, and with its base path in every path."""
    kept: dict[str, Any] = {k: v for k, v in document.items() if k not in HOSTS}
    base, paths = base_path(document), kept.get("paths")
    if isinstance(paths, dict):
        kept["paths"] = {base + path: item for path, item in paths.items()}
    return kept


class _Walk:
    def __init__(self, committed: JSON, served: JSON) -> None:
        self._documents = (committed, served)
        self._seen: set[tuple[str, str]] = set()

    def compare(self, one: Any, two: Any, place: str) -> Iterator[Difference]:
        """Yield the differences below a place."""
        one, two, again = self._followed(one, two)
        if again:
            return
        if isinstance(one, dict) and isinstance(two, dict):
            yield from self._objects(one, two, place)
        elif isinstance(one, list) and isinstance(two, list):
            yield from self._lists(one, two, place)
        elif not _equal(one, two):
            yield Difference(place=place, committed=_shown(one), served=_shown(two))

    def _followed(self, one: Any, two: Any) -> tuple[Any, Any, bool]:
        """Both without references, where theirs differ; True: this pair is being compared."""
        names = tuple(side.get("$ref") if isinstance(side, dict) else None for side in (one, two))
        if names[0] == names[1]:
            return one, two, False
        key = (str(names[0] or id(one)), str(names[1] or id(two)))
        if key in self._seen:
            return one, two, True
        self._seen.add(key)
        sides = [
            _resolved(document, side)
            for document, side in zip(self._documents, (one, two), strict=True)
        ]
        return sides[0], sides[1], False

    def _objects(
        self, one: dict[str, Any], two: dict[str, Any], place: str
    ) -> Iterator[Difference]:
        for key in one | two:
            if key == "servers":
                continue
            first, second = one.get(key, msgspec.UNSET), two.get(key, msgspec.UNSET)
            if not _both_silent(key, first, second):
                yield from self.compare(first, second, f"{place}/{escaped(key)}")

    def _lists(self, one: list[Any], two: list[Any], place: str) -> Iterator[Difference]:
        name = place.rpartition("/")[2]
        if name == "parameters":
            first, second = self._named(one, 0), self._named(two, 1)
            for key in first | second:
                pair = first.get(key, msgspec.UNSET), second.get(key, msgspec.UNSET)
                yield from self.compare(*pair, f"{place}/{escaped(key)}")
        elif name in SETS and all(not isinstance(v, dict | list) for v in (*one, *two)):
            if sorted(map(_key, one)) != sorted(map(_key, two)):
                yield Difference(place=place, committed=_shown(one), served=_shown(two))
        elif name in SETS:
            left = {_key(value) for value in one}
            right = {_key(value) for value in two}
            yield from self._ordered(
                [value for value in one if _key(value) not in right],
                [value for value in two if _key(value) not in left],
                place,
            )
        else:
            yield from self._ordered(one, two, place)

    def _ordered(self, one: list[Any], two: list[Any], place: str) -> Iterator[Difference]:
        for index in range(max(len(one), len(two))):
            first = one[index] if index < len(one) else msgspec.UNSET
            second = two[index] if index < len(two) else msgspec.UNSET
            yield from self.compare(first, second, f"{place}/{index}")

    def _named(self, listed: list[Any], side: int) -> dict[str, Any]:
        found = {}
        for number, one in enumerate(listed):
            value = _resolved(self._documents[side], one)
            said = value if isinstance(value, dict) else {}
            found[f"{said.get('in', '')} {said.get('name', number)}"] = value
        return found


def _resolved(document: JSON, value: Any) -> Any:
    for _ in range(20):
        reference = value.get("$ref") if isinstance(value, dict) else None
        if not isinstance(reference, str):
            break
        try:
            value = resolve(document, reference)
        except LookupError:
            break
    return value


def _both_silent(key: str, one: Any, two: Any) -> bool:
    """Whether one says nothing and the other what that means."""
    if one is not msgspec.UNSET and two is not msgspec.UNSET:
        return False
    said = two if one is msgspec.UNSET else one
    return (said is False and key in FALSE) or (
        said == [] and key in ("tags", "parameters", "required")
    )


def _equal(one: Any, two: Any) -> bool:
    if isinstance(one, bool) != isinstance(two, bool):
        return False
    return bool(one == two)


def _key(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _shown(value: Any) -> str:
    if value is msgspec.UNSET:
        return ABSENT
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text if len(text) <= SHORT else text[: SHORT - 1] + "…"

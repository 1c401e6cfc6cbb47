"""Differences of two schemas as to properties and entries, and which parts are to be compared on.

What is compared on is an edge: a step of the trail and the two schemas behind it.
"""

from collections.abc import Iterator
from typing import NamedTuple

from gates.core.compat.changes import Way
from gates.core.compat.forms import Form, Forms, Located
from gates.core.compat.values import shown
from gates.core.openapi import JSON


class Edge(NamedTuple):
    """A part that both have; `step` is its name in the trail."""

    step: str
    base: Located
    revision: Located


class Said(NamedTuple):
    """One difference: at the property `step`, or at the schema itself where it is ""."""

    stem: str
    step: str = ""
    old: str = ""
    new: str = ""


class Pair(NamedTuple):
    """Two schemas in the one form, and who can tell what theirs refer to."""

    base: Form
    revision: Form
    forms: tuple[Forms, Forms]

    def flags(self, name: str, keyword: str) -> tuple[bool, bool]:
        """Whether a property says so, on both sides."""
        first, second = self.forms
        return (
            _flag(first, self.base.properties.get(name), keyword),
            _flag(second, self.revision.properties.get(name), keyword),
        )


def differences(pair: Pair, way: Way) -> Iterator[Said | Edge]:
    """Yield what differs, and the edges to go on with."""
    base, revision, _ = pair
    if base.properties or revision.properties or base.required or revision.required:
        yield from _properties(pair, way)
    yield from _others(base, revision)
    yield from _patterns(base, revision)
    yield from _entries(base, revision)


def _properties(pair: Pair, way: Way) -> Iterator[Said | Edge]:
    base, revision, _ = pair
    compared = _in_request if way is Way.REQUEST else _in_response
    for name in base.properties:
        if name in revision.properties:
            yield from compared(pair, name)
        else:
            yield Said(_removed(pair, name, way), name)
    for name in revision.properties:
        if name not in base.properties:
            yield Said(_added(pair, name, way), name)
    undescribed = revision.required - base.required - revision.properties.keys()
    for name in sorted(undescribed - base.properties.keys()):
        yield Said("required-undescribed", name)


def _removed(pair: Pair, name: str, way: Way) -> str:
    if way is Way.RESPONSE:
        if pair.flags(name, "writeOnly")[0]:
            return "write-only-removed"
        return "required-removed" if name in pair.base.required else "optional-removed"
    if pair.flags(name, "readOnly")[0]:
        return "removed-read-only"
    if _closed(pair.revision):
        return "removed-refused"
    return "removed-deprecated" if pair.flags(name, "deprecated")[0] else "removed"


def _added(pair: Pair, name: str, way: Way) -> str:
    if way is Way.REQUEST and pair.flags(name, "readOnly")[1]:
        return "added-read-only"
    return "added-required" if name in pair.revision.required else "added-optional"


def _in_request(pair: Pair, name: str) -> Iterator[Said | Edge]:
    was, now = pair.flags(name, "readOnly")
    if was != now:
        yield Said("became-read-only" if now else "became-not-read-only", name)
    if not now:
        yield from _required(pair.base, pair.revision, name)
        yield Edge(name, pair.base.properties[name], pair.revision.properties[name])


def _in_response(pair: Pair, name: str) -> Iterator[Said | Edge]:
    was, now = pair.flags(name, "writeOnly")
    if was != now:
        needed = name in pair.base.required
        gone = "became-write-only" if needed else "optional-became-write-only"
        yield Said(gone if now else "became-not-write-only", name)
    if not was and not now:
        yield from _required(pair.base, pair.revision, name)
        yield Edge(name, pair.base.properties[name], pair.revision.properties[name])


def _required(base: Form, revision: Form, name: str) -> Iterator[Said]:
    if name in revision.required and name not in base.required:
        yield Said("became-required", name)
    elif name in base.required and name not in revision.required:
        yield Said("became-optional", name)


def _closed(form: Form) -> bool:
    return False in (form.said.get("additionalProperties"), form.said.get("unevaluatedProperties"))


def _others(base: Form, revision: Form) -> Iterator[Said | Edge]:
    """Properties that are not named."""
    if _closed(base) != _closed(revision):
        closed = _closed(revision)
        yield Said(f"additional-properties-{'refused' if closed else 'allowed'}")
        return
    old, new = (form.said.get("additionalProperties") for form in (base, revision))
    first, second = (value if isinstance(value, dict) and value else None for value in (old, new))
    if first is not None and second is not None:
        yield Edge("*", *(_below(form, "additionalProperties") for form in (base, revision)))
    elif second is not None:
        yield Said("additional-properties-described", "", "", shown(second))
    elif first is not None:
        yield Said("additional-properties-free", "", shown(first))


def _patterns(base: Form, revision: Form) -> Iterator[Said | Edge]:
    old, new = (_dict(form.said.get("patternProperties")) for form in (base, revision))
    for name in old | new:
        if name not in new:
            yield Said("pattern-property-removed", "", name)
        elif name not in old:
            yield Said("pattern-property-added", "", "", name)
        else:
            before, after = (_below(f, "patternProperties", name) for f in (base, revision))
            yield Edge(f"/{name}/", before, after)


def _entries(base: Form, revision: Form) -> Iterator[Said | Edge]:
    was, now = (form.said.get("uniqueItems") is True for form in (base, revision))
    if was != now:
        yield Said(f"unique-items-{'added' if now else 'removed'}")
    if "items" in base.said or "items" in revision.said:
        yield Edge("[]", _below(base, "items"), _below(revision, "items"))
    first, second = (_list(form.said.get("prefixItems")) for form in (base, revision))
    for index in range(max(len(first), len(second))):
        if index >= len(second):
            yield Said("prefix-items-removed", "", str(index))
        elif index >= len(first):
            yield Said("prefix-items-added", "", "", str(index))
        else:
            before, after = (_below(f, "prefixItems", str(index)) for f in (base, revision))
            yield Edge(f"[{index}]", before, after)


def _flag(forms: Forms, located: Located | None, keyword: str) -> bool:
    schema = located.schema if located else None
    if located is None or not isinstance(schema, dict):
        return False
    if "$ref" in schema or "allOf" in schema:
        return forms.of(located).said.get(keyword) is True
    return schema.get(keyword) is True


def _below(form: Form, keyword: str, name: str = "") -> Located:
    value: JSON = form.said.get(keyword, True)
    pointer = f"{form.pointer}/{keyword}"
    if not name:
        return Located(value, pointer)
    if isinstance(value, list):
        return Located(value[int(name)], f"{pointer}/{name}")
    escaped = name.replace("~", "~0").replace("/", "~1")
    return Located(_dict(value).get(name, True), f"{pointer}/{escaped}")


def _dict(value: JSON) -> dict[str, JSON]:
    return value if isinstance(value, dict) else {}


def _list(value: JSON) -> list[JSON]:
    return value if isinstance(value, list) else []

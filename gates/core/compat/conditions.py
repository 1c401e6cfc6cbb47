"""Differences of two schemas as to conditions: not, if, contains, names, what depends on what."""

from collections.abc import Iterator

from gates.core.compat.forms import Form, Located
from gates.core.compat.objects import Edge, Said
from gates.core.openapi import JSON

# Keyword of a schema that all or some parts must meet: its stem.
PARTS = (("contains", "contains"), ("propertyNames", "property-names"))


def differences(base: Form, revision: Form) -> Iterator[Said | Edge]:
    """Yield what differs, and the edges to go on with."""
    yield from _whole(base, revision, ("not",), "not")
    yield from _whole(base, revision, ("if", "then", "else"), "if")
    for keyword, stem in PARTS:
        old, new = base.said.get(keyword), revision.said.get(keyword)
        if old is not None and new is not None:
            places = (Located(old, f"{base.pointer}/{keyword}"),)
            yield Edge(f"({keyword})", *places, Located(new, f"{revision.pointer}/{keyword}"))
        elif old != new:
            yield Said(f"{stem}-{'added' if old is None else 'removed'}")
    yield from _unevaluated(base, revision)
    yield from _required_with(base, revision)
    yield from _schemas_with(base, revision)


def _whole(base: Form, revision: Form, keywords: tuple[str, ...], stem: str) -> Iterator[Said]:
    old, new = ([form.said.get(key) for key in keywords] for form in (base, revision))
    if old == new:
        return
    if old[0] is None:
        yield Said(f"{stem}-added")
    elif new[0] is None:
        yield Said(f"{stem}-removed")
    else:
        yield Said(f"{stem}-changed")


def _unevaluated(base: Form, revision: Form) -> Iterator[Said]:
    """Of properties, `unevaluatedProperties` is read together with additionalProperties."""
    was, now = (form.said.get("unevaluatedItems") is False for form in (base, revision))
    if was != now:
        stem = "unevaluated-refused" if now else "unevaluated-allowed"
        yield Said(stem, "", "" if now else "entries", "entries" if now else "")


def _required_with(base: Form, revision: Form) -> Iterator[Said]:
    old, new = (_dict(form.said.get("dependentRequired")) for form in (base, revision))
    for name in old | new:
        before, after = ({str(n) for n in _list(side.get(name))} for side in (old, new))
        if after - before:
            yield Said("dependent-required-added", "", "", name)
        if before - after:
            yield Said("dependent-required-removed", "", name)


def _schemas_with(base: Form, revision: Form) -> Iterator[Said | Edge]:
    old, new = (_dict(form.said.get("dependentSchemas")) for form in (base, revision))
    for name in old | new:
        if name not in old:
            yield Said("dependent-schema-added", "", "", name)
        elif name not in new:
            yield Said("dependent-schema-removed", "", name)
        else:
            places = (Located(old[name], f"{base.pointer}/dependentSchemas/{name}"),)
            after = Located(new[name], f"{revision.pointer}/dependentSchemas/{name}")
            yield Edge(f"(with {name})", *places, after)


def _dict(value: JSON) -> dict[str, JSON]:
    return value if isinstance(value, dict) else {}


def _list(value: JSON) -> list[JSON]:
    return value if isinstance(value, list) else []

"""Differences of two schemas as to oneOf, anyOf and discriminator: choices matched by meaning."""

from collections.abc import Callable, Iterator

from gates.core.compat.forms import Form, Forms, Located
from gates.core.compat.objects import Edge, Said
from gates.core.compat.values import named, shown_whole
from gates.core.openapi import JSON

Fits = Callable[[Located, Located], bool]  # base, revision: nothing of it breaks anybody
MOST = 400  # pairs of choices that are compared by meaning


def differences(
    base: Form, revision: Form, forms: tuple[Forms, Forms], fits: Fits
) -> Iterator[Said | Edge]:
    """Yield what differs, and the edges to go on with."""
    yield from _discriminator(base, revision)
    if base.choices == revision.choices == ():
        return
    if one_sided(base, revision):
        yield from _one_sided(base, revision, fits)
    elif len(base.choices) == len(revision.choices) == 1:
        yield from _matched(base, revision, forms, fits)
    elif _names(base) != _names(revision):
        yield Said("choices-changed", "", _names(base), _names(revision))


def one_sided(base: Form, revision: Form) -> bool:
    """Whether only one of them has choices: then they stand for all that the other says."""
    return bool(base.choices) != bool(revision.choices)


def _matched(
    base: Form, revision: Form, forms: tuple[Forms, Forms], fits: Fits
) -> Iterator[Said | Edge]:
    (_, before), (kind, after) = base.choices[0], revision.choices[0]
    pairs, gone, added = matching(before, after, forms)
    if len(gone) == len(added) == 1 and _alike(gone[0], added[0], forms):
        pairs, gone, added = [*pairs, (gone[0], added[0])], [], []
    for old, new in pairs:
        yield Edge(f"({name(new)})", old, new)
    word = "one-of" if kind == "oneOf" else "any-of"
    few = len(gone) * len(after) <= MOST and len(added) * len(before) <= MOST
    for old in gone:
        if not (few and any(fits(old, new) for new in after)):
            yield Said(f"{word}-removed", "", name(old))
    for new in added:
        if not (few and any(fits(old, new) for old in before)):
            yield Said(f"{word}-added", "", "", name(new))


def _one_sided(base: Form, revision: Form, fits: Fits) -> Iterator[Said]:
    """A schema that had no choices and has some, or the other way round."""
    if revision.choices:
        plain = Located(_plain(base), f"{base.pointer}%plain")
        listed = [one for _, group in revision.choices for one in group][:MOST]
        if base.types is None and not base.properties:
            yield Said("choices-added", "", "", _names(revision))
        elif any(fits(plain, one) for one in listed):
            for one in (one for one in listed if not fits(plain, one)):
                yield Said("one-of-added", "", "", name(one))
        else:
            yield Said("became-choices", "", named(base.types), _names(revision))
        return
    plain = Located(_plain(revision), f"{revision.pointer}%plain")
    listed = [one for _, group in base.choices for one in group][:MOST]
    if revision.types is None and not revision.properties:
        yield Said("choices-removed", "", _names(base), "")
    elif any(fits(one, plain) for one in listed):
        for one in (one for one in listed if not fits(one, plain)):
            yield Said("one-of-removed", "", name(one))
    else:
        yield Said("became-one-schema", "", _names(base), named(revision.types))


def _plain(form: Form) -> JSON:
    """The form as a schema again, without its choices."""
    said = {key: value for key, value in form.said.items() if key not in DROPPED}
    if form.types is not None:
        said["type"] = [*sorted(form.types)]
    said["properties"] = {key: located.schema for key, located in form.properties.items()}
    said["required"] = [*sorted(form.required)]
    return said


DROPPED = frozenset({"oneOf", "anyOf", "allOf", "$ref", "nullable", "x-nullable", "discriminator"})


def matching(
    before: tuple[Located, ...], after: tuple[Located, ...], forms: tuple[Forms, Forms]
) -> tuple[list[tuple[Located, Located]], list[Located], list[Located]]:
    """Return (pairs, only before, only after): by equality first, then by name."""
    gone, added = list(before), list(after)
    pairs: list[tuple[Located, Located]] = []
    for keyed in (_equal, lambda one, _: name(one), _told):
        later = {}
        for one in reversed(added):
            later[keyed(one, forms[1])] = one
        for one in list(gone):
            key = keyed(one, forms[0])
            other = later.pop(key, None) if key else None
            if other is not None:
                pairs.append((one, other))
                gone.remove(one)
                added.remove(other)
    return pairs, gone, added


def name(one: Located) -> str:
    """What a choice is called: by its reference, its title, its type, or its place."""
    schema = one.schema
    if not isinstance(schema, dict):
        return one.pointer.rpartition("/")[2]
    reference, title, kind = schema.get("$ref"), schema.get("title"), schema.get("type")
    if isinstance(reference, str):
        return reference.rpartition("/")[2]
    if isinstance(title, str):
        return title
    return kind if isinstance(kind, str) else one.pointer.rpartition("/")[2]


def _equal(one: Located, _: Forms) -> str:
    return shown_whole(one.schema)


def _told(one: Located, forms: Forms) -> str:
    """The properties that can have one value only: they tell the kind."""
    form = forms.of(one)
    told = []
    for key, located in form.properties.items():
        values = forms.of(located).values
        if values is not None and len(values) == 1:
            told.append(f"{key}={shown_whole(values[0])}")
    return " ".join(sorted(told))


def _alike(old: Located, new: Located, forms: tuple[Forms, Forms]) -> bool:
    """Whether two choices that are left over may be one that changed."""
    first, second = forms[0].of(old), forms[1].of(new)
    if first.types != second.types:
        return False
    both = first.properties.keys() & second.properties.keys()
    return bool(both) or not (first.properties and second.properties)


def _names(form: Form) -> str:
    return ", ".join(name(one) for _, group in form.choices for one in group)[:400]


def _discriminator(base: Form, revision: Form) -> Iterator[Said]:
    old, new = (_dict(form.said.get("discriminator")) for form in (base, revision))
    first, second = str(old.get("propertyName", "")), str(new.get("propertyName", ""))
    if old and new and first != second:
        yield Said("discriminator-property-changed", "", first, second)
    elif bool(old) != bool(new):
        yield Said(f"discriminator-{'added' if new else 'removed'}", "", first, second)
    if not old or not new:
        return
    before, after = (_dict(side.get("mapping")) for side in (old, new))
    for key in before | after:
        if key not in after:
            yield Said("discriminator-mapping-removed", "", key)
        elif key not in before:
            yield Said("discriminator-mapping-added", "", "", key)
        elif before[key] != after[key]:
            yield Said("discriminator-mapping-changed", "", key, str(after[key]))


def _dict(value: JSON) -> dict[str, JSON]:
    return value if isinstance(value, dict) else {}

"""Differences of two schemas as to single values: type, null, format, list, bounds, pattern."""

import json
from collections.abc import Iterator

from gates.core.compat.forms import Form, inside, is_number
from gates.core.compat.rules import BOUNDS
from gates.core.openapi import JSON

# Formats that say how a value is shown or written, not which values there are.
SHOWN = frozenset({"password", "textarea", "html", "markdown", "hidden"})
WIDER = {
    "int32": {"int64"},
    "float": {"double"},
    "uri": {"uri-reference", "iri"},
    "email": {"idn-email"},
    "hostname": {"idn-hostname"},
}
SHORT = 80
Said = Iterator[tuple[str, str, str]]


def compatible(base: Form, revision: Form) -> bool:
    """Whether the types overlap, so that it makes sense to look at more than them."""
    return inside(base.types, revision.types) or inside(revision.types, base.types)


def life(base: Form, revision: Form) -> Said:
    """What can be said of schemas of which one has choices and the other none."""
    yield from _null(base, revision)
    yield from _default(base, revision)


def differences(base: Form, revision: Form, textual: bool = False) -> Said:
    """Yield (stem, old, new). `textual`: on the wire everything is text, as in a query."""
    yield from _types(base, revision, textual)
    yield from _null(base, revision)
    same = compatible(base, revision)
    if same or (textual and _is_text(base, revision)):
        yield from _values(base, revision)
        yield from _format(base, revision)
        yield from _pattern(base, revision)
    if same:
        yield from _bounds(base, revision)
        yield from _multiple(base, revision)
        yield from _content(base, revision)
    yield from _default(base, revision)


def shown(value: JSON) -> str:
    """A value in a message, cut if it is long."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text if len(text) <= SHORT else text[: SHORT - 1] + "…"


def named(types: frozenset[str] | None) -> str:
    """Types in a message."""
    if types is None:
        return "anything"
    return " or ".join(sorted(types)) if types else "nothing"


def _null(base: Form, revision: Form) -> Said:
    """A schema without a type allows null anyway, unless its choices do not."""
    free = any(one.types is None and not one.choices for one in (base, revision))
    if not free and base.nullable != revision.nullable:
        yield f"became-{'' if revision.nullable else 'not-'}nullable", "", ""


def _types(base: Form, revision: Form, textual: bool) -> Said:
    if base.types == revision.types or _told_by_choices(base, revision):
        return
    if inside(revision.types, base.types) or (textual and _is_text(base, revision)):
        stem = "type-generalized"
    elif inside(base.types, revision.types):
        stem = "type-specialized"
    else:
        stem = "type-changed"
    yield stem, named(base.types), named(revision.types)


def _is_text(base: Form, revision: Form) -> bool:
    """Whether what was one value is now any text: on the wire it was text before."""
    parts = base.types is None or base.types & {"array", "object"}
    return revision.types == frozenset({"string"}) and not parts


def _told_by_choices(base: Form, revision: Form) -> bool:
    """Whether a missing type stands for choices or listed values, which are compared themselves."""
    return any(
        one.types is None and (one.choices or one.values is not None) for one in (base, revision)
    )


def _values(base: Form, revision: Form) -> Said:
    old, new = base.values, revision.values
    if old is not None and new is not None:
        yield from _listed(old, new, base, revision)
    elif new is not None:
        yield "became-enum", "", ", ".join(map(shown, new))[:400]
    elif old is not None:
        yield "became-not-enum", ", ".join(map(shown, old))[:400], ""
    before, after = (_extensible(form) for form in (base, revision))
    if before is not None and after is not None:
        for value in (v for v in before if v not in after):
            yield "x-extensible-enum-value-removed", shown(value), ""
        for value in (v for v in after if v not in before):
            yield "x-extensible-enum-value-added", "", shown(value)


def _listed(old: tuple[JSON, ...], new: tuple[JSON, ...], base: Form, revision: Form) -> Said:
    before = {shown_whole(value) for value in old}
    after = {shown_whole(value) for value in new}
    if len(before) == len(after) == 1 and before != after:
        yield "const-changed", shown(old[0]), shown(new[0])
        return
    for value in old:
        if shown_whole(value) not in after:
            yield "enum-value-removed", shown(value), ""
    if "x-extensible-enum" in revision.said or "x-extensible-enum" in base.said:
        return
    for value in new:
        if shown_whole(value) not in before:
            yield "enum-value-added", "", shown(value)


def shown_whole(value: JSON) -> str:
    """A value as a key: 1 and true differ, as they do in JSON."""
    return json.dumps(value, sort_keys=True)


def _extensible(form: Form) -> list[JSON] | None:
    values = form.said.get("x-extensible-enum")
    return values if isinstance(values, list) else None


def _format(base: Form, revision: Form) -> Said:
    old, new = _said_format(base), _said_format(revision)
    if old == new:
        return
    if not old:
        yield "format-added", "", new
    elif not new:
        yield "format-removed", old, ""
    elif new in WIDER.get(old, ()):
        yield "format-generalized", old, new
    elif old in WIDER.get(new, ()):
        yield "format-specialized", old, new
    else:
        yield "format-changed", old, new


def _said_format(form: Form) -> str:
    said = form.said.get("format")
    return said if isinstance(said, str) and said not in SHOWN else ""


def _pattern(base: Form, revision: Form) -> Said:
    gone, added = base.patterns - revision.patterns, revision.patterns - base.patterns
    old, new = (" and ".join(sorted(patterns))[:400] for patterns in (gone, added))
    if gone and added:
        yield "pattern-changed", old, new
    elif added:
        yield "pattern-added", "", new
    elif gone:
        yield "pattern-removed", old, ""


def _bounds(base: Form, revision: Form) -> Said:
    if not (base.said.keys() | revision.said.keys()) & BOUNDS.keys():
        return
    for keyword, stem in BOUNDS.items():
        if keyword in RANGES:
            old, new = _end(base, keyword), _end(revision, keyword)
        else:
            old, new = _plain(base, keyword), _plain(revision, keyword)
        if old == new:
            continue
        if old is None:
            yield f"{stem}-set", "", _told(new)
        elif new is None:
            yield f"{stem}-unset", _told(old), ""
        else:
            word = "increased" if new > old else "decreased"
            yield f"{stem}-{word}", _told(old), _told(new)


RANGES = {"minimum": 1, "maximum": -1}
ZERO = frozenset({"minLength", "minItems", "minProperties"})  # 0 is what holds anyway


def _number(form: Form, keyword: str) -> float | None:
    value = form.said.get(keyword)
    return value if is_number(value) else None  # type: ignore[return-value]


def _plain(form: Form, keyword: str) -> tuple[float, int] | None:
    value = _number(form, keyword)
    return None if value is None or (value == 0 and keyword in ZERO) else (value, 0)


def _end(form: Form, keyword: str) -> tuple[float, int] | None:
    """One end of a range as (value, 0), with ±1 where the value itself is outside."""
    sign = RANGES[keyword]
    ends: list[tuple[float, int]] = []
    closed, opened = _number(form, keyword), _number(form, "exclusive" + keyword.capitalize())
    if closed is not None:
        ends.append((closed, 0))
    if opened is not None:
        whole = form.types == frozenset({"integer"}) and float(opened).is_integer()
        ends.append((opened + sign, 0) if whole else (opened, sign))
    if not ends:
        return None
    return max(ends) if sign > 0 else min(ends)


def _told(end: tuple[float, int] | None) -> str:
    if end is None:
        return ""
    return f"{end[0]:.15g}" + (" (exclusive)" if end[1] else "")


def _multiple(base: Form, revision: Form) -> Said:
    old, new = _number(base, "multipleOf"), _number(revision, "multipleOf")
    if old == new:
        return
    if old is None or new is None:
        said = (f"{old:g}" if old else "", f"{new:g}" if new else "")
        yield ("multiple-of-set" if old is None else "multiple-of-removed"), *said
    elif _divides(old, new):
        yield "multiple-of-specialized", f"{old:g}", f"{new:g}"
    elif _divides(new, old):
        yield "multiple-of-generalized", f"{old:g}", f"{new:g}"
    else:
        yield "multiple-of-changed", f"{old:g}", f"{new:g}"


def _divides(small: float, large: float) -> bool:
    return small > 0 and abs(large / small - round(large / small)) < 1e-9


def _content(base: Form, revision: Form) -> Said:
    for keyword, stem in (
        ("contentEncoding", "content-encoding-changed"),
        ("contentMediaType", "content-media-type-changed"),
    ):
        old, new = base.said.get(keyword), revision.said.get(keyword)
        if old != new:
            yield stem, shown(old) if old else "none", shown(new) if new else "none"


def _default(base: Form, revision: Form) -> Said:
    old, new = base.said.get("default"), revision.said.get("default")
    if shown_whole(old) == shown_whole(new):
        return
    if old is None:
        yield "default-added", "", shown(new)
    elif new is None:
        yield "default-removed", shown(old), ""
    else:
        yield "default-changed", shown(old), shown(new)

"""Compares what two answers say of an object, leaving out what changes by itself."""

import re
from collections.abc import Iterator

from gates.core.openapi import JSON

Path = tuple[str, ...]
Scalar = str | int | float | bool | None
TIMES = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?")


def leaves(value: JSON, path: Path = ()) -> Iterator[tuple[Path, Scalar]]:
    """Every single value with the names that lead to it; entries of lists by their number."""
    match value:
        case dict():
            for name, part in value.items():
                yield from leaves(part, (*path, name))
        case list():
            for number, part in enumerate(value):
                yield from leaves(part, (*path, str(number)))
        case _:
            yield path, value


def restless(one: JSON, two: JSON) -> frozenset[Path]:
    """What differs between two answers to the same request."""
    first, second = dict(leaves(one)), dict(leaves(two))
    return frozenset(path for path in first if first[path] != second.get(path))


def same_object(seen: JSON, own: JSON, ignored: frozenset[Path] = frozenset()) -> bool:
    """Whether an answer shows all that its owner sees.

    Every name has to be there, and every text and number the same; truth values may differ,
    since a service may say what the caller may do. A view with fewer names is another one.
    """
    first, second = dict(leaves(own)), dict(leaves(seen))
    kept = {path: value for path, value in first.items() if path not in ignored}
    if not kept or not any(_says_something(value) for value in kept.values()):
        return False
    return all(path in second and _alike(value, second[path]) for path, value in kept.items())


def changed(before: JSON, after: JSON, ignored: frozenset[Path] = frozenset()) -> bool:
    """Whether an object is another one than before, times aside."""
    first, second = dict(leaves(before)), dict(leaves(after))
    paths = (set(first) | set(second)) - ignored
    return any(
        first.get(path) != second.get(path)
        and not (_is_time(first.get(path)) and _is_time(second.get(path)))
        for path in paths
    )


def equal(sent: JSON, found: JSON) -> bool:
    """Whether a value came back: 1 is 1.0, and a time may be spelled in another way."""
    if isinstance(sent, bool) or isinstance(found, bool):
        return _as_bool(sent) is not None and _as_bool(sent) == _as_bool(found)
    one, two = _as_number(sent), _as_number(found)
    if one is not None and two is not None:
        return one == two
    if _is_time(sent) and isinstance(found, str):
        return str(sent)[:16].replace(" ", "T") == found[:16].replace(" ", "T")
    return sent == found


def _alike(own: Scalar, seen: Scalar) -> bool:
    return own == seen or isinstance(own, bool) or own is None


def _says_something(value: Scalar) -> bool:
    return value not in (None, "", 0) and not isinstance(value, bool)


def _is_time(value: JSON) -> bool:
    return isinstance(value, str) and TIMES.fullmatch(value) is not None


def _as_bool(value: JSON) -> bool | None:
    match value:
        case True | "true" | "True":
            return True
        case False | "false" | "False":
            return False
        case 1 | 0:
            return bool(value)
        case _:
            return None


def _as_number(value: JSON) -> float | None:
    try:
        return float(value) if isinstance(value, str | int | float) else None
    except ValueError:
        return None

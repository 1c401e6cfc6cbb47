"""Routes of a framework's table, and which of them no document has."""

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase

import msgspec

UNSEEN = frozenset({"HEAD", "OPTIONS"})  # frameworks answer them by themselves
_BRACES = re.compile(r"\{[^{}]*\}")
_ANGLES = re.compile(r"<[^<>]*>")
_COLON = re.compile(r"(?<=/):[A-Za-z_]\w*(\([^()]*\))?\??")
_GREEDY = re.compile(r"\{[^{}:]*:path\}|<path:[^<>]*>")


class Route(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """One route. `methods` empty: whichever; `unsure`: only some settings switch it on."""

    path: str
    methods: tuple[str, ...] = ()
    file: str = ""
    line: int = 0
    unsure: bool = False


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """The routes that the source shows. `whole`: nothing of it was out of reach."""

    framework: str
    routes: tuple[Route, ...]
    whole: bool = True
    notes: tuple[str, ...] = ()


def shape(path: str) -> str:
    """A path without the names of its parameters, however a framework writes them."""
    text = _GREEDY.sub("{*}", "/" + path.lstrip("/"))
    text = _COLON.sub("{}", _ANGLES.sub("{}", text))
    text = _BRACES.sub(lambda found: "{*}" if found[0] == "{*}" else "{}", text)
    return re.sub(r"/{2,}", "/", text).rstrip("/") or "/"


def undocumented(
    routes: Iterable[Route], documented: Iterable[tuple[str, str]], allowed: Iterable[str]
) -> tuple[tuple[str, Route], ...]:
    """Return (method, route) of every route that no document has; method "" means any.

    `documented` are (method, path) pairs, each with and without its base path; `allowed` are
    patterns of paths that need not be documented, with * for anything.
    """
    known: dict[str, set[str]] = {}
    for method, path in documented:
        known.setdefault(shape(path).replace("{*}", "{}"), set()).add(method)
    patterns = tuple(allowed)
    found: dict[tuple[str, str], tuple[str, Route]] = {}
    for route in routes:
        said = shape(route.path)
        if any(fnmatchcase(said, one) or fnmatchcase(route.path, one) for one in patterns):
            continue
        have = known.get(said.replace("{*}", "{}"), set())
        for method in sorted(set(route.methods) - UNSEEN) or ([""] if not route.methods else []):
            if (method and method not in have) or (not method and not have):
                found.setdefault((method, said), (method, route))
    return tuple(found[key] for key in sorted(found))

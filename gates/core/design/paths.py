"""Rules for the paths of a document: plural kebab-case nouns, and a version."""

import re
from collections.abc import Callable, Iterator
from itertools import pairwise

from gates.core.design.model import KNOWN_WORDS, Api, Violation
from gates.core.design.routing import segments
from gates.core.design.words import KEBAB, is_plural, kebab, plural, verb
from gates.core.documented import Documented
from gates.core.envelopes import contents

VERSION = re.compile(r"v\d+(?:[._-]?\d+)*(?:-?(?:alpha|beta|rc)\d*)?|\d{4}-\d{2}-\d{2}", re.I)
VERSION_HEADERS = re.compile(r"(?:x-)?(?:api|accept)-?version|version", re.IGNORECASE)
VERSION_MEDIA = re.compile(r"[.;+-]v(?:ersion=)?\d+|version=", re.IGNORECASE)
UNVERSIONED = frozenset({"auth", "oauth", "oauth2", "login", "logout", ".well-known", "graphql"})


def nouns(api: Api) -> list[Violation]:
    """Paths name things; what is done with them is said by the method."""
    others = frozenset(kebab(part) for op in api.operations for part in _fixed(op))
    return [
        Violation("path-noun", op.path, f'"{part}" begins with the verb "{found}"', _noun(op, part))
        for op in _one_for_each_path(api)
        for part in _fixed(op)
        if part not in api.settings.actions and (found := verb(part, others))
    ]


def cases(api: Api) -> list[Violation]:
    """Fixed parts of paths are in kebab case."""
    return [
        Violation(
            "path-case", op.path, f'"{part}" is not in kebab case', _changed(op.path, part, kebab)
        )
        for op in _one_for_each_path(api)
        for part in _fixed(op)
        if part not in api.settings.actions and not KEBAB.fullmatch(part.lstrip("."))
    ]


def plurals(api: Api) -> list[Violation]:
    """What stands before a parameter is a collection, and so a plural."""
    found = {}
    for op in _one_for_each_path(api):
        parts = segments(op.path)
        for part, following in pairwise(parts):
            if not following.startswith("{") or not _is_collection(part, api):
                continue
            place = op.path[: op.path.index(f"/{part}") + len(part) + 1]
            better = _changed(place, part, plural)
            found[place] = Violation(
                "path-plural", place, f'the collection "{part}" is a singular', better
            )
    return list(found.values())


def version(api: Api) -> list[Violation]:
    """A version stands in every path, or is chosen by a header."""
    if _by_header(api):
        return []
    paths = [op.path for op in _one_for_each_path(api) if _first(op.path) not in UNVERSIONED]
    bare = [path for path in paths if not any(VERSION.fullmatch(p) for p in segments(path))]
    if not bare:
        return []
    if len(bare) == len(paths):
        text = "neither a path nor a header names a version"
        return [Violation("path-version", "#/paths", text, f"/v1{bare[0]}")]
    return [
        Violation("path-version", path, "the path names no version", f"/v1{path}") for path in bare
    ]


def _one_for_each_path(api: Api) -> Iterator[Documented]:
    yield from {op.path: op for op in reversed(api.operations)}.values()


def _fixed(op: Documented) -> tuple[str, ...]:
    """The parts of a path that are words: no parameters, no versions; `books:batch` is two."""
    parts = (piece for part in segments(op.path) if "{" not in part for piece in part.split(":"))
    return tuple(p for p in parts if p and not VERSION.fullmatch(p) and p not in KNOWN_WORDS)


def _is_collection(part: str, api: Api) -> bool:
    plain = "{" not in part and ":" not in part and part.lower() not in KNOWN_WORDS
    known = part in api.settings.actions or VERSION.fullmatch(part) or is_plural(part)
    return plain and not known


def _noun(op: Documented, part: str) -> str:
    """`/getBook` as `/books/{id}`."""
    rest = kebab(part).partition("-")[2]
    if not rest:
        return f"{op.path.replace(f'/{part}', '', 1) or '/'}: let the method say it"
    item = not is_plural(rest) and op.operation.method != "POST" and not op.path.endswith("}")
    return _changed(op.path, part, lambda _: plural(rest)) + ("/{id}" if item else "")


def _changed(path: str, part: str, how: Callable[[str], str]) -> str:
    return "/".join(how(piece) if piece == part else piece for piece in path.split("/"))


def _first(path: str) -> str:
    return next(iter(segments(path)), "")


def _by_header(api: Api) -> bool:
    headers = (one.name for op in api.operations for one in op.parameters if one.place == "header")
    if any(VERSION_HEADERS.fullmatch(name) for name in headers):
        return True
    media = (
        kind
        for op in api.operations
        for response in op.responses.values()
        for kind in contents(response, {})
    )
    return any(VERSION_MEDIA.search(kind) for kind in media)

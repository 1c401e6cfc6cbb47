"""Checks request collections against the document: each request is a documented operation."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from gates.probes import _common
from gates.probes._looks import Flaw, Look, counted
from gates.probes.documentation import collection
from gates.probes.documentation.collection import Asked, CollectionError
from gates.probes.documentation.operations import Described

METRIC = "documentation.collection_violations"
_HERE = frozenset({"localhost", "127.0.0.1", "::1", "host.docker.internal"})
_LEADING = re.compile(r"^\{\{[^{}]*\}\}")
_HOST = re.compile(r"^(?:https?:)?//", re.IGNORECASE)
_VARIABLE = re.compile(r"\{\{[^{}]*\}\}|\{[^{}]*\}|:[A-Za-z_]\w*|<[^<>]*>|\$\w+")
_KINDS = "*.postman_collection.json, an export of Insomnia, *.bru, *.http"


def looked(
    tree: Path,
    named: str,
    files: tuple[str, ...],
    operations: tuple[Described, ...],
    base_path: str,
    servers: frozenset[str],
) -> Look:
    """What is wrong with the collections; `servers` are host names of the service."""
    places = collections(tree, named, files)
    if not places:
        what = f"there is no request collection: {named or _KINDS}"
        fix = "Commit the collection that you use, or name its place: documentation.requests."
        missing = Flaw(rule="collection-missing", message=what, path=named, fix=fix)
        return counted(METRIC, (missing,), examined=1)
    found: list[Flaw] = []
    count, others = 0, 0
    for place in places:
        try:
            asked = collection.requests(place, _common.read_text(tree, place) or "")
        except CollectionError as error:
            found.append(_unreadable(place, str(error)))
            continue
        own = tuple(one for one in asked if not _is_elsewhere(one, servers))
        count, others = count + len(own), others + len(asked) - len(own)
        found += _unknown(place, own, operations, base_path)
    note = f"{others} requests of the collections go to other hosts: not looked at"
    return counted(
        METRIC,
        found,
        examined=len(places),
        detail=f"{count} requests of {len(places)} collections",
        notes=(note,) if others else (),
    )


def hosts(document: dict[str, Any]) -> frozenset[str]:
    """The host names that the document gives its service."""
    servers = document.get("servers")
    urls = [one.get("url") for one in _objects(servers)]
    urls.append(f"//{document.get('host', '')}")  # Swagger 2.0
    named = (urlsplit(_VARIABLE.sub("x", url)).hostname for url in urls if isinstance(url, str))
    return frozenset(name.lower() for name in named if name)


def _objects(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def collections(tree: Path, named: str, files: tuple[str, ...]) -> tuple[str, ...]:
    """The files of the collections: the one named, those below the folder named, or all."""
    if not named:
        return tuple(name for name in files if collection.is_collection(name))
    if _common.inside(tree, named).is_dir():
        below = f"{named.rstrip('/')}/"
        return tuple(n for n in files if n.startswith(below) and collection.is_collection(n))
    return (named,) if (tree / named).is_file() else ()


def fits(asked: Asked, one: Described, base_path: str) -> bool:
    """Whether a request is the operation; an address may begin with a variable or a host."""
    if asked.method.upper() != one.method:
        return False
    plain = asked.url.split("?")[0].split("#")[0]
    path, is_whole = _path(plain)
    templates = {one.path, base_path + one.path}
    if any(_same(path, template) for template in templates):
        return True
    return not is_whole and any(_ends(template, path) for template in templates)


def _path(url: str) -> tuple[str, bool]:
    """The path of an address, and whether it begins at the root of the service."""
    leading = _LEADING.match(url)
    if leading:
        return url[leading.end() :], False
    if _HOST.match(url):
        return "/" + url.split("//", 1)[1].partition("/")[2], True
    return url, True


def _same(path: str, template: str) -> bool:
    given, wanted = path.strip("/").split("/"), template.strip("/").split("/")
    return len(given) == len(wanted) and all(
        (bool(part) and "{" in want) or part == want
        for part, want in zip(given, wanted, strict=True)
    )


def _ends(template: str, path: str) -> bool:
    """Whether the end of a template is the path: what stands before it is in the variable."""
    given, wanted = path.strip("/").split("/"), template.strip("/").split("/")
    rest = wanted[-len(given) :]
    return len(given) < len(wanted) and given[0] == rest[0] and _same(path, "/".join(rest))


def _is_elsewhere(asked: Asked, servers: frozenset[str]) -> bool:
    if not _HOST.match(asked.url):
        return False
    host = (urlsplit(_VARIABLE.sub("x", asked.url)).hostname or "").lower()
    return bool(host) and host not in _HERE | servers


def _unknown(
    place: str, asked: tuple[Asked, ...], operations: tuple[Described, ...], base_path: str
) -> Iterator[Flaw]:
    seen: set[str] = set()
    for one in asked:
        label = f"{one.method.upper()} {_path(one.url.split('?')[0])[0] or '/'}"[:200]
        if label in seen or any(fits(one, known, base_path) for known in operations):
            continue
        seen.add(label)
        what = f"{place} asks for {label}, which the OpenAPI document does not have"
        fix = "Mend whichever of the two is wrong: the collection or the OpenAPI document."
        yield Flaw(rule="collection-route", message=what, path=place, line=one.line, fix=fix)


def _unreadable(place: str, why: str) -> Flaw:
    what = f"{place} cannot be read as a collection of requests: {why[:200]}"
    fix = "Export it anew, or mend it."
    return Flaw(rule="collection-unreadable", message=what, path=place, fix=fix)

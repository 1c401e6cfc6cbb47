"""One document out of several that one service has: full paths, names kept apart.

Each document is bundled before. Paths get their document's base path; components, files and
operationIds whose name an earlier document has are renamed, and everything that refers to them.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from gates.core.bundling import FILES, escaped
from gates.core.openapi import JSON, METHODS, base_path, unreadable, version

SECTIONS_2 = ("definitions", "parameters", "responses", "securityDefinitions")
INHERITED = ("security", "consumes", "produces")
_TEMPLATE = re.compile(r"\{[^/}]*\}")
Names = dict[str, str]


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One document: `base` is the base path that the target file names for it, "" for its own."""

    name: str
    document: dict[str, JSON]
    base: str = ""


def merged(parts: Sequence[Part]) -> dict[str, JSON]:
    """The document of all parts; a single one as it is.

    Raises DocumentError: UNREADABLE_RESULT `mixed-versions` or `path-conflict`.
    """
    if len(parts) == 1:
        return parts[0].document
    _refuse_mixed(parts)
    whole: dict[str, Any] = {}
    owners: dict[tuple[str, str], str] = {}
    for number, part in enumerate(parts, start=1):
        moved = _Moved(part, number, whole)
        _refuse_conflicts(moved.document["paths"], part.name, owners)
        whole = _joined(whole, moved.document)
    return whole


class _Moved:
    """A document with full paths, under names that none before it has."""

    def __init__(self, part: Part, number: int, before: Mapping[str, Any]) -> None:
        self._base = base_path(part.document, part.base)
        self._references: Names = {}
        self._operations: Names = {}
        self._schemes: Names = {}
        document = _explicit(part.document)
        for section, held in _sections(document):
            known = dict(_sections(dict(before))).get(section, {})
            for name, value in held.items():
                if name in known and not _is_same(section, known[name], value):
                    self._rename(section, name, f"{name}.{number}")
        ids = {id for _, _, id in _ids(before)}
        for _, _, id in _ids(document):
            if id in ids:
                self._operations[id] = f"{id}.{number}"
        self.document: dict[str, Any] = self._moved(document)

    def _rename(self, section: str, name: str, new: str) -> None:
        prefix = f"#/{section}"
        self._references[f"{prefix}/{escaped(name)}"] = f"{prefix}/{escaped(new)}"
        if section in ("components/securitySchemes", "securityDefinitions"):
            self._schemes[name] = new

    def _moved(self, document: dict[str, Any]) -> dict[str, Any]:
        rewritten = {key: self._rewritten(value, key) for key, value in document.items()}
        paths = rewritten.get("paths")
        rewritten["paths"] = {
            f"{self._base}{path}": item
            for path, item in (paths if isinstance(paths, dict) else {}).items()
        }
        for section, held in _sections(rewritten):
            names = {name: self._name(section, name) for name in held}
            _put(rewritten, section, {names[name]: value for name, value in held.items()})
        rewritten.pop("basePath", None)
        rewritten.pop("servers", None)
        return rewritten

    def _name(self, section: str, name: str) -> str:
        new = self._references.get(f"#/{section}/{escaped(name)}")
        return new.rpartition("/")[2].replace("~1", "/").replace("~0", "~") if new else name

    def _rewritten(self, value: Any, key: str) -> Any:
        match value:
            case str():
                return self._text(value, key)
            case dict():
                made = {name: self._rewritten(part, name) for name, part in value.items()}
                return self._keyed(made, value, key)
            case list():
                return [self._rewritten(part, key) for part in value]
            case _:
                return value

    def _text(self, text: str, key: str) -> str:
        if key == "operationId":
            return self._operations.get(text, text)
        if not text.startswith("#/"):
            return text
        if text.startswith("#/paths/~1") and self._base:
            return f"#/paths/{escaped(self._base)}{text.removeprefix('#/paths/')}"
        for old, new in self._references.items():
            if text == old or text.startswith(f"{old}/"):
                return new + text.removeprefix(old)
        return text

    def _keyed(self, made: dict[str, Any], value: dict[str, Any], key: str) -> dict[str, Any]:
        """Objects whose keys are names of schemes, or that name schemas without a reference."""
        if key == "security":
            return {self._schemes.get(name, name): part for name, part in made.items()}
        if key == "discriminator" and "propertyName" in value:
            return {**made, "mapping": {**self._renamed_schemas(), **made.get("mapping", {})}}
        return made

    def _renamed_schemas(self) -> Names:
        prefix = "#/components/schemas/"
        return {
            old.removeprefix(prefix): new
            for old, new in self._references.items()
            if old.startswith(prefix)
        }


def _refuse_mixed(parts: Sequence[Part]) -> None:
    said = {part.name: version(part.document) for part in parts}
    if len(set(said.values())) > 1:
        named = ", ".join(f"{name} is {number}" for name, number in said.items())
        hint = "write all documents of the service in one version"
        raise unreadable("mixed-versions", f"{named}: {hint}")


def _refuse_conflicts(
    paths: Mapping[str, Any], name: str, owners: dict[tuple[str, str], str]
) -> None:
    mine: dict[tuple[str, str], str] = {}
    for path, item in paths.items():
        for method in METHODS:
            if isinstance(item, dict) and method in item:
                key = (method, _TEMPLATE.sub("{}", path))
                if key in owners:
                    detail = f"{method.upper()} {path} is in {owners[key]} and in {name}"
                    raise unreadable("path-conflict", f"{detail}: leave it in one of them")
                mine[key] = name
    owners.update(mine)


def _explicit(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document with what its operations inherit written at each of them."""
    kept = {key: value for key, value in document.items() if key not in INHERITED}
    given = {key: document[key] for key in INHERITED if key in document}
    paths = document.get("paths")
    kept["paths"] = {
        path: _explicit_item(item, given)
        for path, item in (paths if isinstance(paths, dict) else {}).items()
    }
    return kept


def _explicit_item(item: Any, given: Mapping[str, Any]) -> Any:
    if not isinstance(item, dict):
        return item
    shared = item.get("parameters")
    made = {key: part for key, part in item.items() if key not in ("parameters", "servers")}
    for method in METHODS:
        operation = made.get(method)
        if isinstance(operation, dict):
            own = operation.get("parameters")
            both = _parameters(shared, own)
            made[method] = {**given, **operation, **({"parameters": both} if both else {})}
    return made


def _parameters(shared: Any, own: Any) -> list[Any]:
    """Parameters of a path and of an operation; the latter's win."""
    mine = own if isinstance(own, list) else []
    known = {_key(one) for one in mine}
    return [*(one for one in (shared or []) if _key(one) not in known), *mine]


def _key(parameter: Any) -> tuple[Any, Any]:
    if not isinstance(parameter, dict):
        return "", str(parameter)
    return parameter.get("in"), parameter.get("name", parameter.get("$ref"))


def _sections(document: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Where named parts stand: "components/schemas" and so on."""
    components = document.get("components")
    for name, held in components.items() if isinstance(components, dict) else ():
        if isinstance(held, dict):
            yield f"components/{name}", held
    for name in (*SECTIONS_2, FILES):
        held = document.get(name)
        if isinstance(held, dict):
            yield name, held


def _put(document: dict[str, Any], section: str, held: dict[str, Any]) -> None:
    outer, _, inner = section.partition("/")
    if inner:
        document[outer] = {**document[outer], inner: held}
    else:
        document[outer] = held


def _is_same(section: str, one: Any, other: Any) -> bool:
    """Whether two parts may be one: equal, and without references that may mean different things.

    Files never are: their names are our own counting.
    """
    return section != FILES and bool(one == other) and "$ref" not in str(one)


def _ids(document: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    paths = document.get("paths")
    for path, item in paths.items() if isinstance(paths, dict) else ():
        for method in METHODS:
            operation = item.get(method) if isinstance(item, dict) else None
            id = operation.get("operationId") if isinstance(operation, dict) else None
            if isinstance(id, str):
                yield path, method, id


def _joined(whole: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    if not whole:
        return more
    made = {**more, **whole}
    paths = dict(whole["paths"])
    for path, item in more["paths"].items():
        known = paths.get(path)
        paths[path] = {**known, **item} if isinstance(known, dict) else item
    made["paths"] = paths
    for section, held in _sections(more):
        known = dict(_sections(whole)).get(section, {})
        if section.startswith("components/"):
            made.setdefault("components", {})
        _put(made, section, {**known, **held})
    made["tags"] = _tags(whole.get("tags"), more.get("tags"))
    return made


def _tags(one: Any, other: Any) -> list[Any]:
    first = one if isinstance(one, list) else []
    names = {tag.get("name") for tag in first if isinstance(tag, dict)}
    second = other if isinstance(other, list) else []
    return [*first, *(t for t in second if isinstance(t, dict) and t.get("name") not in names)]

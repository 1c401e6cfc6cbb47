"""What an OpenAPI document says, read from decoded values: version, operations, base path.

Covers OpenAPI 3.0 and 3.1 and Swagger 2.0. Nothing here validates the document: an invalid but
readable one still has operations.
"""

import re
from collections.abc import Mapping
from typing import Any, TypeAlias

import msgspec

from gates.core.model import Reason

JSON: TypeAlias = "dict[str, JSON] | list[JSON] | str | int | float | bool | None"

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
VERSIONS = re.compile(r"(2\.0|3\.0|3\.1)(\.\d+)?")


class DocumentError(Exception):
    """There is no document to judge: `reason` is the word of the verdict, `detail` says why."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


class Operation(msgspec.Struct, frozen=True, order=True):
    """One operation as the document writes it: `path` has no base path, `method` is upper case."""

    path: str
    method: str
    operation_id: str = ""

    @property
    def label(self) -> str:
        """The name that people and tools use, e.g. "GET /books/{id}"."""
        return f"{self.method} {self.path}"


def version(document: JSON) -> str:
    """Return "2.0", "3.0" or "3.1". Raises DocumentError for anything else."""
    if not isinstance(document, dict):
        raise unreadable("schema", "the document is no object")
    said = document.get("openapi", document.get("swagger"))
    if said is None:
        raise unreadable("schema", 'neither "openapi" nor "swagger" says which version this is')
    if not isinstance(said, str):
        raise unreadable("schema", f'the version {said!r} is no text: write it in quotes, "3.0.3"')
    match = VERSIONS.fullmatch(said)
    if not match or (match[1] == "2.0") != ("openapi" not in document):
        raise unreadable("schema", f"version {said[:40]!r}; allowed: swagger 2.0, openapi 3.0, 3.1")
    return match[1]


def operations(document: JSON) -> tuple[Operation, ...]:
    """Return all operations, sorted by path and method; path items may be local references."""
    paths = document.get("paths") if isinstance(document, dict) else None
    if not isinstance(paths, dict):
        return ()
    found = (
        Operation(path, method.upper(), _text(operation, "operationId"))
        for path, item in paths.items()
        if path.startswith("/")
        for method, operation in _item(document, item).items()
        if method in METHODS and isinstance(operation, dict)
    )
    return tuple(sorted(found))


def base_path(document: Mapping[str, Any], named: str = "") -> str:
    """Return the path in front of every operation, "" or "/…" without a slash at the end.

    `named` (of the target file) wins; else `basePath` or the path part of the first server, whose
    host is never looked at.
    """
    path = named or _declared_base(document)
    return "/" + path.strip("/") if path.strip("/") else ""


def relocated(document: dict[str, JSON], path: str) -> dict[str, JSON]:
    """Return the document with `path` as its base and no word of any host (spec B30)."""
    if "swagger" in document:
        hostless = {k: v for k, v in document.items() if k not in ("host", "schemes")}
        return {**hostless, "basePath": path or "/"}
    servers: list[JSON] = [{"url": path or "/"}]
    kept: dict[str, JSON] = {**document, "servers": servers}
    paths = kept.get("paths")
    if isinstance(paths, dict):
        kept["paths"] = {name: _hostless_item(item) for name, item in paths.items()}
    return kept


def resolve(document: JSON, reference: str) -> JSON:
    """Return what a local reference `#/a/b` (RFC 6901) names. Raises LookupError."""
    if reference == "#":
        return document
    if not reference.startswith("#/"):
        raise LookupError(reference)
    value = document
    for part in unquoted(reference[2:]).split("/"):
        value = _step(value, part.replace("~1", "/").replace("~0", "~"), reference)
    return value


def unquoted(text: str) -> str:
    """Decode %xx as UTF-8; what is no such sequence stays."""
    data = re.sub(
        rb"%([0-9A-Fa-f]{2})", lambda match: bytes([int(match[1], 16)]), text.encode("utf-8")
    )
    return data.decode("utf-8", "replace")


def quoted(text: str) -> str:
    """Encode as a part of a path or a query: all but the unreserved characters of RFC 3986."""
    return "".join(
        chr(byte) if byte in UNRESERVED else f"%{byte:02X}"
        for byte in text.encode("utf-8", "surrogatepass")
    )


def unreadable(word: str, detail: str) -> DocumentError:
    """An error whose detail starts with the finer word."""
    return DocumentError(Reason.UNREADABLE_RESULT, f"{word}: {detail}")


def _step(value: JSON, key: str, reference: str) -> JSON:
    match value:
        case dict() if key in value:
            return value[key]
        case list() if key.isdecimal() and len(key) < 10 and int(key) < len(value):
            return value[int(key)]
        case _:
            raise LookupError(reference)


def _item(document: JSON, item: JSON) -> dict[str, JSON]:
    """A path item with the one it refers to; what stands beside the reference wins."""
    seen: set[str] = set()
    merged: dict[str, JSON] = {}
    while isinstance(item, dict):
        merged = {**item, **merged}
        reference = item.get("$ref")
        if not isinstance(reference, str) or reference in seen:
            break
        seen.add(reference)
        try:
            item = resolve(document, reference)
        except LookupError:
            break
    return merged


def _declared_base(document: Mapping[str, Any]) -> str:
    if "swagger" in document:
        base = document.get("basePath")
        return base if isinstance(base, str) else ""
    servers = document.get("servers")
    first = servers[0] if isinstance(servers, list) and servers else None
    if not isinstance(first, dict) or not isinstance(first.get("url"), str):
        return ""
    url = _filled(first["url"], first.get("variables"))
    return re.sub(r"^([A-Za-z][A-Za-z0-9+.-]*:)?//[^/?#]*", "", url).split("?")[0].split("#")[0]


def _filled(url: str, variables: object) -> str:
    """The server address with the defaults of its variables."""
    if not isinstance(variables, dict):
        return url
    for name, variable in variables.items():
        default = variable.get("default") if isinstance(variable, dict) else None
        url = url.replace("{" + str(name) + "}", str(default or ""))
    return url


def _hostless_item(item: JSON) -> JSON:
    """A path item without servers of its own, nor its operations'."""
    if not isinstance(item, dict):
        return item
    kept: dict[str, JSON] = {}
    for name, value in item.items():
        if name in METHODS and isinstance(value, dict):
            kept[name] = {key: part for key, part in value.items() if key != "servers"}
        elif name != "servers":
            kept[name] = value
    return kept


def _text(value: dict[str, JSON], key: str) -> str:
    found = value.get(key)
    return found if isinstance(found, str) else ""

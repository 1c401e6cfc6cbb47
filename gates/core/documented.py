"""The operations of a document with everything that a request to them needs, references followed.

Covers OpenAPI 3.0 and 3.1 and Swagger 2.0, read alike: a body of Swagger is a body here too.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from gates.core.openapi import JSON, Operation, base_path, operations, quoted, resolve
from gates.core.sampling import NoSample, flattened, sample

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
BOUNDARY = "gatescore-boundary"


class Parameter(msgspec.Struct, frozen=True, kw_only=True):
    """One parameter. `place` is path, query, header or cookie; `example` None: none is offered."""

    name: str
    place: str
    required: bool = False
    schema: dict[str, JSON] = {}
    example: JSON = None
    style: str = ""
    explode: bool | None = None


class Documented(msgspec.Struct, frozen=True, kw_only=True):
    """One operation. `path` has the base path; `body_type` is "" where it takes no body.

    `security` are the alternatives, each the names of its schemes: an empty tuple means public,
    an empty set among others that authentication is optional. `said` is the operation as written.
    """

    operation: Operation
    path: str
    parameters: tuple[Parameter, ...] = ()
    body_type: str = ""
    body_schema: dict[str, JSON] = {}
    body_required: bool = False
    body_example: JSON = None
    security: tuple[frozenset[str], ...] = ()
    responses: dict[str, dict[str, JSON]] = {}
    said: dict[str, JSON] = {}

    @property
    def label(self) -> str:
        """The name in reports: method and full path, e.g. "GET /v1/books/{id}"."""
        return f"{self.operation.method} {self.path}"

    @property
    def protected(self) -> bool:
        """Whether nobody gets in without authentication."""
        return bool(self.security) and all(self.security)


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """One request to an operation: `path` is filled in and has the query."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


def documented(document: Mapping[str, JSON]) -> tuple[Documented, ...]:
    """Every operation, in the order of `openapi.operations`."""
    whole = dict(document)
    base = base_path(whole)
    return tuple(_documented(whole, base, operation) for operation in operations(whole))


def made(
    op: Documented,
    document: JSON,
    values: Mapping[str, JSON] | None = None,
    *,
    salt: int = 0,
    body: JSON = msgspec.UNSET,  # type: ignore[assignment]
    optional: bool = False,
) -> Made:
    """A request that the document allows. Raises NoSample.

    `values` fixes parameters by name; `body` replaces the made one. With `salt` the made texts
    differ from the offered ones. `optional` sends the parameters too that need not be there.
    """
    given = dict(values or {})
    sent = [
        (one, given[one.name] if one.name in given else _value(one, document, salt))
        for one in op.parameters
        if one.required or optional or one.name in given
    ]
    headers = [(one.name, _plain(value)) for one, value in sent if one.place == "header"]
    cookies = "; ".join(f"{one.name}={_plain(v)}" for one, v in sent if one.place == "cookie")
    content = _body(op, document, salt, body)
    if content:
        headers.append(("Content-Type", _content_type(op.body_type)))
    if cookies:
        headers.append(("Cookie", cookies))
    return Made(
        method=op.operation.method,
        path=_path(op, sent) + _query(sent),
        headers=tuple(headers),
        body=content,
    )


def _documented(document: dict[str, JSON], base: str, operation: Operation) -> Documented:
    item = _followed(document, _dict(document.get("paths")).get(operation.path))
    said = _dict(item.get(operation.method.lower()))
    listed = {
        (str(one.get("name")), str(one.get("in"))): one
        for part in (item, said)
        for one in (_followed(document, entry) for entry in _list(part.get("parameters")))
    }
    kind, content, required = _content(document, said, list(listed.values()))
    return Documented(
        operation=operation,
        path=base + operation.path,
        parameters=tuple(_parameters(document, listed.values())),
        body_type=kind,
        body_schema=_schema(document, content.get("schema")),
        body_required=required,
        body_example=_example(document, content),
        security=_security(said.get("security", document.get("security"))),
        responses={
            str(status): _followed(document, response)
            for status, response in _dict(said.get("responses")).items()
        },
        said=said,
    )


def _parameters(document: JSON, listed: Any) -> Iterator[Parameter]:
    for one in listed:
        place = str(one.get("in"))
        if place not in ("path", "query", "header", "cookie"):
            continue
        content = next(iter(_dict(one.get("content")).values()), None)
        schema = one.get("schema", _dict(content).get("schema", one))
        yield Parameter(
            name=str(one.get("name")),
            place=place,
            required=bool(one.get("required")) or place == "path",
            schema=_schema(document, schema),
            example=_example(document, one),
            style=str(one.get("style") or one.get("collectionFormat") or ""),
            explode=one.get("explode") if isinstance(one.get("explode"), bool) else None,
        )


def _content(
    document: JSON, said: dict[str, JSON], listed: list[dict[str, JSON]]
) -> tuple[str, dict[str, JSON], bool]:
    """The media type, its object and whether it is required; JSON before forms before others."""
    body = _followed(document, said.get("requestBody"))
    offered = _dict(body.get("content"))
    if offered:
        kind = sorted(offered, key=_preference)[0]
        return kind, _followed(document, offered[kind]), bool(body.get("required"))
    for one in listed:
        if one.get("in") == "body":
            return "application/json", one, bool(one.get("required"))
    fields = [one for one in listed if one.get("in") == "formData"]
    if not fields:
        return "", {}, False
    properties: dict[str, JSON] = {str(one.get("name")): one for one in fields}
    needed: list[JSON] = [str(one.get("name")) for one in fields if one.get("required")]
    schema: dict[str, JSON] = {"type": "object", "properties": properties, "required": needed}
    consumed = _list(said.get("consumes"))
    kind = FORMS[1] if FORMS[1] in consumed else FORMS[0]
    return kind, {"schema": schema}, bool(needed)


def _preference(kind: str) -> tuple[int, str]:
    plain = kind.split(";")[0].strip().lower()
    if plain == "application/json" or plain.endswith("+json"):
        return (0 if plain == "application/json" else 1, plain)
    return (2 + FORMS.index(plain) if plain in FORMS else 9, plain)


def _security(said: JSON) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(one) for one in _list(said) if isinstance(one, dict))


def _example(document: JSON, holder: dict[str, JSON]) -> JSON:
    for key in ("example", "x-example"):
        if key in holder:
            return holder[key]
    examples = holder.get("examples")
    first = next(iter(examples.values()), None) if isinstance(examples, dict) else None
    return _followed(document, first).get("value")


def _schema(document: JSON, schema: JSON) -> dict[str, JSON]:
    try:
        return flattened(schema, document)
    except NoSample:
        return _dict(schema)


def _value(one: Parameter, document: JSON, salt: int) -> JSON:
    if one.example is not None and not salt:
        return one.example
    return sample(one.schema, document, salt, offered=not salt)


def _body(op: Documented, document: JSON, salt: int, body: JSON) -> bytes:
    if not op.body_type:
        return b""
    value = body
    if value is msgspec.UNSET:  # type: ignore[comparison-overlap]
        value = op.body_example if op.body_example is not None and not salt else None
        if value is None:
            value = sample(op.body_schema, document, salt, offered=not salt)
    plain = op.body_type.split(";")[0].strip().lower()
    if plain == FORMS[0]:
        return _encoded(_fields(value)).encode()
    if plain == FORMS[1]:
        return _multipart(_fields(value))
    if plain.endswith("json") or not isinstance(value, str):
        return json.dumps(value, ensure_ascii=True).encode()
    return value.encode()


def _fields(value: JSON) -> list[tuple[str, str]]:
    return [(name, _plain(part)) for name, part in _dict(value).items()]


def _encoded(pairs: list[tuple[str, str]]) -> str:
    return "&".join(f"{quoted(name)}={quoted(value)}" for name, value in pairs)


def _multipart(fields: list[tuple[str, str]]) -> bytes:
    parts = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields
    )
    return ("".join(parts) + f"--{BOUNDARY}--\r\n").encode()


def _content_type(kind: str) -> str:
    return f"{FORMS[1]}; boundary={BOUNDARY}" if kind.startswith(FORMS[1]) else kind


def _path(op: Documented, sent: list[tuple[Parameter, JSON]]) -> str:
    path = op.path
    for one, value in sent:
        if one.place == "path":
            path = path.replace("{" + one.name + "}", quoted(_plain(value)))
    return path


def _query(sent: list[tuple[Parameter, JSON]]) -> str:
    pairs: list[tuple[str, str]] = []
    for one, value in sent:
        if one.place != "query":
            continue
        if isinstance(value, list) and one.explode is not False and one.style != "csv":
            pairs += [(one.name, _plain(part)) for part in value]
        else:
            pairs.append((one.name, _plain(value)))
    return "?" + _encoded(pairs) if pairs else ""


def _plain(value: JSON) -> str:
    """A value as it stands in a path, a query, a header or a form."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case list():
            return ",".join(_plain(part) for part in value)
        case None:
            return ""
        case dict():
            return json.dumps(value)
        case _:
            return str(value)


def _followed(document: JSON, value: JSON) -> dict[str, JSON]:
    """An object with its chain of references followed; what stands beside one wins."""
    seen: set[str] = set()
    whole: dict[str, JSON] = {}
    while isinstance(value, dict):
        whole = {**value, **whole}
        reference = value.get("$ref")
        if not isinstance(reference, str) or reference in seen:
            break
        seen.add(reference)
        try:
            value = resolve(document, reference)
        except LookupError:
            break
    return whole


def _dict(value: JSON) -> dict[str, JSON]:
    return value if isinstance(value, dict) else {}


def _list(value: JSON) -> list[JSON]:
    return value if isinstance(value, list) else []

"""The declared places where a request carries a value, and requests with another value in one."""

from collections.abc import Iterator
from typing import Any

import msgspec

from gates.core.documented import Documented
from gates.core.openapi import JSON
from gates.core.ownership import Resource, shape_of
from gates.core.planting import SECRET_WORDS, properties
from gates.core.sampling import NoSample, flattened, kind_of, sample
from gates.probes._sent import Sent
from gates.probes._world import World

MOST_PLACES = 24  # of one operation
KEPT_HEADERS = frozenset(("authorization", "cookie", "content-type", "accept", "host", "x-api-key"))
STRICT = frozenset(("integer", "number", "boolean"))
Way = tuple[str | int, ...]


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """One declared parameter, or one field of the body; `value` is what is usually sent."""

    name: str
    where: str  # path, query, header, cookie or body
    schema: dict[str, JSON]
    value: str
    way: Way = ()

    @property
    def typed(self) -> bool:
        """Whether the document lets it be something else than free text."""
        schema = _real(self.schema)
        return kind_of(schema) in STRICT or any(
            key in schema for key in ("enum", "const", "pattern", "format")
        )

    @property
    def is_free(self) -> bool:
        """Whether a text may be put there."""
        return kind_of(_real(self.schema)) == "string"


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """An operation with all that a valid request to it needs, and who asks."""

    op: Documented
    identity: str | None
    ids: dict[str, str]
    resource: Resource | None = None
    makes: bool = False
    login: JSON = None  # of a login: a body that is let in

    @property
    def reads(self) -> bool:
        """Whether a request changes nothing."""
        return self.op.operation.method in ("GET", "HEAD")


def places(world: World, setting: Setting) -> Iterator[Place]:
    """Every place of an operation, parameters first."""
    op = setting.op
    found = [*_parameters(world, setting), *_fields(world, setting)]
    yield from (one for one in found[:MOST_PLACES] if op.path)


def ask(world: World, setting: Setting, place: Place | None = None, text: str = "") -> Sent:
    """The operation with `text` in a place, all else valid. Raises NoSample."""
    op = setting.op
    body: Any = None
    values: dict[str, JSON] = {}
    if op.body_type:
        body = setting.login if place is None or not is_secret(place.name) else None
        if body is None:
            body = world.body(op, setting.identity or "default").body
    if place is not None and place.where == "body":
        body = _put(body, place.way, text)
    elif place is not None:
        values[place.name] = text
    return world.send(op, setting.identity, setting.ids, body, values=values)


def is_secret(name: str) -> bool:
    """Whether what usually stands there must not be shown, not even in part."""
    return any(word in name.lower() for word in SECRET_WORDS)


def _parameters(world: World, setting: Setting) -> Iterator[Place]:
    shapes = {name: shape for shape, name in _names(setting.op).items()}
    for one in setting.op.parameters:
        if one.place == "header" and one.name.lower() in KEPT_HEADERS:
            continue
        value: JSON = setting.ids.get(shapes.get(one.name, ""), one.example)
        if value is None:
            try:
                value = sample(one.schema, world.document)
            except NoSample:
                value = "sample"
        yield Place(name=one.name, where=one.place, schema=one.schema, value=_text(value))


def _names(op: Documented) -> dict[str, str]:
    parts = op.path.split("/")
    return {
        shape_of("/".join(parts[: at + 1])): part.strip("{}")
        for at, part in enumerate(parts)
        if "{" in part
    }


def _fields(world: World, setting: Setting) -> Iterator[Place]:
    op = setting.op
    if not op.body_type:
        return
    body = setting.login
    if body is None:
        body = world.body(op, setting.identity or "default").body
    for one in _leaves(body, op.body_schema, (), world.document):
        hidden = setting.login is not None and is_secret(one.name)
        yield msgspec.structs.replace(one, value="sample") if hidden else one


def _leaves(body: JSON, schema: JSON, way: Way, document: JSON) -> Iterator[Place]:
    flat = _flat(schema, document)
    match body:
        case dict():
            known = properties(flat, document)
            for name, part in body.items():
                yield from _leaves(part, known.get(name, {}), (*way, name), document)
        case list():
            for part in body[:1]:
                yield from _leaves(part, flat.get("items"), (*way, 0), document)
        case None:
            return
        case _:
            name = ".".join(str(step) for step in way if isinstance(step, str))
            yield Place(name=name, where="body", schema=flat, value=_text(body), way=way)


def _put(body: JSON, way: Way, text: str) -> JSON:
    if not way:
        return text
    step, rest = way[0], way[1:]
    if isinstance(body, dict) and isinstance(step, str):
        return {**body, step: _put(body.get(step), rest, text)}
    if isinstance(body, list) and isinstance(step, int) and step < len(body):
        return [_put(part, rest, text) if at == step else part for at, part in enumerate(body)]
    return body


def _flat(schema: JSON, document: JSON) -> dict[str, JSON]:
    try:
        return flattened(schema, document)
    except NoSample:
        return {}


def _real(schema: dict[str, JSON]) -> dict[str, JSON]:
    choices = schema.get("anyOf", schema.get("oneOf"))
    if not isinstance(choices, list):
        return schema
    real = [one for one in choices if isinstance(one, dict) and one.get("type") != "null"]
    return {**schema, **real[0]} if real else schema


def _text(value: JSON) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case list():
            return ",".join(_text(part) for part in value)
        case _:
            return str(value)

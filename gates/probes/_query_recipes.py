"""How each documented operation is asked with valid data, again and again."""

from collections.abc import Iterator

import msgspec

from gates.core.documented import Documented, Made, made
from gates.core.identifying import entries
from gates.core.openapi import JSON
from gates.core.ownership import Resource, parameters_of, shape_of, shapes_of
from gates.core.sampling import NoSample
from gates.probes._caller import Known
from gates.probes._sent import value_of
from gates.probes._watch_audit import login_of
from gates.probes._world import PAGE_SIZES, World
from gates.shell.network import Response

DEFAULT_PAGE = 100
MOST_VALUES = 3  # of one parameter
CHOICES = ("anyOf", "oneOf", "allOf")
OFFSETS = frozenset(("offset", "skip", "start", "from", "start_index", "startindex"))
PAGES = frozenset(("page", "page_number", "pagenumber", "p"))
CURSORS = frozenset(("cursor", "after", "before", "page_token", "next", "token"))
FAR = 10_000_000  # further than any list of ours goes


class Recipe(msgspec.Struct, frozen=True, kw_only=True):
    """One operation, as one identity, with these parameters; `name` is that in reports."""

    op: Documented
    identity: str | None
    values: dict[str, JSON] = {}
    name: str
    page: int = DEFAULT_PAGE

    @property
    def is_variant(self) -> bool:
        """Whether it has one of the parameters that need not be there."""
        return self.name != self.op.label

    @property
    def changes(self) -> bool:
        """Whether it needs an object of its own each time."""
        return self.op.operation.method not in ("GET", "HEAD")


def recipes(op: Documented, identity: str | None) -> Iterator[Recipe]:
    """The operation as it is, and with each of its optional parameters of the query."""
    size = _page_size(op)
    page = int(str(next(iter(size.values())))) if size else DEFAULT_PAGE
    yield Recipe(op=op, identity=identity, values=size, name=op.label, page=page)
    if op.operation.method != "GET":
        return
    for one in op.parameters:
        if one.place != "query" or one.required or is_paging(one.name):
            continue
        name = f"{op.label}?{one.name}"
        for value in _offered(one.example, one.schema):
            yield Recipe(
                op=op, identity=identity, values={**size, one.name: value}, name=name, page=page
            )


def request(world: World, recipe: Recipe) -> Made | None:
    """A request that has to succeed, or None where what it needs cannot be made."""
    op, identity = recipe.op, recipe.identity or ""
    if login := logging_in(world, op):
        return login
    ids = _ids(world, recipe)
    if ids is None:
        return None
    values: dict[str, JSON] = {**recipe.values}
    values.update({name: ids[shape] for shape, name in parameters_of(op.path).items()})
    try:
        if not op.body_type:
            return made(op, world.document, values)
        body = world.body(op, identity, stamped=True).body
        return made(op, world.document, values, body=body)
    except NoSample:
        return None


def logging_in(world: World, op: Documented) -> Made | None:
    """The request that logs the default identity in, where the operation is that."""
    known: Known | None = world.caller.identities.get("default")
    login = known.login if known else None
    if not login or (login["method"], login["path"]) != (op.operation.method, op.path):
        return None
    return login_of(login, dict(login["body"]))


def far(recipe: Recipe) -> Recipe | None:
    """The same list, asked for what lies far behind its end; None without such a parameter."""
    for one in recipe.op.parameters:
        if one.place == "query" and one.name.lower() in OFFSETS | PAGES:
            return msgspec.structs.replace(recipe, values={**recipe.values, one.name: FAR})
    return None


def count(answer: Response) -> int | None:
    """Entries of a list answer; None where the answer is no list."""
    value = value_of(answer)
    if isinstance(value, list):
        return len(value)
    found = entries(value)
    return len(found) if found else None


def is_paging(name: str) -> bool:
    """Whether a parameter chooses the part of a list."""
    return name.lower() in PAGE_SIZES | OFFSETS | PAGES | CURSORS


def _page_size(op: Documented) -> dict[str, JSON]:
    for one in op.parameters:
        if one.place == "query" and one.name.lower() in PAGE_SIZES:
            most = one.schema.get("maximum")
            return {one.name: most if isinstance(most, int) and most <= 1000 else DEFAULT_PAGE}
    return {}


def _offered(example: JSON, schema: dict[str, JSON]) -> tuple[JSON, ...]:
    """Values that the document offers for a parameter; one made up would find nothing."""
    every = [schema, *(part for key in CHOICES for part in _listed(schema, key))]
    parts = [part for part in every if isinstance(part, dict)]
    enums = [value for part in parts for value in _listed(part, "enum")]
    examples = [value for part in parts for value in _listed(part, "examples")]
    given = [example, *(part.get("example") for part in parts), *examples]
    found = enums or [value for value in given if value is not None]
    if not found and any(part.get("type") == "boolean" for part in parts):
        found = [True]
    return tuple({str(one): one for one in found if one is not None}.values())[:MOST_VALUES]


def _listed(schema: dict[str, JSON], key: str) -> list[JSON]:
    found = schema.get(key)
    return found if isinstance(found, list) else []


def _ids(world: World, recipe: Recipe) -> dict[str, str] | None:
    op, identity = recipe.op, recipe.identity or ""
    shapes = shapes_of(op.path)
    if not shapes:
        return {}
    own: Resource = world.by_shape[shapes[-1]]
    if recipe.changes and shape_of(op.path) == shapes[-1] and own.making is not None:
        fresh = world.make(own, identity)
        return fresh.ids if fresh else None
    return world.parents(op.path, identity)

"""Rules for operations that answer with lists: pages, their sizes, sorting and filters."""

import re

import msgspec

from gates.core.design.model import Api, Violation
from gates.core.design.routing import segments
from gates.core.documented import Documented, Parameter
from gates.core.openapi import JSON
from gates.core.sampling import NoSample, flattened, kind_of

ITEMS = (
    *("items", "data", "results", "content", "records", "entries", "rows", "values", "list"),
    *("elements", "objects", "hits", "nodes", "edges", "resources", "member", "members"),
)
SIZE = re.compile(
    r"[$_]?(?:limit|top|first|take|count|size|rows|max)|(?:page|max|batch)[_-]?(?:size|results|items|"
    r"limit|count)|(?:per|results?[_-]?per|items?[_-]?per)[_-]?page|page\[(?:size|limit)\]|"
    r"num[_-]?(?:results|items)",
    re.IGNORECASE,
)
WHERE = re.compile(
    r"[$_]?(?:offset|skip|start|after|before|cursor|token|page|since|from|marker|next|until|index)|"
    r"(?:page|next|continuation|start(?:ing)?|end(?:ing)?)[_-]?(?:token|number|no|index|cursor|"
    r"after|before|key|id)|page\[(?:number|offset|cursor|after|before)\]|continuation",
    re.IGNORECASE,
)
SORT = re.compile(
    r"[$_]?(?:sort|order|orderby|ordering|sorting)|(?:sort|order)[_-]?(?:by|key|field|order|dir|"
    r"direction|column)|sort\[.*\]|direction|asc|desc",
    re.IGNORECASE,
)
# Query parameters that choose how much of each entry is shown: none is a filter.
VIEW = re.compile(
    r"[$_]?(?:fields?|include|expand|select|embed|locale|lang|format|pretty|with[_-]?total|count)",
    re.IGNORECASE,
)


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """An operation that answers with a list: `pointer` leads to it in the body, "" is the body.

    `size` is the parameter for how many entries are wanted; `maximum` the most that it may say.
    """

    op: Documented
    pointer: str = ""
    size: Parameter | None = None
    maximum: int | None = None

    @property
    def has_default(self) -> bool:
        """Whether the document says how many there are unless asked for."""
        return self.size is not None and isinstance(_said(self.size, "default"), int)


def listings(api: Api) -> tuple[Listing, ...]:
    """The operations of a document that answer with a list of objects without a bound."""
    found = (listing(op, api.document) for op in api.operations)
    return tuple(one for one in found if one is not None)


def listing(op: Documented, document: JSON) -> Listing | None:
    """What an operation lists, None if it lists nothing or no more than a bound it declares."""
    if op.operation.method != "GET":
        return None
    pointer = _pointer(op, document)
    if pointer is None:
        return None
    size = next((p for p in op.parameters if p.place == "query" and SIZE.fullmatch(p.name)), None)
    return Listing(op=op, pointer=pointer, size=size, maximum=_maximum(size))


def pages(api: Api) -> list[Violation]:
    """A list takes a page size, and where the page starts."""
    found = []
    for one in listings(api):
        names = [p.name for p in one.op.parameters if p.place in ("query", "header")]
        if one.size is None:
            text = "no parameter says how many entries are wanted"
            better = "add `limit` (default 20, maximum 100) and `offset` or `cursor`"
            found.append(Violation("list-pages", one.op.label, text, better))
        elif not any(WHERE.fullmatch(name) for name in names):
            text = f"`{one.size.name}` alone: no parameter leads to the next page"
            found.append(Violation("list-pages", one.op.label, text, "add `offset` or `cursor`"))
    return found


def defaults(api: Api) -> list[Violation]:
    """The document says how many entries a page has unless asked for."""
    return [
        Violation(
            "list-default", one.op.label, f"`{one.size.name}` has no default", "`default: 20`"
        )
        for one in listings(api)
        if one.size is not None and not one.has_default
    ]


def maxima(api: Api) -> list[Violation]:
    """The document says how many entries a page has at most."""
    return [
        Violation(
            "list-maximum", one.op.label, f"`{one.size.name}` has no maximum", "`maximum: 100`"
        )
        for one in listings(api)
        if one.size is not None and one.maximum is None
    ]


def sorts(api: Api) -> list[Violation]:
    """A list can be sorted."""
    return [
        Violation(
            "list-sort",
            one.op.label,
            "no parameter sorts the list",
            "add `sort` with an enum of the keys",
        )
        for one in listings(api)
        if not any(SORT.fullmatch(name) for name in _queries(one.op))
    ]


def filters(api: Api) -> list[Violation]:
    """A list can be filtered."""
    others = (SIZE, WHERE, SORT, VIEW)
    return [
        Violation(
            "list-filter",
            one.op.label,
            "no parameter filters the list",
            "add one parameter for each member to filter by, e.g. `status`",
        )
        for one in listings(api)
        if not any(
            not any(pattern.fullmatch(name) for pattern in others) for name in _queries(one.op)
        )
    ]


def _queries(op: Documented) -> tuple[str, ...]:
    return tuple(one.name for one in op.parameters if one.place == "query")


def _pointer(op: Documented, document: JSON) -> str | None:
    """Where the list stands in the answer of success."""
    schema = success_schema(op, document)
    if schema is None:
        return None
    if kind_of(schema) == "array":
        return "" if _unbounded(schema, document) else None
    properties = schema.get("properties")
    if not isinstance(properties, dict) or op.path.endswith("}"):
        return None
    last = segments(op.path)[-1:] or ("",)
    for name in (*ITEMS, *last, last[0].replace("-", "_")):
        part = properties.get(name)
        inner = flattened_or_none(part, document)
        if inner and kind_of(inner) == "array" and _unbounded(inner, document):
            return f"/{name}"
    return None


def success_schema(op: Documented, document: JSON) -> dict[str, JSON] | None:
    """The schema of the JSON body of the first success answer, None without one."""
    for status in sorted(op.responses):
        if not status.startswith("2"):
            continue
        response = op.responses[status]
        content = response.get("content")
        holders = content.items() if isinstance(content, dict) else [("json", response)]
        for media, holder in holders:
            if "json" in media.lower() and isinstance(holder, dict) and "schema" in holder:
                return flattened_or_none(holder["schema"], document)
    return None


def flattened_or_none(schema: JSON, document: JSON) -> dict[str, JSON] | None:
    """A schema with its references followed, None where it cannot be read."""
    if not isinstance(schema, dict):
        return None
    try:
        return flattened(schema, document)
    except NoSample:
        return None


def _unbounded(schema: dict[str, JSON], document: JSON) -> bool:
    """Whether a list of objects may have any number of entries."""
    inner = flattened_or_none(schema.get("items"), document)
    if inner is None or "maxItems" in schema:
        return False
    choices = inner.get("oneOf") or inner.get("anyOf")
    return bool(choices) or kind_of(inner) == "object"


def _maximum(size: Parameter | None) -> int | None:
    if size is None:
        return None
    said = _said(size, "maximum")
    if isinstance(said, int | float) and not isinstance(said, bool):
        return int(said)
    above = _said(size, "exclusiveMaximum")
    if isinstance(above, int | float) and not isinstance(above, bool):
        return int(above) - 1
    values = _said(size, "enum")
    numbers = [one for one in values if isinstance(one, int)] if isinstance(values, list) else []
    return max(numbers) if numbers else None


def _said(size: Parameter, key: str) -> JSON:
    """A word of the parameter's schema, also where null is another choice."""
    if key in size.schema:
        return size.schema[key]
    for choices in (size.schema.get("anyOf"), size.schema.get("oneOf")):
        for one in choices if isinstance(choices, list) else ():
            if isinstance(one, dict) and key in one:
                return one[key]
    return None

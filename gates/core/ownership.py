"""Which operation lists, makes, reads, changes or deletes which kind of object, from the document.

A resource is known by the shape of its item's path, in which each parameter is `{}`: two paths
with other names for the same parameter are one resource.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from gates.core.documented import Documented
from gates.core.openapi import JSON

CHANGING = ("PUT", "PATCH")
MAKING_WORDS = ("create", "new", "add")
ACCOUNTS = frozenset(
    ("user", "account", "customer", "member", "profile", "person", "client", "employee", "patient")
)
PLURALS = (("ies", "y"), ("sses", "ss"), ("ches", "ch"), ("shes", "sh"), ("xes", "x"), ("s", ""))
SAME_ENDING = ("ss", "us", "is", "news", "series")


class Resource(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of object. `key` is the name of its parameter, `link` where an answer has its id.

    `link` is a runtime expression of an OpenAPI link, e.g. "$response.body#/id", or "". `others`
    are operations below one object: its invoice, its cancellation.
    """

    shape: str  # "/v1/users/{}/orders/{}"
    key: str
    noun: str
    making: Documented | None = None
    listing: Documented | None = None
    reading: Documented | None = None
    changing: tuple[Documented, ...] = ()
    deleting: Documented | None = None
    others: tuple[Documented, ...] = ()
    link: str = ""

    @property
    def depth(self) -> int:
        """How many objects it lies in, itself included."""
        return self.shape.count("{}")

    @property
    def is_account(self) -> bool:
        """Whether its objects are the people who use the service."""
        return self.noun.rpartition("_")[2] in ACCOUNTS


def resources(operations: Sequence[Documented]) -> tuple[Resource, ...]:
    """Every resource, those that lie in no other first."""
    shapes = dict.fromkeys(shape for op in operations for shape in shapes_of(op.path))
    found = (_resource(shape, operations, frozenset(shapes)) for shape in shapes)
    return tuple(sorted(found, key=lambda one: (one.depth, one.shape)))


def shapes_of(path: str) -> tuple[str, ...]:
    """The shapes of the objects on a path, the outermost first."""
    parts = path.split("/")
    return tuple(
        shape_of("/".join(parts[: at + 1])) for at, part in enumerate(parts) if "{" in part
    )


def shape_of(path: str) -> str:
    """The path with `{}` for every parameter."""
    return re.sub(r"\{[^{}]*\}", "{}", path.rstrip("/")) or "/"


def parameters_of(path: str) -> dict[str, str]:
    """Shape of the object → name of its parameter on this path."""
    names = re.findall(r"\{([^{}]*)\}", path)
    return dict(zip(shapes_of(path), names, strict=False))


def noun_of(segment: str) -> str:
    """A word of a path in the singular, words joined by `_`: "order-lines" is "order_line"."""
    word = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", segment)
    word = re.sub(r"[^A-Za-z0-9]+", "_", word).strip("_").lower()
    if word.endswith(SAME_ENDING):
        return word
    for ending, single in PLURALS:
        if word.endswith(ending) and len(word) > len(ending) + 1:
            return word[: -len(ending)] + single
    return word


def referred(name: str, known: Iterable[Resource]) -> Resource | None:
    """The resource that a field such as `book_id` or `bookId` speaks of."""
    word = noun_of(name) if not name.lower().endswith("s") else noun_of(name[:-1])
    for ending in ("_id", "_uuid"):
        if word.endswith(ending):
            noun = word.removesuffix(ending)
            matching = (one for one in known if one.noun == noun)
            return next(matching, None)
    return None


def _resource(shape: str, operations: Sequence[Documented], shapes: frozenset[str]) -> Resource:
    on_item = [op for op in operations if shape_of(op.path) == shape]
    collection = shape.rpartition("/")[0]
    noun = noun_of(_last_word(collection))
    making, link = _making(shape, collection, noun, operations)
    by_method = {op.operation.method: op for op in on_item}
    return Resource(
        shape=shape,
        key=_key(shape, operations),
        noun=noun,
        making=making,
        listing=_at(operations, collection, "GET"),
        reading=by_method.get("GET"),
        changing=tuple(by_method[one] for one in CHANGING if one in by_method),
        deleting=by_method.get("DELETE"),
        others=tuple(op for op in operations if _below(op, shape, shapes)),
        link=link,
    )


def _below(op: Documented, shape: str, shapes: frozenset[str]) -> bool:
    """Whether it belongs to one object, and not to the list of another resource."""
    found = shapes_of(op.path)
    own = shape_of(op.path)
    if not found or found[-1] != shape or own == shape:
        return False
    return f"{own}/{{}}" not in shapes


def _key(shape: str, operations: Sequence[Documented]) -> str:
    exact = [op for op in operations if shape_of(op.path) == shape]
    for op in (*exact, *operations):
        found = parameters_of(op.path).get(shape)
        if found:
            return found
    return "id"


def _making(
    shape: str, collection: str, noun: str, operations: Sequence[Documented]
) -> tuple[Documented | None, str]:
    """The operation that makes one, and where its answer has the id by a link."""
    linked = _linked(shape, operations)
    if linked:
        return linked
    words = [f"{collection}/{word}" for word in MAKING_WORDS]
    for path in (collection, *words):
        if path and (found := _at(operations, path, "POST")):
            return found, ""
    same = (op for op in operations if _makes_noun(op, noun))
    return next(same, None) or _upsert(shape, operations), ""


def _makes_noun(op: Documented, noun: str) -> bool:
    """A POST elsewhere that ends in the same word, such as /books/{id}/reviews for /reviews/{}."""
    word = op.path.rstrip("/").rpartition("/")[2]
    made = any(status in op.responses for status in ("201", "200", "202"))
    return op.operation.method == "POST" and "{" not in word and noun_of(word) == noun and made


def _upsert(shape: str, operations: Sequence[Documented]) -> Documented | None:
    found = _at(operations, shape, "PUT")
    return found if found and "201" in found.responses else None


def _linked(shape: str, operations: Sequence[Documented]) -> tuple[Documented, str] | None:
    by_id = {op.operation.operation_id: op for op in operations if op.operation.operation_id}
    for op in operations:
        if op.operation.method != "POST":
            continue
        for target, parameters in _links(op):
            leads_to = by_id.get(target)
            if leads_to is None or shape_of(leads_to.path) != shape:
                continue
            key = parameters_of(leads_to.path)[shape]
            said = parameters.get(key, parameters.get(f"path.{key}"))
            if isinstance(said, str) and said.startswith("$response."):
                return op, said
    return None


def _links(op: Documented) -> Iterable[tuple[str, Mapping[str, JSON]]]:
    for response in op.responses.values():
        links = response.get("links")
        for link in links.values() if isinstance(links, dict) else ():
            if isinstance(link, dict) and isinstance(link.get("parameters"), dict):
                yield str(link.get("operationId", "")), link["parameters"]  # type: ignore[misc]


def _at(operations: Sequence[Documented], shape: str, method: str) -> Documented | None:
    return next(
        (op for op in operations if op.operation.method == method and shape_of(op.path) == shape),
        None,
    )


def _last_word(path: str) -> str:
    """The last part of a path that is no parameter."""
    return next((part for part in reversed(path.split("/")) if part and part != "{}"), "")

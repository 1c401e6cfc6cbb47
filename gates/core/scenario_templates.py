"""Turns what was found out of a document's operations into the operations of a load.

An object of a resource has a name, such as "book": `{book}` stands for its id. What an operation
uses up, because it deletes or ends it, has a name of its own, so that nobody else reads it.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import msgspec

from gates.core import load
from gates.core.documented import Documented, Made, made
from gates.core.identifying import USUAL, as_sent
from gates.core.openapi import JSON, quoted
from gates.core.ownership import Resource, parameters_of, referred, shapes_of

SHARE = 0.9  # of the objects that come in, an operation may use up so many
MOST_BODIES = 20_000  # of one operation; where they have run out, others are asked instead
_MARK = "\0"


Answer = Callable[[Resource, JSON], JSON]  # what stands for an object, None: as it is


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """An operation that can be asked. `body` is None, one for every request, or makes the n-th.

    `place` is where its answer has the id of the object of the shape `makes`. `takes`: it can be
    asked once for each object. `refers` are the shapes of objects that its body names. `plain`: the
    ids on its path are the document's own examples.
    """

    op: Documented
    status: tuple[int, ...]
    body: JSON = None
    has_body: bool = False
    fresh: Callable[[], JSON] | None = None
    makes: str = ""
    place: str = ""
    takes: bool = False
    refers: tuple[str, ...] = ()
    plain: bool = False

    @property
    def own(self) -> str:
        """The shape of the innermost object on its path, "" without one."""
        return "" if self.plain else next(iter(reversed(shapes_of(self.op.path))), "")


def name_of(op: Documented) -> str:
    """What an operation is called in the load: its operationId, or method and path."""
    return op.operation.operation_id or op.label


def names(known: Iterable[Resource]) -> dict[str, str]:
    """Shape → the name of its objects, each its own."""
    found: dict[str, str] = {}
    for one in known:
        plain = one.noun if one.noun.isidentifier() else "object"
        same = sum(name.rstrip("0123456789_") == plain for name in found.values())
        found[one.shape] = f"{plain}_{same + 1}" if same else plain
    return found


def referring(body: JSON, known: Sequence[Resource], answer: Answer) -> JSON:
    """The body with what `answer` says for each field that names another object, unless None."""
    match body:
        case dict():
            return {name: _reference(name, part, known, answer) for name, part in body.items()}
        case list():
            return [referring(part, known, answer) for part in body]
        case _:
            return body


def marked(name: str, example: JSON) -> JSON:
    """What stands in a body for an id until the body is text; see `text_of`."""
    kind = "n" if isinstance(example, int) else "s"
    return f"{_MARK}{kind}{name}{_MARK}"


def sent_as(known: str, example: JSON) -> JSON:
    """An id in the kind of the example."""
    return as_sent(known, {"type": "integer"} if isinstance(example, int) else {})


def text_of(body: JSON, used: Iterable[str]) -> str:
    """A body as JSON, with `{name}` where something was marked."""
    text = json.dumps(body)
    for name in used:
        mark = json.dumps(_MARK)[1:-1]
        text = text.replace(f'"{mark}n{name}{mark}"', f"{{{name}}}")
        text = text.replace(f"{mark}s{name}{mark}", f"{{{name}}}")
    return text


def places(known: str, answer: JSON, location: str, sent: JSON) -> Iterator[str]:
    """Where an answer may have this id, the likeliest first; see `load.LOCATION`, `load.SENT`."""
    yield from _pointers(known, answer, "")
    if location.split("?")[0].rstrip("/").endswith(f"/{quoted(known)}"):
        yield load.LOCATION
    for pointer in _pointers(known, sent, ""):
        yield load.SENT + pointer


def built(
    tried: Sequence[Tried],
    known: Mapping[str, str],
    document: JSON,
    weights: Callable[[Documented], float],
    requests: int,
) -> tuple[load.Operation, ...]:
    """The operations of a load of so many requests. Raises NoSample.

    What uses objects up is asked at most as often as they come in.
    """
    pools = _pools(tried, known)
    shares = _limited(tried, pools, {one.op.label: weights(one.op) for one in tried})
    whole = sum(shares.values()) or 1.0
    return tuple(
        _operation(
            one,
            _used(one, known),
            pools.get(one.makes, ()),
            document,
            shares[one.op.label],
            _enough(requests * shares[one.op.label] / whole),
        )
        for one in tried
    )


def _reference(
    name: str,
    value: JSON,
    known: Sequence[Resource],
    answer: Answer,
) -> JSON:
    target = None if isinstance(value, dict) else referred(name, known)
    if target is None:
        return referring(value, known, answer)
    example = value[0] if isinstance(value, list) and value else value
    said = answer(target, example)
    if said is None:
        return value
    return [said] if isinstance(value, list) else said


def _pointers(known: str, value: JSON, path: str) -> Iterator[str]:
    """The places of an id in a value: of each object's fields those first that sound like one."""
    if not isinstance(value, dict):
        return
    for name, part in sorted(value.items(), key=lambda pair: _likeness(pair[0])):
        if isinstance(part, str | int) and not isinstance(part, bool) and str(part) == known:
            yield f"{path}/{name.replace('~', '~0').replace('/', '~1')}"
    for name, part in value.items():
        yield from _pointers(known, part, f"{path}/{name.replace('~', '~0').replace('/', '~1')}")


def _likeness(name: str) -> int:
    word = name.lower()
    return 0 if word in USUAL else 1 if word.endswith("id") else 2


def _used(one: Tried, known: Mapping[str, str]) -> dict[str, str]:
    """Shape → name of what a request of the operation needs, the innermost object last."""
    on_path = [shape for shape in shapes_of(one.op.path) if shape in known and not one.plain]
    found = {shape: known[shape] for shape in (*one.refers, *on_path)}
    if one.takes and one.own in found:
        found[one.own] = f"{known[one.own]}.{_short(one.op)}"
    return found


def _pools(tried: Sequence[Tried], known: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Shape → the names under which its objects are captured."""
    found: dict[str, dict[str, None]] = {one.makes: {} for one in tried if one.makes and one.place}
    for one in tried:
        for shape, name in _used(one, known).items():
            if shape in found:
                found[shape][name] = None
    return {shape: tuple(used) for shape, used in found.items()}


def _limited(
    tried: Sequence[Tried], pools: Mapping[str, tuple[str, ...]], given: dict[str, float]
) -> dict[str, float]:
    makers = {one.makes: one for one in tried if one.makes and one.place}
    for one in tried:
        maker = makers.get(one.own)
        if one.takes and maker:
            coming = given[maker.op.label] / max(len(pools[one.own]), 1)
            given[one.op.label] = min(given[one.op.label], SHARE * coming)
    return {label: weight for label, weight in given.items() if weight > 0}


def _operation(
    one: Tried,
    used: Mapping[str, str],
    captured: tuple[str, ...],
    document: JSON,
    weight: float,
    count: int,
) -> load.Operation:
    holders: dict[str, JSON] = {
        name: f"{{{used[shape]}}}"
        for shape, name in parameters_of(one.op.path).items()
        if shape in used
    }

    def request(body: JSON) -> Made:
        return made(one.op, document, holders, **({"body": body} if one.has_body else {}))  # type: ignore[arg-type]

    def text(body: JSON) -> str:
        if "json" in one.op.body_type:
            return text_of(body, used.values())
        return request(body).body.decode("utf-8", "replace")

    plain, fresh = request(one.body), one.fresh
    path = plain.path
    for holder in holders.values():
        path = path.replace(quoted(str(holder)), str(holder))
    return load.Operation(
        name=name_of(one.op),
        path=path,
        method=plain.method,
        weight=weight,
        body=text(one.body) if one.has_body and fresh is None else None,
        bodies=tuple(text(fresh()) for _ in range(count)) if fresh else (),
        headers=dict(plain.headers),
        status=one.status,
        capture=dict.fromkeys(captured, one.place),
        needs=tuple(dict.fromkeys(used.values())),
        takes=used[one.own] if one.takes else "",
    )


def _enough(expected: float) -> int:
    """So many that a draw by chance hardly ever needs more: five deviations."""
    return min(int(expected + 5 * expected**0.5) + 10, MOST_BODIES)


def _short(op: Documented) -> str:
    return "".join(c for c in name_of(op) if c.isalnum())

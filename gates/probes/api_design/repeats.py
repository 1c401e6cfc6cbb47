"""Sends PUT, DELETE and requests with an Idempotency-Key twice, and compares what is there then."""

import re
from collections.abc import Callable, Iterator

from gates.core.design.lists import listing
from gates.core.design.model import Violation
from gates.core.design.sizes import entries_of
from gates.core.design.states import changes
from gates.core.documented import Documented, Made, Parameter
from gates.core.openapi import JSON
from gates.core.sampling import NoSample, formatted, sample
from gates.probes.api_design.asking import SALTS, Asker, Reply, Values, identifier
from gates.probes.api_design.found import Found, Outcome

Trial = Callable[[Asker, Documented], list[Found] | str]  # breaches, or why it was not tried
KEY = re.compile(r"(?:x-)?idempotency-?key", re.IGNORECASE)
MOST = 6
# Answers to a second writing that a service gives which guards against lost updates.
GUARDED = (409, 412, 428, 429)


def look(asker: Asker) -> Outcome:
    """Try every kind on some operations. Raises Exhausted."""
    found: list[Found] = []
    tried: list[str] = []
    untold: list[str] = []
    for op, trial in _trials(asker):
        told = trial(asker, op)
        if isinstance(told, str):
            untold.append(f"{op.label}: {told}")
            continue
        tried.append(op.label)
        found += told
    return Outcome(found=tuple(found), tried=tuple(tried), untold=tuple(untold))


def _trials(asker: Asker) -> Iterator[tuple[Documented, Trial]]:
    off = asker.api.settings.off
    by_method = (("PUT", "put-repeated", _put), ("DELETE", "delete-repeated", _delete))
    for method, rule, trial in by_method:
        chosen = [op for op in asker.api.operations if op.operation.method == method]
        yield from ((op, trial) for op in chosen[:MOST] if rule not in off)
    keyed = [op for op in asker.api.operations if _key(op)]
    yield from ((op, _keyed) for op in keyed[:MOST] if "idempotency-key" not in off)


def _put(asker: Asker, op: Documented) -> list[Found] | str:
    reader = asker.operation("GET", op.path)
    if reader is None:
        return "nothing reads what it writes"
    own = asker.create(op.path, asker.values(_outer(op.path)) or {}) if "{" in op.path else None
    values = own[1] if own else asker.values(op.path)
    before = asker.read(reader, values) if values is not None else None
    if values is None or before is None or not before.fine:
        return "no object to write was found"
    first: Reply | None = None
    for sent in _bodies(asker, op, values, before.body, sampled=own is not None):
        first = asker.ask(op, sent)
        if first and first.fine:
            return _compared_put(asker, op, reader, values, first)
    if first is None:
        return "no body that leaves the object as it is could be made"
    return f"it answers {first.status} to what was made of its document"


def _compared_put(
    asker: Asker, op: Documented, reader: Documented, values: Values, first: Reply
) -> list[Found] | str:
    one, size = asker.read(reader, values), _size(asker, op.path, values)
    second = asker.ask(op, first.sent)
    two, size_after = asker.read(reader, values), _size(asker, op.path, values)
    if second is None or one is None or two is None or not one.fine:
        return "no answer to read back"
    if second.status in GUARDED:
        return f"the second time it answers {second.status}"
    problem = ""
    if not second.fine:
        problem = f"the same PUT is answered with {first.status}, then with {second.status}"
    elif differing := changes(one.body, two.body):
        problem = f"the same PUT again changes {', '.join(differing[:3])}"
    elif size_after != size:
        problem = "the same PUT again makes another object"
    return _told("put-repeated", op, problem, "write the same state again", first)


def _delete(asker: Asker, op: Documented) -> list[Found] | str:
    outer = asker.values(_outer(op.path))
    own = asker.create(op.path, outer) if outer is not None else None
    if own is None:
        return "no object to delete could be made"
    sent = asker.make(op, own[1])
    first = asker.ask(op, sent) if sent else None
    if sent is None or first is None or not first.fine:
        return f"it answers {first.status if first else 'nothing'} for an object just made"
    reader = asker.operation("GET", op.path)
    one = asker.read(reader, own[1]) if reader else None
    second = asker.ask(op, sent)
    two = asker.read(reader, own[1]) if reader else None
    if second is None:
        return "no answer the second time"
    problem = ""
    if second.status >= 500:
        problem = f"DELETE repeated is answered with {second.status}"
    elif one and two and (one.status != two.status or changes(one.body, two.body)):
        problem = f"DELETE repeated changes the object: {one.status}, then {two.status}"
    return _told("delete-repeated", op, problem, "204 or 404 and the same state", first)


def _keyed(asker: Asker, op: Documented) -> list[Found] | str:
    outer = asker.values(_outer(op.path))
    if outer is None:
        return "no object that it belongs to was found"
    for salt in (*SALTS, 0):
        sent = asker.make(op, {**outer, **_key_value(asker, op, salt)}, salt)
        first = asker.ask(op, sent) if sent else None
        if first and first.fine:
            break
    else:
        return "no request that it accepts could be made"
    second = asker.ask(op, first.sent)
    if second is None:
        return "no answer the second time"
    problem = ""
    if second.fine and _named(first) != _named(second):
        problem = "the same key twice makes two objects"
    return _told("idempotency-key", op, problem, "answer as the first time", first)


def _told(rule: str, op: Documented, problem: str, better: str, shown: Reply) -> list[Found]:
    if not problem:
        return []
    violation = Violation(rule, op.label, problem, better)
    return [Found(violation, shown.sent, shown.identity or "", again=True)]


def _bodies(
    asker: Asker, op: Documented, values: Values, current: JSON, *, sampled: bool
) -> Iterator[Made]:
    """PUTs that leave the object as it is; then a made one, for an object of our own alone."""
    kept = _kept(op, current)
    same = asker.make(op, values, body=kept) if kept else None
    made = asker.make(op, values, SALTS[0]) if sampled else None
    yield from (sent for sent in (same, made) if sent)


def _kept(op: Documented, current: JSON) -> JSON:
    """The members of an object that a PUT takes; None where one that it needs is not among them."""
    body = current
    if isinstance(body, dict) and isinstance(body.get("data"), dict):
        body = body["data"]
    properties, required = op.body_schema.get("properties"), op.body_schema.get("required")
    known = properties if isinstance(properties, dict) else {}
    if not isinstance(body, dict):
        return None
    kept = {name: value for name, value in body.items() if name in known}
    needed = required if isinstance(required, list) else []
    return kept if all(name in kept for name in needed) else None


def _size(asker: Asker, path: str, values: Values) -> int | None:
    """How many objects the collection of an item has, as far as its first page tells."""
    above = path.rstrip("/").rpartition("/")[0]
    collection = asker.operation("GET", above) if path.rstrip("/").endswith("}") else None
    if collection is None:
        return None
    listed = listing(collection, asker.api.document)
    whole: Values = {}
    if listed and listed.size and listed.maximum:
        whole = {listed.size.name: listed.maximum}
    reply = asker.read(collection, {**values, **whole})
    body = reply.body if reply else None
    total = body.get("total") if isinstance(body, dict) else None
    entries = entries_of(body, listed.pointer if listed else "")
    return total if isinstance(total, int) else len(entries) if entries is not None else None


def _outer(path: str) -> str:
    """The part of an item's path up to the parameter before its own."""
    above = path[: path.rindex("{")] if "{" in path else ""
    return above[: above.rindex("}") + 1] if "}" in above else ""


def _key(op: Documented) -> Parameter | None:
    headers = (one for one in op.parameters if one.place == "header")
    return next((one for one in headers if KEY.fullmatch(one.name)), None)


def _key_value(asker: Asker, op: Documented, salt: int) -> Values:
    """A key for each body: one that comes again with another body is refused, and rightly."""
    one = _key(op)
    if one is None:
        return {}
    unique = formatted("uuid", salt + 1)  # what most services expect, said or not
    if not one.schema.keys() & {"pattern", "format", "maxLength"}:
        return {one.name: unique}
    try:
        return {one.name: sample(one.schema, asker.api.document, salt + 1, offered=False)}
    except NoSample:
        return {one.name: unique}


def _named(reply: Reply) -> JSON:
    body = reply.body
    if isinstance(body, dict) and isinstance(body.get("data"), dict):
        body = body["data"]
    return identifier(body, "id") or reply.headers.get("location") or body

"""Asks each operation of a made-up load once or twice, so that none is in it that must fail.

What can be read is read, objects are made, changed and deleted; objects that were there before are
never changed. A service that fails here fails in the load too: only what it refuses is left out.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial

from gates.core.documented import Documented
from gates.core.ownership import Resource, shapes_of
from gates.core.sampling import NoSample
from gates.core.scenario_templates import Tried
from gates.core.scenarios import READS
from gates.probes._caller import Exhausted
from gates.probes._trial_ledger import Ledger, Refusal, check, statuses
from gates.probes._trial_objects import WAYS, Ids, Objects, Written
from gates.probes._world import World


def trial(
    world: World, kept: Sequence[Documented], names: Mapping[str, str]
) -> tuple[Ledger, Mapping[str, tuple[Ids, ...]]]:
    """Try every operation; the ledger, and the objects that were there before, by shape.

    What no request or time is left for is left out.
    """
    ledger = Ledger(kept)
    objects = Objects(world, ledger, names)
    try:
        _try_all(world, ledger, objects)
    except Exhausted:
        for op in tuple(ledger.waiting()):
            ledger.drop(op, "the trial had no requests or time left for it")
    return ledger, objects.listed


def _try_all(world: World, ledger: Ledger, objects: Objects) -> None:
    objects.look()
    examples = _examples(ledger, objects)
    for resource in world.resources:
        objects.makes(resource.shape)
    for op in tuple(ledger.waiting(*READS)):
        ledger.guarded(op, partial(_read, ledger, objects, op, examples))
    for resource in world.resources:
        writes = [op for op in ledger.waiting() if _writes(op, resource)]
        if writes:
            _write_all(ledger, objects, resource, writes)
    for op in tuple(ledger.waiting("DELETE")):
        ledger.guarded(op, partial(_delete, ledger, objects, op))
    for op in tuple(ledger.waiting()):
        ledger.guarded(op, partial(_ask, ledger, objects, op))


def _examples(ledger: Ledger, objects: Objects) -> dict[str, int]:
    """Label → status of reads that the document's own example of an id serves.

    Asked before anything is made: what is there then is there in each fresh start.
    """
    found: dict[str, int] = {}
    for op in ledger.waiting(*READS):
        shapes = shapes_of(op.path)
        if shapes and not objects.listed.get(shapes[-1]):
            with suppress(NoSample):
                sent = objects.send(op, {})
                found |= {op.label: sent.status} if sent.fine else {}
    return found


def _read(ledger: Ledger, objects: Objects, op: Documented, examples: Mapping[str, int]) -> None:
    try:
        sent = objects.send(op, objects.ids(op.path))
        check(sent)
    except Refusal:
        if op.label not in examples:
            raise
        status = statuses(op, examples[op.label])
        ledger.add(Tried(op=op, status=status, plain=True))
    else:
        ledger.add(Tried(op=op, status=statuses(op, sent.status)))


def _writes(op: Documented, resource: Resource) -> bool:
    return shapes_of(op.path)[-1:] == (resource.shape,) and op != resource.deleting


def _write_all(
    ledger: Ledger, objects: Objects, resource: Resource, writes: list[Documented]
) -> None:
    """Every write of one object twice: what works again and again may be asked of it so."""
    shape = resource.shape
    if not objects.makes(shape):
        for op in writes:
            ledger.drop(op, "the load can make no object of its own, and changes no other")
        return
    used = ledger.guarded(writes[0], partial(objects.one, shape))
    if used is None:
        for op in writes:
            ledger.drop(op, "no object could be made for it")
        return
    again = [ledger.guarded(op, partial(_write, ledger, objects, op, used)) for op in writes]
    repeatable = [one for one in again if one]
    spoilt = bool(repeatable) and _is_spoilt(ledger, objects, shape, used)
    for one in repeatable:
        ledger.add(objects.tried(one, takes=spoilt))


def _write(ledger: Ledger, objects: Objects, op: Documented, used: Ids) -> Written | None:
    """What may be asked of one object again and again; else it is added: once for each."""
    shape = shapes_of(op.path)[-1]
    body = objects.body(op)
    sent = objects.send(op, used, body)
    if sent.fine and objects.send(op, used, body).fine:
        if objects.send(op, objects.one(shape), body).fine:
            return Written(op, body, sent.status)
        way, body, _ = objects.another(op, used, WAYS[0])
        return Written(op, body, sent.status, way, unique=True)
    way, body, sent = objects.first(op, objects.one(shape))
    unique = sent.fine and not objects.send(op, objects.one(shape), body).fine
    if unique:
        way, body, _ = objects.another(op, objects.one(shape), way)
    ledger.add(objects.tried(Written(op, body, sent.status, way, unique), takes=True))
    return None


def _is_spoilt(ledger: Ledger, objects: Objects, shape: str, used: Ids) -> bool:
    """Whether an object that was written to can no longer be read, or nothing made in it."""
    for one in ledger.tried:
        if one.own != shape or one.takes:
            continue
        body = objects.body(one.op, WAYS[1]) if one.has_body else None
        if not objects.send(one.op, used, body).fine:
            return True
    return False


def _delete(ledger: Ledger, objects: Objects, op: Documented) -> None:
    shape = next(iter(reversed(shapes_of(op.path))), "")
    if not shape or not objects.makes(shape):
        raise Refusal("the load can make no object of its own, and deletes no other")
    sent = objects.send(op, objects.ids(op.path))
    check(sent)
    ledger.add(Tried(op=op, status=statuses(op, sent.status), takes=True))


def _ask(ledger: Ledger, objects: Objects, op: Documented) -> None:
    """An operation that has nothing to do with an object."""
    way, body, sent = objects.first(op, {})
    unique = sent.fine and not objects.send(op, {}, body).fine
    if unique:
        way, body, sent = objects.another(op, {}, way)
    ledger.add(objects.tried(Written(op, body, sent.status, way, unique)))

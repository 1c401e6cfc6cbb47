"""Reads everything that can be read, and looks whether reading has changed anything."""

from collections.abc import Iterable, Mapping

from gates.core.design.lists import listing
from gates.core.design.model import Violation
from gates.core.design.routing import segments
from gates.core.design.states import GROWING, changes
from gates.core.documented import Documented
from gates.core.openapi import JSON
from gates.probes.api_design.asking import Asker, reads
from gates.probes.api_design.found import Found, Outcome

MOST_WATCHED = 6
MOST_READ = 14
State = dict[str, JSON]  # label of a reading operation -> its answer


def look(asker: Asker) -> Outcome:
    """Read lists, then everything else, then the lists again. Raises Exhausted."""
    watched = _watched(asker)
    if not watched or "get-changes" in asker.api.settings.off:
        return Outcome()
    first, before = _state(asker, watched), _state(asker, watched)
    noise = _differences(first, before)
    read = _read_all(asker)
    after = _state(asker, watched)
    changed = _differences(before, after)
    tried = tuple(label for label in after if label in before)
    found = [
        _found(asker, label, at - noise.get(label, set()), read) for label, at in changed.items()
    ]
    return Outcome(found=tuple(one for one in found if one), tried=tried)


def _watched(asker: Asker) -> list[Documented]:
    """The lists whose state is watched: those at the top that do not tell of requests."""
    return [
        op
        for op in reads(asker.api)
        if "{" not in op.path
        and listing(op, asker.api.document) is not None
        and not GROWING.fullmatch((segments(op.path) or ("",))[-1])
    ][:MOST_WATCHED]


def _state(asker: Asker, watched: Iterable[Documented]) -> State:
    found: State = {}
    for op in watched:
        reply = asker.read(op)
        if reply and reply.fine and reply.body is not None:
            found[op.label] = reply.body
    return found


def _read_all(asker: Asker) -> list[Documented]:
    read = []
    for op in list(reads(asker.api))[:MOST_READ]:
        values = asker.values(op.path)
        if values is not None and asker.read(op, values) is not None:
            read.append(op)
    return read


def _differences(before: State, after: State) -> dict[str, set[str]]:
    return {
        label: set(found)
        for label, body in after.items()
        if label in before and (found := changes(before[label], body))
    }


def _found(asker: Asker, label: str, pointers: set[str], read: list[Documented]) -> Found | None:
    """The breach: by the operation whose reading alone changes it again, or by any."""
    if not pointers:
        return None
    cause = _cause(asker, label, read)
    where = ", ".join(sorted(pointers)[:3])
    text = f"reading changes {where} of {label}"
    violation = Violation("get-changes", cause.label if cause else label, text, "change it by POST")
    return Found(
        violation, asker.make(cause, asker.values(cause.path)) if cause else None, again=True
    )


def _cause(asker: Asker, label: str, read: Iterable[Documented]) -> Documented | None:
    watched = [op for op in asker.api.operations if op.label == label]
    before: Mapping[str, JSON] = _state(asker, watched)
    for op in read:
        if op.label == label:
            continue
        asker.read(op, asker.values(op.path))
        after = _state(asker, watched)
        if _differences(dict(before), after):
            return op
        before = after
    return None

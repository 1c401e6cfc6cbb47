"""Asks lists for more entries than they give at once."""

from gates.core.design import sizes
from gates.core.design.lists import Listing, listings
from gates.core.design.model import Violation
from gates.core.design.sizes import Held, Told
from gates.core.documented import Made
from gates.probes.api_design.asking import Asker, Reply, Values
from gates.probes.api_design.found import Found, Outcome

MOST_LISTS = 12
MOST_MADE = 30  # objects that are made so that there is more than one page


def look(asker: Asker) -> Outcome:
    """Try the lists that take a page size. Raises Exhausted."""
    if "page-size" in asker.api.settings.off:
        return Outcome()
    found, tried = [], []
    every = listings(asker.api)
    untold = [f"{one.op.label}: it takes no page size" for one in every if one.size is None]
    for one in [listed for listed in every if listed.size is not None][:MOST_LISTS]:
        told, reply = _try(asker, one)
        label = one.op.label
        match told.held:
            case Held.NO:
                tried.append(label)
                found.append(_found(one, told, reply))
            case Held.YES:
                tried.append(label)
            case Held.UNKNOWN:
                untold.append(f"{label}: {told.why}")
    return Outcome(found=tuple(found), tried=tuple(tried), untold=tuple(untold))


def _try(asker: Asker, one: Listing) -> tuple[Told, Reply | None]:
    outer = asker.values(_above(one.op.path))
    if outer is None:
        return Told(Held.UNKNOWN, "no object that it belongs to was found"), None
    told, reply = _asked(asker, one, outer)
    if told.held is Held.UNKNOWN and _filled(asker, one, outer, reply):
        return _asked(asker, one, outer)
    return told, reply


def _asked(asker: Asker, one: Listing, outer: Values) -> tuple[Told, Reply | None]:
    name = one.size.name if one.size else ""
    sent = asker.make(one.op, {**outer, name: sizes.asked_size(one.maximum)})
    reply = asker.ask(one.op, sent) if sent else None
    if reply is None:
        return Told(Held.UNKNOWN, "no answer"), None
    told = sizes.told(reply.status, reply.body, reply.headers, one.pointer, one.maximum)
    return told, reply


def _filled(asker: Asker, one: Listing, outer: Values, reply: Reply | None) -> bool:
    """Make as many objects as are missing to tell, where they are few. True if that worked."""
    entries = sizes.entries_of(reply.body, one.pointer) if reply and reply.fine else None
    maker = asker.operation("POST", one.op.path)
    if entries is None or one.maximum is None or maker is None:
        return False
    missing = one.maximum + 1 - len(entries)
    if not 0 < missing <= min(MOST_MADE, asker.caller.left - 20):
        return False
    for salt in range(91001, 91001 + missing):
        sent = asker.make(maker, outer, salt)
        made = asker.ask(maker, sent) if sent else None
        if made is None or not made.fine:
            return False
    return True


def _above(path: str) -> str:
    """The part of a path up to its last parameter."""
    return path[: path.rindex("}") + 1] if "}" in path else ""


def _found(one: Listing, told: Told, reply: Reply | None) -> Found:
    better = f"refuse more than {one.maximum or 100}, or cut the page to that"
    sent: Made | None = reply.sent if reply else None
    violation = Violation("page-size", one.op.label, told.why, better)
    return Found(violation, sent, (reply.identity or "") if reply else "")

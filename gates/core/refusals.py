"""What the answers to false credentials mean, beside the answer to the true ones.

A service that looks at the request before the caller answers both alike: then nothing is known.
"""

from collections.abc import Iterable, Sequence

import msgspec

from gates.core.credentials import ANONYMOUS
from gates.core.model import Status

REFUSED = frozenset({401})
MASKED = 404
# What speaks of the object: whoever hears it has been let in, where nobody is refused before.
_OF_THE_OBJECT = (404, 409)


class Got(msgspec.Struct, frozen=True, kw_only=True):
    """One false credential and the status of its answer."""

    rule: str
    name: str
    status: int
    required: bool = True


class Breach(msgspec.Struct, frozen=True, kw_only=True):
    """One false credential that was not refused. `open` where it was let in."""

    rule: str
    name: str
    status: int
    open: bool


class Ruling(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one operation. `detail` says why nothing is, or what was seen."""

    state: Status
    breaches: tuple[Breach, ...] = ()
    remarks: tuple[Breach, ...] = ()  # accepted, but no violation by itself
    detail: str = ""


def ruled(control: int, answers: Sequence[Got], refused: frozenset[int] = REFUSED) -> Ruling:
    """The state of an operation that answered `control` to the true credentials."""
    open_to_all = any(one.rule == ANONYMOUS and 200 <= one.status < 300 for one in answers)
    if control in refused and not open_to_all:
        return Ruling(state=Status.NO_DATA, detail=f"it answers {control} to valid credentials")
    if control == 429:
        return Ruling(state=Status.NO_DATA, detail="it answers 429 to valid credentials")
    asks_first = any(one.rule == ANONYMOUS and one.status in refused for one in answers)
    breaches = [found for one in answers if (found := _breach(control, one, refused, asks_first))]
    counted = _once(one for one in breaches if _required(one, answers))
    remarks = tuple(one for one in breaches if one.open and not _required(one, answers))
    if counted:
        return Ruling(state=Status.FAIL, breaches=counted, remarks=remarks)
    unclear = sorted({one.status for one in answers if _unclear(control, one.status, refused)})
    if unclear or not answers:
        named = ", ".join(str(status) for status in unclear) or "nothing"
        detail = f"it answers {named} to false credentials, and {control} to valid ones"
        return Ruling(state=Status.NO_DATA, remarks=remarks, detail=detail)
    masked = any(one.status == MASKED for one in answers)
    detail = "false credentials get 404, valid ones do not" if masked else ""
    return Ruling(state=Status.PASS, remarks=remarks, detail=detail)


def _once(breaches: Iterable[Breach]) -> tuple[Breach, ...]:
    """One breach for each kind of credential that was let in, and for each other status."""
    kept: dict[str, Breach] = {}
    for one in breaches:
        kept.setdefault(one.rule if one.open else str(one.status), one)
    return tuple(kept.values())


def _required(breach: Breach, answers: Sequence[Got]) -> bool:
    return any(
        one.required for one in answers if (one.rule, one.name) == (breach.rule, breach.name)
    )


def _breach(control: int, one: Got, refused: frozenset[int], asks_first: bool) -> Breach | None:
    """The breach that an answer shows, None for a refusal or an answer that tells nothing.

    Where nobody is answered 401, an answer about the object that is also that to the true
    credentials means that the false ones were believed.
    """
    believed = asks_first and one.status == control and control in _OF_THE_OBJECT
    let_in = believed or 200 <= one.status < 300
    hidden = one.status == MASKED or _unclear(control, one.status, refused)
    if one.status in refused or (hidden and not let_in):
        return None
    return Breach(rule=one.rule, name=one.name, status=one.status, open=let_in)


def _unclear(control: int, status: int, refused: frozenset[int]) -> bool:
    """Whether an answer tells nothing: throttled, or the same as to the true credentials."""
    if status in refused or 200 <= status < 400:
        return False
    if status == 429:
        return True
    # Without a success to compare with, an answer that speaks of the request hides the refusal.
    return status == control or (not 200 <= control < 300 and status in (400, 404, 409, 415, 422))

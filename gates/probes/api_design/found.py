"""What the parts of the api-design probe find out."""

import msgspec

from gates.core.design.model import Violation
from gates.core.documented import Made


class Found(msgspec.Struct, frozen=True, order=True):
    """One breach, and the request that showed it; `identity` "" if it needs none."""

    violation: Violation
    sent: Made | None = None
    identity: str = ""
    again: bool = False  # whether the request has to be sent twice to see it


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one kind of trial: breaches, what was tried, and what could not be, and why."""

    found: tuple[Found, ...] = ()
    tried: tuple[str, ...] = ()
    untold: tuple[str, ...] = ()

"""What a gate stands on may not be there: how that is said."""

from gates.core.model import Failure, Reason


class Unavailable(Exception):
    """What a gate stands on is not there; the gate is ERROR with this failure."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.failure = Failure(reason=reason, detail=detail)


class TargetDown(Exception):
    """The service is known to be down since an earlier gate; this one is not run."""


def had(made: str | Failure) -> str:
    """What was made, or why it could not be. Raises Unavailable."""
    if isinstance(made, Failure):
        raise Unavailable(made.reason, made.detail)
    return made

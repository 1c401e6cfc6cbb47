"""What the trial of a document's operations has come to: which can be asked, which cannot and why.

An operation is in the ledger once: the first word stands.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from gates.core.documented import Documented
from gates.core.sampling import NoSample
from gates.core.scenario_templates import Tried
from gates.core.scenarios import Left, accepted
from gates.probes._sent import Sent

Found = TypeVar("Found")


class Refusal(Exception):
    """An operation cannot be asked; the text says why."""


class Ledger:
    """The operations that are to be tried, in their order, and what became of each."""

    def __init__(self, ops: Sequence[Documented]) -> None:
        self._ops = ops
        self._tried: dict[str, Tried] = {}
        self._left: dict[str, Left] = {}

    @property
    def tried(self) -> tuple[Tried, ...]:
        """Those that can be asked."""
        return tuple(self._tried[op.label] for op in self._ops if op.label in self._tried)

    @property
    def left(self) -> tuple[Left, ...]:
        """Those that cannot."""
        return tuple(self._left[op.label] for op in self._ops if op.label in self._left)

    def waits(self, op: Documented) -> bool:
        """Whether it is to be tried and was not yet."""
        return any(one is op for one in self.waiting(op.operation.method))

    def waiting(self, *methods: str) -> Iterator[Documented]:
        """Those of some methods, or all, that were not tried yet."""
        for op in self._ops:
            known = op.label in self._tried or op.label in self._left
            if not known and (not methods or op.operation.method in methods):
                yield op

    def add(self, tried: Tried) -> None:
        """It can be asked."""
        if self.waits(tried.op):
            self._tried[tried.op.label] = tried

    def drop(self, op: Documented, why: str) -> None:
        """It cannot be asked."""
        if self.waits(op):
            self._left[op.label] = Left(op.label, why)

    def guarded(self, op: Documented, work: Callable[[], Found]) -> Found | None:
        """What `work` returns; None, and the operation is dropped, if it raises Refusal."""
        try:
            return work()
        except (Refusal, NoSample) as error:
            self.drop(op, str(error))
            return None


def check(sent: Sent) -> None:
    """Raises Refusal for an answer that is no success, but for those that a load has to show."""
    status = sent.status
    if sent.fine or status in (0, 429) or status >= 500 or status in accepted(sent.op):
        return
    if status in (401, 403):
        raise Refusal(f"the identity of the load may not: it answered {status}")
    raise Refusal(f"no valid request was found: it answered {status}")


def statuses(op: Documented, seen: int) -> tuple[int, ...]:
    """What counts as success: as documented, and the success that was seen."""
    said = accepted(op)
    return (*said, seen) if said and 200 <= seen < 300 and seen not in said else said

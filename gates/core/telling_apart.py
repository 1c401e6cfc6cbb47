"""Whether answers to unknown users and to wrong passwords are told apart: by status, body or time.

What differs between two answers of one kind (request ids, times) is no difference between kinds.
"""

import json
import math
import statistics
from collections.abc import Mapping, Sequence

import msgspec

from gates.core.openapi import JSON

LEAST_MS = 10.0
NEEDED = 6  # pairs: below that no interval of the median has 95 %


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """One refused login: the name that was sent, and what came back."""

    user: str
    status: int
    body: str
    elapsed_ms: float = 0.0


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """How much longer one kind takes: median of the paired differences with its 95 % interval."""

    median_ms: float
    low_ms: float
    high_ms: float
    noise_ms: float
    pairs: int

    @property
    def told(self) -> bool:
        """Whether the whole interval lies beyond the noise and 10 ms."""
        nearest = max(self.low_ms, -self.high_ms)
        return nearest > LEAST_MS and abs(self.median_ms) > self.noise_ms


def by_status(known: Sequence[Reply], unknown: Sequence[Reply]) -> tuple[int, int] | None:
    """The two statuses, where each kind has one of its own."""
    first, second = {one.status for one in known}, {one.status for one in unknown}
    if len(first) == len(second) == 1 and first != second:
        return first.pop(), second.pop()
    return None


def by_body(known: Sequence[Reply], unknown: Sequence[Reply]) -> tuple[str, ...]:
    """Paths of what the bodies of one kind have in common and those of the other have not.

    Needs two answers of each kind, to see what varies anyway.
    """
    if min(len(known), len(unknown)) < 2:
        return ()
    first, second = ([_leaves(one) for one in kind] for kind in (known, unknown))
    names = set().union(*first, *second)
    return tuple(sorted(name for name in names if _differs(name, first, second)))


def by_time(pairs: Sequence[tuple[float, float]]) -> Gap | None:
    """The gap between the times (ms) of a known and an unknown user; None: too few pairs.

    The interval is that of the sign test: order statistics, free of any assumption.
    Source: Conover, Practical Nonparametric Statistics, confidence interval of a median.
    """
    if len(pairs) < NEEDED:
        return None
    differences = sorted(known - unknown for known, unknown in pairs)
    rank = _rank(len(differences))
    noise = max(_spread([pair[0] for pair in pairs]), _spread([pair[1] for pair in pairs]))
    return Gap(
        median_ms=statistics.median(differences),
        low_ms=differences[rank],
        high_ms=differences[-1 - rank],
        noise_ms=noise,
        pairs=len(differences),
    )


def _rank(count: int) -> int:
    """Index of the lower bound: P(Binomial(n, 1/2) < index + 1) is at most 2.5 %."""
    tail, rank = 0.0, -1
    for k in range(count // 2):
        tail += math.comb(count, k) / 2**count
        if tail > 0.025:
            break
        rank = k
    return max(rank, 0)


def _spread(values: Sequence[float]) -> float:
    """The median absolute deviation, scaled to a standard deviation, of the median of values."""
    middle = statistics.median(values)
    deviation = statistics.median(abs(value - middle) for value in values)
    return 1.4826 * deviation * 1.2533 * 2 / math.sqrt(len(values))


def _differs(
    name: str, first: Sequence[Mapping[str, str]], second: Sequence[Mapping[str, str]]
) -> bool:
    one, two = ({leaves.get(name) for leaves in kind} for kind in (first, second))
    if len(one) == len(two) == 1:
        return one != two
    # It varies where it is: then only its presence tells.
    return (one == {None}) != (two == {None}) and None not in (one if two == {None} else two)


def _leaves(reply: Reply) -> dict[str, str]:
    """Every value of the body by its path, the sent name replaced; a text as one value."""
    try:
        value: JSON = json.loads(reply.body)
    except (ValueError, RecursionError):
        return {"body": _without(reply.body, reply.user)}
    found: dict[str, str] = {}
    _walk(value, "", reply.user, found)
    return found


def _walk(value: JSON, path: str, user: str, found: dict[str, str]) -> None:
    match value:
        case dict():
            for name, part in value.items():
                _walk(part, f"{path}/{name}", user, found)
        case list():
            for place, part in enumerate(value):
                _walk(part, f"{path}/{place}", user, found)
        case _:
            found[path or "body"] = _without(json.dumps(value), user)


def _without(text: str, user: str) -> str:
    return text.replace(user, "‹name›") if user else text

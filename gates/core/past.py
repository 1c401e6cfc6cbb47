"""What a run takes from the history of its target: kept with its plan, so that judging is exact."""

import msgspec

from gates.core.conditions import parse
from gates.core.model import Earlier
from gates.core.policy import Policy

WINDOW = 30  # whole runs that shares are of
FEWEST = 10  # below that one run more or less decides
EVERY: tuple[str, ...] = ()
# Metrics that are shares of earlier results, and of which gates.
SHARES = {"freshness.gates_held": EVERY, "freshness.integration_held": ("integration",)}
RISKS = "risks."  # begins the criteria of the register of risks
# Metrics whose tool looks at the base revision itself: where it could not, no other run can tell.
LOOKED_UP = frozenset(
    {
        "compatibility.breaking",
        "compatibility.removals",
        "compatibility.warnings",
        "operations.changed_without_evidence",
        "suppressions.count",
    }
)


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What decides which earlier runs count for a run; "" where something is not known."""

    target: str
    revisions: tuple[str, ...] = ()  # of what is judged: HEAD, and the last that changed anything
    branch: str = ""
    profile: str = ""
    base: str = ""  # the revision to compare with
    base_branch: str = ""


class Share(msgspec.Struct, frozen=True):
    """In how many of the runs that judged a gate it held."""

    held: int = 0
    judged: int = 0


class Past(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The earlier runs of a target, as far as they count for one run.

    `base` has the values by criterion of the run `base_run`; `unheld_since` the time (RFC 3339)
    since when each gate has not held in any run; `shares` those of the last `runs` whole runs;
    `risks` the values by criterion of the register of risks in the newest of them that read it;
    `earlier` what is shown of the last runs, and decides nothing.
    """

    base_run: str = ""
    base_told: str = ""
    base: dict[str, float] = {}
    unheld_since: dict[str, str] = {}
    runs: int = 0
    shares: dict[str, Share] = {}
    risks: dict[str, float] = {}
    earlier: Earlier = Earlier()


def untellable(metric: str, past: Past) -> str:
    """Why a share of earlier runs cannot be told yet; "" where it can, and of other metrics."""
    if metric not in SHARES:
        return ""
    if past.runs < FEWEST:
        return f"the history knows {past.runs} whole runs of this branch, a share needs {FEWEST}"
    return "" if held(past, metric).judged else f"none of the last {past.runs} runs judged it"


def held(past: Past, metric: str) -> Share:
    """The results that held, of those that a share is of."""
    gates = SHARES[metric]
    chosen = [share for gate, share in past.shares.items() if gates == EVERY or gate in gates]
    return Share(sum(one.held for one in chosen), sum(one.judged for one in chosen))


def relative(policy: Policy) -> frozenset[str]:
    """The criteria that are judged against a base which only an earlier run can give."""
    return frozenset(
        id
        for gate in policy.gates.values()
        for id, one in gate.criteria.items()
        for group in (*one.passes, *one.warns)
        if one.metric not in LOOKED_UP and any(parse(text).is_relative for text in group)
    )

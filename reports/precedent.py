"""Which of the earlier runs count for a run that begins, and what they say. Pure."""

from collections.abc import Iterable, Sequence

from gates.core.model import Earlier
from gates.core.past import RISKS, WINDOW, Asked, Past, Share
from reports.happened import BROKE, HELD, UNKNOWN
from reports.recorded import Recorded

UNHELD = BROKE | {"PENDING", "NOT_RUN"}


def past(runs: Sequence[Recorded], asked: Asked) -> Past:
    """What the runs of a target, oldest first, say for a run."""
    here = [run for run in runs if run.complete and run.branch == asked.branch]
    base, why = base_run(runs, asked)
    recent = [run for run in here if run.counts and is_clean(run)][-WINDOW:]
    return Past(
        base_run=base.run if base else "",
        base_told=f"compared with the run {base.run} of {base.started_at}, {why}" if base else "",
        base=base.values if base else {},
        unheld_since=unheld_since(here),
        runs=len(recent),
        shares=shares(recent),
        risks=risks(recent),
        earlier=earlier(continued(runs, asked)),
    )


def base_run(runs: Sequence[Recorded], asked: Asked) -> tuple[Recorded | None, str]:
    """The newest whole run of the base revision, else of its branch, and which of the two it is.

    A run of the very revision that is judged is no base: what became worse would be compared with
    itself as soon as it is run again.
    """
    whole = [run for run in runs if run.counts and is_committed(run)]
    others = [run for run in whole if run.revision not in asked.revisions]
    of_base = [run for run in others if run.revision == asked.base]
    if of_base:
        return preferred(of_base, asked.profile), f"of the base revision {asked.base[:12]}"
    on_branch = [run for run in others if asked.base_branch and run.branch == asked.base_branch]
    if on_branch:
        found = preferred(on_branch, asked.profile)
        return found, f"the newest of {asked.base_branch}, at {found.revision[:12]}"
    return None, ""


def preferred(runs: Sequence[Recorded], profile: str) -> Recorded:
    """The newest run that was given as much work, else the newest."""
    alike = [run for run in runs if run.profile == profile]
    return (alike or runs)[-1]


def is_committed(run: Recorded) -> bool:
    """Whether a run judged a commit and nothing beside it."""
    return not run.dirty and run.revision not in ("", UNKNOWN)


def is_clean(run: Recorded) -> bool:
    """Whether a run judged no uncommitted changes, as far as anybody can know."""
    return not run.dirty or run.revision == UNKNOWN


def unheld_since(runs: Sequence[Recorded]) -> dict[str, str]:
    """When each gate that did not hold the last time it was judged began not to."""
    since: dict[str, str] = {}
    for run in runs:
        for gate, status in run.gates.items():
            if status in HELD:
                since.pop(gate, None)
            elif status in UNHELD:
                since.setdefault(gate, run.started_at)
    return since


def shares(runs: Iterable[Recorded]) -> dict[str, Share]:
    """How often each gate held, of the runs that judged it."""
    found: dict[str, Share] = {}
    for run in runs:
        for gate, status in run.gates.items():
            if status in HELD | BROKE:
                one = found.get(gate, Share())
                found[gate] = Share(one.held + (status in HELD), one.judged + 1)
    return {gate: found[gate] for gate in sorted(found)}


def continued(runs: Sequence[Recorded], asked: Asked) -> list[Recorded]:
    """The runs that one continues: those of its branch, after those of the base branch before it.

    Whatever came to its end is one, also of uncommitted changes, or of chosen gates.
    """
    ended = [run for run in runs if run.complete]
    here = [run for run in ended if run.branch == asked.branch]
    if asked.base_branch in ("", asked.branch):
        return here
    first = here[0].began if here else None
    before = [run for run in ended if run.branch == asked.base_branch]
    return [run for run in before if first is None or run.began < first] + here


def earlier(runs: Sequence[Recorded]) -> Earlier:
    """What a page shows of the last of these runs."""
    shown = runs[-WINDOW:]
    known = sorted({id for run in shown for id in run.values})
    return Earlier(
        runs=tuple(run.run for run in shown),
        began=tuple(run.started_at for run in shown),
        levels=tuple(run.level for run in shown),
        scores=tuple(None if run.partial else run.score for run in shown),
        values={id: column([run.values.get(id) for run in shown]) for id in known},
    )


def column(values: Sequence[float | None]) -> tuple[float | None, ...]:
    """The values of one number, once where they are all the same."""
    return tuple(values[:1] if len(set(values)) == 1 else values)


def risks(runs: Sequence[Recorded]) -> dict[str, float]:
    """How many risks the newest run counted that read the register."""
    read = ({id: n for id, n in run.values.items() if id.startswith(RISKS)} for run in runs[::-1])
    return next((found for found in read if found), {})

"""Finds the runs that were kept, and reads what they found."""

from pathlib import Path

import msgspec

from gates.core.model import GateReport, Scorecard
from gates.core.plan import Plan
from gates.shell import store

RUNS = Path(".gatescore") / "runs"


class KeptRun(msgspec.Struct, frozen=True, kw_only=True):
    """One run folder, read: its scorecard, plan, and the reports of the gates that ran."""

    folder: Path
    card: Scorecard
    plan: Plan
    reports: dict[str, GateReport]


class NoRun(Exception):
    """There is no such run; the text says what to do."""


def find(named: str | None, target: str, here: Path) -> KeptRun:
    """The run in the folder `named`, or the newest one of the target. Raises NoRun."""
    if named:
        return read(Path(named))
    folders = sorted((here / RUNS).glob("*/scorecard.json"), reverse=True)
    for file in folders:
        try:
            run = read(file.parent)
        except NoRun:
            continue
        if run.card.target.name == target and run.card.complete:
            return run
    text = f"no complete run of {target} in {here / RUNS}: run the gates first, or name one: --run"
    raise NoRun(text)


def read(folder: Path) -> KeptRun:
    """One run folder. Raises NoRun."""
    try:
        plan = store.read_json(folder / "plan.json", Plan)
        return KeptRun(
            folder=folder,
            card=store.read_json(folder / "scorecard.json", Scorecard),
            plan=plan,
            reports={
                gate.id: store.read_json(path, GateReport)
                for gate in plan.gates
                if (path := folder / "results" / gate.id / "report.json").exists()
            },
        )
    except store.StorageError as error:
        raise NoRun(f"{folder}: not a run that can be read: {error}") from error

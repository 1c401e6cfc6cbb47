"""Makes a load of the operations of the document and writes it down for the load generator.

Input: that of the caller, `weights`, `writes`, `objectives`, `machines`, `sessions`, `requests`
(how many the load will send) and `scenario`, a core.load.Scenario without operations. Writes
`scenario.json` beside it; the notes of the report name every operation that is left out, and why.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from gates.core.capacity import Objective
from gates.core.documented import Documented
from gates.core.load import Operation, Scenario
from gates.core.model import Reason, ToolReport
from gates.core.restricted import matches
from gates.core.sampling import NoSample
from gates.core.scenario_templates import Tried, built, name_of, names
from gates.core.scenarios import Wishes, chosen, flaws, weight
from gates.probes import _common
from gates.probes._trial_objects import Ids
from gates.probes._trying import trial
from gates.probes._world import World, opened
from gates.shell.network import NetworkError

TOOL = "scenario"
FILE = "scenario.json"
REQUESTS_EACH = 12  # that the trial of one operation may need


def measure(given: dict[str, Any]) -> ToolReport:
    """Try the operations, write the scenario. Raises ProbeError."""
    world = opened(given, TOOL, REQUESTS_EACH)
    wishes = msgspec.convert(
        {name: given[name] for name in Wishes.__struct_fields__ if name in given}, Wishes
    )
    problem = flaws(world.operations, wishes.weights, given.get("objectives", ()))
    if problem:
        raise _common.ProbeError(problem)
    _check_alive(world, str(given.get("health", "")))
    kept, left = chosen(world.operations, wishes)
    known = names(world.resources)
    ledger, listed = trial(world, kept, known)
    reasons = tuple(f"{one.label}: {one.why}" for one in (*left, *ledger.left))
    if not ledger.tried:
        detail = f"no operation of the document can be asked under load: {'; '.join(reasons[:5])}"
        raise _common.ProbeError(detail, Reason.NOTHING_EXAMINED)
    operations = _operations(world, ledger.tried, known, wishes, int(given["requests"]))
    _write(msgspec.convert(given["scenario"], Scenario), world, operations, listed)
    return ToolReport(
        tool=TOOL,
        examined=len(operations),
        examined_unit="operations",
        notes=tuple(f"not in the load: {reason}" for reason in reasons),
    )


def _write(
    plain: Scenario,
    world: World,
    operations: tuple[Operation, ...],
    listed: Mapping[str, tuple[Ids, ...]],
) -> None:
    scenario = msgspec.structs.replace(
        plain,
        operations=operations,
        values=_values(operations, listed, names(world.resources)),
        objectives=_objectives(plain, world.operations),
    )
    Path(FILE).write_bytes(msgspec.json.encode(scenario))


def _check_alive(world: World, health: str) -> None:
    """Raises ProbeError for a service that does not answer: all would seem to fail of itself."""
    try:
        world.caller.ask("GET", health or "/")
    except NetworkError as error:
        detail = f"the service does not answer before the load: {error}; its log says why"
        raise _common.ProbeError(detail, Reason.TARGET_DOWN) from None


def _operations(
    world: World,
    tried: tuple[Tried, ...],
    known: Mapping[str, str],
    wishes: Wishes,
    requests: int,
) -> tuple[Operation, ...]:
    try:
        return built(tried, known, world.document, lambda op: weight(op, wishes.weights), requests)
    except NoSample as error:
        raise _common.ProbeError(f"the load cannot be made: {error}") from None


def _objectives(plain: Scenario, ops: tuple[Documented, ...]) -> dict[str, Objective]:
    """The objectives by the names that the operations have in the load."""
    found: dict[str, Objective] = {}
    for given, one in plain.objectives.items():
        found |= {name_of(op): one for op in ops if matches(op, given)}
    return found


def _values(
    operations: tuple[Operation, ...],
    listed: Mapping[str, tuple[Ids, ...]],
    known: Mapping[str, str],
) -> dict[str, tuple[dict[str, str], ...]]:
    """Name -> objects that were there before, where the load makes none of its own."""
    captured = {name for one in operations for name in one.capture}
    return {
        known[shape]: tuple({known[inner]: i for inner, i in ids.items()} for ids in found)
        for shape, found in listed.items()
        if known[shape] not in captured
    }


if __name__ == "__main__":
    _common.run(measure)

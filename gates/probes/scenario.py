"""Makes a load of the operations of the document and writes it down for the load generator.

Input: that of the caller, `weights`, `writes`, `objectives`, `machines`, `sessions`, `requests`
(how many the load will send) and `scenario`, a core.load.Scenario without operations. Writes
`scenario.json` beside it; the notes of the report name every operation that is left out, and why.
"""

from pathlib import Path
from typing import Any

import msgspec

from gates.core.load import Scenario
from gates.core.model import Reason, ToolReport
from gates.core.sampling import NoSample
from gates.core.scenario_templates import built, names
from gates.core.scenarios import Left, Wishes, chosen, flaws, weight
from gates.probes import _common
from gates.probes._trying import trial
from gates.probes._world import World, opened

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
    kept, left = chosen(world.operations, wishes)
    scenario, refused = made_up(world, kept, given, wishes)
    Path(FILE).write_bytes(msgspec.json.encode(scenario))
    return ToolReport(
        tool=TOOL,
        examined=len(scenario.operations),
        examined_unit="operations",
        notes=tuple(f"not in the load: {one.label}: {one.why}" for one in (*left, *refused)),
    )


def made_up(
    world: World, kept: Any, given: dict[str, Any], wishes: Wishes
) -> tuple[Scenario, tuple[Left, ...]]:
    """The scenario, and what the trial left out. Raises ProbeError if nothing can be asked."""
    known = names(world.resources)
    ledger, listed = trial(world, kept, known)
    if not ledger.tried:
        why = "; ".join(f"{one.label}: {one.why}" for one in ledger.left[:3])
        detail = f"no operation of the document can be asked under load; {why or 'all left out'}"
        raise _common.ProbeError(detail, Reason.NOTHING_EXAMINED)
    try:
        operations = built(
            ledger.tried,
            known,
            world.document,
            lambda op: weight(op, wishes.weights),
            int(given["requests"]),
        )
    except NoSample as error:
        raise _common.ProbeError(f"the load cannot be made: {error}") from None
    plain = msgspec.convert(given["scenario"], Scenario)
    captured = {name for one in operations for name in one.capture}
    values = {
        known[shape]: tuple({known[inner]: i for inner, i in ids.items()} for ids in found)
        for shape, found in listed.items()
        if known[shape] not in captured
    }
    scenario = msgspec.structs.replace(plain, operations=operations, values=values)
    return scenario, ledger.left


if __name__ == "__main__":
    _common.run(measure)

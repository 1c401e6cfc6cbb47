"""How a probe is started that runs a load and looks at something beside it, and what both left."""

from collections.abc import Iterable, Mapping

import msgspec

from gates.core.model import Reason, ToolReport
from gates.core.target import Target
from gates.core.tool import Invocation, Options, ParseError, ToolOutput
from gates.tools.formats import load_report, load_run, report

Given = Mapping[str, object]

_LONGEST_S = 3600.0


def commands(
    name: str,
    target: Target,
    options: Options,
    given: Given,
    *,
    least_s: float,
    secrets: tuple[str, ...] = (),
) -> tuple[Invocation, ...]:
    """One run of the probe with the load at `load.rate`, at least `least_s` long.

    The load does not wait for a quiet machine unless `quiet_s` says so. Nothing to run for a
    target without [load].
    """
    if target.load is None:
        return ()
    wanted = options.settings.get("duration_s", 0.0)
    seconds = max(least_s, float(wanted) if isinstance(wanted, int | float) else 0.0)
    made = load_run.scenario(
        {"quiet_s": 0.0, **options.settings, "duration_s": seconds},
        load_run.operations(target.load.operations),
        rate=target.load.rate,
        samples=1,
        longest_s=_LONGEST_S,
    )
    load = load_run.invocation(made, target, options)
    program = {"argv": load.argv, "env": load.env, "result": load.files["result"]}
    probe = report.probe(
        name, options, {**given, "load": program}, secrets=(*load.secrets, *secrets)
    )
    inputs = {**load.inputs, **probe.inputs}
    return (msgspec.structs.replace(probe, inputs=inputs, files=load.files),)


def settings(options: Options, names: Iterable[str]) -> dict[str, object]:
    """The settings of these names, as far as they are given."""
    return {name: options.settings[name] for name in names if name in options.settings}


def read(outputs: tuple[ToolOutput, ...], name: str) -> ToolReport:
    """The probe's report with the notes of its load.

    Raises ParseError: those of `report.read_report`, and those of `load_report.read` where a load
    ran: what is seen beside a load that cannot be believed is not believed either.
    """
    if not outputs:
        raise ParseError(Reason.NO_RESULT, "no load run: the target file has no [load]")
    found = report.read_report(outputs[-1], name)
    if "result" not in outputs[-1].files:
        return found
    load = load_report.read(outputs, name)
    return msgspec.structs.replace(found, notes=(*found.notes, *load.notes))

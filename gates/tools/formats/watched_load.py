"""How a probe is started that runs a load and looks at something beside it, and what both left."""

from collections.abc import Iterable, Mapping

import msgspec

from gates.core.capacity import Load
from gates.core.load import Scenario
from gates.core.model import Reason, ToolReport
from gates.core.target import Target
from gates.core.tool import Invocation, Options, ParseError, ToolOutput
from gates.tools.formats import load_run, report, scenario

Given = Mapping[str, object]


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

    The load does not wait for a quiet machine unless `quiet_s` says so. Where [load] names no
    operations, those of the document are made up before. Nothing to run for a target without
    [load].
    """
    if target.load is None:
        return ()
    made = load_run.wished(planned(target.load, options, least_s), target.load, options)
    *before, load = scenario.invocations(made, target, options)
    program = {"argv": load.argv, "env": load.env, "result": load.files["result"]}
    secret = tuple(dict.fromkeys((*load.secrets, *secrets)))
    probe = report.probe(name, options, {**given, "load": program}, secrets=secret)
    inputs = {**load.inputs, **probe.inputs}
    return (*before, msgspec.structs.replace(probe, inputs=inputs, files=load.files))


def planned(load: Load, options: Options, least_s: float) -> Scenario:
    """A scenario that lasts as long as the settings say: it never goes on for samples."""
    given = options.settings.get("duration_s", 0.0)
    seconds = max(least_s, float(given) if isinstance(given, int | float) else 0.0)
    return load_run.scenario(
        {"quiet_s": 0.0, **options.settings, "duration_s": seconds, "longest_s": seconds},
        load_run.operations(load.operations),
        rate=load.rate,
        samples=1,
        longest_s=seconds,
    )


def settings(options: Options, names: Iterable[str]) -> dict[str, object]:
    """The settings of these names, as far as they are given."""
    return {name: options.settings[name] for name in names if name in options.settings}


def read(outputs: tuple[ToolOutput, ...], name: str) -> ToolReport:
    """The probe's report with the notes of its load.

    Raises ParseError: those of `report.read_report`, and those of `scenario.read` where a load
    ran: what is seen beside a load that cannot be believed is not believed either.
    """
    if not outputs:
        raise ParseError(Reason.NO_RESULT, "no load run: the target file has no [load]")
    if len(outputs) > 1:
        report.read_report(outputs[0], "scenario")  # a load that was not made up explains the rest
    found = report.read_report(outputs[-1], name)
    if "result" not in outputs[-1].files:
        return found
    load = scenario.read(outputs, name)
    return msgspec.structs.replace(found, notes=(*found.notes, *load.notes))

"""Proves that a gate can fail: plants a tool's control, runs the real tool, asks the real judge."""

import dataclasses
import shutil
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec

from gates import catalog
from gates.core.excuses import Excuses
from gates.core.judge import judge
from gates.core.model import GateReport, GateResult, Status
from gates.core.plan import PlannedGate
from gates.core.target import Code, Dependencies, OpenApi, Target
from gates.core.tool import Control, Metric
from gates.runner import schedule
from gates.runner.environments import Environments
from gates.runner.prepare import PrepareError, Wish, session
from gates.runner.session import Programs, Session
from gates.runner.stage import SERVICE_RESOURCES
from gates.runner.unavailable import Unavailable
from gates.shell import config
from gates.shell.process import Cancellation

DEADLINE_S = 120.0  # of each program: a control is tiny, some tools are slow to start
# Amounts of work that suffice for a planted defect; whatever else a tool is told stays as it is.
QUICK = {
    "duration_s": 2,
    "paired_s": 4,
    "longest_s": 2,
    "warmup_s": 0,
    "quiet_s": 0,
    "ramp_s": 1,
    "steps": [3],
    "max_examples": 5,
    "history": False,
    "configuration": "ours",
    "workers": 1,
    "listen": "",
}
EARLIER = "earlier"  # folder of a control: what other gates of the run have left
BASE = "base"  # folder of a control: files that were others at the base

WORDS = {True: "detected", False: "not detected", None: "not run"}


def installed_modules(opened: Session) -> str:
    """The Node packages of a target, "" where it has none or they cannot be installed."""
    try:
        return Environments(opened).node_modules()
    except Unavailable:
        return ""


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one control. `detected` None: there is none, or it cannot be run here."""

    gate: str
    tool: str
    planted: str = ""  # the rule that had to come back
    detected: bool | None = None
    detail: str = ""


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """Where controls are run, and with what."""

    folder: Path  # empty, outside of any repository
    environ: Mapping[str, str]
    cancel: Cancellation
    today: str
    programs: Programs
    policy_folder: Path = Path()  # as the run has it: programs of its own tools may stand there


def programs(node_modules: str = "") -> Programs:
    """Our own tools; controls need no environment of a target, Node ones its packages."""
    ours = Programs()
    return Programs(target_python=ours.python, node_modules=node_modules)


Told = Callable[[Proof], None]


def proofs(gates: Iterable[PlannedGate], work: Work, told: Told) -> tuple[Proof, ...]:
    """Run every control of these gates; `told` hears of each as it ends."""
    todo = [(gate, tool) for gate in gates if not gate.skipped for tool in gate.tools]
    serial = [pair for pair in todo if pair[0].policy.resource in SERVICE_RESOURCES]
    beside = [pair for pair in todo if pair not in serial]
    found: dict[tuple[str, str], Proof] = {}

    def kept(pair: tuple[PlannedGate, str]) -> None:
        one = proof(*pair, work)
        found[pair[0].id, pair[1]] = one
        told(one)

    with ThreadPoolExecutor(max_workers=schedule.cores()) as pool:
        list(pool.map(kept, beside))
    for pair in serial:
        kept(pair)
    return tuple(found[gate.id, tool] for gate, tool in todo)


def proof(gate: PlannedGate, tool: str, work: Work) -> Proof:
    """Run one control. Whatever keeps it from coming back is no proof."""
    about = Proof(gate=gate.id, tool=tool)
    if work.cancel.is_set():
        return replaced(about, detail="cancelled")
    try:
        adapter = catalog.load(tool, gate.own)
        control: Control | None = adapter.control()
        if control is None:
            return replaced(about, detail="the policy brings no control for it")
        if getattr(adapter, "LANGUAGE", "") == "node" and not work.programs.node_modules:
            text = "needs the packages of a Node target: name one that has them"
            return replaced(about, planted=control.rule, detail=text)
        about = replaced(about, planted=control.rule)
        result = judged(narrowed(gate, tool, adapter.METRICS), control, work)
    except (PrepareError, config.ConfigError, OSError, catalog.CatalogError) as error:
        return replaced(about, detected=False, detail=f"the control could not be run: {error}")
    return replaced(about, detected=came_back(result, control), detail=said(result))


def replaced(about: Proof, **keys: object) -> Proof:
    """The proof with some of its fields known."""
    return msgspec.structs.replace(about, **keys)


def narrowed(gate: PlannedGate, tool: str, metrics: Mapping[str, Metric]) -> PlannedGate:
    """The gate with one of its tools, what that measures, and nothing skipped or excused.

    A tool that only leaves evidence is judged by the whole gate, which then lacks data.
    """
    measured = {id: one for id, one in gate.policy.criteria.items() if one.metric in metrics}
    criteria = measured or gate.policy.criteria
    policy = msgspec.structs.replace(
        gate.policy,
        tools=(tool,),
        criteria=criteria,
        deadline_s=DEADLINE_S,
        new_findings_only=False,
    )
    settings = {**gate.settings, **QUICK}
    return msgspec.structs.replace(
        gate, policy=policy, tools=(tool,), settings=settings, skipped="", absent={}
    )


def judged(gate: PlannedGate, control: Control, work: Work) -> GateResult:
    """Lay out the control as a target, run the gate on it, and judge."""
    place = work.folder / f"{gate.id}-{gate.tools[0]}"
    target = laid_out(control, place / "target")
    if (earlier := place / "target" / EARLIER).is_dir():
        (place / "run").mkdir()
        shutil.move(earlier, place / "run" / "results")
    base = at_base(place)
    wish = Wish(target=target, root=place / "target", output=place / "run", today=work.today)
    with session(wish, work.cancel, work.environ, work.programs) as opened:
        around = dataclasses.replace(opened, base_tree=base, policy_folder=work.policy_folder)
        report = ran(gate, around)
    metrics = catalog.metrics(gate.tools, gate.own)
    return judge(gate, report, metrics, {}, Excuses())


def at_base(place: Path) -> Path | None:
    """The target of a control as it was at the base, None where it says nothing of that."""
    changed = place / "target" / BASE
    if not changed.is_dir():
        return None
    shutil.move(changed, place / BASE)
    then = place / "then"
    shutil.copytree(place / "target", then)
    shutil.copytree(place / BASE, then, dirs_exist_ok=True)
    return then


def ran(gate: PlannedGate, opened: Session) -> GateReport:
    """The report of the one gate."""
    found: list[GateReport] = []

    def ended(_: PlannedGate, report: GateReport, __: float) -> bool:
        found.append(report)
        return True

    schedule.run([gate], opened, expected={}, events=Quiet(), ended=ended)
    return found[0] if found else GateReport(gate=gate.id, not_run="cancelled")


class Quiet:
    """Nobody is told of the gates of a control."""

    def expect(self, seconds: Mapping[str, float]) -> None:
        """Say nothing."""

    def started(self, gate: str) -> None:
        """Say nothing."""

    def ended(self, gate: str, status: str, detail: str, seconds: float) -> None:
        """Say nothing."""

    def note(self, text: str) -> None:
        """Say nothing."""


def laid_out(control: Control, folder: Path) -> Target:
    """Write the files of a control; its target file, or the one that its files imply."""
    for relative, text in control.files.items():
        file = folder / relative
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / config.TARGET_FILE).exists():
        return config.read_target(folder).target
    return implied(folder)


def implied(folder: Path) -> Target:
    """A target of what is there: `src`, `tests`, an OpenAPI document, a lock file."""
    code = (folder / "src").is_dir() or (folder / "pyproject.toml").exists()
    tests = ("tests",) if (folder / "tests").is_dir() else ()
    lock = "requirements.lock"
    return Target(
        name="planted",
        code=Code(paths=("src",) if (folder / "src").is_dir() else (".",), tests=tests)
        if code
        else None,
        openapi=OpenApi(file="openapi.json") if (folder / "openapi.json").exists() else None,
        dependencies=Dependencies(files=(lock,)) if (folder / lock).exists() else None,
    )


def came_back(result: GateResult, control: Control) -> bool:
    """Whether the planted rule was found, and the judge did not let it pass."""
    named = any(finding.rule == control.rule for finding in result.findings)
    return named and any(criterion.status is not Status.PASS for criterion in result.criteria)


def said(result: GateResult) -> str:
    """What came back, in one line."""
    findings = sorted({f"{finding.rule}" for finding in result.findings})
    listed = ", ".join(findings[:5]) or "no finding"
    return f"{result.status}: {listed}" + (f" ({result.detail})" if result.detail else "")


def undetected(found: Iterable[Proof]) -> dict[str, str]:
    """By gate, what to say of the controls that did not come back."""
    texts: dict[str, str] = {}
    for one in found:
        if one.detected is False:
            text = f"{one.tool} did not find its control {one.planted}: {one.detail}"
            texts[one.gate] = f"{texts[one.gate]}; {text}" if one.gate in texts else text
    return texts


def notes(found: Iterable[Proof], gate: str) -> tuple[str, ...]:
    """What the evidence of a gate says of its controls."""
    return tuple(
        f"control of {one.tool} ({one.planted or 'none'}) {WORDS[one.detected]}"
        + ("" if one.detected else f": {one.detail}")
        for one in found
        if one.gate == gate
    )

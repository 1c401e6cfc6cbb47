"""What every adapter has to refuse: nothing of a result that cannot be trusted is used (P4 to P6).

Runs over every module of gates/tools that exists. Recorded runs of the controls are
tests/tools/data/TOOL/VERSION-control/N.{exit,stdout,stderr,file.NAME} for invocation N.
"""

import importlib
import pkgutil
from pathlib import Path
from types import ModuleType

import msgspec
import pytest

import gates.tools
from gates.core.behaviour import Consumers, Integration, Oracles
from gates.core.capacity import Cache, Database, Load, LoadOperation
from gates.core.claims.rules import Claims
from gates.core.model import Measurement, Reason, ToolReport
from gates.core.target import (
    Code,
    Dependencies,
    Node,
    OpenApi,
    Requirements,
    Risks,
    Service,
    Target,
)
from gates.core.tool import Control, Invocation, Metric, Options, ParseError, ToolOutput

DATA = Path(__file__).parent / "data"
# own_tool makes adapters from a policy; test_own_tool.py asks them the same.
NAMES = sorted(
    m.name
    for m in pkgutil.iter_modules(gates.tools.__path__)
    if not m.ispkg and m.name != "own_tool"
)
TARGET = Target(
    name="made",
    code=Code(paths=("src",), tests=("tests",), packages=(".",)),
    node=Node(paths=("src",), tests=("tests",)),
    service=Service(start=("serve", "{port}")),
    openapi=OpenApi(path="/openapi.json", file="openapi.json"),
    integration=Integration(),
    oracles=Oracles(),
    consumers=Consumers(pacts=("pacts",)),
    load=Load(rate=5.0, operations=(LoadOperation(path="/"),)),
    cache=Cache(redis="redis://127.0.0.1:6379/0"),
    database=Database(url="sqlite:{state}/made.db"),
    dependencies=Dependencies(files=("requirements.lock", "package-lock.json")),
    requirements=Requirements(),
    risks=Risks(),
    claims=Claims(),
)
OPTIONS = Options(
    tree="/tree",
    output="/output",
    files=("Dockerfile", "src/a.js", "src/a.py", "tests/test_a.py"),
    presets="/presets",
    python="/env/bin/python",
    bin="/env/bin",
    target_python="/target/bin/python",
    node_modules=str(DATA / "node" / "installed"),
    base_url="http://127.0.0.1:8000",
    document="/output/openapi.json",
    revision="0" * 40,
    today="2026-01-01",
)
# Where the result stands, for tools that leave more than one thing.
STDOUT = (
    *("bandit", "hadolint", "mypy", "ruff", "ruff_format", "ruff_review", "ruff_security"),
    "spectral",
)
NODE = ("eslint", "eslint_review", "eslint_security", "prettier", "tsc")
MAIN = {
    **dict.fromkeys((*STDOUT, *NODE), "stdout"),
    "duplicates": "clones",
    "node_tests": "junit",
    "pytest": "junit",
}
SAME_FORMAT = (
    {"ruff", "ruff_format", "ruff_review", "ruff_security"},
    {"eslint", "eslint_review", "eslint_security"},
    {"node_tests", "pytest"},
)
RECORDED = sorted(path for path in DATA.glob("*/*-control") if path.is_dir())
BAD = {
    "empty": b"",
    "blank": b"\n \n",
    "garbage": b"\x00\xff\x7fELF garbage",
    "traceback": b"Traceback (most recent call last):\nKeyError: 1\n",
    "null": b"null",
    "object": b"{}",
    "array": b"[]",
    "number": b"1",
    "other-json": b'{"unheard_of": {"results": [], "findings": []}}',
    "other-report": msgspec.json.encode(
        ToolReport(tool="unheard_of", examined=3, examined_unit="files")
    ),
    "other-xml": b'<?xml version="1.0"?><coverage line-rate="1"/>',
    "nan": b'[{"value": NaN}]',
}
# What a clean run prints: two newlines are no result of any tool but mypy.
CLEAN = {("mypy", "blank"), ("hadolint", "array"), ("spectral", "array")}
# Adapters whose probe answers in a format of its own, or not alone: the adapter then reads more.
OWN_ANSWER = {
    *("availability", "integration", "npm_audit", "pip_audit", "resources"),
    *("scale", "schemathesis"),
}


def load(name: str) -> ModuleType:
    return importlib.import_module(f"gates.tools.{name}")


def invocations(tool: ModuleType) -> tuple[Invocation, ...]:
    given: tuple[Invocation, ...] = tool.commands(TARGET, OPTIONS)
    return given


def left(invocation: Invocation, data: bytes, code: int) -> ToolOutput:
    """What an invocation would leave if all that it writes were `data`."""
    inputs = {file: text.encode() for file, text in invocation.inputs.items()}
    files = {name: inputs.get(file, data) for name, file in invocation.files.items()}
    return ToolOutput(exit_code=code, stdout=data, files=files)


def refused(tool: ModuleType, outputs: tuple[ToolOutput, ...]) -> ParseError:
    with pytest.raises(ParseError) as caught:
        tool.parse(outputs)
    assert isinstance(caught.value.reason, Reason)
    assert caught.value.detail
    return caught.value


@pytest.mark.parametrize("name", NAMES)
def test_an_adapter_offers_the_port(name):
    tool = load(name)
    assert isinstance(tool.DISTRIBUTION, str)
    assert tool.DISTRIBUTION
    assert all(isinstance(metric, Metric) for metric in tool.METRICS.values())
    assert tool.METRICS
    assert isinstance(tool.control(), Control)
    assert tool.control().rule


@pytest.mark.parametrize("name", NAMES)
def test_commands_are_pure_and_speak_of_what_they_were_given(name):
    tool = load(name)
    assert invocations(tool) == invocations(tool)
    assert invocations(tool)
    for invocation in invocations(tool):
        assert invocation.argv[0].startswith("/"), "programs are addressed in full"
        assert invocation.cwd in (OPTIONS.tree, OPTIONS.output)
        assert invocation.deadline_s > 0
        written = (*invocation.inputs, *invocation.files.values())
        assert all(not Path(file).is_absolute() for file in written)


@pytest.mark.parametrize("name", NAMES)
def test_a_target_without_the_part_that_is_judged_runs_nothing_or_says_so(name):
    tool = load(name)
    for invocation in tool.commands(Target(name="bare"), OPTIONS):
        assert isinstance(invocation, Invocation)


@pytest.mark.parametrize("code", [0, 1])
@pytest.mark.parametrize("case", BAD)
@pytest.mark.parametrize("name", NAMES)
def test_a_bad_result_is_refused(name, case, code):
    tool = load(name)
    if (name, case) in CLEAN:
        pytest.skip("that is what a clean run prints")
    refused(tool, tuple(left(given, BAD[case], code) for given in invocations(tool)))


@pytest.mark.parametrize("code", [0, 1, 2, 139, -9])
@pytest.mark.parametrize("name", NAMES)
def test_a_program_that_left_nothing_is_refused_p5(name, code):
    tool = load(name)
    refused(tool, tuple(ToolOutput(exit_code=code) for _ in invocations(tool)))


@pytest.mark.parametrize("name", NAMES)
def test_a_program_that_never_ran_is_refused_p3(name):
    refused(load(name), ())


@pytest.mark.parametrize("share", [0.1, 0.6, 0.99])
@pytest.mark.parametrize("name", NAMES)
def test_a_report_of_our_probes_that_is_cut_is_refused_b3(name, share):
    """And the whole one is read: the cut alone makes the difference."""
    tool = load(name)
    given = invocations(tool)
    probe = any(word.startswith("gates.probes.") for word in given[0].argv)
    if not probe or name in OWN_ANSWER:
        pytest.skip("its answer is no report")
    measured = dict.fromkeys(tool.METRICS, Measurement(value=1.0))
    whole = msgspec.json.encode(
        ToolReport(tool=name, examined=1, examined_unit="x", measurements=measured)
    )
    assert tool.parse(tuple(left(one, whole, 0) for one in given)).examined == 1
    cut = whole[: int(len(whole) * share)]
    assert refused(tool, tuple(left(one, cut, 0) for one in given)).reason is (
        Reason.UNREADABLE_RESULT
    )


def recording(folder: Path) -> tuple[ToolOutput, ...]:
    return tuple(
        ToolOutput(
            exit_code=int(exit_code.read_text()),
            stdout=exit_code.with_suffix(".stdout").read_bytes(),
            stderr=exit_code.with_suffix(".stderr").read_bytes(),
            files={
                file.name.split(".", 2)[2]: file.read_bytes()
                for file in folder.glob(f"{exit_code.stem}.file.*")
            },
        )
        for exit_code in sorted(folder.glob("*.exit"))
    )


def with_main(tool: str, outputs: tuple[ToolOutput, ...], data: bytes) -> tuple[ToolOutput, ...]:
    """The recording with the result itself replaced."""
    first, *rest = outputs
    where = MAIN[tool]
    if where == "stdout":
        return (msgspec.structs.replace(first, stdout=data), *rest)
    return (msgspec.structs.replace(first, files={**first.files, where: data}), *rest)


def main_of(tool: str, outputs: tuple[ToolOutput, ...]) -> bytes:
    where = MAIN[tool]
    return outputs[0].stdout if where == "stdout" else outputs[0].files[where]


@pytest.mark.parametrize("folder", RECORDED, ids=lambda folder: folder.parent.name)
def test_the_recorded_control_is_detected(folder):
    tool = load(folder.parent.name)
    report = tool.parse(recording(folder))
    assert tool.control().rule in {finding.rule for finding in report.findings}
    assert report.examined == 1
    assert report.incomplete == ()
    assert set(report.measurements) == set(tool.METRICS)


@pytest.mark.parametrize("share", [0.1, 0.6, 0.9])
@pytest.mark.parametrize("folder", RECORDED, ids=lambda folder: folder.parent.name)
def test_a_recorded_result_that_is_cut_is_refused_b3(folder, share):
    name = folder.parent.name
    outputs = recording(folder)
    data = main_of(name, outputs)
    refused(load(name), with_main(name, outputs, data[: int(len(data) * share)]))


@pytest.mark.parametrize("case", BAD)
@pytest.mark.parametrize("folder", RECORDED, ids=lambda folder: folder.parent.name)
def test_a_recorded_run_with_a_bad_result_is_refused(folder, case):
    """Only the result is exchanged: exit code, stderr and other files are of a good run."""
    name = folder.parent.name
    if (name, case) in CLEAN:
        pytest.skip("that is what a clean run prints")
    refused(load(name), with_main(name, recording(folder), BAD[case]))


@pytest.mark.parametrize("other", RECORDED, ids=lambda folder: folder.parent.name)
@pytest.mark.parametrize("folder", RECORDED, ids=lambda folder: folder.parent.name)
def test_the_result_of_another_tool_is_refused_b13(folder, other):
    mine, theirs = folder.parent.name, other.parent.name
    if mine == theirs or any({mine, theirs} <= family for family in SAME_FORMAT):
        pytest.skip("the same format")
    data = main_of(theirs, recording(other))
    refused(load(mine), with_main(mine, recording(folder), data))

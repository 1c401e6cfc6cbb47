"""What every adapter has to keep to, for the tests of whoever writes one: `assert not check(tool)`.

Nothing is started: the adapter is asked for its commands, and handed results that no honest run
leaves. An empty list means that it keeps to the port; each text says what it did instead.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import PurePosixPath

from gates.core.model import ToolReport
from gates.core.target import Code, Target
from gates.core.tool import Control, Invocation, Metric, Options, ParseError, Tool, ToolOutput

TARGET = Target(name="conformance", code=Code(paths=("src",), tests=("tests",)))
OPTIONS = Options(
    tree="/tree",
    output="/output",
    files=("src/a.py", "tests/test_a.py"),
    presets="/presets",
    python="/environment/bin/python",
    bin="/environment/bin",
    target_python="/target/bin/python",
    node_modules="/tree/node_modules",
    base_url="http://127.0.0.1:8000",
    revision="unknown",
    today="2026-01-01",
)
BAD = {
    "nothing": b"",
    "white space": b"\n \n",
    "bytes that are no text": b"\x00\xff\x7fELF",
    "a traceback": b"Traceback (most recent call last):\nKeyError: 1\n",
    "null": b"null",
    "a number": b"1",
    "JSON of another tool": b'{"unheard_of": {"results": [], "findings": []}}',
    "XML of another tool": b'<?xml version="1.0"?><unheard-of/>',
    "a number that is none": b'[{"value": NaN}]',
    "a document cut short": b'{"results": [{"rule": "R1", "messa',
}
_METRIC = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+")


def check(tool: Tool, target: Target = TARGET, options: Options = OPTIONS) -> list[str]:
    """Everything in which `tool` does not keep to the port.

    `target` and `options` are for a tool that needs other parts of a target than source and tests;
    with them it has to have at least one command.
    """
    problems = [*_offers(tool)]
    if problems:
        return problems
    try:
        invocations = tuple(tool.commands(target, options))
        again = tuple(tool.commands(target, options))
    except Exception as error:  # noqa: BLE001  whatever it raises is what the author has to know
        return [f"commands() raised {type(error).__name__}: {error}"]
    problems += _commands(invocations, again, options)
    problems += _refusals(tool.parse, invocations)
    return problems


def _offers(tool: Tool) -> Iterator[str]:
    for name in ("DISTRIBUTION", "METRICS", "commands", "parse", "control"):
        if not hasattr(tool, name):
            yield f"{name} is missing"
            return
    if not isinstance(tool.DISTRIBUTION, str) or not tool.DISTRIBUTION:
        yield "DISTRIBUTION is no name of a distribution"
    if not tool.METRICS:
        yield "METRICS is empty: no criterion could ask for anything"
    for name, metric in tool.METRICS.items():
        if not _METRIC.fullmatch(name):
            yield f'METRICS: "{name}" is not of the form area.thing'
        if not isinstance(metric, Metric):
            yield f'METRICS: "{name}" is a {type(metric).__name__}, not a Metric'
    if getattr(tool, "LANGUAGE", "") not in ("", "python", "node"):
        yield 'LANGUAGE is neither "python" nor "node"'
    yield from _control(tool)


def _control(tool: Tool) -> Iterator[str]:
    control = getattr(tool, "control")()  # noqa: B009  the port has it only for those who prove
    if not isinstance(control, Control) or not control.files or not control.rule:
        yield "control() gives no known-bad files with the rule that has to come back"


def _commands(
    invocations: Sequence[Invocation], again: Sequence[Invocation], options: Options
) -> Iterator[str]:
    if not invocations:
        yield "commands() has none for a target that has everything"
    if invocations != again:
        yield "commands() gives other commands the second time: it has to be pure"
    for number, one in enumerate(invocations):
        where = f"command {number} ({one.argv[0] if one.argv else 'empty'})"
        if not one.argv or not one.argv[0].startswith("/"):
            yield f"{where}: the program is not addressed in full, as by options.bin"
        if one.deadline_s <= 0:
            yield f"{where}: its deadline is {one.deadline_s} s"
        if not one.cwd.startswith((options.tree, options.output)):
            yield f"{where}: it runs in {one.cwd}, neither in the tree nor in the output folder"
        for file in (*one.inputs, *one.files.values()):
            if PurePosixPath(file).is_absolute() or ".." in PurePosixPath(file).parts:
                yield f"{where}: the file {file} is not below the output folder"


Parse = Callable[[tuple[ToolOutput, ...]], ToolReport]


def _refusals(parse: Parse, invocations: Sequence[Invocation]) -> Iterator[str]:
    """What has to be a ParseError: a report of it would be a verdict that nobody measured."""
    yield from _refused(parse, (), "no output at all")
    for code in (0, 1, 2, 139, -9):
        nothing = tuple(ToolOutput(exit_code=code) for _ in invocations)
        yield from _refused(parse, nothing, f"exit code {code} and nothing written")
    for name, data in BAD.items():
        for code in (0, 1):
            outputs = tuple(_left(one, data, code) for one in invocations)
            yield from _refused(parse, outputs, f"exit code {code} and {name}")


def _left(invocation: Invocation, data: bytes, code: int) -> ToolOutput:
    """What an invocation leaves if all that it writes is `data`; its inputs stay as they were."""
    inputs = {file: text.encode() for file, text in invocation.inputs.items()}
    files = {name: inputs.get(file, data) for name, file in invocation.files.items()}
    return ToolOutput(exit_code=code, stdout=data, files=files)


def _refused(parse: Parse, outputs: tuple[ToolOutput, ...], what: str) -> Iterator[str]:
    try:
        report = parse(outputs)
    except ParseError as error:
        if not error.detail:
            yield f"parse() refuses {what} without a word"
    except Exception as error:  # noqa: BLE001  a bug that would end the gate as adapter-bug
        yield f"parse() breaks on {what}: {type(error).__name__}: {error}"
    else:
        yield f"parse() makes a report of {what}, with {report.examined} {report.examined_unit}"

"""Open TODO comments in the target's source: an adapter for gatescore, complete."""

import json

import msgspec

from gates.core.model import Finding, Measurement, Reason, Severity, ToolReport
from gates.core.target import Target
from gates.core.tool import Control, Invocation, Metric, Options, ParseError, ToolOutput

DISTRIBUTION = "gatescore-todo"  # whose version stands in the evidence
METRICS = {"todo.open": Metric("Open TODO comments")}


class Todo(msgspec.Struct, frozen=True):
    """One comment, as our program prints it."""

    path: str
    line: int
    text: str


class Printed(msgspec.Struct, frozen=True):
    """What our program prints."""

    files: int
    todos: tuple[Todo, ...]


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """One run of our program over the Python files of the target's source."""
    folders = target.code.paths if target.code else ()
    wanted = [
        name
        for name in options.files
        if name.endswith(".py") and any(name.startswith(f"{folder}/") for folder in folders)
    ]
    return (
        Invocation(
            argv=(options.python, "-m", "gatescore_todo.scan", f"{options.output}/files.json"),
            cwd=options.tree,
            deadline_s=options.deadline_s,
            inputs={"files.json": json.dumps(wanted)},
        ),
    )


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read what it printed. Raises ParseError: of a run that failed, nothing is used."""
    if len(outputs) != 1:
        raise ParseError(Reason.NO_RESULT, "todo: it never ran")
    output = outputs[0]
    if output.exit_code != 0:
        raise ParseError(Reason.TOOL_CRASHED, f"todo ended with {output.exit_code}")
    try:
        printed = msgspec.json.decode(output.stdout, type=Printed)
    except msgspec.DecodeError as error:
        raise ParseError(Reason.UNREADABLE_RESULT, f"schema: {error} (todo)") from error
    return ToolReport(
        tool="todo",
        examined=printed.files,  # 0 is an ERROR: whoever looked at nothing has found nothing out
        examined_unit="files",
        measurements={"todo.open": Measurement(value=len(printed.todos))},
        findings=tuple(
            Finding(
                tool="todo",
                rule="todo",
                severity=Severity.LOW,
                message=todo.text,
                path=todo.path,
                line=todo.line,
                metric="todo.open",  # the count that it is part of: a waiver takes it out again
            )
            for todo in printed.todos
        ),
    )


def control() -> Control:
    """A file with one planted defect, and the rule that has to come back."""
    return Control(files={"src/planted.py": "VALUE = 1  # TODO: planted\n"}, rule="todo")

"""The conformance check offered to authors: good adapters pass it, and each fault is named."""

import importlib.util
import pkgutil
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

import gates.tools
from gates import catalog
from gates.conformance import OPTIONS, TARGET, check
from gates.core.model import Measurement, Reason, ToolReport
from gates.core.policy import OwnControl, OwnTool
from gates.core.tool import Control, Invocation, Metric, ParseError

EXAMPLE = Path(__file__).parents[1] / "examples" / "plugin"


def example() -> ModuleType:
    path = EXAMPLE / "src" / "gatescore_todo" / "tool.py"
    spec = importlib.util.spec_from_file_location("gatescore_todo_read", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def good(**names: Any) -> Any:
    """An adapter that keeps to the port, with some of its names replaced."""
    module = example()
    offered = ("DISTRIBUTION", "METRICS", "commands", "parse", "control")
    return SimpleNamespace(**({name: getattr(module, name) for name in offered} | names))


def report(*_: object) -> ToolReport:
    return ToolReport(
        tool="todo",
        examined=1,
        examined_unit="files",
        measurements={"todo.open": Measurement(value=0)},
    )


def invocation(**keys: Any) -> Any:
    given = {"argv": ("/bin/true",), "cwd": "/tree", "deadline_s": 1.0, **keys}
    return lambda target, options: (Invocation(**given),)


def breaks(*_: object) -> ToolReport:
    raise KeyError("results")


def silent(*_: object) -> ToolReport:
    raise ParseError(Reason.NO_RESULT, "")


def test_the_example_keeps_to_the_port():
    assert check(example()) == []
    assert check(good()) == []


@pytest.mark.parametrize(
    ("names", "text"),
    [
        ({"DISTRIBUTION": ""}, "DISTRIBUTION is no name"),
        ({"METRICS": {}}, "METRICS is empty"),
        ({"METRICS": {"Open TODOs": Metric("x")}}, 'METRICS: "Open TODOs" is not of the form'),
        ({"METRICS": {"todo.open": "x"}}, 'METRICS: "todo.open" is a str, not a Metric'),
        ({"LANGUAGE": "cobol"}, "LANGUAGE is neither"),
        ({"control": lambda: None}, "control() gives no known-bad files"),
        ({"control": lambda: Control(files={}, rule="x")}, "control() gives no known-bad files"),
        ({"commands": lambda t, o: ()}, "commands() has none"),
        ({"commands": breaks}, "commands() raised KeyError"),
        ({"commands": invocation(argv=("true",))}, "command 0 (true): the program is not"),
        ({"commands": invocation(argv=())}, "command 0 (empty): the program is not"),
        ({"commands": invocation(cwd="/home")}, "command 0 (/bin/true): it runs in /home"),
        ({"commands": invocation(deadline_s=0.0)}, "command 0 (/bin/true): its deadline is 0"),
        ({"commands": invocation(files={"a": "../a"})}, "command 0 (/bin/true): the file ../a"),
        ({"parse": report}, "parse() makes a report of exit code 0 and nothing written, with 1"),
        ({"parse": breaks}, "parse() breaks on no output at all: KeyError: 'results'"),
        ({"parse": silent}, "parse() refuses no output at all without a word"),
    ],
)
def test_each_fault_is_named(names, text):
    assert any(problem.startswith(text) for problem in check(good(**names)))


def test_commands_have_to_be_pure():
    numbers = iter(range(10))
    tool = good(commands=lambda t, o: invocation(argv=("/x", str(next(numbers))))(t, o))
    assert "commands() gives other commands the second time: it has to be pure" in check(tool)


@pytest.mark.parametrize("missing", ["DISTRIBUTION", "METRICS", "commands", "parse", "control"])
def test_a_missing_name_is_named(missing):
    tool = good()
    delattr(tool, missing)
    assert check(tool) == [f"{missing} is missing"]


@pytest.mark.parametrize("format", ["sarif", "junit", "cobertura", "lcov", "findings", "gitleaks"])
def test_tools_that_a_policy_brings_keep_to_it(format):
    control = OwnControl(files={"a": "b"}, rule="R1")
    spec = OwnTool(format=format, files=("-",), command=("/bin/true",), control=control)
    assert check(catalog.load("mine", {"mine": spec})) == []


@pytest.mark.parametrize("name", ["bandit", "detect_secrets", "mypy", "ruff", "suppressions"])
def test_tools_of_ours_keep_to_it(name):
    assert name in {module.name for module in pkgutil.iter_modules(gates.tools.__path__)}
    expected = {"mypy": ["parse() makes"]}  # a clean run of mypy prints white space
    found = check(catalog.load(name), TARGET, OPTIONS)
    assert all(any(problem.startswith(one) for one in expected.get(name, ())) for problem in found)

"""A plugin that cannot be used ends the command with its name and exit code 2, before any gate."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gates import cli

POLICY = """
name = "ours"
extends = "standard"
[gates.todos]
level = 1
title = "TODOs"
tools = ["todo"]
[gates.todos.criteria.none]
metric = "todo.open"
title = "Open"
pass = [["== 0"]]
"""
TARGET = 'name = "small"\n[code]\npaths = ["src"]\n'
TOOL = """
from gates.core.tool import Metric
DISTRIBUTION = "plug"
METRICS = {"todo.open": Metric("Open")}
def commands(target, options): raise AssertionError("a gate was run")
def parse(outputs): ...
def control(): ...
"""
NAMED = "plug 1: gatescore"


def plugin(site: Path, points: str, code: str = "", name: str = "plug", needs: str = "") -> None:
    """An installed package: entry points, a module of its name, a requirement."""
    info = site / f"{name}-1.dist-info"
    info.mkdir(parents=True)
    (site / f"{name}.py").write_text(code)
    needed = f"Requires-Dist: {needs}\n" if needs else ""
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n{needed}")
    (info / "entry_points.txt").write_text(points)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for plugins; the current one holds a target and a policy that names a tool."""
    place = tmp_path / "site"
    place.mkdir()
    monkeypatch.syspath_prepend(str(place))
    home = tmp_path / "home"
    (home / "src").mkdir(parents=True)
    (home / "src" / "one.py").write_text("ONE = 1\n")
    (home / "gatescore.toml").write_text(TARGET)
    (home / "ours.toml").write_text(POLICY)
    monkeypatch.chdir(home)
    sys.modules.pop("plug", None)
    yield place
    sys.modules.pop("plug", None)


def refused(*arguments: str) -> bool:
    """Whether a command ends with code 2 and has begun no run."""
    code = cli.main(arguments)
    return code == 2 and not Path(".gatescore").exists()


RUN = ("run", "--policy", "ours.toml", "--gate", "todos", "--history", "off")
TODO = "[gatescore.tools]\ntodo = plug\n"


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("import nowhere_at_all", "cannot be loaded: ModuleNotFoundError: No module named"),
        ("def", "cannot be loaded: SyntaxError"),
        ("raise RuntimeError('no licence')", "cannot be loaded: RuntimeError: no licence"),
        ("raise SystemExit('bye')", "cannot be loaded: SystemExit: bye"),
        (TOOL.replace("def parse", "def parsed"), "it has no parse;"),
        ("", "it has no DISTRIBUTION, no METRICS, no commands, no parse, no control;"),
        (TOOL.replace('Metric("Open")', '"Open"'), "METRICS is no table of"),
        (TOOL.replace('{"todo.open": Metric("Open")}', "()"), "METRICS is no table of"),
    ],
    ids=["import", "syntax", "raises", "leaves", "attribute", "empty", "metric", "table"],
)
def test_a_tool_that_cannot_be_used(site, capsys, code, why):
    plugin(site, TODO, code)
    assert refused(*RUN)
    told = capsys.readouterr().err
    assert told.startswith(f"gatescore: {NAMED}.tools: todo") and why in told
    assert "gatescore doctor" in told


def test_a_tool_that_is_not_installed_beside_one_that_nobody_asks_for(site, capsys):
    plugin(site, "[gatescore.tools]\nother = plug\n", "import nowhere_at_all")
    assert refused(*RUN)
    told = capsys.readouterr().err  # the broken one is known by name, and not loaded
    assert "gates.todos.tools: unknown: 'todo'; allowed: " in told and " other, " in told


@pytest.mark.parametrize(
    ("points", "told"),
    [
        ("[gatescore.tools]\nruff = plug\n", "tools: 'ruff' is offered by gatescore itself and by"),
        (
            "[gatescore.reports]\njunit.xml = plug:x\n",
            "'junit.xml' is offered by gatescore 0",
        ),
        (
            "[gatescore.reports]\nplan.json = plug:x\n",
            "'plan.json' is offered by gatescore it",
        ),
        ("[gatescore.reports]\n../x = plug:x\n", "reports: ../x: this is no name of a file"),
        ("[gatescore.reports]\nx.txt = plug:gone\n", "x.txt = plug:gone: it cannot be loaded"),
        ("[gatescore.reports]\nx.txt = plug:DATA\n", "reports: x.txt: plug:DATA is no function"),
        ("[gatescore.commands]\nrun = plug\n", "commands: 'run' is offered by gatescore itself"),
        ("[gatescore.history]\nbook = plug:x\n", "history: 'book' is offered by gatescore"),
    ],
)
def test_names_that_are_taken_and_formats_that_cannot_be_written(site, capsys, points, told):
    plugin(site, points, "DATA = 1\ndef x(card): return b''\n")
    assert refused("run", "--gate", "lint", "--history", "off")
    assert told in capsys.readouterr().err


def test_two_plugins_of_one_name_are_both_named(site, capsys):
    plugin(site, TODO, TOOL)
    plugin(site, TODO, TOOL, name="plug2")
    assert refused(*RUN)
    told = capsys.readouterr().err
    assert "'todo' is offered by" in told and "plug 1" in told and "plug2 1" in told


@pytest.mark.parametrize(
    ("needs", "told"),
    [
        ("gatescore>=9", "plug 1 needs gatescore>=9, this is gatescore "),
        ("GateScore <0.1", "plug 1 needs GateScore<0.1, this is gatescore "),
        ("gatescore ~~ 1", "its requirement 'gatescore ~~ 1' cannot be read"),
    ],
)
def test_a_plugin_for_another_version(site, capsys, needs, told):
    plugin(site, "[gatescore.reports]\nx.txt = plug:x\n", "def x(card): ...", needs=needs)
    assert refused("run", "--gate", "lint", "--history", "off")
    assert told in capsys.readouterr().err


def test_a_plugin_for_this_version_or_for_another_platform_is_welcome(site, capsys):
    plugin(site, TODO, "import nowhere", needs='gatescore>=9; sys_platform == "amiga"')
    assert refused(*RUN)
    assert "needs" not in capsys.readouterr().err


def test_commands_of_plugins(site, capsys):
    code = '"""Say hello."""\ndef add_arguments(parser): ...\ndef run(args):\n    return 7\n'
    plugin(site, "[gatescore.commands]\nhello = plug\nbroken = plug:gone\nhalf = plug:run\n", code)
    assert cli.main(["hello"]) == 7
    assert cli.main(["help"]) == 0
    assert "  hello      of the plugin plug 1\n" in capsys.readouterr().out
    assert refused("broken")
    assert "plug 1: gatescore.commands: broken = plug:gone: it cannot" in capsys.readouterr().err
    assert refused("half")
    assert "it has no add_arguments, no run; " in capsys.readouterr().err
    assert refused("helo")
    assert "did you mean hello?" in capsys.readouterr().err


def test_doctor_shows_what_a_run_would_refuse(site, capsys):
    points = "[gatescore.reports]\nx.txt = plug:gone\njunit.xml = plug:y\n"
    plugin(site, TODO + points, "import nowhere", needs="gatescore>=9")
    assert cli.main(["doctor"]) == 3
    told = capsys.readouterr().out
    for text in ("needs gatescore>=9", "x.txt = plug:gone", "'junit.xml' is offered by"):
        assert any(line.startswith("BAD ") and text in line for line in told.splitlines())
    assert "plug 1: tools: todo" in told
    assert "BAD  todo " in told

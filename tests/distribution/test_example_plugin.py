"""The plugin that the documents build: installed without network, named, run, proved, tested."""

import re
from pathlib import Path

import pytest

from gates.core.model import GateStatus, Scorecard
from gates.shell import store
from tests.distribution.conftest import ran, with_package

REPOSITORY = Path(__file__).parents[2]
EXAMPLE = REPOSITORY / "examples" / "plugin"
TARGET = 'name = "small"\n[code]\npaths = ["src"]\n'


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a new environment: the plugin, and all that this one has."""
    return with_package(tmp_path_factory.mktemp("plugin") / "environment", EXAMPLE)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """A target with one open TODO."""
    folder = tmp_path / "small"
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "one.py").write_text("ONE = 1\nTWO = 2  # TODO: name it\n")
    (folder / "gatescore.toml").write_text(TARGET)
    return folder


def test_a_run_under_a_policy_that_names_it(python: Path, target: Path) -> None:
    policy = EXAMPLE / "policy.toml"
    gatescore = (python, "-m", "gates.cli")
    ran(*gatescore, "run", "--policy", policy, "--gate", "todos", "--output", "out",
        "--history", "off", cwd=target, code=1)  # fmt: skip
    (gate,) = store.read_json(target / "out" / "scorecard.json", Scorecard).gates
    assert (gate.status, gate.evidence.examined) == (GateStatus.FAIL, {"files": 1})
    assert [(one.rule, one.path, one.line) for one in gate.findings] == [("todo", "src/one.py", 2)]
    assert [(one.tool, one.version) for one in gate.evidence.executions] == [("todo", "1.0")]
    told = (target / "out" / "todo.md").read_text()
    assert told == "# Open TODOs of small\n* `src/one.py:2`\n"
    assert ran(*gatescore, "todos", "out", cwd=target) == told
    ran(*gatescore, "todos", "elsewhere", cwd=target, code=2)
    (target / "out" / "todo.md").unlink()
    ran(*gatescore, "report", "out", "--format", "todo.md", cwd=target)
    assert (target / "out" / "todo.md").read_text() == told
    proved = ran(*gatescore, "prove", "todos", "--policy", policy, cwd=target)
    assert "todos: todo: detected: planted todo" in proved


def test_its_own_tests_pass_the_conformance_check_among_them(python: Path, tmp_path: Path) -> None:
    options = ("-q", "-p", "no:cacheprovider", "-c", EXAMPLE / "pyproject.toml")
    said = ran(python, "-B", "-m", "pytest", *options, EXAMPLE / "tests", cwd=tmp_path)
    assert re.search(r"^4 passed", said, re.MULTILINE)


def test_the_page_shows_the_example_as_it_is() -> None:
    page = (REPOSITORY / "docs" / "plugins.md").read_text()
    shown = ("pyproject.toml", "policy.toml", "tests/test_todo.py")
    modules = [f"src/gatescore_todo/{name}.py" for name in ("tool", "scan", "report", "command")]
    for name in (*shown, *modules):
        kind = "python" if name.endswith(".py") else "toml"
        assert f"```{kind}\n{(EXAMPLE / name).read_text()}```" in page, name

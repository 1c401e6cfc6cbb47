"""Hostile and odd surroundings: variables, standard input, terminals, paths, the target's files."""

import json
import os
import pty
import subprocess
from pathlib import Path

import pytest

from tests.faults.cli import Place, committed, fake, finish, until

EVIL = {
    "PYTEST_ADDOPTS": "--co",
    "BASH_ENV": "/evil.sh",
    "LD_PRELOAD": "/evil/lib.so",
    "PYTHONSTARTUP": "/evil.py",
    "RUFF_CONFIG": "/evil.toml",
    "HARMLESS": "yes",
}


def test_b63_variables_that_change_tools_are_removed_and_listed(place: Place) -> None:
    seen = place.path / "seen.json"
    policy = place.policy({"spies": fake("spies", seen)})
    done = place.run("run", place.target(), "--policy", policy, env=EVIL)
    assert done.code == 0
    assert not EVIL.keys() & json.loads(seen.read_text())["environ"].keys()
    (execution,) = done.gate("spies")["evidence"]["executions"]
    assert (EVIL.keys() - {"HARMLESS"}) | {"PYTHONPATH"} <= set(execution["removed_env"])
    assert "/evil" not in json.dumps(done.card)


@pytest.mark.parametrize("kind", ["terminal", "closed", "endless"])
def test_b64_no_tool_is_ever_prompted(place: Place, kind: str) -> None:
    seen = place.path / "seen.json"
    policy = place.policy({"spies": fake("spies", seen)})
    arguments = ("run", place.target(), "--policy", policy)
    if kind == "terminal":
        ours, theirs = pty.openpty()
        done = place.run(*arguments, stdin=theirs)
        os.close(ours)
        os.close(theirs)
    elif kind == "endless":
        with open("/dev/zero", "rb") as endless:
            done = place.run(*arguments, stdin=endless)
    else:
        script = ["bash", "-c", '"$@" <&-', "bash"]
        done = place.run(*arguments, around=script)
    assert done.code == 0, done.stderr
    spied = json.loads(seen.read_text())
    assert (spied["stdin"], spied["terminal"]) == ("", False)


@pytest.mark.parametrize("closed", ["1", "2"])
def test_a_closed_output_stream_changes_no_verdict(place: Place, closed: str) -> None:
    policy = place.policy({"one": fake("works", 0, 1)})
    script = ["bash", "-c", f'"$@" {closed}>&-', "bash"]
    done = place.run("run", place.target(), "--policy", policy, "--json", around=script)
    assert done.code == 1
    if closed == "2":
        assert json.loads(done.stdout) == done.card


ASCII = [
    {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    {"PYTHONIOENCODING": "ascii"},
    {"LC_ALL": "POSIX", "PYTHONIOENCODING": "ascii:strict", "NO_COLOR": "1"},
]


@pytest.mark.parametrize("env", ASCII)
def test_b65_a_terminal_without_unicode_gets_ascii(place: Place, env: dict[str, str]) -> None:
    policy = place.policy({"one": fake("works", 0, 1, title="Grüße, 世界 ✓")})
    small = {"TERM": "dumb", "COLUMNS": "20", **env}
    done = place.run("run", place.target(), "--policy", policy, "--json", env=small)
    assert done.code == 1
    assert done.stderr.isascii()
    assert "UnicodeEncodeError" not in done.stderr
    assert json.loads(done.stdout.decode("utf-8")) == done.card


@pytest.mark.parametrize("env", ASCII)
@pytest.mark.parametrize("verb", [["list"], ["explain", "one"]])
def test_b65_commands_print_ascii(place: Place, env: dict[str, str], verb: list[str]) -> None:
    policy = place.policy({"one": fake(title="Grüße, 世界 ✓")})
    done = place.run(*verb, "--policy", policy, env={"COLUMNS": "20", **env})
    assert done.code == 0
    assert done.stdout.isascii()


def test_b65_a_real_terminal_of_20_columns(place: Place) -> None:
    """The size is the terminal's own; ten rows of it must not be overwritten wildly."""
    policy = place.policy({"a-gate-with-a-long-name": fake("works", 0.3), "two": fake()})
    ours, theirs = pty.openpty()
    subprocess.run(["stty", "cols", "20", "rows", "10"], stdin=theirs, check=True)
    arguments = ("run", place.target(), "--policy", policy, "--output", place.output)
    env = {"TERM": "dumb", "LC_ALL": "C", "PYTHONIOENCODING": "ascii"}
    with place.begin(*arguments, stderr=theirs, env=env) as process:
        os.close(theirs)
        said = b""
        while part := read(ours):
            said += part
        code, _, _ = finish(process)
    os.close(ours)
    assert code == 0
    assert said.isascii()
    assert b"\x1b" not in said
    assert b"PASS" in said


def read(terminal: int) -> bytes:
    """What a terminal got; nothing when its last writer has gone."""
    try:
        return os.read(terminal, 65536)
    except OSError:
        return b""


ODD = ["with spaces", "quo'te\"s", "$(touch pwned)", "-leading", "emoji-😀", "semi;colon & more"]


@pytest.mark.parametrize("name", ODD)
def test_b66_paths_of_any_shape(place: Place, name: str) -> None:
    text = '[code]\npaths = ["src"]\n'
    target = place.target(text, {f"src/{name}.py": "import os\n"}, name=f"{name}/{name}")
    policy = place.policy({"looks": fake("looks")}, name="policy")
    named = f"./{name}/{name}" if name.startswith("-") else f"{name}/{name}"
    committed(target)
    one = place.run("run", named, "--policy", policy)
    assert (one.code, one.statuses) == (0, {"looks": "PASS"})
    two = place.run("run", named, "--gate", "lint", "--gate", "format", output=target / "out put")
    assert two.statuses == {"lint": "FAIL", "format": "PASS"}
    assert [finding["path"] for finding in two.gate("lint")["findings"]] == [f"src/{name}.py"]
    assert not list(place.path.rglob("pwned"))


@pytest.mark.parametrize("name", ["back`tick", "star*", "tab\there"])
def test_b66_more_odd_names_below_a_target(place: Place, name: str) -> None:
    text = '[code]\npaths = ["src"]\n'
    target = place.target(text, {f"src/{name}.py": "import os\n"})
    done = place.run("run", target, "--gate", "lint")
    assert done.statuses == {"lint": "FAIL"}
    assert [finding["path"] for finding in done.gate("lint")["findings"]] == [f"src/{name}.py"]


def test_a_relative_target_and_output_are_of_the_current_folder(place: Place) -> None:
    place.target(name="service")
    policy = place.policy({"one": fake()})
    done = place.run("run", "service", "--policy", policy.name, output=Path("results-here"))
    assert done.code == 0
    assert until(lambda: (place.path / "results-here" / "scorecard.html").exists())


def test_b47_files_of_any_name_are_judged(place: Place) -> None:
    """Line breaks, control characters, markup, 200 letters, quotes, and bytes that are no UTF-8."""
    names = ("a\n::error::b", "esc\x1b[31m", "<script>", "x" * 200, "sp ace 'q' $(x)", "-lead", "ü")
    text = '[code]\npaths = ["src"]\n'
    target = place.target(text, {f"src/{name}.py": "import os\n" for name in names})
    odd = os.fsencode(target) + b"/src/latin-\xe9.py"
    with open(odd, "wb") as file:
        file.write(b"import os\n")
    gates = ("--gate", "lint", "--gate", "format", "--gate", "security", "--gate", "secrets")
    done = place.run("run", target, *gates)
    assert list(done.statuses.values()) == ["FAIL", "PASS", "PASS", "PASS"]
    findings = done.gate("lint")["findings"]
    assert len(findings) == len(names) + 1
    assert r"src/latin-\xe9.py" in {finding["path"] for finding in findings}
    assert done.gate("lint")["evidence"]["examined"] == {"files": len(names) + 1}
    assert "::error::" not in [line[:9] for line in done.stderr.splitlines()]

"""`list`, `explain`, `doctor` and the help: what they print, and that they print it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from gates import cli
from gates.commands import _surroundings
from gates.commands._target_file import LATER
from tests.faults.cli import Place, broken_install, committed, fake

GATES = (
    *("build", "lint", "format", "types", "security", "secrets", "dependencies", "tests"),
    *("schema", "smoke", "review", "contract", "compatibility", "parity", "api-design"),
    *("integration", "oracles", "contracts", "injection", "passwords", "headers", "auth"),
    *("authorization", "rate-limit", "errors", "observability", "resilience", "load"),
    *("database", "resources", "operations", "scale", "cache", "features", "risks"),
    *("claims", "documentation", "deployment"),
    *("availability", "sign-off", "evidence", "owasp", "freshness", "definition-of-done"),
)


def test_list_shows_every_gate_by_level(place: Place) -> None:
    done = place.run("list")
    text = done.stdout.decode()
    assert done.code == 0
    positions = [text.index(f"\n  {gate}\n") for gate in GATES]
    assert positions == sorted(positions)
    assert "load.p95" in text
    assert "< 100" in text


def test_list_for_programs(place: Place) -> None:
    listed = json.loads(place.run("list", "--json").stdout)
    assert [gate["id"] for gate in listed] == list(GATES)
    assert all(criterion["pass"] for gate in listed for criterion in gate["criteria"])


def test_list_of_another_policy(place: Place) -> None:
    listed = place.run("list", "--json", "--policy", place.policy({"one": fake()}))
    assert [gate["id"] for gate in json.loads(listed.stdout)] == ["one"]


@pytest.mark.parametrize("gate", GATES)
def test_explain_knows_every_gate(place: Place, gate: str) -> None:
    from gates.commands import explain
    from gates.commands import list as listing

    policy = listing.read_policy("standard")
    shown = policy.gates[gate]
    text = "\n".join(explain.gate_text(gate, policy))
    assert shown.title in text
    assert all(name in text for name in shown.criteria)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("load", ["level 2", "locust", "load.p95", "may be skipped"]),
        ("load.p95", ["latency.p95_ms", "< 100", "95 % confidence", "gatescore run --gate load"]),
        ("smoke.p95", ["warn", "< 200", "should"]),
    ],
)
def test_explain_says_all_of_it(place: Place, name: str, words: list[str]) -> None:
    done = place.run("explain", name)
    assert done.code == 0
    assert [word for word in words if word not in done.stdout.decode()] == []


@pytest.mark.parametrize(("name", "meant"), [("lnit", "lint"), ("smoke.p59", "smoke.p95")])
def test_explain_guesses_what_was_meant(place: Place, name: str, meant: str) -> None:
    done = place.run("explain", name)
    assert done.code == 2
    assert meant in done.stderr


def test_doctor_finds_this_machine_sound(place: Place) -> None:
    done = place.run("doctor")
    text = done.stdout.decode()
    assert "BAD" not in text.replace("BAD  fake_absent", "")
    assert "ruff" in text
    assert done.code == 3  # the absent tool of our own fakes


def test_doctor_without_fakes_is_content(place: Place) -> None:
    done = place.run("doctor", env={"PYTHONPATH": ""})
    assert (done.code, done.stderr) == (0, "")


def test_doctor_names_a_program_that_is_missing(place: Place) -> None:
    python = broken_install(place.path / "install", {"ruff": None})
    done = place.run("doctor", env={"PYTHONPATH": ""}, python=python)
    bad = [line for line in done.stdout.decode().splitlines() if line.startswith("BAD")]
    assert done.code == 3
    assert len(bad) >= 1
    assert all("ruff" in line for line in bad)


def test_doctor_tells_programs_the_same(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    target = place.target('[absent]\nlod = "x"\n')
    assert cli.main(["doctor", str(target), "--format", "json"]) == 3
    told = {one["check"]: one for one in json.loads(capsys.readouterr().out)}
    assert (told["target"]["state"], "lod" in told["target"]["detail"]) == ("fail", True)
    assert told["repository"]["state"] == "warn"
    assert told.keys() >= {"python", "ruff", "cache", "loopback", "clock", "proxies", "browser"}


@pytest.mark.parametrize(
    ("name", "value", "check", "state"),
    [
        ("PYTEST_ADDOPTS", "-x", _surroundings.variables, "warn"),
        ("HTTPS_PROXY", "http://p.example", _surroundings.network, "ok"),
    ],
)
def test_doctor_names_the_variables_of_its_caller_that_matter(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, check, state: str
) -> None:
    monkeypatch.setenv(name, value)
    [(found, _, detail)] = check()
    assert (found, name in detail) == (state, True)


def test_doctor_says_what_the_report_will_say_of_the_revision(tmp_path: Path) -> None:
    def state() -> tuple[str, str]:
        [(found, _, detail)] = _surroundings.repository(tmp_path)
        return found.value, detail

    assert state()[0] == "warn"
    (tmp_path / "a").write_text("")
    commit = committed(tmp_path)
    assert state() == ("ok", commit[:12])
    (tmp_path / "a").write_text("b")
    assert "uncommitted" in state()[1]
    assert [found.value for found, *_ in _surroundings.clock(tmp_path)] == ["ok"]


def test_doctor_counts_what_would_run_and_where_it_may_speak_to(tmp_path: Path) -> None:
    service = '[service]\nbase_url = "http://127.0.0.1:9"\nallow = ["https://id.example"]\n'
    absent = "".join(f'{part} = "none"\n' for part in ("code", "openapi", "dependencies", *LATER))
    (tmp_path / "gatescore.toml").write_text(f'name = "t"\n{service}[absent]\n{absent}')
    told = {what: (state, detail) for state, what, detail in _surroundings.target(tmp_path)}
    assert told["target"][0] == "ok"
    assert "gates run" in told["target"][1]
    assert told["allow-list"][1] == "127.0.0.1, http://127.0.0.1:9, https://id.example"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("F401", ["unused", "ruff", "lint", "gatescore waive", "## Why is this bad?"]),
        ("smoke.unhealthy", ["smoke", "planted to prove", "[absent] service"]),
        ("lint", ["gatescore waive FINGERPRINT", "[absent] code", "proved by planting: F821"]),
    ],
)
def test_explain_knows_rules_and_how_they_are_waived(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    name: str,
    words: list[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(["explain", name]) == 0
    text = capsys.readouterr().out
    assert [word for word in words if word not in text] == []
    assert cli.main(["explain", name, "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert (data["name"], data["kind"]) == (name, "gate" if name == "lint" else "rule")


def test_explain_shows_what_the_newest_run_found(place: Place) -> None:
    policy = place.policy({"a": fake()})
    card = place.run("run", place.target(), "--policy", policy).card
    finding = {"tool": "fake", "rule": "R-1", "severity": "high", "message": "no", "fix": "mend it"}
    card["gates"][0]["findings"] = [{**finding, "path": "a.py", "line": 3}]
    folder = place.path / ".gatescore" / "runs" / "1"
    folder.mkdir(parents=True)
    (folder / "scorecard.json").write_text(json.dumps(card))
    text = place.run("explain", "R-1", "--policy", policy, cwd=place.path).stdout.decode()
    assert "found by the newest run here:\n  a.py:3: R-1: no\n" in text
    assert "  gates    a\n  fix      mend it\n" in text


@pytest.mark.parametrize("words", [[], ["--help"], ["help"]])
def test_help_lists_the_commands(place: Place, words: list[str]) -> None:
    argv = [sys.executable, "-m", "gates.cli", *words]
    done = subprocess.run(argv, capture_output=True, text=True, env=place.environ({}))
    assert done.returncode == 0
    for verb in ("run", "list", "explain", "doctor", "judge"):
        assert f"\n  {verb} " in done.stdout


@pytest.mark.parametrize(("wrong", "meant"), [("rnu", "run"), ("judgee", "judge")])
def test_a_command_that_is_none(place: Place, wrong: str, meant: str) -> None:
    done = place.run(wrong)
    assert done.code == 2
    assert f"did you mean {meant}" in done.stderr


@pytest.mark.parametrize("verb", ["run", "list", "explain", "doctor", "judge"])
def test_every_command_has_help(place: Place, verb: str) -> None:
    done = place.run(verb, "--help", output=place.output) if verb != "run" else None
    if done is None:
        argv = [sys.executable, "-m", "gates.cli", "run", "--help"]
        ended = subprocess.run(argv, capture_output=True, text=True, env=place.environ({}))
        assert (ended.returncode, ended.stderr) == (0, "")
        assert "--i-own-this-target" in ended.stdout
        return
    assert done.code == 0
    assert f"gatescore {verb}" in done.stdout.decode()


def test_a_listing_whose_reader_goes_away_has_no_traceback(place: Place) -> None:
    script = '"$@" | head -c 10 >/dev/null; exit ${PIPESTATUS[0]}'
    done = place.run("list", around=["bash", "-c", script, "bash"])
    assert done.stderr == ""

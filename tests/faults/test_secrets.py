"""What must not be known stays unknown: in outputs, arguments and other processes."""

import json
import urllib.parse
from base64 import b64encode, urlsafe_b64encode
from pathlib import Path

import pytest

from tests.faults.cli import FAULTS, Completed, Place, fake, service, started, until

CONFIDES = FAULTS / "programs" / "confides.py"
CARELESS = FAULTS / "programs" / "careless.py"
CANARY = 'c4n4ry/9x"Q+u\\e zt%41-Wv7'


def told(place: Place, *gates: tuple[str, dict]) -> tuple[Completed, list[str]]:
    """Run gates against a service that gives its secrets away; also the secrets."""
    witness = place.path / "witness"
    keys = {"env_from": ["CANARY"], "env_generate": ["MADE"]}
    text = service(CONFIDES, "{port}", witness, "CANARY", "MADE", **keys)
    text += '[auth]\nheaders = { X-Api-Key = "${CANARY}", Authorization = "Bearer ${MADE}" }\n'
    target = place.target(text, files={"a.py": "A = 1\n"})
    done = place.run(
        "run", target, "--policy", place.policy(dict(gates)), "--json", env={"CANARY": CANARY}
    )
    return done, json.loads(witness.read_text())[0]


def traces(value: str) -> list[bytes]:
    """The forms in which a secret would give itself away."""
    raw = value.encode()
    cores = [b64encode(b"x" * n + raw)[4:-4].decode() for n in range(3)]
    cores += [urlsafe_b64encode(b"x" * n + raw)[4:-4].decode() for n in range(3)]
    quoted = [urllib.parse.quote(value), urllib.parse.quote(value, safe="")]
    return [form.encode() for form in [value, json.dumps(value)[1:-1], *quoted, *cores]]


def leaks(folder: Path, values: list[str]) -> list[str]:
    """Files that hold a secret, or are named with one."""
    return [
        f"{path.relative_to(folder)}: {trace!r}"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        for value in values
        for trace in traces(value)
        if trace in path.read_bytes() or trace in bytes(path)
    ]


@pytest.mark.parametrize("how", [[], ["crash"]])
def test_p64_no_secret_is_anywhere_in_the_output(place: Place, how: list[str]) -> None:
    secrets = {"secrets": ["GATESCORE_AUTH", "GATESCORE_HEADERS"]}
    gate = fake("tells", *how, resource="service", options=secrets)
    done, values = told(place, ("tells", gate))
    assert done.statuses == {"tells": "ERROR tool-crashed" if how else "PASS"}
    assert len(values) == 2
    assert "redacted" in (place.output / "results/tells/fake/0.stdout").read_text()
    assert "redacted" in (place.output / "results/tells/service.log").read_text()
    assert leaks(place.output, values) == []
    said = done.stdout + done.stderr.encode()
    assert [trace for value in values for trace in traces(value) if trace in said] == []


def test_p64_the_log_of_a_service_that_died_is_shown_without_secrets(place: Place) -> None:
    done, values = told(place, ("kills", fake("asks", "/die", 0.3, resource="service")))
    assert done.statuses == {"kills": "ERROR target-down"}
    assert "redacted" in done.gate("kills")["detail"]
    assert leaks(place.output, values) == []


def test_p64_a_start_without_a_variable_tells_no_other_secret(place: Place) -> None:
    witness = place.path / "witness"
    keys = {"env_from": ["CANARY"], "env_generate": ["MADE"]}
    target = place.target(service(CARELESS, "{port}", witness, "CANARY", "MADE", **keys))
    refused = {"title": "Refuses", "metric": "startup.refused_percent", "pass": [["== 100"]]}
    gate = fake(resource="service", tools=["startup"], criteria={"refused": refused}, options={})
    policy = place.policy({"starts": gate})
    done = place.run("run", target, "--policy", policy, "--json", env={"CANARY": CANARY})
    values = json.loads(witness.read_text())
    messages = sorted(one["message"] for one in done.gate("starts")["findings"])
    assert done.statuses == {"starts": "FAIL"}
    assert messages[0].startswith("CANARY: without it the service exited with 3 and did not name")
    assert "redacted" in messages[0]
    assert messages[1].startswith("MADE: without it the service started all the same")
    assert leaks(place.output, values) == []
    said = done.stdout + done.stderr.encode()
    assert [trace for value in values for trace in traces(value) if trace in said] == []


def test_p65_secrets_are_in_no_argument_and_no_other_environment(place: Place) -> None:
    seen = place.path / "seen.json"
    done, values = told(place, ("spies", fake("spies", seen, resource="service")))
    assert done.code == 0
    spied = json.loads(seen.read_text())
    serving = {pid for pid, argv in spied["argv"].items() if str(CONFIDES) in argv}
    knowing = {pid for pid, env in spied["environs"].items() if any(v in str(env) for v in values)}
    assert serving
    assert "CANARY" not in spied["environ"]
    assert not any(value in json.dumps(spied["argv"]) for value in values)
    assert all(any(f"MADE={values[1]}" == e for e in spied["environs"][pid]) for pid in serving)
    assert knowing == serving


def test_a_missing_variable_is_named_before_anything_runs(place: Place) -> None:
    target = place.target(service(CONFIDES, "{port}", "x", env_from=["NOT_THERE"]))
    done = place.run("run", target, "--policy", place.policy({"one": fake()}))
    assert done.code == 2
    assert "NOT_THERE" in done.stderr


def test_p64_a_run_that_is_killed_leaves_nothing_of_what_its_tool_wrote(place: Place) -> None:
    """Until it is redacted, what a tool says is in a folder that is its owner's alone."""
    witness = place.path / "witness"
    text = service(CONFIDES, "{port}", witness, "CANARY", env_from=["CANARY"])
    secrets = {"secrets": ["GATESCORE_AUTH", "GATESCORE_HEADERS"]}
    gate = fake("tells", "hang", resource="service", options=secrets)
    target = place.target(text + '[auth]\nheaders = { X-Api-Key = "${CANARY}" }\n')
    argv = ("run", target, "--policy", place.policy({"tells": gate}), "--output", place.output)
    with place.begin(*argv, env={"CANARY": CANARY}) as process:
        until(started(place.output, "tells"))
        (left,) = (place.cache / "gatescore" / "work").glob("run-*")
        assert left.stat().st_mode & 0o077 == 0
        assert leaks(left / "raw", [CANARY])
        process.kill()
        process.wait()
    assert (place.output / "plan.json").exists()
    assert leaks(place.output, [CANARY]) == []

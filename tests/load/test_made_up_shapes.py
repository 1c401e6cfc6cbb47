"""A made-up load on services that tell ids in other ways: no request of it is refused."""

import http.client
import json
import os
import random
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from gates.core.capacity import Load
from gates.core.load import Scenario
from gates.core.target import Auth, Service, Target
from gates.core.tool import Options
from gates.load.captures import Captures
from gates.tools import locust

ROOT = Path(__file__).parents[2]
DESK = ROOT / "tests" / "probes" / "desk" / "desk.py"
ALICE = {"Authorization": "Bearer t-alice"}
REQUESTS = 300
NAMELESS = {"GET /notes/{note_id}", "PUT /notes/{note_id}", "DELETE /notes/{note_id}"}


@pytest.fixture
def desk(request: pytest.FixtureRequest) -> Iterator[str]:
    argv = [sys.executable, str(DESK), *request.param]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        yield f"127.0.0.1:{server.stdout.readline().strip()}"
        server.kill()


def made_up(host: str, folder: Path) -> Scenario:
    """What the probe writes for the user alice."""
    file = folder / "document.json"
    file.write_bytes(urllib.request.urlopen(f"http://{host}/openapi.json").read())
    target = Target(
        name="desk",
        service=Service(base_url=f"http://{host}"),
        auth=Auth(headers=ALICE),
        load=Load(rate=50),
    )
    options = Options(
        tree="",
        output=str(folder),
        python=sys.executable,
        base_url=f"http://{host}",
        document=str(file),
        settings={"duration_s": 5.0, "longest_s": 0.0},
    )
    probe = locust.commands(target, options)[0]
    for name, text in probe.inputs.items():
        (folder / name).write_text(text)
    env = {**os.environ, "PYTHONPATH": str(ROOT), "GATESCORE_AUTH": json.dumps(ALICE)}
    subprocess.run(probe.argv, cwd=folder, env=env, check=True, capture_output=True, timeout=60)
    return msgspec.json.decode((folder / "scenario.json").read_bytes(), type=Scenario)


def refused(host: str, scenario: Scenario) -> list[str]:
    """Send the load, one request after the other; what was not accepted."""
    captures, chance = Captures(scenario), random.Random(7)
    connection = http.client.HTTPConnection(host)
    found = []
    for _ in range(REQUESTS):
        weights = [one.weight for one in scenario.operations]
        sent = captures.ready(chance.choices(scenario.operations, weights)[0])
        assert sent is not None
        headers = {**ALICE, **sent.operation.headers}
        connection.request(sent.operation.method, sent.path, sent.body or None, headers)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status not in sent.operation.status:
            found.append(f"{sent.operation.method} {sent.path} {answer.status}")
        elif sent.operation.capture:
            assert captures.learn(sent, body, answer.getheader("Location") or "")
    return found


@pytest.mark.parametrize(
    ("desk", "told"),
    [
        ((), True),
        (("uuid",), True),
        (("slug", "envelope"), True),
        (("location",), True),
        (("bodyless",), False),
        (("profile", "forbidden"), True),
    ],
    indirect=["desk"],
    ids=["number", "uuid", "slug", "location", "nowhere", "profile"],
)
def test_no_request_is_refused(desk: str, told: bool, tmp_path: Path) -> None:
    """Where no answer tells an id, what needs one is left out instead of guessed."""
    scenario = made_up(desk, tmp_path)
    assert refused(desk, scenario) == []
    names = {one.name for one in scenario.operations}
    assert (names >= NAMELESS) is told
    assert (not NAMELESS & names) is not told

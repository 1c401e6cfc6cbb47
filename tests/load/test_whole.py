"""The load gate as its users run it: `gatescore run`, with what the standard policy says of it."""

import json
import threading
import tomllib
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.faults.cli import Completed, Place

ROOT = Path(__file__).parents[2]
SHORT = {"duration_s": 2, "longest_s": 2, "warmup_s": 0.5, "quiet_s": 0, "grace_s": 2}
TARGET = """
[service]
base_url = "%s"
[auth.headers]
X-Key = "${ANN}"
[identities.bob]
headers = { X-Key = "${BOB}" }
[load]
rate = 50
identities = 2
operations = [{ path = "/a" }]
"""


def load_gate(**options: object) -> dict[str, Any]:
    """The gate of the standard policy, short: a profile lengthens only what is called `load`."""
    standard = tomllib.loads((ROOT / "config/policy/standard.toml").read_text("utf-8"))
    gate: dict[str, Any] = standard["gates"]["load"]
    criteria = {"errors": {**gate["criteria"]["load.errors"]}}
    return {**gate, "tools": ["locust"], "criteria": criteria, "options": {**SHORT, **options}}


def recording(done: Completed) -> dict[str, Any]:
    """What the load recorded, whether or not the machine was calm enough to believe it."""
    found: dict[str, Any] = json.loads(
        (done.output / "results" / "quick" / "locust" / "result.json").read_bytes()
    )
    return found


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path, tmp_path / "cache")


@pytest.fixture
def keys() -> Iterator[tuple[str, Counter[str]]]:
    """A service that counts who asks it."""
    seen: Counter[str] = Counter()

    class Answers(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            seen[self.headers.get("X-Key", "")] += self.path == "/a"
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", seen
        server.shutdown()


def test_the_identities_of_the_target_file_reach_the_load(
    place: Place, keys: tuple[str, Counter[str]]
) -> None:
    """load.identities = 2: each of them sends half of the requests."""
    url, seen = keys
    policy = place.policy({"quick": load_gate()})
    env = {"ANN": "key-of-ann-17", "BOB": "key-of-bob-42"}
    done = place.run("run", place.target(TARGET % url), "--policy", policy, env=env)
    found = recording(done)
    assert (found["finished"], found["remarks"]) == (True, [])
    assert set(seen) - {""} == {"key-of-ann-17", "key-of-bob-42"}
    assert seen["key-of-bob-42"] >= found["total"]["requests"] // 2  # measured twice, if disturbed
    assert seen["key-of-ann-17"] == pytest.approx(seen["key-of-bob-42"], abs=2)
    assert "key-of-bob-42" not in json.dumps(found) + done.stderr

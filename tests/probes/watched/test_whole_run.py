"""Both gates as a user runs them, on a service that needs a real PostgreSQL."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.probes.watched.conftest import DOCUMENT

ROOT = Path(__file__).parents[3]
SERVICE = Path(__file__).with_name("service.py")
TARGET = """
name = "watched"
[service]
start = ["{{python}}", "service.py", "{{port}}", "postgres:{{upstream.database}}"{words}]
env_generate = ["DEMO_PASSWORD"]
[[service.upstreams]]
name = "database"
address = "{address}"
operations = ["GET /cached"]
[openapi]
file = "openapi.json"
[auth.login]
path = "/login"
body = {{ name = "demo", password = "${{DEMO_PASSWORD}}" }}
token = "/token"
"""
ABSENT = "this service exists for the test of two gates alone"


def programs() -> Path | None:
    """The folder of PostgreSQL's programs, where there is one."""
    on_path = shutil.which("initdb")
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    found = [Path(on_path).resolve().parent] if on_path else [*reversed(folders)]
    return next((folder for folder in found if (folder / "initdb").exists()), None)


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    """The address of a server of ours; it refuses to run as root, so then it runs as another."""
    found = programs()
    if found is None:
        pytest.skip("PostgreSQL is not installed")
    # Not below pytest's folder: nobody else may enter that one.
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    as_other = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    prefix = as_other if os.geteuid() == 0 else []
    if prefix:
        os.chown(folder, 65534, 65534)
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    data, quiet = str(folder / "data"), {"stdout": subprocess.DEVNULL, "cwd": folder}
    made = [found / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-sync"]
    said = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    control = [found / "pg_ctl", "-D", data, "-w"]
    subprocess.run([*prefix, *made], check=True, timeout=60, **quiet)
    log = str(folder / "log")
    subprocess.run(
        [*prefix, *control, "-l", log, "-o", said, "start"], check=True, timeout=60, **quiet
    )
    yield f"127.0.0.1:{port}"
    subprocess.run([*prefix, *control, "-m", "immediate", "stop"], check=False, timeout=60, **quiet)
    shutil.rmtree(folder, ignore_errors=True)


def run(folder: Path, address: str, gate: str, *words: str) -> dict[str, object]:
    folder.mkdir(exist_ok=True)
    shutil.copy(SERVICE, folder / "service.py")
    (folder / "openapi.json").write_text(json.dumps(DOCUMENT))
    spelt = "".join(f', "{word}"' for word in words)
    absent = "".join(
        f'{part} = "{ABSENT}"\n'
        for part in ("code", "tests", "load", "dependencies", "integration", "oracles", "passwords")
    )
    text = TARGET.format(address=address, words=spelt) + f"[absent]\n{absent}"
    (folder / "gatescore.toml").write_text(text + f'identities = "{ABSENT}"\n')
    output = folder.parent / f"{folder.name}-{gate}"
    command = [sys.executable, "-m", "gates.cli", "run", str(folder), "--gate", gate]
    done = subprocess.run(
        [*command, "--policy", "standard", "--output", str(output)],
        cwd=ROOT,
        env={**os.environ, "GATESCORE_CACHE": str(folder.parent / "cache")},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    result = output / "results" / gate / "result.json"
    assert result.exists(), done.stdout + done.stderr
    found: dict[str, object] = json.loads(result.read_text())
    return found


@pytest.mark.parametrize("gate", ["observability", "resilience"])
def test_a_good_service_passes(tmp_path: Path, postgres: str, gate: str) -> None:
    result = run(tmp_path / "good", postgres, gate)
    assert (result["status"], result["findings"]) == ("PASS", [])


@pytest.mark.parametrize(
    ("gate", "words", "rule"),
    [
        ("observability", ("always-ready",), "observability.always-ready"),
        ("resilience", ("crash-500",), "resilience.upstream-status"),
    ],
)
def test_a_bad_one_does_not(
    tmp_path: Path, postgres: str, gate: str, words: tuple[str, ...], rule: str
) -> None:
    result = run(tmp_path / "bad", postgres, gate, *words)
    assert result["status"] == "WARN"
    found = result["findings"]
    assert isinstance(found, list)
    assert {one["rule"] for one in found} == {rule}

"""What gates of a Node target stand on: its Node, its packages, and its service."""

import json
import os
import shutil
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from gates.core.model import Reason
from gates.core.plan import PlannedGate
from gates.core.policy import GatePolicy
from gates.core.target import Code, Node, Service, Target
from gates.runner.prepare import Wish, session
from gates.runner.session import Session
from gates.runner.stage import Stage
from gates.runner.unavailable import Unavailable
from gates.shell.cancellation import Cancellation

MANIFEST = {"name": "made", "version": "1.0.0", "private": True}
TREE = {
    "package.json": json.dumps(MANIFEST),
    "package-lock.json": json.dumps({**MANIFEST, "lockfileVersion": 3, "packages": {"": MANIFEST}}),
    "src/a.js": "export const a = 1;\n",
    "server.cjs": (
        "const http = require('http');\n"
        "http.createServer((_, answer) => answer.end(process.env.GREETING))"
        ".listen(Number(process.argv[2]), '127.0.0.1');\n"
    ),
}
NODE = Node(paths=("src",))


@pytest.fixture(autouse=True)
def _with_node() -> None:
    if shutil.which("npm") is None and not os.environ.get("CI"):
        pytest.skip("there is no npm here")


def gate(*tools: str, resource: str = "") -> PlannedGate:
    policy = GatePolicy(level=1, title="Gate", tools=tools, criteria={})
    if resource:
        policy = GatePolicy(level=1, title="Gate", tools=tools, criteria={}, resource=resource)
    return PlannedGate(id="gate", policy=policy, tools=tools)


@contextmanager
def opened(
    folder: Path, target: Target, files: Mapping[str, str], **variables: str
) -> Iterator[Session]:
    for name, text in files.items():
        file = folder / "target" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    wish = Wish(target=target, root=folder / "target", output=folder / "run", today="2026-01-01")
    environ = {**os.environ, "GATESCORE_CACHE": str(folder / "cache"), **variables}
    with session(wish, Cancellation(), environ) as found:
        yield found


def test_a_gate_with_a_node_tool_gets_the_packages_in_the_judged_tree(tmp_path):
    with opened(tmp_path, Target(name="made", node=NODE), TREE) as found:
        grant = Stage(found).grant(gate("eslint"))
        assert grant.node_modules == str(found.tree / "node_modules")
        assert Path(grant.node_modules).is_dir()
        assert Path(grant.node).is_file()
        assert grant.python == ""


def test_the_build_makes_its_own_environment(tmp_path):
    """So a lock file that does not fit is a failed build there, and not an error."""
    files = {**TREE, "package.json": json.dumps({**MANIFEST, "dependencies": {"lost": "1.0.0"}})}
    with opened(tmp_path, Target(name="made", node=NODE), files) as found:
        stage = Stage(found)
        grant = stage.grant(gate("node_build"))
        assert (grant.node_modules, Path(grant.node).is_file()) == ("", True)
        with pytest.raises(Unavailable, match="npm ci .*: exit code 1") as caught:
            stage.grant(gate("eslint"))
        assert caught.value.failure.reason is Reason.ENVIRONMENT_FAILED


def test_a_gate_without_a_node_tool_needs_no_node(tmp_path):
    target = Target(name="made", node=NODE, code=Code(paths=("src",)))
    with opened(tmp_path, target, TREE) as found:
        grant = Stage(found).grant(gate("ruff"))
        assert (grant.node, grant.node_modules) == ("", "")


def test_a_machine_without_node_is_told_so(tmp_path):
    fake = tmp_path / "fake" / "node"
    fake.parent.mkdir()
    fake.write_text("#!/bin/sh\nexit 1\n")
    fake.chmod(0o755)
    target = Target(name="made", node=NODE)
    with (
        opened(tmp_path, target, TREE, PATH=str(fake.parent)) as found,
        pytest.raises(Unavailable, match="node: .* is no Node") as caught,
    ):
        Stage(found).grant(gate("node_build"))
    assert caught.value.failure.reason is Reason.ENVIRONMENT_FAILED


def test_a_service_is_started_with_the_node_that_was_found(tmp_path):
    service = Service(
        start=("{node}", "server.cjs", "{port}"),
        env={"GREETING": "hello"},
        health="/",
        start_deadline_s=20,
    )
    target = Target(name="made", node=NODE, service=service)
    with opened(tmp_path, target, TREE) as found:
        stage = Stage(found)
        try:
            grant = stage.grant(gate("smoke", resource="service"))
            with urllib.request.urlopen(grant.base_url, timeout=5) as answer:
                assert answer.read() == b"hello"
        finally:
            with suppress(OSError):
                stage.close()


def test_packages_that_the_target_commits_are_not_judged(tmp_path):
    files = {**TREE, "node_modules/evil/index.js": "eval(1);\n", "src/b.js": ""}
    with opened(tmp_path, Target(name="made", node=NODE), files) as found:
        assert not [name for name in found.files if name.startswith("node_modules")]
        assert "src/b.js" in found.files
        assert not (found.tree / "node_modules").exists()

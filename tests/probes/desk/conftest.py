"""A small service with planted defects, and the adapters of the probes that look for them."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gates.core.behaviour import Authorization, Identity
from gates.core.model import ToolReport
from gates.core.target import Auth, Login, Service, Target
from gates.core.tool import Options, Tool
from tests.invocations import left_by, surrounded

DESK = Path(__file__).with_name("desk.py")
PEOPLE = {"default": ("user", 0), "bob": ("user", 0), "root": ("admin", 10), "guest": ("guest", -5)}
NAMES = {"default": "alice"}
IDS = {"default": 1, "bob": 2, "root": 3, "guest": 4}


class Desk:
    """One running service: what it is asked by probes, and how often."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.folder = folder

    def document(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self.url}/openapi.json") as answer:
            found: dict[str, Any] = json.load(answer)
        return found

    def look(
        self,
        tool: Tool,
        *,
        people: tuple[str, ...] = tuple(PEOPLE),
        said: Authorization | None = None,
        settings: dict[str, object] | None = None,
        ours: bool = True,
        document: dict[str, Any] | None = None,
        ids: dict[str, int] = IDS,
    ) -> ToolReport:
        """The report of a probe that acts as these people."""
        file = self.folder / "document.json"
        file.write_text(json.dumps(document or self.document()))
        service = Service(start=("serve",)) if ours else Service(base_url=self.url)
        others = {name: Identity(role=PEOPLE[name][0]) for name in people if name != "default"}
        target = Target(
            name="desk",
            service=service,
            auth=Auth(login=Login(path="/login", body={}, token="/token")),
            identities=others,
            authorization=said or Authorization(),
        )
        options = Options(
            tree="",
            output=str(self.folder),
            python=sys.executable,
            base_url=self.url,
            document=str(file),
            recorded=str(self.folder),
            settings=settings or {},
        )
        (invocation,) = tool.commands(target, options)
        env = surrounded(GATESCORE_IDENTITIES=known(people, ids))
        output = left_by(invocation, self.folder, env)
        return tool.parse((output,))

    def requests(self) -> int:
        """How many were sent so far."""
        return sum(len(file.read_bytes().splitlines()) for file in self.folder.glob("*.ndjson"))


def known(people: tuple[str, ...], ids: dict[str, int]) -> str:
    """What the runner hands to probes."""
    passwords = {"default": "pw-alice-1", "bob": "pw-bob-12"}
    return json.dumps(
        {
            name: {
                "role": PEOPLE[name][0],
                "rank": PEOPLE[name][1],
                "headers": {"Authorization": f"Bearer t-{NAMES.get(name, name)}"},
                "login": {
                    "method": "POST",
                    "path": "/login",
                    "body": {"name": NAMES.get(name, name), "password": passwords[name]},
                    "form": False,
                }
                if name in passwords
                else None,
                "answer": {"user_id": ids[name]},
            }
            for name in people
        }
    )


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    """Start the service with these defects and shapes."""
    running: list[subprocess.Popen[str]] = []

    def start(*words: str) -> Desk:
        process = subprocess.Popen(
            [sys.executable, str(DESK), *words], stdout=subprocess.PIPE, text=True
        )
        running.append(process)
        assert process.stdout is not None
        folder = tmp_path / f"run-{len(running)}"
        folder.mkdir()
        return Desk(f"http://127.0.0.1:{process.stdout.readline().strip()}", folder)

    yield start
    for process in running:
        process.kill()
        process.communicate()

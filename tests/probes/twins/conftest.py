"""Starts the planted services, lets their identities in, and runs probes against them."""

import base64
import importlib
import json
import secrets
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from gates.core.behaviour import Refresh, Registration
from gates.core.model import ToolReport
from gates.core.target import Auth, Login, OpenApi, Service, Target
from gates.core.tool import Invocation, Options, ToolOutput
from gates.probes import _common
from tests.invocations import BARE, left_by
from tests.servers import starting

GATEKEEPER = Path(__file__).with_name("gatekeeper.py")
SECRETS = {
    "DEMO_PASSWORD": "Demo-canary-2026",  # pragma: allowlist secret
    "OTHER_PASSWORD": "Other-canary-2026",  # pragma: allowlist secret
    "TOKEN_KEY": "canary-key-of-the-tokens-0123456789",  # pragma: allowlist secret
    "API_KEY": "canary-api-key-0123456789",  # pragma: allowlist secret
}
STATIC = {"key": {"X-Api-Key": "${API_KEY}"}, "basic": {"Authorization": "Basic ${PAIR}"}}
LOGIN = {"username": "demo", "password": "${DEMO_PASSWORD}"}


class Twin:
    """A running service, and how a target file would describe it."""

    def __init__(self, url: str, style: str, folder: Path, *, mute: bool = False) -> None:
        self.url, self.style, self.folder, self.mute = url, style, folder, mute
        self.recorded = folder / "recorded"
        self.recorded.mkdir(exist_ok=True)
        self.document = folder / "document.json"
        self.document.write_bytes(urllib.request.urlopen(f"{url}/openapi.json").read())

    def target(self, **changes: Any) -> Target:
        login = Login(path="/v1/login", body=LOGIN, token="/access_token")
        if self.style == "cookie":
            login = Login(path="/v1/login", body=LOGIN, cookie="sid")
        refresh = Refresh(
            path="/v1/refresh", body={"refresh_token": "{token}"}, token="/refresh_token"
        )
        auth = Auth(
            login=login if self.style in ("jwt", "opaque", "cookie") else None,
            headers=STATIC.get(self.style, {}),
            refresh=refresh if self.style in ("jwt", "opaque") else None,
            register=Registration(
                path="/v1/accounts", body={"username": "{name}", "password": "{password}"}
            ),
        )
        given = {"auth": auth, "service": Service(base_url=self.url), **changes}
        return Target(name="twin", openapi=OpenApi(path="/openapi.json"), **given)

    def identities(self) -> str:
        if self.style == "key":
            headers = {"X-Api-Key": SECRETS["API_KEY"]}
            return json.dumps({"default": {"headers": headers, "login": None, "answer": None}})
        if self.style == "basic":
            pair = base64.b64encode(f"demo:{SECRETS['DEMO_PASSWORD']}".encode()).decode()
            headers = {"Authorization": f"Basic {pair}"}
            return json.dumps({"default": {"headers": headers, "login": None, "answer": None}})
        both = (("default", "demo", "DEMO_PASSWORD"), ("other", "other", "OTHER_PASSWORD"))
        return json.dumps({name: self._let_in(user, SECRETS[key]) for name, user, key in both})

    def _let_in(self, user: str, password: str) -> dict[str, Any]:
        body = {"username": user, "password": password}
        request = urllib.request.Request(
            f"{self.url}/v1/login", json.dumps(body).encode(), method="POST"
        )
        try:
            with urllib.request.urlopen(request, timeout=0.5 if self.mute else 5) as answer:
                said = json.loads(answer.read())
                cookie = answer.headers.get("Set-Cookie") or ""
        except (urllib.error.HTTPError, TimeoutError):
            said, cookie = {"access_token": "made.up.token"}, ""
        token = said.get("access_token") if isinstance(said, dict) else "made.up.token"
        headers = {"Authorization": f"Bearer {token}"}
        if self.style == "cookie":
            headers = {"Cookie": cookie.partition(";")[0]}
        login = {"method": "POST", "path": "/v1/login", "body": body, "form": False}
        return {"role": "user", "rank": 0, "headers": headers, "login": login, "answer": said}

    def report(
        self,
        tool: ModuleType,
        *,
        target: Target | None = None,
        wait_s: float = 0.0,
        process: bool = False,
        **settings: Any,
    ) -> ToolReport:
        """Run the adapter's probe, here or as the program that the runner starts, and parse."""
        output = self.folder / f"{tool.__name__}-{secrets.token_hex(3)}"
        output.mkdir()
        options = Options(
            tree="",
            output=str(output),
            python=sys.executable,
            base_url=self.url,
            document=str(self.document),
            recorded=str(self.recorded),
            state=str(self.folder),
            settings=settings,
        )
        (invocation,) = tool.commands(target or self.target(), options)
        offered = {
            "GATESCORE_IDENTITIES": self.identities,
            "GATESCORE_VARIABLES": lambda: json.dumps(SECRETS),
        }
        env = {name: offered[name]() for name in invocation.secrets}
        time.sleep(wait_s)
        left = (_program if process else _here)(invocation, env)
        for value in SECRETS.values():
            assert value.encode() not in left.stdout + left.stderr, "P64"
        found: ToolReport = tool.parse((left,))
        return found


def _program(invocation: Invocation, env: dict[str, str]) -> ToolOutput:
    return left_by(invocation, Path(invocation.cwd), BARE | env, timeout_s=90)


def _here(invocation: Invocation, env: dict[str, str]) -> ToolOutput:
    measure = importlib.import_module(invocation.argv[2]).measure
    with pytest.MonkeyPatch.context() as patch:
        for name, text in env.items():
            patch.setenv(name, text)
        try:
            report = measure(json.loads(invocation.inputs["input.json"]))
        except _common.ProbeError as error:
            text = f"{error.reason.value}: {error.detail}"
            return ToolOutput(exit_code=_common.ERROR_EXIT, stderr=text.encode())
    return ToolOutput(exit_code=0, stdout=_common.encode(report))


@pytest.fixture
def twin(tmp_path: Path) -> Iterator[Callable[..., Twin]]:
    """Start the gatekeeper: twin(style, defect)."""
    numbers = count()
    with starting() as start:

        def twin_of(style: str = "jwt", defect: str = "") -> Twin:
            folder = tmp_path / f"{style}-{defect}-{next(numbers)}"
            folder.mkdir()
            words = (sys.executable, GATEKEEPER, "{port}", style, defect, folder / "users.db")
            url = start(words, {**SECRETS, "PATH": "/usr/bin:/bin"})
            return Twin(url, style, folder, mute=defect == "hangs")

        yield twin_of

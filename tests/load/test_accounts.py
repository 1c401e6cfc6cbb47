"""Accounts that a load makes for itself, at a real small server that checks every token."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gates.core.behaviour import Registration
from gates.core.load import Accounts, Operation, Scenario
from gates.core.target import Login
from gates.load.accounts import Known, made
from gates.load.client import Client, Identity

SERVER = Path(__file__).parent / "servers" / "people.py"
ACCOUNTS = Accounts(
    register=Registration(path="/users", body={"user": "{name}", "password": "{password}"}),
    login=Login(
        path="/login",
        body={"email": "${USER}", "password": "${WORD}", "realm": "${REALM}"},
        token="/token",
    ),
)
BODY = {"email": "first", "password": "secret", "realm": "shop"}
KNOWN = {"default": Known({"X-Api": "1"}, {"body": BODY})}


@pytest.fixture
def people() -> Iterator[Callable[..., str]]:
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str) -> str:
        argv = [sys.executable, str(SERVER), *arguments]
        started.append(subprocess.Popen(argv, stdout=subprocess.PIPE, text=True))
        stdout = started[-1].stdout
        assert stdout
        return f"http://127.0.0.1:{stdout.readline().strip()}"

    yield start
    for process in started:
        process.kill()
        process.communicate()


def answers(url: str, identities: tuple[Identity, ...]) -> list[str]:
    operation = Operation(name="me", path="/me")
    scenario = Scenario(rate=1, duration_s=1, operations=(operation,), timeout_s=5)
    client = Client(url, scenario, identities, connections=1)
    return [client.send(client.ready(operation)).failure for _ in identities]


def test_each_account_has_a_token_of_its_own(people: Callable[..., str]) -> None:
    """The login's other fields stay those of the identity that is known."""
    url = people()
    found, told = made(ACCOUNTS, 3, url, KNOWN)
    assert told == "3 accounts were made for the load"
    assert len({one.name for one in found}) == 3
    assert len({one.headers["Authorization"] for one in found}) == 3
    assert {one.headers["X-Api"] for one in found} == {"1"}
    assert answers(url, found) == ["", "", ""]
    assert answers(url, (Identity("nobody", {"Authorization": "Bearer x"}),)) == ["status 401"]


def test_what_could_be_made_is_kept_and_the_rest_told(people: Callable[..., str]) -> None:
    found, told = made(ACCOUNTS, 5, people("--most", "2"), KNOWN)
    assert len(found) == 2
    assert told.startswith("2 of 5 accounts were made for the load: POST /users answered 409")


def test_a_login_that_fails_is_told_without_its_values(people: Callable[..., str]) -> None:
    known = {"default": Known({}, {"body": {**BODY, "realm": "canary-81"}})}
    found, told = made(ACCOUNTS, 1, people(), known)
    assert found == ()
    assert "login POST /login: the answer is 401" in told
    assert "canary" not in told

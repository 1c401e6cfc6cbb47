"""Authentication headers come from variables or a login on loopback; errors hold no value."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from gates.core.behaviour import Identity, Refresh
from gates.core.target import Auth, Login
from gates.shell import auth
from gates.shell.network import Refused

PASSWORD = "Aa1-hunter2-hunter2"  # pragma: allowlist secret
SEEN: list[tuple[str, str, bytes]] = []
ANSWERS = {
    "/ok": (200, {"access_token": "tok-123", "expires": 900}),
    "/deep": (201, {"data": [{"a/b": "tok-456"}]}),
    "/denied": (401, {"error": PASSWORD}),
    "/moved": (302, {}),
    "/other": (200, {"jwt": PASSWORD, "user": PASSWORD}),
    "/number": (200, {"access_token": 7}),
    "/split": (200, {"access_token": "a\r\nX-Evil: 1"}),
    "/list": (200, [PASSWORD]),
}


class Service(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        SEEN.append((self.path, self.headers["Content-Type"], body))
        status, answer = ANSWERS.get(self.path, (200, None))
        content = b"<html>" if answer is None else json.dumps(answer).encode()
        if self.path.startswith("/cookie-"):
            status = int(self.path.rpartition("-")[2])
        self.send_response(status)
        if self.path.startswith("/cookie-"):
            self.send_header("Set-Cookie", "sid=abc-123; HttpOnly")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def origin() -> Iterator[str]:
    SEEN.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def login(path: str, token: str = "/access_token", *, form: bool = False) -> Auth:
    body = {"username": "demo", "password": "${PASSWORD}"}
    return Auth(login=Login(path=path, body=body, token=token, form=form))


def asked(given: Auth, origin: str) -> dict[str, str]:
    return auth.authenticate(given, origin, {"PASSWORD": PASSWORD}, (origin,)).headers


def test_static_headers_need_no_request() -> None:
    given = Auth(headers={"X-Api-Key": "key ${PASSWORD}"})
    assert asked(given, "http://127.0.0.1:1") == {"X-Api-Key": f"key {PASSWORD}"}
    assert asked(Auth(), "http://127.0.0.1:1") == {}


def test_a_login_sends_json_and_makes_a_header_of_the_token(origin: str) -> None:
    assert asked(login("/ok"), origin) == {"Authorization": "Bearer tok-123"}
    ((_, kind, body),) = SEEN
    assert kind == "application/json"
    assert json.loads(body) == {"username": "demo", "password": PASSWORD}


def test_a_login_by_form_and_a_deep_token(origin: str) -> None:
    made = asked(login("/deep", "/data/0/a~1b", form=True), origin)
    assert made == {"Authorization": "Bearer tok-456"}
    ((_, kind, body),) = SEEN
    assert kind == "application/x-www-form-urlencoded"
    assert body == f"username=demo&password={PASSWORD}".encode()


@pytest.mark.parametrize(
    ("path", "token", "status", "words"),
    [
        ("/denied", "/access_token", 401, "the answer is 401"),
        ("/moved", "/access_token", 302, "the answer is 302"),
        ("/other", "/access_token", 200, "the keys jwt, user"),
        ("/number", "/access_token", 200, "leads to no text"),
        ("/list", "/0/x", 200, "a JSON list"),
        ("/html", "/access_token", 200, "is not JSON"),
        ("/split", "/access_token", 0, "header Authorization"),
    ],
)
def test_a_failed_login_says_what_came_but_no_value(
    origin: str, path: str, token: str, status: int, words: str
) -> None:
    """P64."""
    with pytest.raises(auth.AuthError) as caught:
        asked(login(path, token), origin)
    assert caught.value.status == status
    assert words in caught.value.detail
    assert PASSWORD not in caught.value.detail


def test_a_missing_variable_is_named_with_its_place(origin: str) -> None:
    with pytest.raises(
        auth.AuthError, match=r"PASSWORD is not set \(auth\.login\.body\.password\)"
    ):
        auth.authenticate(login("/ok"), origin, {}, (origin,))
    assert SEEN == []


def test_nobody_there_is_an_error_and_another_origin_is_refused(origin: str) -> None:
    """P62."""
    with pytest.raises(auth.AuthError, match="login POST /ok: refused"):
        asked(login("/ok"), "http://127.0.0.1:1")
    with pytest.raises(Refused):
        auth.authenticate(login("/ok"), origin, {"PASSWORD": PASSWORD}, ("http://127.0.0.1:1",))
    assert SEEN == []


def test_the_tokens_themselves_are_among_what_must_be_hidden() -> None:
    access = auth.Access(
        headers={"Authorization": "Bearer tok-123", "X": "key"}, answer={"refresh": "tok-9"}
    )
    refresh = Refresh(path="/r", body={"t": "{token}"}, token="/refresh")
    assert auth.secret_values(access, Auth()) == ("Bearer tok-123", "key", "tok-123")
    found = auth.secret_values(access, Auth(refresh=refresh))
    assert found == ("Bearer tok-123", "key", "tok-123", "tok-9")


def test_another_identity_logs_in_with_its_own_fields(origin: str) -> None:
    given = login("/ok")
    other = Identity(role="admin", rank=10, body={"username": "root"})
    made = auth.identify("admin", other, given, origin, {"PASSWORD": PASSWORD}, (origin,))
    assert (made.role, made.rank) == ("admin", 10)
    assert made.headers == {"Authorization": "Bearer tok-123"}
    assert json.loads(SEEN[0][2]) == {"username": "root", "password": PASSWORD}
    assert made.login is not None
    assert made.login["path"] == "/ok"
    assert made.answer == {"access_token": "tok-123", "expires": 900}


def test_an_identity_with_headers_needs_no_login(origin: str) -> None:
    other = Identity(headers={"X-Api-Key": "${KEY}"})
    made = auth.identify("bot", other, login("/ok"), origin, {"KEY": "k-1"}, (origin,))
    assert made.headers == {"X-Api-Key": "k-1"}
    assert SEEN == []


def test_an_identity_that_is_refused_is_named(origin: str) -> None:
    given = login("/denied")
    with pytest.raises(auth.AuthError, match="identity other: login POST /denied.* is 401") as one:
        auth.identify("other", Identity(), given, origin, {"PASSWORD": PASSWORD}, (origin,))
    assert "identities.other.body" in one.value.detail


@pytest.mark.parametrize("status", [200, 302])
def test_a_login_that_sets_a_cookie(origin: str, status: int) -> None:
    given = Auth(login=Login(path=f"/cookie-{status}", body={}, cookie="sid"))
    assert asked(given, origin) == {"Cookie": "sid=abc-123"}


def test_a_login_that_sets_another_cookie_says_which(origin: str) -> None:
    given = Auth(login=Login(path="/cookie-200", body={}, cookie="session"))
    with pytest.raises(auth.AuthError, match='"session" is not set.* sets sid'):
        asked(given, origin)

"""Logs in as an identity does: with its own words, with changed ones, or with an account's."""

import re
import urllib.parse
from collections.abc import Mapping
from contextlib import suppress
from http.cookies import CookieError, SimpleCookie
from typing import Any

import msgspec

from gates.core.model import Reason
from gates.core.openapi import JSON
from gates.probes import _common
from gates.probes._caller import DEFAULT, Caller, Headers, Known
from gates.shell.network import NetworkError, Response

_PASSWORD = re.compile(r"pass|pwd|secret|pin\b|credential", re.IGNORECASE)
_USER = re.compile(r"user|e?mail|login|name|account|phone|^id$", re.IGNORECASE)


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """A login request, and which of its fields are the name and the password."""

    method: str
    path: str
    body: dict[str, str]
    form: bool
    user_field: str
    password_field: str

    @property
    def label(self) -> str:
        """What findings call it."""
        return f"{self.method} {self.path}"

    @property
    def user(self) -> str:
        """The name of the account."""
        return self.body[self.user_field]

    @property
    def password(self) -> str:
        """Its password: never to be shown."""
        return self.body[self.password_field]


def words(known: Known | None) -> Words | None:
    """The login of an identity; None where it has none, or its fields are not to be told apart."""
    said = known.login if known else None
    if not said:
        return None
    body = {str(name): str(value) for name, value in said["body"].items()}
    password = next((name for name in body if _PASSWORD.search(name)), "")
    rest = [name for name in body if name != password]
    user = next((name for name in rest if _USER.search(name)), rest[0] if rest else "")
    if not password or not user:
        return None
    return Words(
        method=said["method"],
        path=said["path"],
        body=body,
        form=bool(said.get("form")),
        user_field=user,
        password_field=password,
    )


def reach(caller: Caller, health: str) -> None:
    """Ask whether anybody is there. Raises ProbeError, target-down, where nobody answers."""
    try:
        caller.ask("GET", health or "/", identity=None)
    except NetworkError as error:
        raise _common.ProbeError(f"GET {health}: {error}", Reason.TARGET_DOWN) from None


def log_in(caller: Caller, login: Words, *, user: str = "", password: str = "") -> Response:
    """The answer to the login, with another name or password where given."""
    changed = dict(login.body)
    if user:
        changed[login.user_field] = user
    if password:
        changed[login.password_field] = password
    return post(caller, login.method, login.path, changed, form=login.form)


def post(
    caller: Caller,
    method: str,
    path: str,
    fields: Mapping[str, JSON],
    *,
    form: bool = False,
    identity: str | None = None,
    headers: Headers = (),
) -> Response:
    """The answer to a request with these fields, as JSON or as a form."""
    if form:
        content, kind = urllib.parse.urlencode(dict(fields)).encode(), "x-www-form-urlencoded"
    else:
        content, kind = msgspec.json.encode(fields), "json"
    lines = (("Content-Type", f"application/{kind}"), ("Accept", "application/json"), *headers)
    return caller.ask(
        method, path, identity=identity, headers=lines, body=content, operation=f"{method} {path}"
    )


def session_headers(given: Mapping[str, Any], answer: Response) -> dict[str, str]:
    """The headers that a login's answer gives, as the target file says; none if it has failed."""
    said = given.get("session") or {}
    if said.get("cookie"):
        name = str(said["cookie"])
        jar = cookies(answer)
        return {"Cookie": f"{name}={jar[name].coded_value}"} if name in jar else {}
    token = at(decoded(answer), str(said.get("token", "")))
    if not isinstance(token, str) or not token or not 200 <= answer.status < 300:
        return {}
    text = str(said.get("format", "Bearer {token}")).replace("{token}", token)
    return {str(said.get("header", "Authorization")): text}


def cookies(answer: Response) -> SimpleCookie:
    """The cookies that an answer sets."""
    jar: SimpleCookie = SimpleCookie()
    for name, value in answer.headers:
        if name.lower() == "set-cookie":
            with suppress(CookieError):
                jar.load(value)
    return jar


def decoded(answer: Response) -> Any:
    """The JSON of an answer, None for anything else."""
    try:
        return msgspec.json.decode(answer.body)
    except (msgspec.DecodeError, RecursionError):
        return None


def at(value: Any, pointer: str) -> Any:
    """Follow a JSON pointer (RFC 6901); None where it leads nowhere."""
    for step in pointer.split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        match value:
            case dict():
                value = value.get(key)
            case list() if key.isdecimal() and len(key) < 9 and int(key) < len(value):
                value = value[int(key)]
            case _:
                return None
    return value


def wrong(password: str) -> str:
    """A password of the same length that is certainly another one."""
    turned = password[::-1].swapcase()
    return (
        turned if turned != password else f"{password[:-1]}{'x' if password[-1:] != 'x' else 'y'}"
    )


def ranked(caller: Caller) -> list[str]:
    """Names of the identities, the one that may do most first, the default one before equals."""
    known = caller.identities
    return sorted(known, key=lambda name: (-known[name].rank, name != DEFAULT, name))

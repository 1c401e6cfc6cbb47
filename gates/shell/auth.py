"""Turns the authentication of a target file into request headers, logging in where it says so.

No error here holds a value: neither what was sent nor what came back.
"""

import re
import urllib.parse
from collections.abc import Mapping
from typing import Any

import msgspec

from gates.core.target import Auth, Login
from gates.shell.network import NetworkError, Response, request
from gates.shell.variables import VariableMissing, expand

DEADLINE_S = 15.0
MAX_BYTES = 2**20
_NAMES_SHOWN = 12


class AuthError(Exception):
    """The target cannot be spoken to with authentication. `status` is its answer, 0 if none."""

    def __init__(self, detail: str, status: int = 0) -> None:
        super().__init__(detail)
        self.detail = detail
        self.status = status


def authenticate(
    auth: Auth, base_url: str, variables: Mapping[str, str], allow: tuple[str, ...]
) -> dict[str, str]:
    """Return header -> value: the static ones with their variables, then that of the login.

    `base_url` is the origin of the running service, `allow` the exact origins that may be asked.
    Raises AuthError; Refused (of network.py) for an origin that is not allowed.
    """
    headers = {
        name: _header(name, _filled(value, variables, f"auth.headers.{name}"))
        for name, value in auth.headers.items()
    }
    if auth.login is not None:
        token = _log_in(auth.login, base_url, variables, allow)
        value = auth.login.format.replace("{token}", token)
        headers[auth.login.header] = _header(auth.login.header, value)
    return headers


def secret_values(headers: Mapping[str, str]) -> tuple[str, ...]:
    """Return what of these headers must never be shown: each value, and its last word."""
    found = {part for value in headers.values() for part in (value, value.split(" ")[-1])}
    return tuple(sorted(found))


def _log_in(
    login: Login, base_url: str, variables: Mapping[str, str], allow: tuple[str, ...]
) -> str:
    body = {
        name: _filled(value, variables, f"auth.login.body.{name}")
        for name, value in login.body.items()
    }
    content, kind = _encoded(body, form=login.form)
    what = f"login {login.method} {login.path}"
    try:
        response = request(
            login.method,
            base_url.rstrip("/") + login.path,
            allow=allow,
            headers=(("Content-Type", kind), ("Accept", "application/json")),
            body=content,
            deadline_s=DEADLINE_S,
            max_bytes=MAX_BYTES,
        )
    except NetworkError as error:
        raise AuthError(f"{what}: {error.kind}: {error.detail}") from None
    return _token(login, response, what)


def _encoded(body: Mapping[str, str], *, form: bool) -> tuple[bytes, str]:
    if form:
        return urllib.parse.urlencode(body).encode(), "application/x-www-form-urlencoded"
    return msgspec.json.encode(body), "application/json"


def _token(login: Login, response: Response, what: str) -> str:
    status = response.status
    if not 200 <= status < 300:
        raise AuthError(
            f"{what}: the answer is {status}, expected 2xx; check auth.login.body, and whether the "
            "seed makes that user",
            status,
        )
    try:
        answer = msgspec.json.decode(response.body)
    except (msgspec.DecodeError, RecursionError):
        raise AuthError(f"{what}: the answer ({status}) is not JSON", status) from None
    found = _at(answer, login.token)
    if not isinstance(found, str) or not found:
        raise AuthError(
            f'{what}: auth.login.token = "{login.token}" leads to no text in the answer, '
            f"which is {status} and has {_keys(answer)}",
            status,
        )
    return found


def _at(value: Any, pointer: str) -> Any:
    """Follow a JSON pointer (RFC 6901); None where it leads nowhere."""
    for step in pointer.split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        match value:
            case dict():
                value = value.get(key)
            case list() if re.fullmatch(r"0|[1-9][0-9]{0,8}", key) and int(key) < len(value):
                value = value[int(key)]
            case _:
                return None
    return value


def _keys(answer: Any) -> str:
    if not isinstance(answer, dict):
        return f"no keys: it is a JSON {type(answer).__name__}"
    names = sorted(str(name)[:40] for name in answer)
    more = f" and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else ""
    return f"the keys {', '.join(names[:_NAMES_SHOWN])}{more}" if names else "no keys"


def _filled(value: str, variables: Mapping[str, str], where: str) -> str:
    try:
        return expand(value, variables, where=where)
    except VariableMissing as error:
        raise AuthError(str(error)) from None


def _header(name: str, value: str) -> str:
    if not value.isprintable() or not value.isascii():
        raise AuthError(f"the value for the header {name} holds characters that no header may hold")
    return value

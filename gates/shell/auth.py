"""Turns the identities of a target file into request headers, logging in where it says so.

No error here holds a value: neither what was sent nor what came back.
"""

import re
import urllib.parse
from collections.abc import Mapping
from contextlib import suppress
from http.cookies import CookieError, SimpleCookie
from typing import Any

import msgspec

from gates.core.behaviour import Identity
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


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """How one identity is let in. Everything here is secret but role and rank.

    `login` is the request {method, path, body, form} with its variables filled in, None where
    static headers authenticate; `answer` is the JSON of the login's answer.
    """

    role: str = "user"
    rank: int = 0
    headers: dict[str, str] = {}
    login: dict[str, Any] | None = None
    answer: Any = None


def authenticate(
    auth: Auth, base_url: str, variables: Mapping[str, str], allow: tuple[str, ...]
) -> Access:
    """Let the identity of [auth] in: the static headers with their variables, then the login.

    `base_url` is the origin of the running service, `allow` the exact origins that may be asked.
    Raises AuthError; Refused (of network.py) for an origin that is not allowed.
    """
    headers = _static(auth.headers, variables, "auth.headers")
    access = Access(role=auth.role, rank=auth.rank, headers=headers)
    if auth.login is None:
        return access
    body = _body(auth.login.body, variables, "auth.login.body")
    return _logged_in(access, auth.login, body, base_url, allow)


def identify(
    name: str,
    identity: Identity,
    auth: Auth,
    base_url: str,
    variables: Mapping[str, str],
    allow: tuple[str, ...],
) -> Access:
    """Let another identity in, by its headers or by the login of [auth]. Raises as above."""
    where = f"identities.{name}"
    access = Access(role=identity.role, rank=identity.rank)
    if identity.headers or auth.login is None:
        headers = _static({**auth.headers, **identity.headers}, variables, f"{where}.headers")
        return msgspec.structs.replace(access, headers=headers)
    shared = _static(auth.headers, variables, "auth.headers")
    access = msgspec.structs.replace(access, headers=shared)
    body = _body({**auth.login.body, **identity.body}, variables, f"{where}.body")
    try:
        return _logged_in(access, auth.login, body, base_url, allow)
    except AuthError as error:
        hint = error.detail.replace("auth.login.body", f"{where}.body")
        raise AuthError(f"identity {name}: {hint}", error.status) from None


def secret_values(access: Access, auth: Auth) -> tuple[str, ...]:
    """Return what must never be shown: each header's value, its last word, and each token."""
    headers = access.headers.values()
    found = {part for value in headers for part in (value, value.split(" ")[-1])}
    pointers = [auth.refresh.token] if auth.refresh else []
    tokens = (_at(access.answer, pointer) for pointer in pointers)
    found |= {token for token in tokens if isinstance(token, str) and token}
    return tuple(sorted(found))


def _static(given: Mapping[str, str], variables: Mapping[str, str], where: str) -> dict[str, str]:
    return {
        name: _header(name, _filled(value, variables, f"{where}.{name}"))
        for name, value in given.items()
    }


def _body(given: Mapping[str, str], variables: Mapping[str, str], where: str) -> dict[str, str]:
    return {name: _filled(value, variables, f"{where}.{name}") for name, value in given.items()}


def _logged_in(
    access: Access, login: Login, body: dict[str, str], base_url: str, allow: tuple[str, ...]
) -> Access:
    response = _log_in(login, body, base_url, allow)
    answer = _json(response)
    if login.cookie:
        name, value = "Cookie", f"{login.cookie}={_cookie(login, response)}"
    else:
        token = _token(login, response, answer)
        name, value = login.header, login.format.replace("{token}", token)
    sent = {"method": login.method, "path": login.path, "body": body, "form": login.form}
    headers = {**access.headers, name: _header(name, value)}
    return msgspec.structs.replace(access, headers=headers, login=sent, answer=answer)


def _log_in(login: Login, body: dict[str, str], base_url: str, allow: tuple[str, ...]) -> Response:
    content, kind = _encoded(body, form=login.form)
    what = _what(login)
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
    accepted = 200 <= response.status < (400 if login.cookie else 300)
    if not accepted:
        raise AuthError(
            f"{what}: the answer is {response.status}, expected 2xx; check auth.login.body, and "
            "whether the seed makes that user",
            response.status,
        )
    return response


def _what(login: Login) -> str:
    return f"login {login.method} {login.path}"


def _encoded(body: Mapping[str, str], *, form: bool) -> tuple[bytes, str]:
    if form:
        return urllib.parse.urlencode(body).encode(), "application/x-www-form-urlencoded"
    return msgspec.json.encode(body), "application/json"


def _json(response: Response) -> Any:
    try:
        return msgspec.json.decode(response.body)
    except (msgspec.DecodeError, RecursionError):
        return None


def _cookie(login: Login, response: Response) -> str:
    jar: SimpleCookie = SimpleCookie()
    for name, value in response.headers:
        if name.lower() == "set-cookie":
            with suppress(CookieError):
                jar.load(value)
    if login.cookie not in jar or not jar[login.cookie].value:
        set_ones = ", ".join(sorted(jar)) or "no cookie"
        detail = f'auth.login.cookie = "{login.cookie}" is not set by the answer, which sets'
        raise AuthError(f"{_what(login)}: {detail} {set_ones}", response.status)
    return jar[login.cookie].coded_value


def _token(login: Login, response: Response, answer: Any) -> str:
    status, what = response.status, _what(login)
    if answer is None:
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

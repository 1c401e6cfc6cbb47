"""Makes the accounts that a load wants beyond those that are logged in already."""

import secrets
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from gates.core.behaviour import Identity as Person
from gates.core.load import Accounts
from gates.core.target import Auth
from gates.load.client import Identity
from gates.shell.auth import AuthError, identify
from gates.shell.network import NetworkError, Refused, request

DEFAULT = "default"
DEADLINE_S = 15.0


class Known(msgspec.Struct, frozen=True):
    """An identity that is logged in: its headers, and the request that logged it in."""

    headers: dict[str, str] = {}
    login: dict[str, Any] | None = None


class _Failed(Exception):
    """An account could not be made; the text says why, without any value."""


def made(
    accounts: Accounts, many: int, origin: str, known: Mapping[str, Known]
) -> tuple[tuple[Identity, ...], str]:
    """Return `many` new identities that are logged in, or those that could be made and why."""
    found: list[Identity] = []
    try:
        for one in _each(accounts, many, origin, known):
            found.append(one)  # noqa: PERF402  (what is made before a failure is kept)
    except (_Failed, AuthError, NetworkError, Refused) as error:
        return tuple(found), f"{len(found)} of {many} accounts were made for the load: {error}"
    return tuple(found), f"{many} accounts were made for the load" if many else ""


def _each(
    accounts: Accounts, many: int, origin: str, known: Mapping[str, Known]
) -> Iterator[Identity]:
    usual = known.get(DEFAULT, Known())
    fields = {str(key): str(text) for key, text in ((usual.login or {}).get("body") or {}).items()}
    auth = Auth(login=accounts.login)
    for _ in range(many):
        name, password = _fresh()
        _register(accounts, name, password, origin, known)
        body = {key: _field(accounts, key, text, name, password) for key, text in fields.items()}
        access = identify(name, Person(body=body), auth, origin, {}, (origin,))
        yield Identity(name, {**usual.headers, **access.headers})


def _fresh() -> tuple[str, str]:
    """A name that nobody has, and a password that keeps every usual rule."""
    return f"gatescore{secrets.token_hex(4)}", f"Gk7-{secrets.token_hex(5)}Qz"


def _register(
    accounts: Accounts, name: str, password: str, origin: str, known: Mapping[str, Known]
) -> None:
    said = accounts.register
    body = {key: _filled(text, name, password) for key, text in said.body.items()}
    maker = known.get(said.identity, Known()).headers if said.identity else {}
    answer = request(
        said.method,
        origin.rstrip("/") + said.path,
        allow=(origin,),
        headers=(("Content-Type", "application/json"), *maker.items()),
        body=msgspec.json.encode(body),
        deadline_s=DEADLINE_S,
    )
    if not 200 <= answer.status < 300:
        raise _Failed(f"{said.method} {said.path} answered {answer.status}, expected 2xx")


def _field(accounts: Accounts, key: str, usual: str, name: str, password: str) -> str:
    """What a field of the login has to be: as it was registered, else told by its name."""
    registered = accounts.register.body.get(key)
    if registered is not None:
        return _filled(registered, name, password)
    if "pass" in key.lower():
        return password
    others = [one for one in accounts.login.body if "pass" not in one.lower()]
    return name if others and key == others[0] else usual


def _filled(text: str, name: str, password: str) -> str:
    return text.replace("{name}", name).replace("{password}", password)

"""Behaviours that nearly every service has to show, as steps made from a few paths."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

JSON_OBJECT = dict[str, Any]


class Preset(msgspec.Struct, frozen=True, kw_only=True):
    """One preset: what [with] has to say and may say, by kind of value, and the steps it makes."""

    needed: Mapping[str, str]
    optional: Mapping[str, str]
    steps: Callable[[JSON_OBJECT], list[JSON_OBJECT]]


def from_target(login: JSON_OBJECT | None, register: JSON_OBJECT | None) -> dict[str, Any]:
    """What [auth] of the target file already says of register-login-profile.

    Both are {method, path, body, form}, the login with token, header and format too.
    """
    found: dict[str, Any] = {}
    if register:
        found["register"] = f"{register['method']} {register['path']}"
        found["register_json"] = _with_words(register["body"])
    if login:
        found["login"] = f"{login['method']} {login['path']}"
        found["token"] = login["token"]
        found["header"] = login["header"]
        found["format"] = login["format"]
        found["form"] = login["form"]
        if register:
            found["login_json"] = _account(login["body"], register["body"])
    return {key: value for key, value in found.items() if value not in ("", {}, None)}


def _with_words(body: Mapping[str, str]) -> dict[str, str]:
    """[auth.register] says {name} where oracles say {unique}; a name can be an address."""
    return {key: value.replace("{name}", "{unique}") for key, value in body.items()}


def _account(login: Mapping[str, str], register: Mapping[str, str]) -> dict[str, str]:
    """The body of a login of the account that was just made, by the fields that both have."""
    made = _with_words(register)
    return {key: made.get(key, value) for key, value in login.items()}


def _profile(given: JSON_OBJECT) -> list[JSON_OBJECT]:
    body = "form" if given.get("form") else "json"
    token = str(given.get("format", "Bearer {token}"))
    return [
        {
            "name": "register",
            "identity": "nobody",
            "request": given["register"],
            "json": given["register_json"],
            "expect": {"status": "2xx"},
        },
        {
            "name": "log in",
            "identity": "nobody",
            "request": given["login"],
            body: given["login_json"],
            "expect": {"status": "2xx", "json": {given["token"]: {"type": "string"}}},
            "capture": {"token": given["token"]},
        },
        {
            "name": "read the own profile",
            "identity": "nobody",
            "request": given["profile"],
            "headers": {given.get("header", "Authorization"): token},
            "expect": {"status": "2xx", "json": given["shows"]},
        },
        {
            "name": "nobody else sees it",
            "identity": "nobody",
            "request": given["profile"],
            "expect": {"status": [401, 403, 404]},
        },
    ]


def _made(given: JSON_OBJECT) -> JSON_OBJECT:
    return {
        "name": "create",
        "request": given["create"],
        "identity": given.get("identity", ""),
        "json": given["json"],
        "expect": {"status": "2xx", "json": {given["id"]: {"present": True}}},
        "capture": {"id": given["id"]},
    }


def _deleted(given: JSON_OBJECT) -> list[JSON_OBJECT]:
    identity = given.get("identity", "")
    gone = given.get("gone", [404, 410])
    hidden = given.get("hidden", "")
    lacks = {"text": {"lacks": hidden}} if hidden else {}
    steps = [
        _made(given),
        {
            "name": "read it",
            "request": given["read"],
            "identity": identity,
            "expect": {"status": "2xx"} | ({"text": {"contains": hidden}} if hidden else {}),
        },
        {
            "name": "delete it",
            "request": given["delete"],
            "identity": identity,
            "expect": {"status": "2xx"},
        },
    ]
    for reader in (identity, *given.get("also", ())):
        steps.append(
            {
                "name": f"{reader or 'the same caller'} reads it no more",
                "request": given["read"],
                "identity": reader,
                "expect": {"status": gone, **lacks},
            }
        )
        if given.get("list"):
            steps.append(_unlisted(given, reader, hidden))
    return steps


def _unlisted(given: JSON_OBJECT, reader: str, hidden: str) -> JSON_OBJECT:
    return {
        "name": f"{reader or 'the same caller'} does not find it in the list",
        "request": given["list"],
        "identity": reader,
        "expect": {"status": "2xx", "text": {"lacks": hidden or "{id}"}},
    }


def _fresh(given: JSON_OBJECT) -> list[JSON_OBJECT]:
    identity = given.get("identity", "")
    times = int(given.get("times", 5))

    def reads(shows: JSON_OBJECT, after: str) -> list[JSON_OBJECT]:
        return [
            {
                "name": f"read it after the {after}, time {number}",
                "request": given["read"],
                "identity": identity,
                "expect": {"status": "2xx", "json": shows},
            }
            for number in range(1, times + 1)
        ]

    steps = [_made(given), *reads(given["shows"], "creation")]
    if given.get("update"):
        change = {
            "name": "change it",
            "request": given["update"],
            "identity": identity,
            "json": given.get("update_json", {}),
            "expect": {"status": "2xx"},
        }
        steps += [change, *reads(given.get("updated", {}), "change")]
    return steps


PRESETS: Mapping[str, Preset] = {
    "register-login-profile": Preset(
        needed={
            "register": "request",
            "register_json": "table",
            "login": "request",
            "login_json": "table",
            "token": "text",
            "profile": "request",
            "shows": "table",
        },
        optional={"header": "text", "format": "text", "form": "truth"},
        steps=_profile,
    ),
    "soft-delete-unreadable": Preset(
        needed={
            "create": "request",
            "json": "table",
            "id": "text",
            "read": "request",
            "delete": "request",
        },
        optional={
            "list": "request",
            "identity": "text",
            "also": "list",
            "gone": "list",
            "hidden": "text",
        },
        steps=_deleted,
    ),
    "read-after-write": Preset(
        needed={
            "create": "request",
            "json": "table",
            "id": "text",
            "read": "request",
            "shows": "table",
        },
        optional={
            "update": "request",
            "update_json": "table",
            "updated": "table",
            "identity": "text",
            "times": "number",
        },
        steps=_fresh,
    ),
}

"""Which requests the headers probe sends: answers of success and of error, public and protected."""

import urllib.parse
from collections.abc import Iterator
from typing import Any

import msgspec

from gates.core import openapi
from gates.core.openapi import Operation

NO_SUCH_PATH = "/gatescore-no-such-path"
_MOST_OPERATIONS = 3


class Sample(msgspec.Struct, frozen=True):
    """One request; `with_auth` sends the target's authentication headers.

    `secret` says that its body is one that must not be shown: a login.
    """

    method: str
    path: str
    with_auth: bool = False
    body: bytes = b""
    kind: str = "application/json"
    secret: bool = False

    @property
    def label(self) -> str:
        """What findings call it."""
        return f"{self.method} {self.path}"


def samples(health: str, document: Any, login: str, login_method: str) -> tuple[Sample, ...]:
    """Return the requests: health, some readable operations, one refused, none such, a redirect.

    The last is a login with an empty body, where there is a login.

    `document` is the OpenAPI document or None; `login` a path or "".
    """
    found = [Sample("GET", health)]
    refused: list[Sample] = []
    for path, protected in _readable(document):
        found.append(Sample("GET", path, with_auth=protected))
        if protected:
            refused.append(Sample("GET", path))
    found += refused[:1]
    found.append(Sample("GET", NO_SUCH_PATH))
    found += [msgspec.structs.replace(one, path=f"{one.path}/") for one in found[1:2]]
    if login:
        found.append(Sample(login_method, login, body=b"{}"))
    return tuple(dict.fromkeys(found))


def real_login(login: dict[str, Any] | None) -> tuple[Sample, ...]:
    """The login as the target does it, whose answer sets the session; none without one.

    `login` has method, path, body (fields) and form, as `_caller.Known` has it.
    """
    if not login or not login.get("path"):
        return ()
    fields = login.get("body") or {}
    form = bool(login.get("form"))
    body = urllib.parse.urlencode(fields).encode() if form else msgspec.json.encode(fields)
    kind = "application/x-www-form-urlencoded" if form else "application/json"
    method, path = str(login.get("method", "POST")), str(login["path"])
    return (Sample(method, path, body=body, kind=kind, secret=True),)


def _readable(document: Any) -> Iterator[tuple[str, bool]]:
    """The first GET operations that need no parameter, and whether each is protected.

    Where there is a protected one, it is among them.
    """
    if document is None:
        return
    base = openapi.base_path(document)
    found = [
        (base + operation.path, _protected(document, _item(document, operation)))
        for operation in openapi.operations(document)
        if operation.method == "GET" and _free(document, operation)
    ]
    chosen = found[:_MOST_OPERATIONS]
    if not any(protected for _, protected in chosen):
        chosen += [pair for pair in found[_MOST_OPERATIONS:] if pair[1]][:1]
    yield from chosen


def _item(document: Any, operation: Operation) -> dict[str, Any]:
    path = document["paths"].get(operation.path)
    found = path.get(operation.method.lower()) if isinstance(path, dict) else None
    return found if isinstance(found, dict) else {}


def _free(document: Any, operation: Operation) -> bool:
    shared = document["paths"].get(operation.path)
    lists = (_item(document, operation), shared if isinstance(shared, dict) else {})
    given = [p for part in lists for p in part.get("parameters") or ()]
    return "{" not in operation.path and not any(_required(document, p) for p in given)


def _required(document: Any, parameter: Any) -> bool:
    try:
        while isinstance(parameter, dict) and "$ref" in parameter:
            parameter = openapi.resolve(document, parameter["$ref"])
    except LookupError:
        return True
    return not isinstance(parameter, dict) or bool(parameter.get("required"))


def _protected(document: Any, item: dict[str, Any]) -> bool:
    needs = item.get("security", document.get("security"))
    return isinstance(needs, list) and bool(needs) and all(needs)

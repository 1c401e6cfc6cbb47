"""Which requests the headers probe sends: answers of success and of error, public and protected."""

from collections.abc import Iterator
from typing import Any

import msgspec

from gates.core import openapi
from gates.core.openapi import Operation

NO_SUCH_PATH = "/gatescore-no-such-path"
_MOST_OPERATIONS = 3


class Sample(msgspec.Struct, frozen=True):
    """One request; `with_auth` sends the target's authentication headers."""

    method: str
    path: str
    with_auth: bool = False
    body: bytes = b""

    @property
    def label(self) -> str:
        """What findings call it."""
        return f"{self.method} {self.path}"


def samples(health: str, document: Any, login: str, login_method: str) -> tuple[Sample, ...]:
    """Return the requests: health, some readable operations, one refused, none such, the login.

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
    if login:
        found.append(Sample(login_method, login, body=b"{}"))
    return tuple(dict.fromkeys(found))


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

"""Which requests the errors probe sends: what every service has to refuse, nothing that writes."""

from collections.abc import Iterable, Iterator

import msgspec

from gates.core.documented import Documented, made
from gates.core.openapi import JSON, quoted
from gates.core.sampling import NoSample

MOST_OPERATIONS = 24
NO_SUCH_PATH = "/gatescore-no-such-path"
LONG = "x" * 3000
JUNK = "gatescore'\"<&invalid"
BROKEN = b'{"gatescore": '
METHODS = ("GET", "PATCH", "PUT", "POST")
_JSON = (("Content-Type", "application/json"),)


class Wrong(msgspec.Struct, frozen=True, kw_only=True):
    """One request that has to fail; `anonymous` sends no authentication."""

    kind: str
    method: str
    path: str
    operation: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    anonymous: bool = False


def requests(operations: Iterable[Documented], document: JSON) -> tuple[Wrong, ...]:
    """One kind of mistake after the other over all operations, so that a budget cuts the rarest."""
    chosen = tuple(operations)[:MOST_OPERATIONS]
    paths = {op.path: op for op in chosen}
    kinds: tuple[Iterator[Wrong], ...] = (
        _nowhere(chosen),
        (wrong for op in chosen for wrong in _anonymous(op, document)),
        (wrong for op in chosen for wrong in _parameters(op, document, JUNK, "invalid parameter")),
        (wrong for op in chosen for wrong in _bodies(op, document)),
        (wrong for path in paths for wrong in _method(path, chosen, document)),
        (
            wrong
            for op in chosen
            for wrong in _parameters(op, document, LONG, "over-long parameter")
        ),
        (wrong for op in chosen for wrong in _other_bodies(op, document)),
    )
    return tuple(wrong for kind in kinds for wrong in kind)


def _nowhere(operations: tuple[Documented, ...]) -> Iterator[Wrong]:
    """Paths that nobody has documented: at the root, and below what is documented."""
    yield Wrong(kind="undocumented path", method="GET", path=NO_SUCH_PATH)
    yield Wrong(
        kind="undocumented path", method="POST", path=NO_SUCH_PATH, headers=_JSON, body=b"{}"
    )
    deep = next((op.path for op in operations if "{" not in op.path and op.path.count("/") > 1), "")
    if deep:
        above = deep.rpartition("/")[0]
        yield Wrong(kind="undocumented path", method="GET", path=above + NO_SUCH_PATH)


def _anonymous(op: Documented, document: JSON) -> Iterator[Wrong]:
    """Without authentication; what writes is sent a body that cannot be read."""
    if not op.protected:
        return
    body = BROKEN if op.body_type else b""
    if (path := _path(op, document)) and (op.operation.method == "GET" or body):
        yield _wrong(op, "no authentication", path, body=body, anonymous=True)


def _parameters(op: Documented, document: JSON, text: str, kind: str) -> Iterator[Wrong]:
    """One parameter that is no number, no date and no word of a list, or far too long.

    What removes is asked with a value of the path alone that nothing can have.
    """
    named = [one for one in op.parameters if one.place in ("path", "query")]
    if op.operation.method not in ("GET", "DELETE") or not named:
        return
    values = [one.name for one in named if one.place == "path"][-1:] or [named[0].name]
    path = _path(op, document, dict.fromkeys(values, text))
    if path:
        yield _wrong(op, kind, path)


def _bodies(op: Documented, document: JSON) -> Iterator[Wrong]:
    if op.body_type and (path := _path(op, document)):
        yield _wrong(op, "malformed JSON", path, body=BROKEN)


def _other_bodies(op: Documented, document: JSON) -> Iterator[Wrong]:
    """A body of the wrong type, and none where one is required."""
    path = _path(op, document) if op.body_type else ""
    if not path:
        return
    text = (("Content-Type", "text/plain"),)
    wrong = _wrong(op, "wrong content type", path, body=JUNK.encode())
    yield msgspec.structs.replace(wrong, headers=text)
    if op.body_required:
        yield _wrong(op, "no body", path)


def _method(path: str, operations: tuple[Documented, ...], document: JSON) -> Iterator[Wrong]:
    """A method that the path has not got; never DELETE, which may be there all the same."""
    here = [op for op in operations if op.path == path]
    known = {op.operation.method for op in here}
    method = next((one for one in METHODS if one not in known), "")
    filled = _path(here[0], document)
    if method and filled:
        yield Wrong(kind="undocumented method", method=method, path=filled)


def _path(op: Documented, document: JSON, values: dict[str, JSON] | None = None) -> str:
    """The path of a request; "" where none can be made."""
    bodiless = msgspec.structs.replace(op, body_type="")
    try:
        return made(bodiless, document, values).path
    except NoSample:
        names = {one.name: quoted("1") for one in op.parameters if one.place == "path"}
        filled = op.path
        for name, value in names.items():
            filled = filled.replace("{" + name + "}", value)
        return filled if "{" not in filled else ""


def _wrong(
    op: Documented, kind: str, path: str, *, body: bytes = b"", anonymous: bool = False
) -> Wrong:
    return Wrong(
        kind=kind,
        method=op.operation.method,
        path=path,
        operation=op.label,
        headers=_JSON if body or op.body_type else (),
        body=body,
        anonymous=anonymous,
    )

"""Everything in a TOML document that its type does not allow, and the rest made readable."""

import copy
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from gates.shell.problems import KeyPath, Trouble, did_you_mean, dotted
from gates.shell.schemas import schema_of

_T = TypeVar("_T", bound=msgspec.Struct)
_ROUNDS = 20  # of mending: a missing table can need keys that are tables in turn
_DUMMIES: dict[str, Any] = {
    "string": "",
    "integer": 1,
    "number": 1,
    "boolean": False,
    "array": [],
    "object": {},
}
_TYPES = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a table",
}
# Their values can be secrets: only what kind of value they are is ever said.
_SECRET_PARTS = frozenset({"auth", "env", "headers", "body"})


class _Flaw(msgspec.Struct, frozen=True, kw_only=True):
    """One trouble of structure, and the value at `at` that would mend it; None to take it out."""

    trouble: Trouble
    at: KeyPath
    mended: Any = None


def convert(
    data: dict[str, Any],
    kind: type[_T],
    name: str,
    check: Callable[[_T], list[Trouble]],
) -> tuple[_T | None, list[Trouble]]:
    """The typed value, and all troubles: those of its structure, and those that `check` finds.

    Where the structure is wrong, `check` sees a value with harmless stand-ins, and what it says
    about those is left out. The value is None if nothing could be read.
    """
    try:
        value = msgspec.convert(data, kind)
        return value, check(value)
    except msgspec.ValidationError as error:
        flaws = _flaws(data, name)
        found = [flaw.trouble for flaw in flaws] or [Trouble(path=(), message=str(error))]
    mended = _mended(data, kind, name)
    more = check(mended) if mended else []
    causes = [flaw.at for flaw in flaws if flaw.mended is not None]
    return mended, found + [trouble for trouble in more if not _follows(trouble, causes)]


def _follows(trouble: Trouble, causes: list[KeyPath]) -> bool:
    """Whether a trouble may be one of a stand-in only."""
    path = trouble.path
    return any(cause[: len(path)] == path or path[: len(cause)] == cause for cause in causes)


def _mended(data: dict[str, Any], kind: type[_T], name: str) -> _T | None:
    rest: dict[str, Any] = copy.deepcopy(data)
    for _ in range(_ROUNDS):
        for flaw in _flaws(rest, name):
            _mend(rest, flaw)
        try:
            return msgspec.convert(rest, kind)
        except msgspec.ValidationError:
            continue
    return None


def _mend(data: Any, flaw: _Flaw) -> None:
    for part in flaw.at[:-1]:
        data = data[part]
    if flaw.mended is None:
        del data[flaw.at[-1]]
    else:
        data[flaw.at[-1]] = copy.deepcopy(flaw.mended)


def _flaws(data: dict[str, Any], name: str) -> list[_Flaw]:
    import jsonschema  # late: a file without troubles does not wait for it

    validator = jsonschema.Draft202012Validator(schema_of(name))
    errors = validator.iter_errors(msgspec.to_builtins(data))
    return [flaw for error in errors for flaw in _flaws_of(tuple(error.absolute_path), error)]


def _flaws_of(path: KeyPath, error: Any) -> list[_Flaw]:
    match error.validator:
        case "additionalProperties":
            return _unknown_keys(path, error)
        case "required":
            return [_missing_key(path, error)]
        case "type":
            allowed = _TYPES.get(error.validator_value, str(error.validator_value))
            mended = _DUMMIES.get(error.validator_value, "")
        case "enum":
            allowed = ", ".join(str(value) for value in error.validator_value)
            mended = error.validator_value[0]
        case _:
            allowed = f"{error.validator} {error.validator_value}"
            mended = ""
    hint = did_you_mean(str(error.instance), allowed.split(", ")) if "," in allowed else ""
    message = f"found {shown(path, error.instance)}"
    trouble = Trouble(path=path, message=message, allowed=allowed, hint=hint)
    return [_Flaw(trouble=trouble, at=path, mended=mended)]


def _unknown_keys(path: KeyPath, error: Any) -> list[_Flaw]:
    known = sorted(error.schema.get("properties", {}))
    return [
        _Flaw(
            trouble=Trouble(
                path=(*path, key),
                message="unknown key",
                allowed=", ".join(known),
                hint=did_you_mean(key, known),
            ),
            at=(*path, key),
        )
        for key in error.instance
        if key not in known
    ]


def _missing_key(path: KeyPath, error: Any) -> _Flaw:
    # The library reports each key by itself, and names it first.
    absent = [key for key in error.validator_value if key not in error.instance]
    key = next((k for k in absent if error.message.startswith(repr(k))), absent[0])
    kind = error.schema.get("properties", {}).get(key, {}).get("type", "object")
    where = f"[{dotted(path)}]" if path else "the file"
    trouble = Trouble(path=path, message=f"{where} needs {key}", allowed=_TYPES[kind])
    return _Flaw(trouble=trouble, at=(*path, key), mended=_DUMMIES[kind])


def shown(path: KeyPath, value: object) -> str:
    """A found value in few words; of a value that may be secret only its kind."""
    match value:
        case bool():
            return str(value).lower()
        case int() | float():
            return "a number" if _SECRET_PARTS & set(path) else str(value)
        case str():
            secret = _SECRET_PARTS & set(path) or len(value) > 80
            return "a text" if secret else f"the text {value!a}"
        case dict():
            return "a table"
        case _:
            return "a list"

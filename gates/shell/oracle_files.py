"""Oracle files: read whole, or refused with all that is wrong in them."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from gates.core.oracle import MADE_UP, NOBODY, Expect, Oracle, Step, split
from gates.core.oracle_match import CHECKS, TYPES
from gates.core.oracle_presets import PRESETS, Preset
from gates.core.oracle_text import names
from gates.shell.problems import ConfigError, KeyPath, Problem, Trouble, did_you_mean, missing
from gates.shell.schema_errors import convert
from gates.shell.toml_read import Document, not_finite, read_document

METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
LONGEST_S = 60.0
MOST_SUBSCRIBERS = 200
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_WORD = re.compile(r"[a-z_][a-z0-9_]*")
_ADDRESS = re.compile(r"\{[a-z_][a-z0-9_]*\}(/|$)")  # captured, from a Location for example
_CLASS = re.compile(r"[1-5]xx", re.IGNORECASE)
_KINDS: Mapping[str, tuple[type, ...]] = {
    "request": (str,),
    "text": (str,),
    "table": (dict,),
    "list": (list,),
    "truth": (bool,),
    "number": (int,),
}
_MINIMAL = """
title = "The list of books can be read"
[[steps]]
request = "GET /v1/books"
expect.status = 200
"""


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What an oracle may name: identities, variables of the service, and presets' own answers."""

    identities: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    given: Mapping[str, Any] = {}  # what the target file says already of register-login-profile


class Folder(msgspec.Struct, frozen=True, kw_only=True):
    """What a folder of oracle files holds. `unread` are the names of the files with problems."""

    oracles: tuple[Oracle, ...] = ()
    problems: tuple[Problem, ...] = ()
    unread: tuple[str, ...] = ()


def read_folder(root: Path, folder: str, known: Known) -> Folder:
    """Every oracle below the folder, presets as steps, and everything wrong with the others."""
    place = root / folder
    if not place.is_dir():
        return Folder(problems=missing(folder, "oracles.files: is no folder").problems)
    found: dict[str, Oracle] = {}
    problems: list[Problem] = []
    unread: list[str] = []
    for file in sorted(place.rglob("*.toml")):
        name = file.relative_to(root).as_posix()
        try:
            oracle = _read(file, known)
        except ConfigError as error:
            problems += (msgspec.structs.replace(one, file=name) for one in error.problems)
            unread.append(file.stem)
            continue
        if oracle.id in found:
            message = f'another file has the id "{oracle.id}" too'
            problems += missing(name, message, "ids name one oracle each").problems
        found.setdefault(oracle.id, oracle)
    return Folder(oracles=tuple(found.values()), problems=tuple(problems), unread=tuple(unread))


def _read(file: Path, known: Known) -> Oracle:
    document = read_document(file, _MINIMAL)
    plain = msgspec.structs.replace(document, data=msgspec.to_builtins(document.data))
    oracle, found = convert(plain.data, Oracle, "oracle", lambda one: list(_troubles(one, known)))
    found = not_finite(document.data) + found
    if oracle is None or found:
        raise document.error(found)
    id = oracle.id or file.stem
    if not _ID.fullmatch(id):
        raise document.error([_bad_id(id)])
    return msgspec.structs.replace(oracle, id=id, steps=_steps(oracle, known, document))


def _steps(oracle: Oracle, known: Known, document: Document) -> tuple[Step, ...]:
    if not oracle.preset:
        return oracle.steps
    given = {**_own(oracle, known), **oracle.given}
    steps = msgspec.convert(PRESETS[oracle.preset].steps(given), tuple[Step, ...])
    whole = msgspec.structs.replace(oracle, preset="", given={}, steps=steps)
    if found := list(_names(whole, known)):
        hint = "what [with] says names it"
        raise document.error([msgspec.structs.replace(t, path=("with",), hint=hint) for t in found])
    return steps


def _own(oracle: Oracle, known: Known) -> Mapping[str, Any]:
    return known.given if oracle.preset == "register-login-profile" else {}


def _troubles(oracle: Oracle, known: Known) -> Iterator[Trouble]:
    if oracle.id and not _ID.fullmatch(oracle.id):
        yield _bad_id(oracle.id)
    if not oracle.title.strip():
        yield Trouble(path=("title",), message="is empty", allowed="the behaviour in one sentence")
    for name in oracle.values:
        if not _WORD.fullmatch(name) or name in MADE_UP:
            yield _bad_word(("values", name), name)
    if oracle.preset:
        yield from _preset(oracle, known)
        return
    if oracle.given:
        yield Trouble(path=("with",), message="belongs to a preset", allowed="preset and with")
    if not oracle.steps:
        yield Trouble(path=("steps",), message="there is none", allowed="[[steps]], or a preset")
    for index, step in enumerate(oracle.steps):
        yield from _step(("steps", index), step, known)
    yield from _groups(oracle)
    yield from _names(oracle, known)


def _bad_id(id: str) -> Trouble:
    allowed = "small letters, digits and hyphens"
    return Trouble(path=("id",), message=f'found "{id}"', allowed=allowed)


def _bad_word(path: KeyPath, name: str) -> Trouble:
    allowed = f"small letters, digits and _; not {', '.join(MADE_UP)}, which are made up"
    return Trouble(path=path, message=f'found the name "{name}"', allowed=allowed)


def _preset(oracle: Oracle, known: Known) -> Iterator[Trouble]:
    if oracle.steps:
        yield Trouble(path=("steps",), message="a preset brings its own", allowed="one of the two")
    preset = PRESETS.get(oracle.preset)
    if preset is None:
        yield Trouble(
            path=("preset",),
            message=f'found "{oracle.preset}"',
            allowed=", ".join(sorted(PRESETS)),
            hint=did_you_mean(oracle.preset, PRESETS),
        )
        return
    yield from _with(oracle.given, preset, _own(oracle, known))


def _with(given: Mapping[str, Any], preset: Preset, own: Mapping[str, Any]) -> Iterator[Trouble]:
    kinds = {**preset.needed, **preset.optional}
    for key in preset.needed:
        if key not in given and key not in own:
            yield Trouble(path=("with", key), message="is missing", allowed=kinds[key])
    for key, value in given.items():
        path = ("with", key)
        if key not in kinds:
            allowed = ", ".join(sorted(kinds))
            hint = did_you_mean(key, kinds)
            yield Trouble(path=path, message="unknown key", allowed=allowed, hint=hint)
        elif not isinstance(value, _KINDS[kinds[key]]) or (key == "times" and value is True):
            yield Trouble(path=path, message=f"found {value!r}", allowed=f"a {kinds[key]}")
        elif kinds[key] == "request":
            yield from _request(path, str(value))
    for key in ("shows", "updated"):
        if isinstance(given.get(key), dict):
            yield from _parts(("with", key), given[key])


def _step(path: KeyPath, step: Step, known: Known) -> Iterator[Trouble]:
    kinds = [key for key in ("request", "subscribe", "receive") if getattr(step, key)]
    if len(kinds) != 1:
        message = f"has {' and '.join(kinds) or 'none of request, subscribe and receive'}"
        yield Trouble(path=path, message=message, allowed="one of request, subscribe and receive")
        return
    yield from _misplaced(path, step, kinds[0])
    if step.request:
        yield from _request((*path, "request"), step.request)
    if step.subscribe and (not step.subscribe.startswith("/") or "?" in step.subscribe):
        allowed = "a path that begins with /; parameters belong under query"
        yield Trouble(path=(*path, "subscribe"), message=f'"{step.subscribe}"', allowed=allowed)
    identities = (*known.identities, NOBODY)
    if step.identity and step.identity not in identities:
        yield Trouble(
            path=(*path, "identity"),
            message=f'found "{step.identity}"',
            allowed=", ".join(identities),
            hint=did_you_mean(step.identity, identities),
        )
    yield from _amounts(path, step)
    yield from _expected((*path, "expect"), step)
    for name in step.capture:
        if not _WORD.fullmatch(name) or name in MADE_UP:
            yield _bad_word((*path, "capture", name), name)


def _misplaced(path: KeyPath, step: Step, kind: str) -> Iterator[Trouble]:
    """Keys that this kind of step does not have: they would do nothing."""
    asks = ("identity", "query", "headers")
    body = ("json", "form", "text")
    allowed = {
        "request": (*asks, *body),
        "subscribe": (*asks, "group", "subscribers", "send"),
        "receive": (),
    }[kind]
    empty = Step()
    for field in (*asks, *body, "group", "subscribers", "send"):
        if getattr(step, field) != getattr(empty, field) and field not in allowed:
            key = "as" if field == "group" else field
            yield Trouble(path=(*path, key), message=f"does nothing beside {kind}")
    if len([field for field in body if getattr(step, field) != getattr(empty, field)]) > 1:
        yield Trouble(path=path, message="has several bodies", allowed="one of json, form, text")
    if kind == "subscribe" and not step.group:
        message = "is missing: receive names the subscribers by it"
        yield Trouble(path=(*path, "as"), message=message)


def _request(path: KeyPath, text: str) -> Iterator[Trouble]:
    method, place = split(text)
    starts = place.startswith("/") or _ADDRESS.match(place)
    if method not in METHODS or not starts or any(c in place for c in "?# "):
        allowed = 'method and path, such as "GET /v1/books"; parameters belong under query'
        hint = did_you_mean(method, METHODS) if method not in METHODS else ""
        yield Trouble(path=path, message=f'found "{text}"', allowed=allowed, hint=hint)


def _amounts(path: KeyPath, step: Step) -> Iterator[Trouble]:
    for key, value, least, most in (
        ("within_s", step.within_s, 0.0, LONGEST_S),
        ("every_s", step.every_s, 0.01, LONGEST_S),
        ("subscribers", step.subscribers, 1, MOST_SUBSCRIBERS),
    ):
        if value is not None and not least <= value <= most:
            allowed = f"{least:g} to {most:g}"
            yield Trouble(path=(*path, key), message=f"found {value:g}", allowed=allowed)


def _expected(path: KeyPath, step: Step) -> Iterator[Trouble]:
    expect = step.expect
    if expect.status is not None and not _status(expect.status):
        allowed = '201, [200, 204] or "2xx"'
        yield Trouble(path=(*path, "status"), message=f"found {expect.status!r}", allowed=allowed)
    if step.request and expect.status is None:
        yield Trouble(path=(*path, "status"), message="is missing", allowed="the expected status")
    if step.receive and expect == Expect():
        yield Trouble(path=path, message="is missing", allowed="what the message is like")
    if step.receive and (expect.status is not None or expect.headers):
        yield Trouble(path=path, message="a message has no status and no headers")
    yield from _parts((*path, "json"), expect.json)
    yield from _parts((*path, "headers"), expect.headers)
    if expect.text is not None:
        yield from _checks((*path, "text"), expect.text)


def _status(said: Any) -> bool:
    match said:
        case bool():
            return False
        case int():
            return 100 <= said <= 599
        case str():
            return bool(_CLASS.fullmatch(said))
        case list() | tuple():
            return bool(said) and all(_status(one) for one in said)
        case _:
            return False


def _parts(path: KeyPath, parts: Mapping[str, Any]) -> Iterator[Trouble]:
    for key, said in parts.items():
        yield from _checks((*path, key), said)


def _checks(path: KeyPath, said: Any) -> Iterator[Trouble]:
    """A table is a table of checks: an object to be equal to stands under `equals`."""
    if not isinstance(said, dict):
        return
    if not said:
        yield Trouble(path=path, message="is empty", allowed=f"a value, or {', '.join(CHECKS)}")
    for name, want in said.items():
        if name not in CHECKS:
            yield Trouble(
                path=(*path, name),
                message="unknown check",
                allowed=f"{', '.join(CHECKS)}; an object belongs under equals",
                hint=did_you_mean(name, CHECKS),
            )
        elif allowed := _unfit(name, want):
            yield Trouble(path=(*path, name), message=f"found {want!r}", allowed=allowed)


def _unfit(name: str, want: Any) -> str:
    """What a check allows where its value is of another kind, else ""."""
    named = isinstance(want, str) and any(names(want))
    match name:
        case "type":
            return "" if want in TYPES else ", ".join(TYPES)
        case "matches":
            return "" if isinstance(want, str) and _compiles(want) else "a regular expression"
        case "length" | "at_least" | "at_most":
            number = isinstance(want, int | float) and not isinstance(want, bool)
            return "" if number or named else "a number"
        case "one_of":
            return "" if isinstance(want, list) and want else "a list of values"
        case "present" | "absent":
            return "" if isinstance(want, bool) else "true or false"
        case _:
            return ""


def _compiles(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True


def _groups(oracle: Oracle) -> Iterator[Trouble]:
    known: list[str] = []
    for index, step in enumerate(oracle.steps):
        path: KeyPath = ("steps", index)
        if step.receive and step.receive not in known:
            allowed = ", ".join(known) or "none: no earlier step opens any"
            hint = did_you_mean(step.receive, known)
            message = f'no subscribers "{step.receive}"'
            yield Trouble(path=(*path, "receive"), message=message, allowed=allowed, hint=hint)
        if step.group in known:
            message = f'an earlier step has subscribers "{step.group}"'
            yield Trouble(path=(*path, "as"), message=message)
        known += [step.group] if step.group else []


def _names(oracle: Oracle, known: Known) -> Iterator[Trouble]:
    """Names that nothing gives a value, where the step stands."""
    values = [*MADE_UP, *oracle.values]
    yield from _unknown(("values",), oracle.values, list(MADE_UP), known)
    for index, step in enumerate(oracle.steps):
        for key, part in msgspec.to_builtins(step).items():
            if key not in ("capture", "expect"):
                yield from _unknown(("steps", index, key), part, values, known)
        values += step.capture
        expect = msgspec.to_builtins(step.expect)
        yield from _unknown(("steps", index, "expect"), expect, values, known)


def _unknown(path: KeyPath, part: Any, values: list[str], known: Known) -> Iterator[Trouble]:
    for name, secret in sorted(set(names(part))):
        have = known.variables if secret else values
        if name in have:
            continue
        if secret:
            message = f"${{{name}}} is no variable of the service"
            allowed = f"{', '.join(have) or 'none'}: service.env_from and service.env_generate"
        else:
            message = f"{{{name}}} has no value here"
            allowed = ", ".join(have)
        yield Trouble(path=path, message=message, allowed=allowed, hint=did_you_mean(name, have))

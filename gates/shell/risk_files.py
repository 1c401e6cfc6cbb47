"""The register of risks: read whole, or refused with all that is wrong in it."""

import datetime
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

from gates.core.risks import LEAST, MOST, Level, Risk, RiskRegister, RiskStatus, day, is_said
from gates.shell.problems import ConfigError, KeyPath, Trouble, did_you_mean
from gates.shell.schema_errors import convert
from gates.shell.toml_locate import Locations
from gates.shell.toml_read import not_finite, read_document

_ID = re.compile(r"[A-Za-z0-9]+([._-][A-Za-z0-9]+)*")
_LEVELS = tuple(Level)
_MINIMAL = """
[[risks]]
id = "R-001"
description = "The disk of the database fails: all orders since the last backup are lost"
impact = 5
probability = 2
opened = 2026-01-31
owner = "Ada Example"
mitigation = "A backup every hour, restored once a month"
"""


class Register(msgspec.Struct, frozen=True, kw_only=True):
    """The risks of a file, and the line of each, from 1, by its id."""

    risks: tuple[Risk, ...]
    lines: dict[str, int] = {}


def read(file: Path, shown: str, today: datetime.date) -> Register:
    """Read the file. Raises ConfigError; `shown` is its name in what is said of it.

    A risk that is opened after `today` is refused: a date is wrong, or the clock is.
    """
    try:
        return _read(file, today)
    except ConfigError as error:
        said = (msgspec.structs.replace(one, file=shown) for one in error.problems)
        raise ConfigError(said) from None


def _read(file: Path, today: datetime.date) -> Register:
    document = read_document(file, _MINIMAL)
    data = msgspec.to_builtins(document.data)
    value, found = convert(data, RiskRegister, "risks", lambda one: list(_troubles(one, today)))
    found = not_finite(document.data) + found
    if value is None or found:
        raise document.error(found)
    places = Locations(document.text)
    lines = {one.id: places.find(("risks", index))[0] for index, one in enumerate(value.risks)}
    return Register(risks=value.risks, lines=lines)


def _troubles(register: RiskRegister, today: datetime.date) -> Iterator[Trouble]:
    seen: set[str] = set()
    for index, risk in enumerate(register.risks):
        path: KeyPath = ("risks", index)
        if risk.id in seen:
            message, allowed = f'found "{risk.id}" twice', "ids name one risk each"
            yield Trouble(path=(*path, "id"), message=message, allowed=allowed)
        seen.add(risk.id)
        yield from _risk(path, risk, today)


def _risk(path: KeyPath, risk: Risk, today: datetime.date) -> Iterator[Trouble]:
    if not _ID.fullmatch(risk.id):
        allowed = 'letters and digits, with single dots, hyphens and _ between them, as "R-001"'
        yield Trouble(path=(*path, "id"), message=f'found "{risk.id[:80]}"', allowed=allowed)
    if not risk.description.strip():
        allowed = "what may happen, and what it would do"
        yield Trouble(path=(*path, "description"), message="is empty", allowed=allowed)
    for key, value in (("impact", risk.impact), ("probability", risk.probability)):
        if not LEAST <= value <= MOST:
            allowed = f"{LEAST} to {MOST}"
            yield Trouble(path=(*path, key), message=f"found {value}", allowed=allowed)
    for key, word in (("urgency", risk.urgency), ("priority", risk.priority)):
        if word and word not in _LEVELS:
            yield Trouble(
                path=(*path, key),
                message=f'found "{word[:80]}"',
                allowed=", ".join(_LEVELS),
                hint=did_you_mean(word, _LEVELS),
            )
    yield from _days(path, risk, today)
    yield from _answered(path, risk)


def _days(path: KeyPath, risk: Risk, today: datetime.date) -> Iterator[Trouble]:
    for key, text in (("opened", risk.opened), ("due", risk.due)):
        if day(text) is None and (text or key == "opened"):
            allowed = "a day, as 2026-01-31"
            yield Trouble(path=(*path, key), message=f'found "{text[:80]}"', allowed=allowed)
    opened, due = day(risk.opened), day(risk.due)
    if opened is not None and opened > today:
        message = f"found {risk.opened}, which is after today, {today}"
        hint = "mend the date, or the clock of this machine"
        allowed = "today or before"
        yield Trouble(path=(*path, "opened"), message=message, allowed=allowed, hint=hint)
    if opened is not None and due is not None and due < opened:
        message = f"found {risk.due}, which is before it was opened, {risk.opened}"
        yield Trouble(path=(*path, "due"), message=message, allowed="a later day")


def _answered(path: KeyPath, risk: Risk) -> Iterator[Trouble]:
    """A word alone takes no risk off the list: what was done, or who bears it, belongs to it."""
    settled = risk.status in (RiskStatus.MITIGATED, RiskStatus.CLOSED)
    if settled and not is_said(risk.mitigation):
        message = f'says nothing where status = "{risk.status}"'
        allowed = "what was done about it, or why it is gone"
        yield Trouble(path=(*path, "mitigation"), message=message, allowed=allowed)
    if risk.status is RiskStatus.ACCEPTED and not is_said(risk.owner):
        message = 'names nobody where status = "accepted"'
        yield Trouble(path=(*path, "owner"), message=message, allowed="who bears it")

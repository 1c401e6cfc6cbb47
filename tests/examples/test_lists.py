"""The lists of the examples: each id is borne by a test or linked, and no date in them expires."""

import datetime
import re
import tomllib
from pathlib import Path

import jsonschema
import msgspec
import pytest

from gates.core.features import items
from gates.core.risks import judged
from gates.shell import requirement_files, risk_files, schemas

EXAMPLES = Path(__file__).parents[2] / "examples"
FOLDERS = ("bookstore", "leaky")
REQUIREMENTS, RISKS = "gatescore/requirements.toml", "gatescore/risks.toml"
DAYS = (datetime.date(2024, 6, 4), datetime.date(2999, 12, 31))
MARK = re.compile(r'mark\.requirement\("([^"]+)"\)')


def borne(folder: str) -> set[str]:
    files = (EXAMPLES / folder / "tests").rglob("test_*.py")
    return {id for file in files for id in MARK.findall(file.read_text("utf-8"))}


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize(("kind", "name"), [("requirements", REQUIREMENTS), ("risks", RISKS)])
def test_the_files_keep_to_their_schema(folder: str, kind: str, name: str) -> None:
    data = msgspec.to_builtins(tomllib.loads((EXAMPLES / folder / name).read_text("utf-8")))
    jsonschema.Draft202012Validator(schemas.editor_schema_of(kind)).validate(data)


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_marker_is_listed(folder: str) -> None:
    listed = requirement_files.read(EXAMPLES / folder / REQUIREMENTS, REQUIREMENTS)
    assert borne(folder) <= set(listed.lines)
    assert len(borne(folder)) > 10


def test_every_criterion_of_the_good_one_is_borne_by_a_test() -> None:
    listed = requirement_files.read(EXAMPLES / "bookstore" / REQUIREMENTS, REQUIREMENTS)
    every = [one for requirement in listed.requirements for one in items(requirement)]
    bare = {one.id for one in every if not (one.tests or one.operations or one.oracles)}
    assert len(every) > 20
    assert bare <= borne("bookstore")


@pytest.mark.parametrize("today", DAYS, ids=str)
@pytest.mark.parametrize(
    ("folder", "undone", "late"), [("bookstore", set(), set()), ("leaky", {"R-005"}, {"R-006"})]
)
def test_the_registers_say_the_same_on_every_day(
    today: datetime.date, folder: str, undone: set[str], late: set[str]
) -> None:
    register = risk_files.read(EXAMPLES / folder / RISKS, RISKS, today)
    found = [judged(one, today) for one in register.risks]
    assert {one.risk.id for one in found if one.unmitigated} == undone
    assert {one.risk.id for one in found if one.overdue} == late

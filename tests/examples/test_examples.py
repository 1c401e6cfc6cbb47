"""The examples hold together: their target files, the document, the list of planted defects."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
BOOKSTORE = EXAMPLES / "bookstore"
LEAKY = EXAMPLES / "leaky"
KEYS = {"id", "level", "gate", "criterion", "where", "what"}
# Their defect is that the file is gone.
REMOVED = {
    *(f"tests/integration/test_{part}.py (removed)" for part in ("auth", "operations", "users")),
}
# The twins differ here without a defect: what names or lists them, and tests of what is broken.
OTHER = {"README.md", "DEFECTS.toml", "requirements.lock", "pyproject.toml", "tests/unit"}
MADE = {"__pycache__", ".ruff_cache", ".mypy_cache", ".pytest_cache", ".hypothesis"}
POLICY = tomllib.loads((EXAMPLES.parent / "config/policy/standard.toml").read_text("utf-8"))
GATES = {id: gate["level"] for id, gate in POLICY["gates"].items()}
# An operation that changed is what the other gates look at, and nothing is old in a run that
# measures all anew: these gates have no defect of their own.
DERIVED = {"operations", "freshness"}
# Both twins say in [absent] that they have no such part.
LACKING = {"cache"}
# Files of both that show what is wrong with the code of one: an oracle, a contract, tests.
SHOWN_BY = {
    "gatescore/oracles/order-takes-stock.toml",
    "gatescore/pacts/storefront.json",
    "tests/integration/test_books.py",
}
# What the document is compared with, the statements that read the hash which is shown, and the way
# back from an index.
EXPLAINED = {
    "gatescore/openapi-base.json",
    "src/bookstore/store/users.py",
    "src/bookstore/migrations/0005_list_indexes.down.sql",
}
DEFECTS = tomllib.loads((LEAKY / "DEFECTS.toml").read_text(encoding="utf-8"))["defect"]


def _place(defect: dict[str, object]) -> str:
    return str(defect["where"]).split(", ")[0]


def _is_other(name: str) -> bool:
    return name.startswith((*OTHER, "advisories/", "tests/application/"))


def _files(folder: Path) -> dict[str, bytes]:
    paths = (path.relative_to(folder) for path in folder.rglob("*"))
    wanted = (path for path in paths if not MADE & set(path.parts) and (folder / path).is_file())
    return {path.as_posix(): (folder / path).read_bytes() for path in wanted}


def _target(folder: Path) -> dict[str, dict[str, object]]:
    return tomllib.loads((folder / "gatescore.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("folder", [BOOKSTORE, LEAKY], ids=lambda folder: folder.name)
def test_target_file_names_what_exists(folder: Path) -> None:
    target = _target(folder)
    code, dependencies = target["code"], target["dependencies"]
    lists = (code["paths"], code["tests"], code["requirements"], dependencies["files"])
    named = [name for names in lists if isinstance(names, list) for name in names]
    named += [target["openapi"]["file"], dependencies["advisories"]]
    assert len(named) >= 6
    assert [name for name in named if not (folder / str(name)).exists()] == []


@pytest.mark.parametrize("folder", [BOOKSTORE, LEAKY], ids=lambda folder: folder.name)
def test_target_file_says_that_its_advisories_are_partial(folder: Path) -> None:
    assert _target(folder)["dependencies"]["partial"] is True
    assert (folder / "advisories" / "README.md").exists()


def test_lock_files_are_hashed_and_name_no_index() -> None:
    text = (BOOKSTORE / "requirements.lock").read_text(encoding="utf-8")
    pins = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    assert len(pins) >= 20
    assert all("==" in pin and pin.endswith("\\") for pin in pins)
    assert "index-url" not in text
    assert "://" not in text


def test_committed_document_is_the_one_of_the_code() -> None:
    """Only where the interpreter has the requirements of the example."""
    run = subprocess.run(
        [sys.executable, "-m", "bookstore.export_openapi", "--check", "openapi.json"],
        cwd=BOOKSTORE,
        env={"PYTHONPATH": "src", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if "ModuleNotFoundError" in run.stderr:
        pytest.skip("the requirements of the example are not installed here")
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect["id"])
def test_defect_is_completely_described(defect: dict[str, object]) -> None:
    assert set(defect) == KEYS
    assert GATES[str(defect["gate"])] == defect["level"]
    assert defect["criterion"] in POLICY["gates"][defect["gate"]]["criteria"]
    path = _place(defect)
    gone = path in REMOVED
    assert (LEAKY / path.removesuffix(" (removed)")).exists() is not gone


def test_every_gate_has_a_defect_of_its_own() -> None:
    assert {defect["gate"] for defect in DEFECTS} == set(GATES) - DERIVED - LACKING
    assert len([defect for defect in DEFECTS if defect["level"] == 1]) >= 16
    assert len([defect for defect in DEFECTS if defect["level"] == 2]) >= 25
    assert len({defect["id"] for defect in DEFECTS}) == len(DEFECTS)


def test_planted_document_is_readable_and_invalid() -> None:
    good, bad = (
        json.loads((folder / "openapi.json").read_text(encoding="utf-8"))
        for folder in (BOOKSTORE, LEAKY)
    )
    assert good["info"]["version"]
    assert "version" not in bad["info"]
    assert bad["paths"].keys() - good["paths"].keys() == {"/v1/publishers"}
    assert good["paths"].keys() <= bad["paths"].keys()


def test_the_twins_differ_in_the_planted_defects_alone() -> None:
    good, leaky = _files(BOOKSTORE), _files(LEAKY)
    other = {name for name in good.keys() | leaky.keys() if good.get(name) != leaky.get(name)}
    planted = {_place(defect).removesuffix(" (removed)") for defect in DEFECTS}
    unexplained = {name for name in other - planted if not _is_other(name)}
    assert unexplained == EXPLAINED


def test_what_a_defect_names_really_differs() -> None:
    good, leaky = _files(BOOKSTORE), _files(LEAKY)
    named = {_place(defect).removesuffix(" (removed)") for defect in DEFECTS}
    same = {name for name in named if name in good and good[name] == leaky.get(name)}
    assert same == SHOWN_BY

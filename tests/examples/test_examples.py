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
GATES = {
    "build": 1,
    "lint": 1,
    "format": 1,
    "types": 1,
    "security": 1,
    "secrets": 1,
    "dependencies": 1,
    "tests": 1,
    "schema": 1,
    "smoke": 1,
    "review": 1,
    "contract": 2,
    "headers": 2,
    "load": 2,
    "documentation": 3,
    "sign-off": 3,
}
KEYS = {"id", "level", "gate", "criterion", "where", "what"}
# Their defect is that the file or folder is gone.
REMOVED = {"tests/integration (removed)", "docs/runbook.md (removed)"}
DEFECTS = tomllib.loads((LEAKY / "DEFECTS.toml").read_text(encoding="utf-8"))["defect"]


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
    assert str(defect["criterion"]).startswith(f"{defect['gate']}.")
    path = str(defect["where"]).split(", ")[0]
    gone = path in REMOVED
    assert (LEAKY / path.removesuffix(" (removed)")).exists() is not gone


def test_every_gate_has_a_defect_of_its_own() -> None:
    assert {defect["gate"] for defect in DEFECTS} == set(GATES)
    assert len(DEFECTS) >= 16
    assert len({defect["id"] for defect in DEFECTS}) == len(DEFECTS)


def test_planted_document_is_readable_and_invalid() -> None:
    good, bad = (
        json.loads((folder / "openapi.json").read_text(encoding="utf-8"))
        for folder in (BOOKSTORE, LEAKY)
    )
    assert good["info"]["version"]
    assert "version" not in bad["info"]
    assert good["paths"].keys() == bad["paths"].keys()

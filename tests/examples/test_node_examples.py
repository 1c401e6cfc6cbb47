"""The Node examples hold together: target files, lock files, and the list of planted defects."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
GOOD = ROOT / "examples" / "bookstore-ts"
LEAKY = ROOT / "examples" / "leaky-ts"
BOTH = pytest.mark.parametrize("folder", [GOOD, LEAKY], ids=lambda folder: folder.name)
KEYS = {"id", "level", "gate", "criterion", "where", "what"}
LEVEL_1 = {
    *("build", "lint", "format", "types", "security", "secrets", "dependencies", "tests"),
    *("schema", "smoke", "review"),
}
# Installed, made by a run, or what tells the twins apart without being a defect.
MADE = {"node_modules", "dist", "coverage", "reports"}
NAMES = {"README.md", "DEFECTS.toml", "package.json", "test/service.test.ts", "test/parts.test.ts"}
POLICY = tomllib.loads((ROOT / "config/policy/standard.toml").read_text(encoding="utf-8"))
DEFECTS = tomllib.loads((LEAKY / "DEFECTS.toml").read_text(encoding="utf-8"))["defect"]


def _target(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / "gatescore.toml").read_text(encoding="utf-8"))


def _json(folder: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / name).read_text(encoding="utf-8"))
    return found


def _files(folder: Path) -> dict[str, bytes]:
    paths = (path.relative_to(folder) for path in folder.rglob("*"))
    wanted = (path for path in paths if path.parts[0] not in MADE and (folder / path).is_file())
    return {path.as_posix(): (folder / path).read_bytes() for path in wanted}


def _place(defect: dict[str, Any]) -> str:
    return str(defect["where"]).split(", ")[0]


@BOTH
def test_target_file_names_what_exists(folder: Path) -> None:
    target = _target(folder)
    dependencies = target["dependencies"]
    named = [*target["node"]["paths"], *target["node"]["tests"], *dependencies["files"]]
    named += [target["openapi"]["file"], dependencies["advisories"]]
    assert len(named) == 5
    assert [name for name in named if not (folder / name).exists()] == []
    assert dependencies["partial"] is True
    assert (folder / "advisories" / "README.md").exists()


@BOTH
def test_commands_of_the_target_file_exist(folder: Path) -> None:
    """The leaky one names a build script that is not there: that is one of its defects."""
    target, scripts = _target(folder), _json(folder, "package.json")["scripts"]
    assert (target["node"]["build"][-1] in scripts) is (folder == GOOD)
    started = [target["service"][step][3] for step in ("start", "migrate", "seed")]
    assert [name for name in started if not (folder / name).exists()] == []


@BOTH
def test_lock_file_is_exact_and_names_no_registry(folder: Path) -> None:
    manifest, lock = _json(folder, "package.json"), _json(folder, "package-lock.json")
    packages = lock["packages"]
    assert [name for name, one in packages.items() if "://" in one.get("resolved", "")] == []
    assert [name for name, one in packages.items() if name and "integrity" not in one] == []
    wanted = {**manifest["dependencies"], **manifest["devDependencies"]}
    assert len(wanted) >= 15
    assert {name: packages[f"node_modules/{name}"]["version"] for name in wanted} == wanted


def test_no_package_of_the_service_needs_a_script_to_install() -> None:
    packages = _json(GOOD, "package-lock.json")["packages"]
    assert len(packages) > 50
    served = {name for name, one in packages.items() if not one.get("dev")}
    assert [name for name in served if packages[name].get("hasInstallScript")] == []


def test_the_good_one_is_small() -> None:
    """An example is read: few files, none long."""
    files = [path for path in (GOOD / "src").rglob("*") if path.is_file()]
    lengths = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    assert 10 <= len(lengths) <= 25
    assert {name: length for name, length in lengths.items() if length > 150} == {}


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect["id"])
def test_defect_is_completely_described(defect: dict[str, Any]) -> None:
    assert set(defect) == KEYS
    gate = POLICY["gates"][defect["gate"]]
    assert gate["level"] == defect["level"]
    assert defect["criterion"] in gate["criteria"]
    removed = _place(defect).endswith(" (removed)")
    assert (LEAKY / _place(defect).removesuffix(" (removed)")).exists() is not removed


def test_every_gate_of_level_1_has_a_defect_of_its_own() -> None:
    assert {defect["gate"] for defect in DEFECTS if defect["level"] == 1} == LEVEL_1
    assert len([defect for defect in DEFECTS if defect["level"] == 1]) >= 10
    assert len({defect["id"] for defect in DEFECTS}) == len(DEFECTS)


def test_the_twins_differ_in_the_planted_defects_alone() -> None:
    good, leaky = _files(GOOD), _files(LEAKY)
    other = {name for name in good.keys() | leaky.keys() if good.get(name) != leaky.get(name)}
    planted = {_place(defect).removesuffix(" (removed)") for defect in DEFECTS}
    unexplained = {name for name in other - planted - NAMES if "advisories/" not in name}
    assert unexplained == {"test/orders.test.ts", "test/commands.test.ts"}  # as test/books.test.ts
    assert planted <= other


def test_planted_document_is_readable_and_invalid() -> None:
    good, bad = (_json(folder, "openapi.json") for folder in (GOOD, LEAKY))
    assert good["info"]["version"] == _json(GOOD, "package.json")["version"]
    assert "version" not in bad["info"]
    assert good["paths"] == bad["paths"]

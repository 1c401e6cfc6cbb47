"""What we hand out: all that a run needs and nothing else, the same bytes wherever it is built."""

import configparser
import email
import os
import tarfile
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
from packaging.metadata import Metadata
from packaging.requirements import Requirement

from gates.shell import bundled
from tests.distribution.conftest import REPOSITORY, Built

PROJECT: dict[str, Any] = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
INFO = f"gatescore-{PROJECT['version']}.dist-info"
MOVED = {
    "gates": "gates",
    "reports": "reports",
    "config": "gates/_bundled/config",
    "examples/bookstore": "gates/_bundled/bookstore",
}
CACHES = {"__pycache__", ".ruff_cache", ".mypy_cache", ".gatescore", ".hypothesis", ".pytest_cache"}


def files(folder: str) -> set[str]:
    """All files of a folder of the repository, but what tools leave behind."""
    found = set()
    for place, inner, names in os.walk(REPOSITORY / folder):
        inner[:] = [name for name in inner if name not in CACHES]
        found |= {str((Path(place) / name).relative_to(REPOSITORY / folder)) for name in names}
    return found


def in_wheel(built: Built) -> dict[str, bytes]:
    with zipfile.ZipFile(built.wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def in_sdist(built: Built) -> set[str]:
    with tarfile.open(built.sdist) as archive:
        members = archive.getmembers()
    assert {member.mode & 0o7022 for member in members} == {0}
    assert {(member.uid, member.uname) for member in members} == {(0, "")}
    return {member.name.partition("/")[2] for member in members if member.isfile()}


def test_wherever_it_is_built_it_is_the_same(built: Built) -> None:
    assert built.wheel.name == f"gatescore-{PROJECT['version']}-py3-none-any.whl"
    assert built.wheel.read_bytes() == built.wheel_again.read_bytes()
    assert built.sdist.read_bytes() == built.sdist_again.read_bytes()


def test_the_wheel_holds_what_a_run_needs_and_nothing_else(built: Built) -> None:
    wanted = {f"{to}/{name}" for here, to in MOVED.items() for name in files(here)}
    inside = {name for name in in_wheel(built) if not name.startswith(f"{INFO}/")}
    assert inside == wanted
    for name in ("gates/node/packages.mjs", "gates/controls/ruff/control.toml", "gates/py.typed"):
        assert name in inside
    for name in ("reports/templates/scorecard.html.j2", "reports/templates/style.css"):
        assert name in inside
    assert "gates/_bundled/bookstore/.orchestration/implementation-log.md" in inside


def test_the_source_archive_holds_what_builds_and_documents(built: Built) -> None:
    inside = in_sdist(built)
    assert {"LICENSE", "README.md", "CHANGELOG.md", "SECURITY.md", "PKG-INFO"} <= inside
    assert {f"examples/plugin/{name}" for name in files("examples/plugin")} <= inside
    assert {f"docs/{name}" for name in files("docs")} <= inside
    assert not {name for name in inside if name.startswith(("tests/", "examples/leaky", ".ci/"))}
    assert not {name for name in inside if CACHES & set(Path(name).parts)}


def test_the_metadata_is_valid_and_says_what_the_project_says(built: Built) -> None:
    text = in_wheel(built)[f"{INFO}/METADATA"]
    metadata = Metadata.from_email(text, validate=True)
    assert (metadata.name, str(metadata.version)) == (PROJECT["name"], PROJECT["version"])
    assert str(metadata.requires_python) == PROJECT["requires-python"]
    assert (metadata.license_expression, metadata.license_files) == ("Apache-2.0", ["LICENSE"])
    assert metadata.description_content_type == "text/markdown"
    assert metadata.description == (REPOSITORY / "README.md").read_text()
    assert set(metadata.provides_extra or ()) == set(PROJECT["optional-dependencies"])
    required = [one for one in metadata.requires_dist or () if one.marker is None]
    assert set(required) == {Requirement(text) for text in PROJECT["dependencies"]}
    assert in_wheel(built)[f"{INFO}/licenses/LICENSE"] == (REPOSITORY / "LICENSE").read_bytes()
    assert email.message_from_bytes(in_wheel(built)[f"{INFO}/WHEEL"])["Tag"] == "py3-none-any"


def test_every_entry_point_of_the_project_is_there(built: Built) -> None:
    read = configparser.ConfigParser(delimiters=("=",))
    read.optionxform = str  # type: ignore[assignment,method-assign]
    read.read_string(in_wheel(built)[f"{INFO}/entry_points.txt"].decode())
    groups = {group: dict(read[group]) for group in read.sections()}
    assert groups == {"console_scripts": PROJECT["scripts"], **PROJECT["entry-points"]}


@pytest.mark.parametrize("inside", [True, False], ids=["installed", "checkout"])
def test_our_own_data_is_found_inside_the_package_first(
    built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, inside: bool
) -> None:
    if inside:
        with zipfile.ZipFile(built.wheel) as archive:
            archive.extractall(tmp_path)
        monkeypatch.setattr(bundled, "_BUNDLED", tmp_path / "gates" / "_bundled")
    place = tmp_path if inside else REPOSITORY
    assert bundled.config_folder().is_relative_to(place)
    assert bundled.names("policy") == ("standard", "starter", "strict")
    assert (bundled.example_folder() / "gatescore.toml").is_file()

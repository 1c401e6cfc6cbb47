"""The SBOM: valid, complete, the same every time, and without any address."""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from gates.core.model import ToolReport
from gates.core.target import Dependencies, Target
from gates.core.tool import Options
from gates.tools import sbom
from tests.invocations import left_by, surrounded

LOCKS = Path(__file__).parents[1] / "core" / "locks" / "data"
ROOT = str(Path(sbom.__file__).parents[2])


def run(tree: Path, output: Path, files: tuple[str, ...]) -> tuple[ToolReport, bytes]:
    output.mkdir()
    options = Options(tree=str(tree), output=str(output), python=sys.executable)
    target = Target(name="planted", dependencies=Dependencies(files=files))
    (invocation,) = sbom.commands(target, options)
    left = left_by(invocation, output, surrounded())
    return sbom.parse((left,)), (output / sbom.FILE).read_bytes()


@pytest.mark.parametrize(
    ("case", "file", "count"),
    [
        ("uv-0.13.8", "uv.lock", 7),
        ("uv-0.13.8", "pylock.toml", 6),
        ("uv-0.13.8", "requirements.txt", 5),
        ("poetry-2.5.1", "poetry.lock", 6),
        ("npm-11.19.1-v1", "package-lock.json", 6),
        ("npm-11.19.1-v3", "package-lock.json", 6),
    ],
)
def test_every_lock_gives_a_valid_document(
    tmp_path: Path, case: str, file: str, count: int
) -> None:
    report, data = run(LOCKS / case, tmp_path / "one", (file,))
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(data.decode()) is None
    assert (report.examined, report.measurements["sbom.components"].value) == (count, count)
    document = json.loads(data)
    assert (document["specVersion"], len(document["components"])) == ("1.6", count)
    assert "serialNumber" not in document
    assert "timestamp" not in document["metadata"]
    assert all(component["hashes"] for component in document["components"])
    assert b"registry.example" not in data
    assert run(LOCKS / case, tmp_path / "two", (file,))[1] == data, "the same bytes every time"


def test_components_and_who_depends_on_whom(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    shutil.copytree(LOCKS / "uv-0.13.8", tree)
    shutil.copy(LOCKS / "npm-11.19.1-v3" / "package-lock.json", tree)
    _, data = run(tree, tmp_path / "o", ("uv.lock", "package-lock.json"))
    document: dict[str, Any] = json.loads(data)
    assert document["metadata"]["component"]["name"] == "planted"
    below = {entry["ref"]: entry.get("dependsOn", []) for entry in document["dependencies"]}
    assert below["target"] == [
        "pkg:npm/debug@2.6.8",
        "pkg:npm/lodash@4.17.4",
        "pkg:npm/mkdirp@0.5.1",
        "pkg:npm/ms@2.1.3",
        "pkg:pypi/iniconfig@2.3.1",
        "pkg:pypi/requests@2.19.0",
        "pkg:pypi/six@1.17.0",
    ]
    assert below["pkg:npm/mkdirp@0.5.1"] == ["pkg:npm/minimist@0.0.8"]
    assert "pkg:pypi/urllib3@1.23" in below["pkg:pypi/requests@2.19.0"]
    scopes = {c["purl"]: c["scope"] for c in document["components"]}
    assert scopes["pkg:pypi/iniconfig@2.3.1"] == "optional"
    assert scopes["pkg:pypi/urllib3@1.23"] == "required"
    minimist = next(c for c in document["components"] if c["name"] == "minimist")
    assert minimist["hashes"][0]["alg"] == "SHA-512"


def test_a_scoped_name_and_an_address_with_a_password(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    address = "git+https://me:hunter2@code.example/a.git"  # pragma: allowlist secret
    entry = f'{{"version": "1.0.0", "resolved": "{address}"}}'
    (tree / "package-lock.json").write_text(
        f'{{"lockfileVersion": 3, "packages": {{"node_modules/@s/a": {entry}}}}}'
    )
    _, data = run(tree, tmp_path / "o", ("package-lock.json",))
    (component,) = json.loads(data)["components"]
    assert component["purl"] == "pkg:npm/%40s/a@1.0.0"
    assert (component["group"], component["name"]) == ("@s", "a")
    assert b"hunter2" not in data


def test_the_control_is_detected(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    control = sbom.control()
    (tree / "requirements.lock").write_text(control.files["requirements.lock"])
    report, _ = run(tree, tmp_path / "o", ("requirements.lock",))
    (found,) = report.findings
    assert (found.rule, found.path) == (control.rule, "requirements.lock")
    assert found.message.startswith("1 entries are not in the SBOM")
    (tree / "requirements.lock").write_text("clean==1.0\n")
    assert run(tree, tmp_path / "clean", ("requirements.lock",))[0].findings == ()

"""An advisory snapshot: what it holds, what affects what, and what it refuses."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from gates.shell import osv, osv_affected
from gates.shell.osv import Facts, Snapshot, SnapshotError, is_full

SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "advisories"


def record(name: str = "A-1", **part: Any) -> dict[str, Any]:
    package = {"name": "Some.Package", "ecosystem": "PyPI"}
    affected = {"package": package, **part}
    return {"id": name, "modified": "2026-01-02T03:04:05Z", "affected": [affected]}


def snapshot(folder: Path, *records: dict[str, Any]) -> Snapshot:
    for item in records:
        (folder / f"{item['id']}.json").write_text(json.dumps(item))
    return Snapshot(folder)


def events(*pairs: tuple[str, str], kind: str = "ECOSYSTEM") -> dict[str, Any]:
    return {"ranges": [{"type": kind, "events": [dict([pair]) for pair in pairs]}]}


ZERO = ("introduced", "0")


@pytest.mark.parametrize(
    ("part", "version", "hit"),
    [
        (events(ZERO, ("fixed", "2.10.1")), "2.10", True),
        (events(ZERO, ("fixed", "2.10.1")), "2.10.1", False),
        (events(ZERO, ("fixed", "2.10.1")), "2.9", True),
        (events(ZERO, ("fixed", "2.10.1")), "2.10.1rc1", True),
        (events(ZERO, ("last_affected", "2.0")), "2.0", True),
        (events(ZERO, ("last_affected", "2.0")), "2.0.1", False),
        (events(("introduced", "1.0"), ("fixed", "2.0")), "0.9", False),
        (events(("introduced", "1.0"), ("fixed", "2.0")), "1.0", True),
        (events(("fixed", "2.0"), ("introduced", "3.0"), ZERO, ("fixed", "4.0")), "3.5", True),
        (events(("fixed", "2.0"), ("introduced", "3.0"), ZERO, ("fixed", "4.0")), "2.5", False),
        (events(ZERO), "99", True),
        (events(ZERO), "0.0.dev0", True),
        (events(ZERO, kind="GIT"), "1.0", False),
        (events(ZERO), "no version", False),
        ({"versions": ["1.0"]}, "1.0.0", True),
        ({"versions": ["1.0"]}, "1.1", False),
        ({"versions": ["strange"]}, "strange", True),
        ({"versions": ["3.0"], **events(ZERO, ("fixed", "1.0"))}, "3.0", True),
        ({}, "1.0", False),
    ],
)
def test_which_versions_are_affected(
    tmp_path: Path, part: dict[str, Any], version: str, hit: bool
) -> None:
    found = snapshot(tmp_path, record(**part)).query("some_package", version)
    assert bool(found) is hit


@pytest.mark.parametrize("name", ["some-package", "Some.Package", "SOME__package"])
def test_names_are_compared_as_indexes_do(tmp_path: Path, name: str) -> None:
    (found,) = snapshot(tmp_path, record(versions=["1"])).query(name, "1")
    assert found["affected"][0]["package"]["name"] == "some-package"


def test_withdrawn_records_and_other_ecosystems_are_left_out(tmp_path: Path) -> None:
    gone = {**record("A-1", versions=["1"]), "withdrawn": "2026-01-01T00:00:00Z"}
    other = record("A-2", versions=["1"], package={"name": "some-package", "ecosystem": "npm"})
    held = snapshot(tmp_path, gone, other, record("A-3", versions=["1"]))
    assert [item["id"] for item in held.query("some-package", "1")] == ["A-3"]


def test_what_pip_audit_cannot_read_is_left_out(tmp_path: Path) -> None:
    part = events(ZERO, ("fixed", "not a version"), ("fixed", "2.0"))
    (found,) = snapshot(tmp_path, record(**part)).query("some-package", "1")
    assert found["affected"][0]["ranges"][0]["events"] == [{"introduced": "0"}, {"fixed": "2.0"}]


def test_yaml_json_and_zip_say_the_same(tmp_path: Path) -> None:
    folder = tmp_path / "vulns" / "some-package"
    folder.mkdir(parents=True)
    (folder / "A-1.yaml").write_text(
        "id: A-1\nmodified: 2026-01-03T00:00:00Z\naffected:\n"
        "- package: {name: some-package, ecosystem: PyPI}\n  versions: ['1.10']\n"
    )
    (tmp_path / "B-1.json").write_text("\ufeff" + json.dumps(record("B-1", versions=["1.10"])))
    (tmp_path / "README.md").write_text("not a record")
    with zipfile.ZipFile(tmp_path.parent / "export.zip", "w") as archive:
        for file in sorted(tmp_path.rglob("*")):
            archive.write(file, file.relative_to(tmp_path))
    for path in (tmp_path, tmp_path.parent / "export.zip"):
        held = Snapshot(path)
        assert held.facts() == Facts(records=2, packages=1, newest="2026-01-03")
        assert sorted(item["id"] for item in held.query("some-package", "1.10")) == ["A-1", "B-1"]
        assert held.query("some-package", "1.1") == ()


@pytest.mark.parametrize(
    ("records", "partial", "exported", "newest", "full"),
    [
        (1_000, False, "", "2026-01-01", True),
        (999, False, "", "2026-01-01", False),
        (1_000, False, "2026-01-01", "", True),
        (1_000, False, "", "", False),
        (1_000, True, "2026-01-01", "2026-01-01", False),
    ],
)
def test_the_rule_of_a_full_dated_export(
    records: int, partial: bool, exported: str, newest: str, full: bool
) -> None:
    facts = Facts(records=records, packages=1, newest=newest)
    assert is_full(facts, partial=partial, exported=exported) is full


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.json", b"{", "a.json: unparsable"),
        ("a.json", b'{"id": "x", "id": "y"}', "duplicate-key"),
        ("a.json", b"{}", "schema: not an OSV record"),
        ("a.yaml", b"id: !!python/name:os.system", "unsafe tag"),
        ("a.yaml", b"\xff", "a.yaml"),
        ("a.json", b" " * (4 * 2**20 + 1), "more than"),
        ("a.txt", b"", "no OSV records"),
    ],
)
def test_bad_records_name_their_file(tmp_path: Path, name: str, data: bytes, words: str) -> None:
    folder = tmp_path / "snapshot"
    folder.mkdir()
    (folder / name).write_bytes(data)
    with pytest.raises(SnapshotError, match=words):
        Snapshot(folder)


def test_a_snapshot_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match="no such folder or zip"):
        Snapshot(tmp_path / "absent")
    (tmp_path / "export.zip").write_bytes(b"PK but no zip")
    with pytest.raises(SnapshotError, match="not a readable zip"):
        Snapshot(tmp_path / "export.zip")


def test_a_zip_bomb_is_refused_before_it_unfolds(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "e.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../a.json", b" " * (64 * 2**20))
    with pytest.raises(SnapshotError, match="a record of more than"):
        Snapshot(tmp_path / "e.zip")


def test_too_many_bytes_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(osv, "MAX_TOTAL_BYTES", 10)
    with pytest.raises(SnapshotError, match="more than the allowed"):
        snapshot(tmp_path, record())


@pytest.mark.skipif(not SHARED.is_dir(), reason="the PyPA snapshot is not here")
def test_the_pypa_database() -> None:
    (path,) = SHARED.glob("*.zip")
    held = Snapshot(path)
    assert held.facts() == Facts(records=2661, packages=664, newest="2024-10-10")
    assert [r["id"] for r in held.query("jinja2", "2.10")] == ["PYSEC-2019-217", "PYSEC-2021-66"]
    assert [r["id"] for r in held.query("requests", "2.19.0")] == ["PYSEC-2018-28", "PYSEC-2023-74"]
    assert held.query("idna", "3.7") == ()


def npm(name: str, *pairs: tuple[str, str], package: str = "Left.Pad") -> dict[str, Any]:
    return record(
        name, package={"name": package, "ecosystem": "npm"}, **events(*pairs, kind="SEMVER")
    )


def test_packages_of_npm_are_matched_by_their_own_rules(tmp_path: Path) -> None:
    held = snapshot(tmp_path, npm("N-1", ZERO, ("fixed", "1.2.3")), record("A-1", versions=["1"]))
    assert [r["id"] for r in held.query("Left.Pad", "1.2.3-rc.1", "npm")] == ["N-1"]
    assert held.query("Left.Pad", "1.2.3", "npm") == ()
    assert held.query("left-pad", "1.0.0", "npm") == (), "names of npm are exact"
    assert held.query("Left.Pad", "1.0.0") == (), "another ecosystem"
    assert held.facts("npm").records == held.facts("PyPI").records == 1


def test_records_of_other_packages_are_not_parsed(tmp_path: Path) -> None:
    records = (npm("N-1", ZERO), npm("N-2", ZERO, package="other"), record("A-1", versions=["1"]))
    whole = snapshot(tmp_path, *records)
    (tmp_path / "N-3.json").write_text(json.dumps(npm("N-3", ZERO, package="third"))[:-1])
    held = Snapshot(tmp_path, frozenset({("npm", "Left.Pad")}))
    assert held.query("Left.Pad", "1.0.0", "npm") == whole.query("Left.Pad", "1.0.0", "npm")
    assert (held.facts("npm").records, held.facts("npm").packages) == (3, 3)
    assert held.facts().records == 1
    with pytest.raises(SnapshotError, match=r"N-3\.json: unparsable"):
        Snapshot(tmp_path)
    with pytest.raises(SnapshotError, match=r"N-3\.json: unparsable"):
        Snapshot(tmp_path, frozenset({("npm", "third")}))


@pytest.mark.parametrize(
    "text",
    [
        '{"id": "N-1", "affected": [{"package": {"name": "\\u0061", "ecosystem": "npm"}}]}',
        '{"id": "N-1", "affected": [{"package": {"name": "a"}}]}',
        '{"id": "N-1", "affected": [{"package" : {"x": {}, "name": "a", "ecosystem": "npm"}}]}',
        '{"id": "N-1"}',
    ],
)
def test_a_record_whose_packages_cannot_be_told_is_parsed(tmp_path: Path, text: str) -> None:
    assert osv_affected.mentioned(text.encode()) is None


@pytest.mark.parametrize("order", [("name", "ecosystem"), ("ecosystem", "name")])
def test_packages_of_a_record_without_parsing(order: tuple[str, str]) -> None:
    package = {key: {"name": "Some.Package", "ecosystem": "PyPI"}[key] for key in order}
    data = json.dumps({"id": "x", "credits": [{"name": "b"}], "affected": [{"package": package}]})
    assert osv_affected.mentioned(data.encode()) == {("PyPI", "some-package")}

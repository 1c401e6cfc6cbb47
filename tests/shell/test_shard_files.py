"""Shards that others made are read as far as their manifest goes: through no link, by digest."""

import hashlib
import json
import os
import tarfile
import zipfile
from pathlib import Path

import pytest

from gates.core.model import GateReport
from gates.shell import store
from gates.shell.shard_files import ShardRefused, copy, digests, read, read_all


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A shard as a run leaves it."""
    made = tmp_path / "s1"
    (made / "results" / "a" / "t").mkdir(parents=True)
    store.write_json(made / "results" / "a" / "report.json", GateReport(gate="a"))
    (made / "results" / "a" / "t" / "0.stdout").write_bytes(b"said")
    (made / "scorecard.json").write_text("{}")
    return sealed(made)


def sealed(made: Path, **changes: object) -> Path:
    """The folder with a manifest of what is in it, but for the changes."""
    manifest = {
        "schema": "gatescore.shard/1",
        "nonce": "0" * 32,
        "shard": "1",
        "plan": "sha256:p",
        "version": "1",
        "revision": "r",
        "policy": "d",
        "files": digests(made),
        "run": {"started_at": "2026-01-01T00:00:00Z"},
    }
    (made / "shard.json").write_text(json.dumps({**manifest, **changes}))
    return made


def zipped(folder: Path, prefix: str = "") -> Path:
    file = folder.parent / "shard.zip"
    with zipfile.ZipFile(file, "w") as archive:
        for path in folder.rglob("*"):
            archive.write(path, prefix + path.relative_to(folder).as_posix())
    return file


def tarred(folder: Path, prefix: str = "") -> Path:
    file = folder.parent / "shard.tar.gz"
    with tarfile.open(file, "w:gz") as archive:
        for path in sorted(folder.iterdir()):
            archive.add(path, prefix + path.name)
    return file


@pytest.mark.parametrize("pack", [lambda folder: folder, zipped, tarred])
def test_a_shard_is_read_as_a_folder_or_an_archive(folder, tmp_path, pack):
    shard = read(str(pack(folder)), tmp_path / "scratch")
    assert shard.manifest.shard == "1"
    assert shard.reports == {"a": GateReport(gate="a")}
    copy(Path(shard.folder), "results/a/t/0.stdout", tmp_path / "deep" / "copied")
    assert (tmp_path / "deep" / "copied").read_bytes() == b"said"


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_an_archive_may_have_the_folder_itself(folder, tmp_path, pack):
    assert read(str(pack(folder, "s1/")), tmp_path / "scratch").reports.keys() == {"a"}


def test_the_manifest_lists_what_build_servers_keep(folder):
    (folder / "results" / "a" / ".hidden").write_text("x")
    (folder / "results" / "a" / ".cache").mkdir()
    (folder / "results" / "a" / ".cache" / "x").write_text("x")
    (folder / "results" / "a" / "link").symlink_to("report.json")
    (folder / "results" / "a" / "n\nl").write_text("x")
    os.mkfifo(folder / "results" / "a" / "pipe")
    listed = digests(folder)
    assert set(listed) == {"results/a/report.json", "results/a/t/0.stdout"}
    said = hashlib.sha256(b"said").hexdigest()
    assert listed["results/a/t/0.stdout"] == f"sha256:{said}"


def refusal(place: Path, tmp_path: Path) -> str:
    with pytest.raises(ShardRefused) as refused:
        read(str(place), tmp_path / "scratch")
    return str(refused.value)


def test_p47_a_folder_without_a_manifest_never_ended(folder, tmp_path):
    (folder / "shard.json").unlink()
    assert "cancelled or killed before its end" in refusal(folder, tmp_path)
    assert "cancelled or killed" in refusal(zipped(folder), tmp_path)


@pytest.mark.parametrize("place", ["none", "shards/*"])
def test_p47_what_is_not_there_is_told(tmp_path, place):
    assert "no such file or folder" in refusal(tmp_path / place, tmp_path)


def test_a_changed_file_is_refused(folder, tmp_path):
    (folder / "results" / "a" / "t" / "0.stdout").write_bytes(b"SAID")
    assert "results/a/t/0.stdout is not the file of its manifest" in refusal(folder, tmp_path)


def test_a_lost_file_is_refused(folder, tmp_path):
    (folder / "results" / "a" / "t" / "0.stdout").unlink()
    assert "results/a/t/0.stdout cannot be read" in refusal(folder, tmp_path)


def test_what_is_not_listed_is_not_read(folder, tmp_path):
    other = folder / "results" / "b"
    other.mkdir()
    store.write_json(other / "report.json", GateReport(gate="b"))
    assert set(read(str(folder), tmp_path / "scratch").reports) == {"a"}


@pytest.mark.parametrize("what", ["file", "folder", "manifest", "pipe"])
def test_p66_nothing_is_read_through_a_link(folder, tmp_path, what):
    outside = tmp_path / "outside"
    path = (
        folder
        / {
            "file": "results/a/t/0.stdout",
            "folder": "results/a/t",
            "manifest": "shard.json",
            "pipe": "results/a/t/0.stdout",
        }[what]
    )
    path.rename(outside)
    os.mkfifo(path) if what == "pipe" else path.symlink_to(outside)
    assert ("no regular file" if what == "pipe" else "is a link") in refusal(folder, tmp_path)


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"schema": "gatescore.shard/2"}, "gatescore.shard/2"),
        ({"nonce": None}, "nonce"),
        ({"more": 1}, "more"),
        ({"run": {"started_at": "yesterday"}}, "yesterday"),
        ({"run": {"started_at": "2026-01-01T00:00:00"}}, "cannot be read"),
        ({"run": {"started_at": ""}}, "cannot be read"),
        ({"files": {"results/../../x": "sha256:0"}}, "leaves the folder"),
        ({"files": {"/etc/passwd": "sha256:0"}}, "absolute"),
        ({"files": {"scorecard.json": "sha256:0"}}, "no file of a gate"),
        ({"files": {"results/A b/report.json": "sha256:0"}}, "no file of a gate"),
        ({"files": {"results/a\x1b/report.json": "sha256:0"}}, "control characters"),
    ],
)
def test_p66_a_manifest_that_cannot_be_is_refused(folder, tmp_path, changes, word):
    assert word in refusal(sealed(folder, **changes), tmp_path)


@pytest.mark.parametrize("data", [b"", b"{}", b"\xff", b"[" * 10**5, b'{"a": 1, "a": 2}'])
def test_p66_a_manifest_that_is_none_is_refused(folder, tmp_path, data):
    (folder / "shard.json").write_bytes(data)
    assert "shard.json cannot be read" in refusal(folder, tmp_path)


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b'{"gate": "b"}', "report of the gate 'b'"),
        (b"{", "cannot be read"),
        (b'{"gate": "a", "reports": 1}', "cannot be read"),
        (b'{"gate": "a", "reports": [{"tool": "t", "examined": 1e999}]}', "cannot be read"),
    ],
)
def test_p66_a_report_that_is_none_is_refused(folder, tmp_path, data, word):
    (folder / "results" / "a" / "report.json").write_bytes(data)
    assert word in refusal(sealed(folder), tmp_path)


def test_p66_more_files_than_a_run_leaves_are_refused(folder, tmp_path):
    files = {f"results/a/{number}": "sha256:0" for number in range(20_001)}
    assert "more than 20000 files" in refusal(sealed(folder, files=files), tmp_path)


def test_all_that_can_be_read_are_read_beside_those_that_cannot(folder, tmp_path):
    (tmp_path / "bad.zip").write_bytes(b"PK\x03\x04")
    places = (str(folder), str(tmp_path / "bad.zip"), str(tmp_path / "none"), str(zipped(folder)))
    shards, unread = read_all(places, tmp_path / "scratch")
    assert [shard.place for shard in shards] == [places[0], places[3]]
    assert [each.place for each in unread] == list(places[1:3])
    assert shards[0].digest == shards[1].digest

"""Output folders that are full, foreign, read-only or in use."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.cli import Place, fake, finish, started, until


@contextmanager
def mounted(folder: Path, options: str) -> Iterator[Path]:
    """A small file system of its own."""
    folder.mkdir()
    argv = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    tried = subprocess.run(argv, capture_output=True, text=True)
    if tried.returncode != 0:
        if os.environ.get("CI"):
            pytest.fail(f"no file system can be mounted: {tried.stderr}")
        pytest.skip(f"no file system can be mounted: {tried.stderr}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_p26_a_full_disk_is_told_before_anything_runs(place: Place) -> None:
    policy = place.policy({"one": fake()})
    with mounted(place.path / "disk", "size=1m") as disk:
        output = disk / "out"
        output.mkdir()
        before = b'{"schema_version": 1, "gates": [], "verdict": "FAIL"}'
        (output / "scorecard.json").write_bytes(before)
        (disk / "filling").write_bytes(bytes(2**19))
        arguments = ("run", place.target(), "--policy", policy)
        done = place.run(*arguments, output=output)
        assert done.code in (2, 3)
        assert str(output) in done.stderr
        assert "bytes free" in done.stderr
        assert (output / "scorecard.json").read_bytes() == before
        assert "PASS" not in done.stderr


def test_p26_a_disk_that_fills_up_on_the_way_is_no_pass(place: Place) -> None:
    policy = place.policy({"fills": fake("fills"), "two": fake(expected_s=1)})
    with mounted(place.path / "disk", "size=55m") as disk:
        output = disk / "out"
        done = place.run("run", place.target(), "--policy", policy, output=output, cores=1)
        assert done.code == 3
        assert str(output) in done.stderr
        assert "bytes free" in done.stderr
        assert done.card["complete"] is False
        assert done.card["verdict"] == "INCONCLUSIVE"
        assert "PASS" not in (output / "scorecard.json").read_text()


def test_p27_a_report_that_cannot_be_kept_leaves_no_complete_scorecard(place: Place) -> None:
    policy = place.policy({"one": fake("blocks", "scorecard.html")})
    done = place.run("run", place.target(), "--policy", policy)
    assert done.code == 3
    assert str(place.output / "scorecard.html") in done.stderr
    assert done.statuses == {"one": "PASS"}
    assert (done.card["complete"], done.card["verdict"]) == (False, "INCONCLUSIVE")


def test_b68_no_free_inodes_is_as_a_full_disk(place: Place) -> None:
    policy = place.policy({"one": fake()})
    with mounted(place.path / "disk", "size=80m,nr_inodes=6") as disk:
        output = disk / "out"
        done = place.run("run", place.target(), "--policy", policy, output=output)
        assert done.code in (2, 3)
        assert str(output) in done.stderr
        assert "PASS" not in done.stderr


def test_p28_b68_a_read_only_folder_is_wrong_usage(place: Place) -> None:
    policy = place.policy({"one": fake()})
    with mounted(place.path / "disk", "size=80m,ro") as disk:
        done = place.run("run", place.target(), "--policy", policy, output=disk / "out")
    assert done.code == 2
    assert "--output" in done.stderr
    assert str(disk) in done.stderr


@pytest.mark.parametrize("case", ["a file", "below a file", "no parent", "other people's files"])
def test_p28_an_unusable_output_is_told_before_any_gate(place: Place, case: str) -> None:
    (place.path / "file").write_text("mine")
    (place.path / "home").mkdir()
    (place.path / "home" / "thesis.txt").write_text("mine")
    output = {
        "a file": place.path / "file",
        "below a file": place.path / "file" / "out",
        "no parent": place.path / "none" / "out",
        "other people's files": place.path / "home",
    }[case]
    witness = place.path / "witness"
    policy = place.policy({"one": fake("spies", witness)})
    done = place.run("run", place.target(), "--policy", policy, output=output)
    assert done.code == 2
    assert str(output) in done.stderr
    assert not witness.exists()
    assert (place.path / "file").read_text() == "mine"
    assert [path.name for path in (place.path / "home").iterdir()] == ["thesis.txt"]


def test_p29_the_second_run_in_a_folder_names_the_first(place: Place) -> None:
    policy = place.policy({"slow": fake("works", 3)})
    arguments = ("run", place.target(), "--policy", policy, "--output", place.output)
    with place.begin(*arguments) as process:
        until(started(place.output, "slow"))
        second = place.run(*arguments)
        assert second.code == 2
        assert str(process.pid) in second.stderr
        code, _, _ = finish(process)
    assert code == 0
    done = place.run("judge", place.output, "--policy", policy)
    assert done.statuses == {"slow": "PASS"}
    assert done.card["complete"] is True

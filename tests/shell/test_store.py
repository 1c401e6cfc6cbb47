"""The folder of a run: whose it is, what is removed from it, and what is written into it."""

import datetime
import json
import math
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import msgspec
import pytest

from gates.core.model import Finding, Measurement, Scorecard, Severity
from gates.shell.store import (
    OutputBusy,
    OutputError,
    RunFolder,
    StorageError,
    encode_json,
    read_json,
    write_json,
)

NOW = datetime.datetime(2026, 5, 4, 3, 2, 1, tzinfo=datetime.UTC)
CARD = b'{"schema_version": 1, "gates": [], "verdict": "PASS"}'


def start(base: Path, output: Path | None = None, minimum_free: int = 0) -> RunFolder:
    return RunFolder.create(base, output, NOW, minimum_free=minimum_free)


def test_the_default_is_a_new_folder_for_each_run_ignored_by_git(tmp_path: Path) -> None:
    with start(tmp_path) as first, start(tmp_path) as second:
        assert first.path == tmp_path / ".gatescore" / "runs" / "20260504T030201Z"
        assert second.path == tmp_path / ".gatescore" / "runs" / "20260504T030201Z-2"
        assert (first.id, second.id) == ("20260504T030201Z", "20260504T030201Z-2")
    assert (tmp_path / ".gatescore" / ".gitignore").read_text() == "*\n"


def test_output_is_the_run_itself(tmp_path: Path) -> None:
    with start(tmp_path, tmp_path / "out") as run:
        assert run.path == tmp_path / "out"
        assert run.gate_folder("lint") == tmp_path / "out" / "results" / "lint"
        assert run.gate_folder("lint").is_dir()
        run.write("scorecard.json", CARD)
    assert (tmp_path / "out" / "scorecard.json").read_bytes() == CARD
    assert not (tmp_path / ".gatescore").exists()


def test_output_inside_a_work_tree_is_ignored_by_git(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    for _ in range(2):  # the second empties the folder of the first
        with start(tmp_path, tmp_path / "out") as run:
            run.write("scorecard.json", CARD)
        shown = subprocess.run(
            ["git", "status", "--porcelain"], cwd=tmp_path, check=True, capture_output=True
        )
        assert shown.stdout == b""


@pytest.mark.parametrize("git", ["nowhere", "out/.git"])
def test_output_that_no_work_tree_surrounds_stays_as_it_is(tmp_path: Path, git: str) -> None:
    """A work tree of its own that holds a former run is not hidden from itself."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "scorecard.json").write_bytes(CARD)
    (tmp_path / git).mkdir()
    with start(tmp_path, tmp_path / "out") as run:
        assert not (run.path / ".gitignore").exists()


def test_a_file_that_is_not_there_is_told_without_the_free_bytes(tmp_path: Path) -> None:
    path = tmp_path / "scorecard.json"
    with pytest.raises(StorageError) as caught:
        read_json(path, Scorecard)
    assert str(caught.value) == f"{path}: no such file"
    path.write_text("[]")
    with pytest.raises(StorageError, match=r"not a Scorecard: [^;]*$"):
        read_json(path, Scorecard)


def test_p14_results_of_a_former_run_are_gone_before_the_next(tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / "results" / "lint").mkdir(parents=True)
    elsewhere = tmp_path / "elsewhere.html"
    elsewhere.write_text("not ours")
    (out / "results" / "lint" / "result.json").write_text('{"status": "PASS"}')
    (out / "scorecard.json").write_bytes(CARD)
    (out / "ruff.sarif").write_text("{}")
    (out / ".scorecard.json.77-78.tmp").write_text("{")
    (out / "notes.txt").write_text("mine")
    (out / "scorecard.html").symlink_to(elsewhere)
    start(tmp_path, out).close()
    assert sorted(entry.name for entry in out.iterdir()) == [".lock", "notes.txt", "results"]
    assert list((out / "results").iterdir()) == []
    assert elsewhere.read_text() == "not ours"


def test_a_linked_results_folder_is_unlinked_not_emptied(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "results").symlink_to(tmp_path / "mine")
    start(tmp_path, tmp_path / "out").close()
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years"
    assert not (tmp_path / "out" / "results").is_symlink()


@pytest.mark.parametrize("card", [None, b"{}", b'{"verdict":', b"[]", b"\xff"])
def test_a_folder_of_other_peoples_files_is_refused_untouched(
    tmp_path: Path, card: bytes | None
) -> None:
    (tmp_path / "results").mkdir()
    (tmp_path / "thesis.txt").write_text("years")
    if card is not None:
        (tmp_path / "scorecard.json").write_bytes(card)
    with pytest.raises(OutputError, match=r"'thesis\.txt'.* no scorecard\.json"):
        start(tmp_path, tmp_path)
    assert (tmp_path / "results").is_dir()
    assert not (tmp_path / ".lock").exists()


def test_an_empty_folder_and_one_of_a_killed_run_are_accepted(tmp_path: Path) -> None:
    start(tmp_path, tmp_path).close()  # empty
    start(tmp_path, tmp_path).close()  # holds .lock and results, no scorecard


def test_p28_a_path_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="is not a folder"):
        start(tmp_path, tmp_path / "file")
    with pytest.raises(OutputError, match=r"cannot be made: .*file is not a folder"):
        start(tmp_path, tmp_path / "file" / "out")
    with pytest.raises(OutputError, match=r"absent does not exist"):
        start(tmp_path, tmp_path / "absent" / "out")
    (tmp_path / ".gatescore").write_text("")
    with pytest.raises(OutputError, match="cannot be used"):
        start(tmp_path)


def test_p28_a_read_only_folder_is_refused() -> None:
    """As root every mode is writable, so another user tries it, in a folder it can reach."""
    program = (
        "import datetime, os, sys, pathlib\n"
        "from gates.shell.store import RunFolder, OutputError\n"
        "if os.getuid() == 0:\n"
        "    os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "out = pathlib.Path(sys.argv[1])\n"
        "assert os.access(out, os.R_OK | os.X_OK)\n"
        "try:\n"
        "    RunFolder.create(out, out, datetime.datetime.now(datetime.UTC))\n"
        "except OutputError as error:\n"
        "    print(error)\n"
    )
    with tempfile.TemporaryDirectory() as out:
        os.chmod(out, 0o555)
        done = subprocess.run(
            [sys.executable, "-c", program, out], capture_output=True, text=True, check=True
        )
    assert f"{out} cannot be used: Permission denied; name another folder" in done.stdout


def test_p29_a_second_runner_is_told_who_holds_the_folder(tmp_path: Path) -> None:
    program = (
        "import datetime, sys, pathlib\n"
        "from gates.shell.store import RunFolder\n"
        "out = pathlib.Path(sys.argv[1])\n"
        "run = RunFolder.create(out, out, datetime.datetime.now(datetime.UTC), minimum_free=0)\n"
        "run.write('scorecard.json', b'first')\n"
        "print('ready', flush=True)\n"
        "sys.stdin.read()\n"
        "print(run.write('summary.md', b'still mine').read_text())\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as first:
        assert first.stdin is not None
        assert first.stdout is not None
        assert first.stdout.readline() == "ready\n"
        with pytest.raises(OutputBusy, match=f"process {first.pid};") as caught:
            start(tmp_path, tmp_path)
        assert caught.value.pid == first.pid
        assert (tmp_path / "scorecard.json").read_bytes() == b"first"
        first.stdin.close()
        assert first.stdout.read() == "still mine\n"
    start(tmp_path, tmp_path).close()


def test_p29_the_lock_of_a_killed_run_is_free(tmp_path: Path) -> None:
    program = (
        "import os, signal, sys, pathlib\nfrom gates.shell.lock import Lock\n"
        "lock = Lock(pathlib.Path(sys.argv[1]))\nos.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert (tmp_path / ".lock").exists()
    start(tmp_path, tmp_path).close()


def test_too_little_space_is_said_before_anything_is_removed(tmp_path: Path) -> None:
    (tmp_path / "scorecard.json").write_bytes(CARD)
    with pytest.raises(StorageError, match=rf"{tmp_path}: a run needs .* \d+ bytes free$"):
        start(tmp_path, tmp_path, minimum_free=2**62)
    assert (tmp_path / "scorecard.json").read_bytes() == CARD
    start(tmp_path, tmp_path).close()  # and the lock was let go


@pytest.mark.parametrize("gate", ["", "..", "../x", "a/b", "A", "-a", "a\n", "."])
def test_a_gate_id_that_is_a_path_is_refused(tmp_path: Path, gate: str) -> None:
    with start(tmp_path) as run, pytest.raises(ValueError, match="is no gate id"):
        run.gate_folder(gate)


def test_equal_values_give_equal_bytes_with_sorted_keys() -> None:
    one = encode_json({"b": Measurement(value=1.0), "a": ("é", 1)})
    assert one == encode_json({"a": ("é", 1), "b": Measurement(value=1.0)})
    assert one.decode().index('"a"') < one.decode().index('"b"')
    assert one.endswith(b"}\n")
    assert "é".encode() in one


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_none_is_refused_with_its_place(number: float) -> None:
    value = {"metrics": [Measurement(value=1.0), Measurement(value=number)]}
    with pytest.raises(ValueError, match=r"metrics\[1\]\.value is not a finite number"):
        encode_json(value)


def test_b10_a_lone_surrogate_is_stored_as_its_escape(tmp_path: Path) -> None:
    finding = Finding(tool="t", rule="r", severity=Severity.LOW, message="a\ud800b\udfff é")
    write_json(tmp_path / "f.json", finding)
    assert read_json(tmp_path / "f.json", Finding).message == "a\\ud800b\\udfff é"
    assert json.loads((tmp_path / "f.json").read_bytes().decode())["rule"] == "r"


@pytest.mark.parametrize("data", [None, b"", b"{", b"[]", b'{"target": 1}', b"\xff", b"[" * 10**5])
def test_reading_names_the_file_and_the_problem(tmp_path: Path, data: bytes | None) -> None:
    path = tmp_path / "scorecard.json"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(StorageError, match=r"scorecard\.json: (no such file|not a Scorecard)"):
        read_json(path, Scorecard)


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    value = Measurement(value=1.5, why="é", samples=3)
    write_json(tmp_path / "m.json", value)
    assert read_json(tmp_path / "m.json", Measurement) == value
    assert msgspec.json.decode((tmp_path / "m.json").read_bytes())["samples"] == 3

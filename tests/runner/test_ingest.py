"""A service's log is kept without secrets, and only its end."""

import io
import os
from pathlib import Path

import pytest

from gates.core.redact import MARK, Redactor
from gates.runner.ingest import (
    AROUND,
    LOG_BYTES,
    WINDOW,
    keep_folder,
    keep_log,
    redact_folder,
    redact_stream,
)

SECRET = "hunter2-hunter2-hunter2"  # pragma: allowlist secret


def kept(folder: Path, data: bytes) -> bytes:
    """What is stored of a log."""
    log, stored = folder / "log", folder / "results" / "gate" / "service.log"
    log.write_bytes(data)
    keep_log(log, stored, Redactor([SECRET]))
    return stored.read_bytes()


def test_p64_a_log_is_kept_without_secrets(tmp_path: Path) -> None:
    assert kept(tmp_path, f"a {SECRET}\n\xff\n".encode("latin-1")) == (
        f"a {MARK}\n".encode() + b"\xff\n"
    )


@pytest.mark.parametrize(("lines", "left"), [(2**20 // 8, 2**20), (2**20 // 8 + 1, 2**20 - 8)])
def test_of_a_large_log_whole_lines_at_its_end_are_kept(
    tmp_path: Path, lines: int, left: int
) -> None:
    found = kept(tmp_path, b"1234567\n" * lines)
    assert len(found) == left <= LOG_BYTES
    assert set(found.splitlines()) == {b"1234567"}


def test_p64_no_half_of_a_secret_is_kept_where_a_log_was_cut(tmp_path: Path) -> None:
    cut = f"a {SECRET[:9]}\n[gatescore: 9 bytes left out here]\n{SECRET[9:]} b\nlast\n"
    assert kept(tmp_path, cut.encode()) == b"last\n"
    long = SECRET.encode() * 2 * LOG_BYTES
    assert kept(tmp_path, long[-2 * LOG_BYTES - 9 :] + b"\nlast\n") == b"last\n"


@pytest.mark.parametrize("data", [None, b""])
def test_no_log_leaves_no_file(tmp_path: Path, data: bytes | None) -> None:
    if data is not None:
        (tmp_path / "log").write_bytes(data)
    keep_log(tmp_path / "log", tmp_path / "results" / "service.log", Redactor())
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize("shift", [-40, -AROUND - 9, -AROUND, -9, -1, 0, 1, AROUND])
@pytest.mark.parametrize("text", [SECRET, "token: Bearer Abc1" + "Def2" * 9, "ä😀" + SECRET])
def test_p64_a_secret_at_the_edge_of_a_window_is_taken_out_once(shift: int, text: str) -> None:
    before, after = "x" * (WINDOW + shift - 1) + " ", " \udcff" + "y" * (WINDOW + AROUND)
    data = (before + text + after).encode("utf-8", "surrogateescape")
    redactor, clean = Redactor([SECRET]), io.BytesIO()
    assert redact_stream(io.BytesIO(data), clean, redactor)
    assert clean.getvalue() == redactor.data(data)
    assert clean.getvalue().decode("utf-8", "surrogateescape").count(MARK) == 1


def test_p64_a_secret_longer_than_a_window_is_taken_out(tmp_path: Path) -> None:
    large = tmp_path / "0.stdout"
    large.write_text("a Bearer " + "Abc1" * WINDOW + " b\n")
    redact_folder(tmp_path, Redactor())
    assert large.read_text() == f"a Bearer {MARK} b\n"
    assert list(tmp_path.iterdir()) == [large]


def test_a_large_file_without_secrets_stays_as_it_is(tmp_path: Path) -> None:
    large = tmp_path / "0.stdout"
    large.write_bytes(b"\xffabc\n" * WINDOW)
    before = large.stat().st_mtime_ns
    redact_folder(tmp_path, Redactor([SECRET]))
    assert (large.stat().st_mtime_ns, large.stat().st_size) == (before, 5 * WINDOW)


def test_p64_a_folder_is_moved_when_it_is_clean_and_holds_files_alone(tmp_path: Path) -> None:
    raw, ours = tmp_path / "raw", tmp_path / "results" / "gate" / "tool"
    (raw / "deep").mkdir(parents=True)
    (raw / "deep" / "said").write_text(f"it is {SECRET}.")
    (raw / "link").symlink_to("nowhere")
    os.mkfifo(raw / "pipe")
    keep_folder(raw, ours, Redactor([SECRET]))
    assert (ours / "deep" / "said").read_text() == f"it is {MARK}."
    assert sorted(path.name for path in ours.iterdir()) == ["deep", "link"]
    assert not raw.exists()


def test_a_folder_that_cannot_be_kept_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "results").write_text("a file")
    with pytest.raises(OSError, match=r"results"):
        keep_folder(tmp_path / "raw", tmp_path / "results" / "gate" / "tool", Redactor())

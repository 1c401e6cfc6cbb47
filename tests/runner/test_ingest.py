"""A service's log is kept without secrets, and only its end."""

from pathlib import Path

import pytest

from gates.core.redact import MARK, Redactor
from gates.runner.ingest import LOG_BYTES, keep_log

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

"""Envelopes and artifacts as files, at both sides of each limit."""

import hashlib
from pathlib import Path

import pytest

from gates.core.attestation_format import Refused
from gates.shell import attestation_files
from tests.attestations import made


def test_one_file_or_two(tmp_path: Path) -> None:
    keys = made.trusted(tmp_path, 1)
    lines = made.bundle().split(b"\n")
    for number, line in enumerate(lines):
        (tmp_path / str(number)).write_bytes(line + b"\n")
    (tmp_path / "both").write_bytes(b"\n".join(lines))
    one = attestation_files.signed([tmp_path / "both"], keys, 1)
    assert one == attestation_files.signed([tmp_path / "0", tmp_path / "1"], keys, 1)
    assert [found.payload for found in one] == list(made.payloads())


@pytest.mark.parametrize("lines", [0, 17])
def test_p69_none_or_too_many_are_refused(tmp_path: Path, lines: int) -> None:
    (tmp_path / "f").write_bytes(b"\n".join(made.signed(b"{}") for _ in range(lines)))
    with pytest.raises(Refused, match="not 1 to 16"):
        attestation_files.signed([tmp_path / "f"], made.trusted(tmp_path, 1), 1)


def test_a_file_has_a_largest_size(tmp_path: Path) -> None:
    file = tmp_path / "f"
    file.write_bytes(b"x" * attestation_files.LARGEST)
    assert len(attestation_files.read(file)) == attestation_files.LARGEST
    file.write_bytes(b"x" * (attestation_files.LARGEST + 1))
    with pytest.raises(Refused, match="larger than"):
        attestation_files.read(file)


def test_a_device_without_end_is_read_up_to_the_limit() -> None:
    with pytest.raises(Refused, match="larger than"):
        attestation_files.read(Path("/dev/zero"))


def test_what_cannot_be_read_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none"):
        with pytest.raises(Refused):
            attestation_files.read(path)


def test_subjects(tmp_path: Path) -> None:
    (tmp_path / "image").write_bytes(b"layers")
    digits = hashlib.sha256(b"layers").hexdigest()
    assert attestation_files.subject(str(tmp_path / "image")) == ("sha256", digits)
    assert attestation_files.subject(f"sha256:{digits.upper()}") == ("sha256", digits)
    assert attestation_files.subject(f"gitCommit:{'a' * 40}") == ("gitCommit", "a" * 40)


@pytest.mark.parametrize(
    "text", ["", "sha256:", "sha256:abc", f"sha1:{'a' * 40}", f"gitCommit:{'g' * 40}", "none.tar"]
)
def test_what_is_no_subject_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(Refused):
        attestation_files.subject(text)

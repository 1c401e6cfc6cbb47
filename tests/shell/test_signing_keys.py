"""Keys on disk: made, read, and refused where others could read them or they are no such keys."""

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from gates.core.attestation_format import Refused
from gates.shell import signing_keys
from tests.attestations import made

ENCODING, FORMAT = serialization.Encoding, serialization.PrivateFormat
PLAIN = serialization.NoEncryption()


def written(path: Path, data: bytes, mode: int = 0o600) -> Path:
    path.write_bytes(data)
    path.chmod(mode)
    return path


def pem(key: ec.EllipticCurvePrivateKey | None = None, secret: bytes = b"") -> bytes:
    how = serialization.BestAvailableEncryption(secret) if secret else PLAIN
    return (key or made.private(1)).private_bytes(ENCODING.PEM, FORMAT.PKCS8, how)


def test_a_new_key_signs_what_its_public_half_verifies(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        new = signing_keys.make(tmp_path / "gates.key")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "gates.key").stat().st_mode) == 0o600
    keyid, verifies = signing_keys.read_public(tmp_path / "gates.key.pub")
    again = signing_keys.read_private(tmp_path / "gates.key")
    assert new.keyid == again.keyid == keyid
    assert verifies(again.sign(b"m"), b"m")
    assert not verifies(again.sign(b"m"), b"n")
    assert not verifies(b"", b"m")


@pytest.mark.parametrize("name", ["k", "k.pub"])
def test_no_file_is_overwritten(tmp_path: Path, name: str) -> None:
    (tmp_path / name).symlink_to("elsewhere")
    with pytest.raises(Refused, match="never overwritten"):
        signing_keys.make(tmp_path / "k")
    assert sorted(path.name for path in tmp_path.iterdir()) == [name]


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is not installed")
def test_keys_of_openssl_are_read_and_ours_are_its(tmp_path: Path) -> None:
    theirs, ours = tmp_path / "theirs", tmp_path / "ours"
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", theirs], check=True)
    theirs.chmod(0o600)
    public = subprocess.run(
        ["openssl", "pkey", "-in", theirs, "-pubout"], check=True, capture_output=True
    ).stdout
    (tmp_path / "theirs.pub").write_bytes(public)
    keyid, _ = signing_keys.read_public(tmp_path / "theirs.pub")
    assert keyid == signing_keys.read_private(theirs).keyid
    signing_keys.make(ours)
    printed = subprocess.run(
        ["openssl", "pkey", "-in", ours, "-pubout"], check=True, capture_output=True
    ).stdout
    assert printed == (tmp_path / "ours.pub").read_bytes()


@pytest.mark.parametrize(
    ("mode", "read"), [(0o600, True), (0o400, True), (0o640, False), (0o604, False), (0o644, False)]
)
def test_a_private_key_that_others_may_read_is_refused(
    tmp_path: Path, mode: int, read: bool
) -> None:
    file = written(tmp_path / "k", pem(), mode)
    if read:
        assert signing_keys.read_private(file).keyid == made.id_of(1)
        return
    with pytest.raises(Refused, match="chmod 600"):
        signing_keys.read_private(file)


OTHERS = {
    "nothing": (b"", "not a private key"),
    "public": (made.to_pem(made.public_bytes(1)).encode(), "not a private key"),
    "encrypted": (pem(secret=b"word"), "encrypted"),
    "ecdsa": (pem(ec.generate_private_key(ec.SECP256R1())), "not an Ed25519 key"),
    "no text": (b"\xff\x00", "not a private key"),
    "large": (b"x" * 10_001, "larger than a key"),
}


@pytest.mark.parametrize(("data", "why"), OTHERS.values(), ids=OTHERS)
def test_what_is_no_private_key_is_refused(tmp_path: Path, data: bytes, why: str) -> None:
    with pytest.raises(Refused, match=why):
        signing_keys.read_private(written(tmp_path / "k", data))


@pytest.mark.parametrize(
    ("data", "why"),
    [(pem(), "is a private key"), (b"\xff", "not text"), (b"", "PEM"), (b"x" * 10_001, "larger")],
)
def test_what_is_no_public_key_is_refused(tmp_path: Path, data: bytes, why: str) -> None:
    with pytest.raises(Refused, match=why):
        signing_keys.read_public(written(tmp_path / "k", data))


def test_a_key_that_is_not_there_is_refused(tmp_path: Path) -> None:
    for read in (signing_keys.read_private, signing_keys.read_public):
        with pytest.raises(Refused, match="No such file"):
            read(tmp_path / "none")
        with pytest.raises(Refused, match="directory"):
            read(tmp_path)

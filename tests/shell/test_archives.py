"""P66, B55: archives that others made are unpacked inside of a folder, or refused and told why."""

import gzip
import io
import os
import random
import stat
import struct
import tarfile
import zipfile
from pathlib import Path

import pytest

from gates.shell.archives import ArchiveRefused, Limits, unpack

SMALL = Limits(archive=10**6, total=10**6, entries=20, ratio=50, free=10**5)


def zipped(
    *entries: tuple[str | zipfile.ZipInfo, bytes], kind: int = zipfile.ZIP_DEFLATED
) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", kind) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return made.getvalue()


def moded(name: str, mode: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.external_attr = mode << 16
    return entry


def tarred(*entries: tuple[str, bytes, dict[str, object]], packed: bool = True, **more) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", **more) as archive:
        for name, data, keys in entries:
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            for key, value in keys.items():
                setattr(entry, key, value)
            archive.addfile(entry, io.BytesIO(data))
    return gzip.compress(made.getvalue()) if packed else made.getvalue()


def unpacked(tmp_path: Path, data: bytes, limits: Limits = SMALL, wanted=lambda _: True) -> Path:
    """The folder of an archive; nothing may have come to be beside it."""
    file, folder = tmp_path / "archive", tmp_path / "in" / "here"
    file.write_bytes(data)
    try:
        unpack(file, folder, wanted, limits)
    finally:
        assert sorted(os.listdir(tmp_path)) in (["archive", "in"], ["archive"])
        assert not (tmp_path / "in").exists() or os.listdir(tmp_path / "in") == ["here"]
        assert not any(path.is_symlink() for path in folder.rglob("*"))
    return folder


def content(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


FILES = {"shard.json": b"{}", "results/a/t/0.stdout": b"x" * 200_000, "é/中.txt": b""}
GOOD = {
    "zip": zipped(*FILES.items(), kind=zipfile.ZIP_STORED),
    "deflated": zipped(*FILES.items()),
    "zip-with-folders": zipped(("results/", b""), *FILES.items()),
    "tar": tarred(*((name, data, {}) for name, data in FILES.items()), packed=False),
    "tar.gz": tarred(*((name, data, {}) for name, data in FILES.items())),
    "gnu": tarred(*((name, data, {}) for name, data in FILES.items()), format=tarfile.GNU_FORMAT),
    "tar-of-here": tarred(
        (".", b"", {"type": tarfile.DIRTYPE}), *((f"./{n}", d, {}) for n, d in FILES.items())
    ),
    "tar-with-folders": tarred(
        ("results", b"", {"type": tarfile.DIRTYPE}), *((n, d, {}) for n, d in FILES.items())
    ),
}
ROOMY = Limits(free=10**6)


@pytest.mark.parametrize("kind", GOOD)
def test_plain_files_come_out_as_they_went_in(tmp_path, kind):
    assert content(unpacked(tmp_path, GOOD[kind], ROOMY)) == FILES


@pytest.mark.parametrize("kind", GOOD)
def test_only_what_is_wanted_is_written(tmp_path, kind):
    folder = unpacked(tmp_path, GOOD[kind], ROOMY, wanted=lambda name: name == "shard.json")
    assert content(folder) == {"shard.json": b"{}"}


def test_long_names_of_tar_are_read(tmp_path):
    name = "/".join(["n" * 150] * 3)
    for kind in (tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        folder = tmp_path / f"{kind}"
        folder.mkdir()
        assert content(unpacked(folder, tarred((name, b"x", {}), format=kind))) == {name: b"x"}


NAMES = {
    "../outside": "leaves the folder",
    "results/../../outside": "leaves the folder",
    "/outside": "absolute",
    "C:/outside": "absolute",
    "..\\outside": "backslash",
    "a//b": "empty part",
    "a/./b": "empty part",
    "././a": "empty part",
    ".//etc": "absolute",
    "./../outside": "leaves the folder",
    "a\nb": "control characters",
    "a\x1b[2Jb": "control characters",
    "n" * 256: "longer than 255",
    "n/" * 600 + "n": "longer than 1000",
}


@pytest.mark.parametrize("name", NAMES, ids=[ascii(name)[:30] for name in NAMES])
@pytest.mark.parametrize("made", ["zip", "tar"])
def test_b55_p66_names_that_cannot_be_trusted_are_refused(tmp_path, made, name):
    data = zipped((name, b"x")) if made == "zip" else tarred((name, b"x", {}))
    with pytest.raises(ArchiveRefused, match=NAMES[name]) as refused:
        unpacked(tmp_path, data)
    assert str(refused.value).isprintable()


LINKS = {
    "zip-link": (zipped((moded("l", stat.S_IFLNK | 0o777), b"/etc/passwd")), "is a link"),
    "zip-device": (zipped((moded("d", stat.S_IFCHR), b"")), "is a device"),
    "zip-pipe": (zipped((moded("d", stat.S_IFIFO), b"")), "is a pipe"),
    "zip-socket": (zipped((moded("d", stat.S_IFSOCK), b"")), "is a socket"),
    "tar-link": (tarred(("l", b"", {"type": tarfile.SYMTYPE, "linkname": "/"})), "is a link"),
    "tar-hard-link": (
        tarred(("l", b"", {"type": tarfile.LNKTYPE, "linkname": "../../x"})),
        "is a hard link",
    ),
    "tar-device": (tarred(("d", b"", {"type": tarfile.CHRTYPE})), "is a device"),
    "tar-disk": (tarred(("d", b"", {"type": tarfile.BLKTYPE})), "is a device"),
    "tar-pipe": (tarred(("d", b"", {"type": tarfile.FIFOTYPE})), "is a pipe"),
    "tar-sparse": (
        tarred(("d", b"", {"pax_headers": {"GNU.sparse.map": "0,0", "GNU.sparse.size": "9"}})),
        "sparse",
    ),
    "tar-odd": (tarred(("d", b"", {"type": b"Z"})), "no regular file"),
    "link-then-file": (
        tarred(("l", b"", {"type": tarfile.SYMTYPE, "linkname": "/tmp"}), ("l/x", b"x", {})),
        "is a link",
    ),
}


@pytest.mark.parametrize("kind", LINKS)
def test_b55_p66_what_is_no_plain_file_is_refused(tmp_path, kind):
    data, word = LINKS[kind]
    with pytest.raises(ArchiveRefused, match=word):
        unpacked(tmp_path, data)


@pytest.mark.parametrize(
    "data",
    [
        zipped(("aa", b"good"), ("ab", b"bad")).replace(b"ab", b"aa"),
        zipped(("a", b"good"), ("a/", b"")),
        tarred(("a", b"good", {}), ("a", b"bad", {})),
        tarred(("a", b"good", {}), ("./a", b"bad", {})),
    ],
    ids=["zip", "file-and-folder", "tar", "tar-of-here"],
)
def test_b55_p66_a_name_that_occurs_twice_is_refused(tmp_path, data):
    with pytest.raises(ArchiveRefused, match="more than once"):
        unpacked(tmp_path, data)


def test_p66_a_file_below_a_file_is_refused(tmp_path):
    with pytest.raises(ArchiveRefused, match="cannot be unpacked"):
        unpacked(tmp_path, zipped(("a", b"x"), ("a/b", b"x")))


@pytest.mark.parametrize(
    ("data", "limits", "word"),
    [
        (tarred(("a", bytes(20 * 10**6), {})), Limits(), "100 times"),
        (zipped(("a", bytes(999_999)), kind=zipfile.ZIP_STORED), SMALL, "larger than 1000000"),
        (zipped(*((f"{n}", os.urandom(90_000)) for n in range(10))), SMALL, None),
        (zipped(*((f"{n}", os.urandom(30_000) * 6) for n in range(6))), SMALL, "1000000 bytes"),
        (zipped(*((f"{n}", b"") for n in range(20))), SMALL, None),
        (zipped(*((f"{n}", b"") for n in range(21))), SMALL, "more than 20 entries"),
        (tarred(*((f"{n}", b"", {}) for n in range(21))), SMALL, "more than 20 entries"),
    ],
    ids=["tar", "large", "fits", "total", "entries", "more", "more-in-tar"],
)
def test_b55_p66_bombs_are_refused(tmp_path, data, limits, word):
    if word is None:
        assert unpacked(tmp_path, data, limits).is_dir()
        return
    with pytest.raises(ArchiveRefused, match=word):
        unpacked(tmp_path, data, limits)


def test_b55_p66_300_mb_of_nothing_are_refused(tmp_path):
    made = io.BytesIO()
    archive = zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED)
    with archive, archive.open("results/a/x", "w") as file:
        for _ in range(300):
            file.write(bytes(10**6))
    with pytest.raises(ArchiveRefused, match="100 times its size"):
        unpacked(tmp_path, made.getvalue(), Limits())
    assert sum(path.stat().st_size for path in (tmp_path / "in").rglob("*")) < 50 * 10**6


def test_p66_a_header_that_fills_the_memory_is_refused(tmp_path):
    text = "".join(map(chr, random.Random(1).choices(range(0x4E00, 0x9FFF), k=900_000)))
    data = tarred(("a", b"", {"pax_headers": {"comment": text}}))
    with pytest.raises(ArchiveRefused, match="bytes of headers"):
        unpacked(tmp_path, data, Limits())


def test_p66_an_encrypted_entry_is_refused(tmp_path):
    data = bytearray(zipped(("a", b"x")))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + offset] |= 1
    with pytest.raises(ArchiveRefused, match="encrypted"):
        unpacked(tmp_path, bytes(data))


@pytest.mark.parametrize("flag", [0, 0x800])
def test_p66_a_name_that_is_not_utf_8_is_refused_in_a_zip(tmp_path, flag):
    data = bytearray(zipped(("abc", b"x")).replace(b"abc", b"a\xff\xfe"))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        struct.pack_into("<H", data, data.index(signature) + offset, flag)
    with pytest.raises(ArchiveRefused, match="not UTF-8"):
        unpacked(tmp_path, bytes(data))


def test_p66_a_name_that_is_not_utf_8_is_refused_in_a_tar(tmp_path):
    data = tarred(("a\udcff", b"x", {}), format=tarfile.GNU_FORMAT, errors="surrogateescape")
    with pytest.raises(ArchiveRefused, match="not UTF-8"):
        unpacked(tmp_path, data)


def test_p66_a_name_that_goes_on_after_its_end_is_refused(tmp_path):
    data = zipped(("abcd", b"x")).replace(b"abcd", b"ab\x00d")
    with pytest.raises(ArchiveRefused, match="control characters"):
        unpacked(tmp_path, data)


def test_p66_a_zip_whose_two_names_differ_is_refused(tmp_path):
    data = zipped(("abcd", b"x")).replace(b"abcd", b"wxyz", 1)
    with pytest.raises(ArchiveRefused, match="differ"):
        unpacked(tmp_path, data)


def test_p66_other_ways_to_compress_are_refused(tmp_path):
    with pytest.raises(ArchiveRefused, match="not read here"):
        unpacked(tmp_path, zipped(("a", b"x"), kind=zipfile.ZIP_LZMA))


def test_p66_a_list_of_entries_that_fills_the_memory_is_not_read(tmp_path):
    data = bytearray(zipped(("a", b"x")))
    struct.pack_into("<L", data, data.index(b"PK\x05\x06") + 12, 2**31)
    with pytest.raises(ArchiveRefused, match="more than 20000 entries"):
        unpacked(tmp_path, bytes(data))


@pytest.mark.parametrize("data", [b"", b"PK", b"hello", b"\x7fELF" + bytes(600)])
def test_what_is_no_archive_is_refused(tmp_path, data):
    with pytest.raises(ArchiveRefused, match="neither a folder nor a zip"):
        unpacked(tmp_path, data)


@pytest.mark.parametrize("kind", GOOD)
def test_p66_damaged_archives_are_refused_and_nothing_else_happens(tmp_path, kind):
    """Cut at many places, and with bytes turned over: refused, or as they were."""
    chance = random.Random(66)
    for number in range(60):
        data = bytearray(GOOD[kind])
        if number % 3 == 0:
            del data[chance.randrange(len(data)) :]
        for _ in range(number % 5):
            if data:
                data[chance.randrange(min(len(data), 600))] = chance.randrange(256)
        folder = tmp_path / f"{number}"
        folder.mkdir()
        try:
            unpacked(folder, bytes(data), ROOMY)
        except ArchiveRefused as refused:
            assert str(refused)

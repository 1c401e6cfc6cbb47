"""The folder of one run: made, held and emptied of an earlier run before anything is measured."""

import contextlib
import datetime
import errno
import json
import math
import re
import shutil
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import msgspec

from gates.shell.atomic import DISK, Disk, StorageError, free_bytes, storage_error, write_atomic
from gates.shell.lock import NAME as LOCK_NAME
from gates.shell.lock import Lock, OutputBusy, OutputError

__all__ = [
    "OutputBusy",
    "OutputError",
    "RunFolder",
    "StorageError",
    "encode_json",
    "read_json",
    "write_atomic",
    "write_json",
]

LISTING = ".reports.json"  # the names of reports that are not the same in every run
MINIMUM_FREE = 50 * 10**6  # bytes: a run of the example leaves about a tenth of it
_LARGEST_JSON = 512 * 2**20
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO})
_GATE_ID = re.compile(r"[a-z0-9][a-z0-9-]*")
# What a run may leave in its folder. Only these are ever removed from one that is used again.
_OWNED = re.compile(
    r"results|work|logs|(plan|keys|subject|signing|progress|shard)\.json|scorecard\.(json|html)|summary\.md"
    r"|verification-report\.md|junit\.xml|badge\.json|attestation\.intoto\.jsonl"
    r"|(?:test-result|verification-summary)\.sigstore\.json"
    r"|gl-code-quality\.json|criteria\.csv|events\.ndjson|[a-z0-9_.-]+\.sarif|\.gitignore"
    r"|service[a-z0-9_.-]*\.log|\.lock|\.reports\.json|\..+\.[0-9-]+\.tmp"
)
_T = TypeVar("_T")


class RunFolder:
    """A folder that belongs to this run alone: `path`, locked until `close`."""

    def __init__(self, path: Path, lock: Lock, disk: Disk = DISK) -> None:
        self.path = path
        self.id = path.name
        self._lock = lock
        self._disk = disk

    @classmethod
    def create(
        cls,
        base: Path,
        output: Path | None,
        now: datetime.datetime,
        *,
        minimum_free: int = MINIMUM_FREE,
        disk: Disk = DISK,
    ) -> Self:
        """Make and lock the folder: `output`, or a new one under `base/.gatescore/runs`.

        An `output` that holds an earlier run is emptied of it; one that holds anything else is
        refused. Raises OutputError (unusable), OutputBusy (locked), StorageError (full).
        """
        path = (base / ".gatescore" if output is None else output).absolute()
        try:
            path = _new_run(path, now, disk) if output is None else _named_run(path, disk)
            lock = Lock(path)
        except OSError as error:
            raise _unusable(path, error) from None
        try:
            _demand_space(path, minimum_free)
            _clear(path)
            if output is not None:
                _hide_from_git(path, disk)
            disk.make_folder(path / "results")
        except OSError as error:
            lock.release()
            raise _unusable(path, error) from None
        except (OutputError, StorageError):
            lock.release()
            raise
        return cls(path, lock, disk)

    def gate_folder(self, gate: str) -> Path:
        """`results/<gate>`, made if it is not there. Raises StorageError, ValueError (the id)."""
        if not _GATE_ID.fullmatch(gate):
            raise ValueError(f"{gate!r} is no gate id: small letters, digits and hyphens")
        folder = self.path / "results" / gate
        try:
            if not folder.is_dir():
                self._disk.make_folder(folder)
        except OSError as error:
            raise storage_error(folder, error) from None
        return folder

    def write(self, name: str, data: bytes) -> Path:
        """Write one file, its path relative to the folder. Raises StorageError."""
        path = self.path / name
        write_atomic(path, data, disk=self._disk)
        return path

    def write_json(self, name: str, value: msgspec.Struct) -> Path:
        """Write one value as JSON. Raises StorageError, ValueError (not a finite number)."""
        return self.write(name, encode_json(value))

    def close(self) -> None:
        """Let go of the folder."""
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def encode_json(value: object) -> bytes:
    """The same bytes for equal values: sorted keys, UTF-8, one line end at the end.

    NaN and infinity raise ValueError with their place. A lone surrogate becomes its escape.
    """
    plain = msgspec.to_builtins(value, str_keys=True)
    bad = _not_finite(plain, "")
    if bad:
        raise ValueError(f"{bad} is not a finite number")
    text = json.dumps(plain, sort_keys=True, ensure_ascii=False, allow_nan=False)
    try:
        data = text.encode()
    except UnicodeEncodeError:
        data = text.encode(errors="surrogatepass")
        data = re.sub(rb"\xed[\xa0-\xbf][\x80-\xbf]", _escaped_surrogate, data)
    return msgspec.json.format(data, indent=1) + b"\n"


def write_json(path: Path, value: object, *, disk: Disk = DISK) -> None:
    """Write a value as JSON. Raises StorageError, ValueError (not a finite number)."""
    write_atomic(path, encode_json(value), disk=disk)


def read_json(path: Path, kind: type[_T]) -> _T:
    """Read a value that `write_json` wrote. Raises StorageError: absent, too large, not of it."""
    try:
        if path.stat().st_size > _LARGEST_JSON:
            raise StorageError(path, f"larger than {_LARGEST_JSON} bytes", full=False)
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except FileNotFoundError:
        raise StorageError(path, "no such file", full=False) from None
    except OSError as error:
        raise storage_error(path, error) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise StorageError(path, f"not a {kind.__name__}: {error}", full=False) from None


def _escaped_surrogate(found: re.Match[bytes]) -> bytes:
    # The backslash itself is escaped: a reader gets six harmless characters, not half a pair.
    return b"\\\\u%04x" % ord(found[0].decode(errors="surrogatepass"))


def _not_finite(value: Any, place: str) -> str:
    match value:
        case float():
            return "" if math.isfinite(value) else place or "the value"
        case dict():
            inner = ((entry, f"{place}.{key}" if place else key) for key, entry in value.items())
        case list():
            inner = ((entry, f"{place}[{index}]") for index, entry in enumerate(value))
        case _:
            return ""
    return next((bad for entry, at in inner if (bad := _not_finite(entry, at))), "")


def _new_run(home: Path, now: datetime.datetime, disk: Disk) -> Path:
    runs = home / "runs"
    for folder in (home, runs):
        if not folder.is_dir():
            disk.make_folder(folder)
    ignore = home / ".gitignore"
    if not ignore.exists():
        write_atomic(ignore, b"*\n", disk=disk)
    stamp = now.astimezone(datetime.UTC).strftime("%Y%m%dT%H%M%SZ")
    for number in range(1, 1000):
        path = runs / (stamp if number == 1 else f"{stamp}-{number}")
        with contextlib.suppress(FileExistsError):
            disk.make_folder(path)
            return path
    raise OutputError(f"{runs} holds a thousand runs of this second")


def _named_run(path: Path, disk: Disk) -> Path:
    if path.is_dir():
        _demand_ours(path)
        return path
    if path.exists() or path.is_symlink():
        raise OutputError(f"{path} is not a folder; name a folder that is new or a former run")
    if not path.parent.is_dir():
        what = "is not a folder" if path.parent.exists() else "does not exist"
        raise OutputError(f"{path} cannot be made: {path.parent} {what}")
    disk.make_folder(path)
    return path


def _hide_from_git(path: Path, disk: Disk) -> None:
    """Keep a folder inside a work tree from being taken for a part of the target."""
    real = path.resolve()
    if not (real / ".git").exists() and any((p / ".git").exists() for p in real.parents):
        write_atomic(path / ".gitignore", b"*\n", disk=disk)


def _demand_ours(path: Path) -> None:
    """A folder of other people's files is never written into, let alone emptied."""
    foreign = sorted(e.name for e in path.iterdir() if not _OWNED.fullmatch(e.name))
    if foreign and not _is_scorecard(path / "scorecard.json"):
        shown = ", ".join(ascii(name) for name in foreign[:3])
        raise OutputError(
            f"{path} holds files that are not of a run ({shown}) and no scorecard.json;"
            " name a folder that is new, empty or a former run"
        )


def _is_scorecard(path: Path) -> bool:
    try:
        found = msgspec.json.decode(path.read_bytes(), type=dict[str, msgspec.Raw])
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return False
    return {"schema_version", "gates", "verdict"} <= found.keys()


def _demand_space(path: Path, minimum: int) -> None:
    free = free_bytes(path)
    if free is not None and free < minimum:
        raise StorageError(path, f"a run needs {minimum} free bytes")


def _clear(path: Path) -> None:
    """Remove what an earlier run left, links themselves and never what they point to."""
    for entry in sorted(path.iterdir()):
        if entry.name in (LOCK_NAME, LISTING) or not _OWNED.fullmatch(entry.name):
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def _unusable(path: Path, error: OSError) -> OutputError | StorageError:
    cause = error.strerror or str(error)
    if error.errno in _FULL:
        return StorageError(path, cause)
    return OutputError(f"{path} cannot be used: {cause}; name another folder with --output")

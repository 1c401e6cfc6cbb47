"""Runs mypy with a cache that is kept between runs, and writes down which files it checked.

Started as `python -P run_mypy.py KEPT FOLDER ARGUMENT...` with the judged tree as the working
folder. KEPT is the file that holds the cache, "" for none; FOLDER is for what this run writes:
`checked.json`, if mypy got through. What mypy prints is passed on, but for its log.

mypy's reports switch its cache off, so what it checked is read from its log. The cache is one file
with a digest, copied for each run and replaced in one go: two runs at once never meet in it. One
that was damaged, or that mypy cannot work with, is thrown away and everything is checked again.
mypy believes the times and sizes of source files, so whoever keeps a cache has to make the times
follow the contents.
"""

import ast
import contextlib
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import NamedTuple

DID_ITS_JOB = (0, 1, 2)
DIGEST = 32  # bytes in front of the archive
MARK = "LOG:"
SOURCE = re.compile(r"Found source: +BuildSource\(path=('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")")
READ = re.compile(
    r"(?:Parsing (?P<parsed>.+) \([^()]+\)"
    r"|Metadata fresh(?: \(by quickstart\))? for \S+: file (?P<fresh>.+)"
    r"|Updating mtime for \S+: file (?P<touched>.+), meta .+, mtime \d+)"
)
BUILT = re.compile(r"Build finished in \S+ seconds with (?P<modules>\d+) modules")


class Done(NamedTuple):
    """One run of mypy: its log apart from what else it said on stderr."""

    exit_code: int
    stdout: bytes
    stderr: bytes
    log: tuple[str, ...]


class Seen(NamedTuple):
    """What the log tells: sources that were asked for, those it read, and whether it got through.

    `changed`: something was checked or noted that the cache does not have.
    """

    sources: tuple[str, ...]
    checked: tuple[str, ...]
    built: bool
    changed: bool


def main(kept: str, folder: str, *arguments: str) -> int:
    """Run, keep the cache, tell; returns mypy's exit code."""
    cache = Path(folder, "cache")
    Path(folder).mkdir(parents=True, exist_ok=True)
    warm = bool(kept) and unpacked(Path(kept), cache)
    done = run(arguments, cache if kept else Path(os.devnull))
    restarted = ""
    if warm and broken(done):
        restarted = last_line(done.stderr) or f"mypy ended with {done.exit_code}"
        shutil.rmtree(cache, ignore_errors=True)
        done = run(arguments, cache)
    seen = read(done.log)
    if kept and seen.built and seen.changed and not broken(done):
        keep(cache, Path(kept))
    shutil.rmtree(cache, ignore_errors=True)
    told = {"sources": seen.sources, "checked": seen.checked, "warm": warm, "restarted": restarted}
    if seen.built:
        Path(folder, "checked.json").write_text(json.dumps(told), encoding="utf-8")
    sys.stdout.buffer.write(done.stdout)
    sys.stderr.buffer.write(done.stderr)
    return done.exit_code


def run(arguments: tuple[str, ...], cache: Path) -> Done:
    """Run mypy. `-P`: the judged tree must not lend modules to the tool."""
    command = (sys.executable, "-P", "-m", "mypy", "-v", f"--cache-dir={cache}", *arguments)
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    lines = done.stderr.decode("utf-8", "replace").splitlines(keepends=True)
    log = tuple(line[len(MARK) :].strip() for line in lines if line.startswith(MARK))
    said = "".join(line for line in lines if line.strip() and not line.startswith(MARK))
    return Done(done.returncode, done.stdout, said.encode(), log)


def broken(done: Done) -> bool:
    """Whether mypy said or did anything that a cache may be the reason of."""
    return done.exit_code not in DID_ITS_JOB or bool(done.stderr.strip())


def last_line(data: bytes) -> str:
    """The last line that is not blank."""
    lines = [line for line in data.decode("utf-8", "replace").splitlines() if line.strip()]
    return lines[-1].strip() if lines else ""


def read(log: tuple[str, ...]) -> Seen:
    """Read the log of mypy 2.4."""
    found = [match for line in log for match in [SOURCE.match(line)] if match]
    sources = {str(ast.literal_eval(match[1])) for match in found}
    reads = [match for line in log for match in [READ.fullmatch(line)] if match]
    done = {match["parsed"] or match["fresh"] or match["touched"] for match in reads}
    ends = [match for line in log for match in [BUILT.match(line)] if match]
    changed = any(int(match["modules"]) for match in ends) or any(m["touched"] for m in reads)
    return Seen(tuple(sorted(sources)), tuple(sorted(sources & done)), bool(ends), changed)


def unpacked(kept: Path, cache: Path) -> bool:
    """Copy the kept cache to a folder of this run; False where there is none that can be used."""
    try:
        data = kept.read_bytes()
        body = memoryview(data)[DIGEST:]
        if hashlib.sha256(body).digest() != data[:DIGEST]:
            return False
        with tarfile.open(fileobj=io.BytesIO(body)) as archive:
            extract(archive, cache)
    except (OSError, tarfile.TarError):
        shutil.rmtree(cache, ignore_errors=True)
        return False
    return True


def extract(archive: tarfile.TarFile, folder: Path) -> None:
    """Extract an archive that we wrote. Raises OSError or TarError.

    The interpreter may be a Python before 3.11.4, whose archives know no filters.
    """
    if hasattr(tarfile, "data_filter"):
        archive.extractall(folder, filter="data")
    else:
        archive.extractall(folder)  # noqa: S202  # nosec B202


def keep(cache: Path, kept: Path) -> None:
    """Replace the kept cache in one go. One that cannot be written costs time, nothing else."""
    packed = io.BytesIO()
    new = kept.with_name(f"{kept.name}.{os.getpid()}")
    with contextlib.suppress(OSError):
        with tarfile.open(fileobj=packed, mode="w") as archive:
            archive.add(cache, arcname=".")
        body = packed.getbuffer()
        kept.parent.mkdir(parents=True, exist_ok=True)
        try:
            with new.open("wb") as file:
                file.write(hashlib.sha256(body).digest())
                file.write(body)
            new.replace(kept)
        finally:
            new.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

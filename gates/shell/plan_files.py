"""Reads and writes plan files, and what a build server says of its jobs; refuses with all flaws."""

import hashlib
from pathlib import Path
from typing import Any

import msgspec

from gates.core import sharding
from gates.core.sharding import PlanFile
from gates.core.shards import WORDS
from gates.shell import json_strict, store

LARGEST = 4 * 2**20
RESULTS = ("success", *WORDS)
ANEW = "make a plan anew with gatescore plan"


class PlanFileError(Exception):
    """A file could not be used; the text names it, what is wrong and what to do."""


class Loaded(msgspec.Struct, frozen=True):
    """A plan file and the digest of its bytes."""

    plan: PlanFile
    digest: str


def encoded(plan: PlanFile) -> bytes:
    """The bytes of a plan file."""
    return store.encode_json(plan)


def read(path: Path) -> Loaded:
    """Read a plan file. Raises PlanFileError."""
    data = content(path, "--plan", ANEW)
    value = decoded(data, f"--plan {path}", ANEW)
    schema = value.get("schema") if isinstance(value, dict) else None
    if schema != sharding.SCHEMA:
        found = "has none" if schema is None else f"has {str(schema)[:60]!r}"
        text = f'--plan {path}: it is no plan file: its schema has to be "{sharding.SCHEMA}"'
        raise PlanFileError(f"{text}, it {found}; {ANEW}")
    try:
        plan = msgspec.convert(value, PlanFile)
    except msgspec.ValidationError as error:
        raise PlanFileError(f"--plan {path}: {error}; {ANEW}") from None
    if flaws := sharding.flaws(plan):
        raise PlanFileError("\n".join(f"--plan {path}: {text}; {ANEW}" for text in flaws))
    return Loaded(plan, f"sha256:{hashlib.sha256(data).hexdigest()}")


def read_needs(path: Path) -> dict[str, str]:
    """Results of jobs by name: what GitHub's `toJSON(needs)` says. Raises PlanFileError."""
    hint = "write ${{ toJSON(needs) }} of the merge job there"
    value = decoded(content(path, "--needs", hint), f"--needs {path}", hint)
    if not isinstance(value, dict):
        raise PlanFileError(f"--needs {path}: it is no object of jobs by name; {hint}")
    return {name: result_of(path, name, job, hint) for name, job in value.items()}


def result_of(path: Path, name: str, job: Any, hint: str) -> str:
    """The result of one job. Raises PlanFileError."""
    result = job.get("result") if isinstance(job, dict) else None
    if result not in RESULTS:
        allowed = ", ".join(RESULTS)
        text = f"--needs {path}: the job {name[:80]!r} has the result {str(result)[:40]!r}"
        raise PlanFileError(f"{text}; allowed: {allowed}; {hint}")
    return str(result)


def content(path: Path, option: str, hint: str) -> bytes:
    """The bytes of a file that is not too large. Raises PlanFileError."""
    try:
        if not path.is_file():
            raise PlanFileError(f"{option} {path}: no such file; {hint}")
        if path.stat().st_size > LARGEST:
            raise PlanFileError(f"{option} {path}: it is larger than {LARGEST} bytes; {hint}")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise PlanFileError(f"{option} {path}: {error}; {hint}") from None


def decoded(data: bytes, what: str, hint: str) -> Any:
    """The value of a JSON text. Raises PlanFileError."""
    try:
        return json_strict.decode(data.decode())
    except UnicodeDecodeError:
        raise PlanFileError(f"{what}: it is not UTF-8; {hint}") from None
    except json_strict.JsonError as error:
        raise PlanFileError(f"{what}: it is no JSON: {error}; {hint}") from None

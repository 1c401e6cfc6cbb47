"""Audit requirements files with pip-audit against an OSV endpoint of ours on loopback.

The endpoint serves a snapshot, or passes questions on to the vulnerability service; so the
severities that pip-audit leaves out are known. Input: tree, files, program, advisories, service,
partial, exported, today. Prints one `gates.core.audit.Answer`.
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from packaging.utils import canonicalize_name

from gates.core import requirements
from gates.core.audit import Answer, Audited, Data
from gates.core.model import Reason
from gates.core.requirements import Pin, Unaudited
from gates.probes import _common
from gates.shell import osv, osv_server

MAX_FILE_BYTES = 8 * 2**20
MAX_OUTPUT_BYTES = 64 * 2**20
TAIL = 2_000  # bytes of stderr


def measure(given: Mapping[str, Any]) -> Answer:
    """Audit every file. Raises ProbeError where there are no advisories or no file."""
    listed = tuple(_read(Path(given["tree"]), name) for name in given["files"])
    rounds = tuple(part for item in listed for part in _rounds(item))
    with _advisories(given) as (endpoint, data):
        audits = tuple(_audited(item, given["program"], endpoint.url) for item in rounds)
        return Answer(
            audits=audits,
            severities=dict(sorted(endpoint.severities.items())),
            data=data,
            errors=tuple(endpoint.errors[:20]),
            today=given["today"],
        )


@contextmanager
def _advisories(given: Mapping[str, Any]) -> Iterator[tuple[osv_server.Endpoint, Data]]:
    ask, data = _snapshot(given) if given["advisories"] else _service(given["service"])
    with osv_server.serving(ask) as endpoint:
        yield endpoint, data


def _snapshot(given: Mapping[str, Any]) -> tuple[osv_server.Answer, Data]:
    path = Path(given["advisories"])
    try:
        snapshot = osv.Snapshot(path)
    except osv.SnapshotError as error:
        raise _common.ProbeError(str(error), Reason.UNREADABLE_RESULT) from None
    facts, exported = snapshot.facts, given["exported"]
    data = Data(
        source=path.name,
        live=False,
        complete=osv.is_full(facts, partial=given["partial"], exported=exported),
        date=exported or facts.newest,
        records=facts.records,
        packages=facts.packages,
    )
    return snapshot.query, data


def _service(named: str) -> tuple[osv_server.Answer, Data]:
    """The service, if it answers one question now."""
    service = named or osv_server.SERVICE

    def ask(name: str, version: str) -> tuple[dict[str, Any], ...]:
        return osv_server.ask_service(service, name, version)

    try:
        ask("pip", "25.0")
    except osv_server.ServiceError as error:
        detail = (
            f"network: no vulnerability service can be reached ({error}); name an OSV export, a "
            "folder or zip of records, with --advisories PATH or dependencies.advisories"
        )
        raise _common.ProbeError(detail) from None
    live = Data(source=service, live=True, complete=True, date="", records=0, packages=0)
    return ask, live


def _read(tree: Path, name: str) -> Audited:
    """Read one requirements file and those that it includes."""
    pins: list[Pin] = []
    unaudited: list[Unaudited] = []
    queue, seen = [name], set()
    for path in queue:
        if path in seen:
            continue
        seen.add(path)
        found = requirements.read(_text(tree, path))
        pins.extend(found.pins)
        unaudited.extend(found.unaudited if path == name else _elsewhere(found.unaudited, path))
        folder = os.path.dirname(path)
        queue.extend(os.path.normpath(os.path.join(folder, line.text)) for line in found.includes)
    if not pins and not unaudited:
        unaudited.append(Unaudited(0, name, "the file names no dependency"))
    return Audited(
        file=name,
        pins=tuple(sorted(set(pins))),
        unaudited=tuple(unaudited),
        exit_code=0,
        stdout=None,
        stderr_tail="",
    )


def _elsewhere(lines: tuple[Unaudited, ...], path: str) -> Iterator[Unaudited]:
    return (Unaudited(0, line.text, f"{line.why} ({path}, line {line.number})") for line in lines)


def _rounds(item: Audited) -> Iterator[Audited]:
    """The item in parts with one version of each package: pip-audit refuses two together."""
    rounds: list[dict[str, Pin]] = [{}]
    for pin in item.pins:
        name = canonicalize_name(pin.name)
        free = next((part for part in rounds if name not in part), None)
        if free is None:
            rounds.append(free := {})
        free[name] = pin
    for number, part in enumerate(rounds):
        unaudited = () if number else item.unaudited
        yield msgspec.structs.replace(item, pins=tuple(part.values()), unaudited=unaudited)


def _text(tree: Path, name: str) -> str:
    file = (tree / name).resolve()
    if not file.is_relative_to(tree.resolve()):
        detail = f"{name}: leads out of the target's folder"
        raise _common.ProbeError(detail, Reason.REFUSED_BY_SAFETY)
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_FILE_BYTES + 1)
        if len(data) > MAX_FILE_BYTES:
            detail = f"{name}: larger than {MAX_FILE_BYTES} bytes"
            raise _common.ProbeError(detail, Reason.OUTPUT_TOO_LARGE)
        return data.decode("utf-8-sig")
    except OSError as error:
        detail = f"{name}: {error.strerror or error}"
        raise _common.ProbeError(detail, Reason.NO_RESULT) from None
    except UnicodeDecodeError:
        detail = f"encoding: {name} is not UTF-8"
        raise _common.ProbeError(detail, Reason.UNREADABLE_RESULT) from None


def _audited(item: Audited, program: str, endpoint: str) -> Audited:
    """Ask pip-audit about the pins alone: no resolver, no index, no network but the endpoint."""
    if not item.pins:
        return item
    asked = Path(f"audited-{item.file.replace('/', '-')}")
    asked.write_text("".join(f"{pin.name}=={pin.version}\n" for pin in item.pins), "utf-8")
    done = _run(program, asked, endpoint)
    return msgspec.structs.replace(
        item,
        exit_code=done.returncode,
        stdout=done.stdout[: MAX_OUTPUT_BYTES + 1].decode("utf-8", "replace"),
        stderr_tail=done.stderr[-TAIL:].decode("utf-8", "replace"),
    )


def _run(program: str, asked: Path, endpoint: str) -> subprocess.CompletedProcess[bytes]:
    argv = (program, "--requirement", str(asked), "--no-deps", "--disable-pip")
    service = ("--vulnerability-service", "osv", "--osv-url", f"{endpoint}/v1/query")
    output = ("--format", "json", "--progress-spinner", "off", "--cache-dir", "cache")
    try:
        return subprocess.run(
            (*argv, *service, *output),
            env={**os.environ, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
    except OSError as error:
        detail = f"{program}: {error.strerror or error}"
        raise _common.ProbeError(detail, Reason.TOOL_MISSING) from None


def main() -> None:
    """Print the answer, or one line with the reason why there is none."""
    try:
        answer = measure(_common.read_input())
        sys.stdout.buffer.write(msgspec.json.encode(answer) + b"\n")
    except _common.ProbeError as error:
        _common.fail(error.detail, error.reason)
    except Exception as error:  # noqa: BLE001  (a bug of ours, said in one line, no traceback)
        _common.fail(f"{type(error).__name__}: {error}", Reason.ADAPTER_BUG)


if __name__ == "__main__":
    main()

"""Audit Python packages with pip-audit against an OSV endpoint of ours on loopback.

The endpoint serves a snapshot, or passes questions on to the vulnerability service; so the
severities that pip-audit leaves out are known. With the source "pypi" pip-audit asks PyPI itself,
which rates nothing. Input: tree, files, program, source, advisories, service, partial, exported,
today. Prints one `gates.core.audit.Answer`.
"""

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from packaging.utils import canonicalize_name

from gates.core.audit import Answer, Audited, Data
from gates.core.locks.model import Ecosystem, Package
from gates.core.model import Reason
from gates.probes import _advisory_data, _common, _listed
from gates.shell import osv_server

MAX_OUTPUT_BYTES = 64 * 2**20
TAIL = 2_000  # bytes of stderr
PYPI = Data(source="PyPI", live=True, complete=True, date="", records=0, packages=0)


def measure(given: Mapping[str, Any]) -> Answer:
    """Audit every file. Raises ProbeError where there are no advisories or a file is unreadable."""
    listed = _listed.read(Path(given["tree"]), given["files"])
    rounds = tuple(part for item in listed for part in _rounds(item))
    packages = tuple(package for item in rounds for package in item.pins)
    with _advisories(given, packages) as (endpoint, data):
        audits = tuple(_audited(item, given["program"], endpoint.url) for item in rounds)
        return Answer(
            audits=audits,
            severities=dict(sorted(endpoint.severities.items())),
            data=data,
            errors=tuple(endpoint.errors[:20]),
            today=given["today"],
            exploited=tuple(sorted(endpoint.exploited)),
        )


@contextmanager
def _advisories(
    given: Mapping[str, Any], packages: tuple[Package, ...]
) -> Iterator[tuple[osv_server.Endpoint, Data]]:
    if given["source"] == "pypi":
        yield osv_server.Endpoint(""), PYPI
        return
    source = _advisory_data.opened(given, Ecosystem.PYPI, packages)
    with osv_server.serving(source.one, source.exploited) as endpoint:
        yield endpoint, source.data


def _rounds(item: _listed.Listed) -> Iterator[Audited]:
    """The file in parts with one version of each package: pip-audit refuses two together."""
    rounds: list[dict[str, Package]] = [{}]
    for package in item.packages:
        name = canonicalize_name(package.name)
        free = next((part for part in rounds if name not in part), None)
        if free is None:
            rounds.append(free := {})
        free.setdefault(name, package)
    for number, part in enumerate(rounds):
        yield Audited(
            file=item.file,
            pins=tuple(part.values()),
            unaudited=() if number else item.gaps,
            exit_code=0,
            stdout=None,
            stderr_tail="",
            notes=() if number else item.notes,
        )


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
    ours = ("--vulnerability-service", "osv", "--osv-url", f"{endpoint}/v1/query")
    service = ours if endpoint else ("--vulnerability-service", "pypi")
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


if __name__ == "__main__":
    _common.run_as(measure, _common.emit_json)

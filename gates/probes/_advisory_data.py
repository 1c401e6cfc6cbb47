"""Where an audit gets its advisories: a snapshot of OSV records, or a vulnerability service."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from gates.core.audit import Data
from gates.core.locks.model import Ecosystem, Package
from gates.core.model import Reason
from gates.probes import _common
from gates.shell import osv, osv_affected, osv_service

Record = dict[str, Any]
Asked = tuple[str, str]  # name, version
KNOWN = {Ecosystem.PYPI: ("pip", "25.0"), Ecosystem.NPM: ("npm", "10.0.0")}


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """Advisories of one ecosystem: `one` and `many` raise what their source raises."""

    data: Data
    exploited: frozenset[str]
    one: Callable[[str, str], tuple[Record, ...]]
    many: Callable[[Sequence[Asked]], dict[Asked, tuple[Record, ...]]]


def opened(given: Mapping[str, Any], ecosystem: Ecosystem, packages: Iterable[Package]) -> Source:
    """Open the source that the input names, for these packages. Raises ProbeError."""
    if given["advisories"]:
        return _snapshot(given, ecosystem, packages)
    return _service(given["service"] or osv_service.SERVICE, ecosystem)


def _snapshot(
    given: Mapping[str, Any], ecosystem: Ecosystem, packages: Iterable[Package]
) -> Source:
    path = Path(given["advisories"])
    kind = ecosystem.value
    names = (osv_affected.canonical(package.name, kind) for package in packages)
    try:
        snapshot = osv.Snapshot(path, frozenset((kind, name) for name in names))
    except osv.SnapshotError as error:
        raise _common.ProbeError(str(error), Reason.UNREADABLE_RESULT) from None
    facts, exported = snapshot.facts(kind), given["exported"]
    if not facts.records:
        detail = (
            f"{path.name}: no advisory about packages of {kind} in it, so nothing can be matched; "
            f"name an OSV export of {kind}, or of all ecosystems, with --advisories PATH"
        )
        raise _common.ProbeError(detail, Reason.INCOMPLETE)

    def one(name: str, version: str) -> tuple[Record, ...]:
        return snapshot.query(name, version, kind)

    data = Data(
        source=path.name,
        live=False,
        complete=osv.is_full(facts, partial=given["partial"], exported=exported),
        date=exported or facts.newest,
        records=facts.records,
        packages=facts.packages,
    )
    return Source(
        data=data,
        exploited=snapshot.exploited,
        one=one,
        many=lambda asked: {(name, version): one(name, version) for name, version in asked},
    )


def _service(service: str, ecosystem: Ecosystem) -> Source:
    """The service, if it answers one question now."""
    kind = ecosystem.value

    def one(name: str, version: str) -> tuple[Record, ...]:
        return osv_service.ask(service, name, version, kind)

    try:
        one(*KNOWN[ecosystem])
    except osv_service.ServiceError as error:
        detail = (
            f"network: no vulnerability service can be reached ({error}); name an OSV export, a "
            "folder or zip of records, with --advisories PATH or dependencies.advisories"
        )
        raise _common.ProbeError(detail) from None
    return Source(
        data=Data(source=service, live=True, complete=True, date="", records=0, packages=0),
        exploited=frozenset(),
        one=one,
        many=lambda asked: osv_service.ask_many(service, asked, kind),
    )

"""What a dependency file says, whatever its format."""

import re
from enum import StrEnum

import msgspec

from gates.core.requirements import Unaudited

_NAMES = {
    "PyPI": re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"),
    "npm": re.compile(r"(?:@[A-Za-z0-9~._-]+/)?[A-Za-z0-9~._-]+"),
}
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9.!+_-]*")


class Ecosystem(StrEnum):
    """A family of packages, spelled as OSV spells it."""

    PYPI = "PyPI"
    NPM = "npm"


class LockError(Exception):
    """The file cannot be read: `line` (0 if unknown) and what was found and what is allowed."""

    def __init__(self, detail: str, line: int = 0) -> None:
        super().__init__(f"line {line}: {detail}" if line else detail)


class Package(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One package of a dependency file.

    `direct` None: the file does not say. `chain` names the packages from a direct dependency to
    this one, both included, by the shortest way; empty where nobody knows. `groups` are the extras
    and groups that alone pull it in (empty: the product itself does). `hashes` are "sha256:HEX" of
    the archives that the file names. `requires` are keys `NAME@VERSION` of packages of this file.
    `gap` says why it cannot be audited, "" if it can.
    """

    name: str
    version: str
    ecosystem: Ecosystem = Ecosystem.PYPI
    direct: bool | None = None
    chain: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    hashes: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    line: int = 0
    gap: str = ""

    @property
    def key(self) -> str:
        """Name and version, as `requires` spells them."""
        return f"{self.name}@{self.version}"


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """A whole dependency file; `gaps` are entries that name no package with a version."""

    packages: tuple[Package, ...] = ()
    gaps: tuple[Unaudited, ...] = ()
    notes: tuple[str, ...] = ()


def canonical(name: str) -> str:
    """A Python project's name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def checked(package: Package) -> Package:
    """The package, as a gap if its name or version could be anything else (an option, an address).

    Both are handed to programs and services as text.
    """
    if package.gap:
        return package
    if not _NAMES[package.ecosystem.value].fullmatch(package.name):
        return msgspec.structs.replace(package, gap="its name is none that an index knows")
    if not _VERSION.fullmatch(package.version):
        found = "no version" if not package.version else f"the version {package.version[:40]!r}"
        return msgspec.structs.replace(package, gap=f"{found} is not one that advisories name")
    return package

"""Which lines of a file detect-secrets has to look at, and as what kind of file.

It takes a hundred steps for each line. So every detector first runs over the whole text; only lines
where one of them may match go through detect-secrets itself.
"""

import io
import re
from bisect import bisect_right
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import cast

import msgspec
from detect_secrets.plugins.base import RegexBasedDetector
from detect_secrets.plugins.keyword import DENYLIST
from detect_secrets.transformers.config import EagerConfigFileTransformer
from detect_secrets.transformers.exceptions import ParsingError
from detect_secrets.types import NamedIO
from detect_secrets.util.filetype import FileType, determine_file_type

LOCK_FILES = frozenset(
    {
        *("Brewfile.lock.json", "Cargo.lock", "Cartfile.resolved", "composer.lock", "Gemfile.lock"),
        *("go.sum", "npm-shrinkwrap.json", "package-lock.json", "packages.lock.json", "pdm.lock"),
        *("Package.resolved", "Pipfile.lock", "pnpm-lock.yaml", "poetry.lock", "pylock.toml"),
        *("uv.lock", "yarn.lock"),
    }
)
HASH_LINE = re.compile(
    r"--hash=sha\d+:|\bsha(?:1|224|256|384|512)[-:=]|\"?integrity\"?\s*[:=]", re.I
)
# A quoted text long enough to have the entropy that the detectors ask for: 2^4.5 different
# characters in base64, more than 8 in hexadecimal.
RANDOM = re.compile(r"""(["'])(?:[A-Za-z0-9+/\\=_-]{22,}|[0-9a-fA-F]{9,})\1""")
NAMED = re.compile("|".join(DENYLIST), re.IGNORECASE)
PRAGMA = re.compile(r"pragma: ?(?:allow|white)list")
# detect-secrets reads these as documents, not line by line.
DOCUMENTS = frozenset(
    {FileType.YAML, FileType.CONFIG, FileType.INI, FileType.PROPERTIES, FileType.TOML}
)
SAMPLE = re.compile(r"\.(?:example|sample|dist|template|tmpl)$")
Detectors = tuple[re.Pattern[str], ...]


class Prepared(msgspec.Struct, frozen=True):
    """What detect-secrets is given: a file name of the right kind, and numbered lines."""

    name: str
    lines: list[tuple[int, str]]


def detectors(plugins: Iterable[type]) -> Detectors:
    """The patterns of all detectors that are nothing but patterns, for use over many lines."""
    patterns = [
        pattern
        for plugin in plugins
        if issubclass(plugin, RegexBasedDetector)
        for pattern in _denylist(plugin)
    ]
    own = (RANDOM, NAMED, PRAGMA)
    return (*own, *(re.compile(p.pattern, p.flags | re.MULTILINE) for p in patterns))


def prepared(base: str, lines: list[str], detectors: Detectors) -> Prepared:
    """Documents whole; of other files the lines where a detector may match. No hashes of packages.

    A reduced file must not be taken for a settings file: "." at its start is none, and only files
    of unknown kind are tried as one.
    """
    lines = ["" if HASH_LINE.search(line) else line for line in lines]
    name = SAMPLE.sub("", base)
    kind = FileType.OTHER if name.startswith(".env") else determine_file_type(name)
    suffix = PurePosixPath(name).suffix
    numbered = list(enumerate(lines, start=1))
    if kind in DOCUMENTS:
        return Prepared(f"scanned{suffix}", numbered)
    if kind is FileType.OTHER and _is_settings("\n".join(lines)):
        return Prepared("scanned", numbered)
    wanted = _candidates("\n".join(lines), detectors)
    kept = [numbered[index] for index in sorted(wanted) if index < len(lines)]
    suffix = ".py" if kind is FileType.OTHER else suffix
    return Prepared(f"scanned{suffix}", [(0, "."), *kept] if kept else [])


def _denylist(plugin: type) -> Iterable[re.Pattern[str]]:
    found: Iterable[re.Pattern[str]] = plugin().denylist
    return found


def _is_settings(text: str) -> bool:
    """Whether detect-secrets would read this text of unknown kind as names and values."""
    try:
        return bool(EagerConfigFileTransformer().parse_file(cast(NamedIO, io.StringIO(text))))
    except ParsingError:
        return False


def _candidates(text: str, detectors: Detectors) -> set[int]:
    """Indexes of the lines where a detector can match.

    A line that allows the next one comes with it, so that it never stands before another.
    """
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    wanted: set[int] = set()
    for detector in detectors:
        extra = detector is PRAGMA
        for match in detector.finditer(text):
            first = bisect_right(starts, match.start()) - 1
            wanted.update(range(first, bisect_right(starts, match.end()) + extra))
    return wanted

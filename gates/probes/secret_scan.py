"""Looks for secrets in every file of the tree with the detectors of detect-secrets, offline.

Why not its own command: that prints a hash of each secret, which for a short one is the secret; it
leaves out files silently; and it takes a hundred steps for each line. Here every detector first
runs over the whole text; only lines where one of them may match go through detect-secrets itself.
Nothing is verified over the network, no value and no hash leaves this program.

What is deliberately not reported (everything else is):
* hashes of packages in lock files and requirements, and well-known lock files as a whole;
* placeholders, see PLACEHOLDER: empty, `changeme`, `<your-secret>`, `${NAME}`, words such as
  "example", "dummy", "placeholder", and the documented AWS example key;
* the name of a variable, a path or a sentence as the value of something called password;
* public IP addresses, which are no secrets;
* password literals below the folders of tests, if they are words and digits that a person made up:
  keys with a known shape (AWS, GitHub, private keys …) and random-looking ones are reported there.
"""

import io
import os
import re
import tempfile
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path, PurePosixPath
from typing import Any, cast

import msgspec
from detect_secrets.core import scan
from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
from detect_secrets.plugins.base import RegexBasedDetector
from detect_secrets.plugins.keyword import DENYLIST
from detect_secrets.settings import transient_settings
from detect_secrets.transformers.config import EagerConfigFileTransformer
from detect_secrets.transformers.exceptions import ParsingError
from detect_secrets.types import NamedIO
from detect_secrets.util.filetype import FileType, determine_file_type

from gates.core.model import Finding, Measurement, Severity, ToolReport
from gates.probes import _common

WITHOUT = {"IPPublicDetector"}
FILTERS = (
    "detect_secrets.filters.allowlist.is_line_allowlisted",
    "detect_secrets.filters.heuristic.is_indirect_reference",
    "detect_secrets.filters.heuristic.is_likely_id_string",
    "detect_secrets.filters.heuristic.is_not_alphanumeric_string",
    "detect_secrets.filters.heuristic.is_potential_uuid",
    "detect_secrets.filters.heuristic.is_prefixed_with_dollar_sign",
    "detect_secrets.filters.heuristic.is_sequential_string",
    "detect_secrets.filters.heuristic.is_templated_secret",
)
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
PLACEHOLDER = re.compile(
    r"change[-_ ]?(?:me|it)|example|dummy|placeholder|your[-_ ]|my[-_ ](?:secret|password|key)"
    r"|replace[-_ ]?(?:me|this|with)|to[-_ ]?be[-_ ]|not[-_ ]?a[-_ ]?(?:secret|password|key|real)"
    r"|insert[-_ ]|redacted|^x{3,}$|^\*+$|^\.+$|^(?:secret|password|passwd|none|null|todo|test)$"
    r"|^[<{\[(].*[>}\])]$|[$%]\{|\{\{|^%\(",
    re.IGNORECASE,
)
# Shapes that only one kind of secret has: no wording makes them a placeholder, but AWS documents
# this one.
DOCUMENTED = re.compile(r"^AKIAIOSFODNN7EXAMPLE$")
# What is text beside a word such as "password": the name of a variable, a path, a message.
TEXT = re.compile(
    r"^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$|^/[a-z/_{}-]+$|^[A-Z][a-z]*(?: [A-Za-z,.'%{}-]+){2,}$"
)
MADE_UP = re.compile(r"^[A-Za-z0-9 _.!@#:/-]{0,40}$")
KEYWORD = "Secret Keyword"
WORDED = frozenset({KEYWORD, "Basic Auth Credentials"})
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
SPLIT_ABOVE = 500_000  # bytes of a tree that are worth a second process
MOST_BYTES = 20 * 2**20


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """The input: the absolute tree, its files, and the folders that hold tests."""

    tree: str
    files: tuple[str, ...]
    tests: tuple[str, ...] = ()
    processes: int = 2


class Seen(msgspec.Struct, frozen=True):
    """One file: its findings, or why it was not looked at, or why that is fine."""

    findings: tuple[Finding, ...] = ()
    lost: str = ""
    passed_over: str = ""


def measure(given: dict[str, Any]) -> ToolReport:
    """Scan every file of the tree."""
    task = msgspec.convert(given, Given)
    seen = tuple(_all(task))
    findings = sorted(
        (finding for one in seen for finding in one.findings),
        key=lambda finding: (finding.path, finding.line, finding.rule),
    )
    over = [one.passed_over for one in seen if one.passed_over]
    return ToolReport(
        tool="detect_secrets",
        examined=len(seen) - len(over) - sum(bool(one.lost) for one in seen),
        examined_unit="files",
        measurements={"secrets.found": Measurement(value=len(findings))},
        findings=tuple(findings),
        incomplete=tuple(one.lost for one in seen if one.lost),
        notes=_notes(over),
    )


def _notes(over: list[str]) -> tuple[str, ...]:
    """Files that hold no text of the target, at most ten by name."""
    if not over:
        return ()
    more = f" and {len(over) - 10} more" if len(over) > 10 else ""
    return (f"not scanned: {', '.join(sorted(over)[:10])}{more}",)


def _all(task: Given) -> Iterator[Seen]:
    size = sum(_size(Path(task.tree, name)) for name in task.files)
    if size < SPLIT_ABOVE or task.processes < 2:
        yield from _some(task, task.files)
        return
    by_size = sorted(task.files, key=lambda name: -_size(Path(task.tree, name)))
    parts = [by_size[n :: task.processes * 4] for n in range(task.processes * 4)]
    with ProcessPoolExecutor(task.processes) as pool:
        for seen in pool.map(_some, [task] * len(parts), parts):
            yield from seen


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:
        return 0


def _some(task: Given, names: Iterable[str]) -> list[Seen]:
    plugins: list[type] = list(get_mapping_from_secret_type_to_class().values())
    used = sorted({plugin.__name__ for plugin in plugins} - WITHOUT)
    settings = {
        "plugins_used": [{"name": name} for name in used],
        "filters_used": [{"path": path} for path in FILTERS],
    }
    with tempfile.TemporaryDirectory() as scratch, transient_settings(settings):
        detectors = _detectors(plugin for plugin in plugins if plugin.__name__ in used)
        return [_file(task, name, scratch, detectors) for name in names]


def _detectors(plugins: Iterable[type]) -> tuple[re.Pattern[str], ...]:
    """The patterns of all detectors that are nothing but patterns, for use over many lines."""
    patterns = [
        pattern
        for plugin in plugins
        if issubclass(plugin, RegexBasedDetector)
        for pattern in _denylist(plugin)
    ]
    own = (RANDOM, NAMED, PRAGMA)
    return (*own, *(re.compile(p.pattern, p.flags | re.MULTILINE) for p in patterns))


def _denylist(plugin: type) -> Iterable[re.Pattern[str]]:
    found: Iterable[re.Pattern[str]] = plugin().denylist
    return found


def _file(task: Given, name: str, scratch: str, detectors: tuple[re.Pattern[str], ...]) -> Seen:
    path, base = Path(task.tree, name), PurePosixPath(name).name
    if base in LOCK_FILES:
        return Seen(passed_over=f"{name} (a lock file)")
    if path.is_symlink():
        return Seen(passed_over=f"{name} (a symbolic link)")
    try:
        data = path.read_bytes()
    except OSError as error:
        return Seen(lost=f"{name}: {error.strerror}")
    if len(data) > MOST_BYTES:
        return Seen(lost=f"{name}: {len(data)} bytes, at most {MOST_BYTES} are scanned")
    if b"\0" in data[:8192]:
        return Seen(passed_over=f"{name} (binary)")
    lines = data.decode("utf-8", "replace").split("\n")
    clean = ["" if HASH_LINE.search(line) else line for line in lines]
    return Seen(findings=tuple(_findings(task, name, _prepared(base, clean, detectors), scratch)))


class Prepared(msgspec.Struct, frozen=True):
    """What detect-secrets is given: a file name of the right kind, and numbered lines."""

    name: str
    lines: list[tuple[int, str]]


def _prepared(base: str, lines: list[str], detectors: tuple[re.Pattern[str], ...]) -> Prepared:
    """Documents whole; of other files the lines where a detector may match.

    A reduced file must not be taken for a settings file: "." at its start is none, and only files
    of unknown kind are tried as one.
    """
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


def _is_settings(text: str) -> bool:
    """Whether detect-secrets would read this text of unknown kind as names and values."""
    try:
        return bool(EagerConfigFileTransformer().parse_file(cast(NamedIO, io.StringIO(text))))
    except ParsingError:
        return False


def _candidates(text: str, detectors: tuple[re.Pattern[str], ...]) -> set[int]:
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


def _findings(task: Given, name: str, prepared: Prepared, scratch: str) -> Iterator[Finding]:
    """What detect-secrets finds in these lines, given to it as a file of the same kind."""
    if not prepared.lines:
        return
    copy = Path(scratch, prepared.name)
    copy.write_text("\n".join(line for _, line in prepared.lines), encoding="utf-8")
    seen: set[tuple[int, str]] = set()
    for secret in scan.scan_file(str(copy)):
        key = (secret.line_number, secret.type)
        if key not in seen and not harmless(
            secret.type, secret.secret_value or "", name, task.tests
        ):
            seen.add(key)
            yield _finding(secret.type, name, prepared.lines[secret.line_number - 1][0])


def _finding(kind: str, name: str, line: int) -> Finding:
    return Finding(
        tool="detect_secrets",
        rule=kind.lower().replace(" ", "-"),
        severity=Severity.CRITICAL,
        message=f"{kind}: a secret in the tree (the value is not shown)",
        path=name,
        line=line,
        fix="Revoke it first, then remove it and read it from the environment.",
    )


def harmless(kind: str, value: str, name: str, tests: tuple[str, ...]) -> bool:
    """Whether a find is a placeholder, or a made-up password of a test."""
    if DOCUMENTED.match(value):
        return True
    if kind not in WORDED:
        return False
    if PLACEHOLDER.search(value) or TEXT.match(value):
        return True
    path = PurePosixPath(name)
    in_tests = any(path.is_relative_to(folder) for folder in tests)
    return in_tests and bool(MADE_UP.match(value))


if __name__ == "__main__":
    os.environ["NO_PROXY"] = "*"
    _common.run(measure)

"""Looks for secrets in every file of the tree with the detectors of detect-secrets, offline.

Why not its own command: that prints a hash of each secret, which for a short one is the secret; it
leaves out files silently; and it takes a hundred steps for each line. Nothing is verified over the
network, no value and no hash leaves this program.

What is deliberately not reported (everything else is):
* hashes of packages in lock files and requirements, and well-known lock files as a whole;
* placeholders: empty, `changeme`, `<your-secret>`, `${NAME}`, words such as "example", "dummy",
  "placeholder", and the documented AWS example key;
* the name of a variable, a path, a sentence or a chain of calls as the value of a password;
* random-looking values that are called nonce, digest, checksum, commit and the like;
* public IP addresses, which are no secrets;
* password literals below the folders of tests, if they are words and digits that a person made up:
  keys with a known shape (AWS, GitHub, private keys …) and random-looking ones are reported there.
"""

import os
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec
from detect_secrets.core import scan
from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
from detect_secrets.settings import transient_settings

from gates.core.history import Version
from gates.core.model import Measurement, ToolReport
from gates.probes import _common
from gates.probes.secrets import found, harmless, versions
from gates.probes.secrets.found import Find
from gates.probes.secrets.lines import LOCK_FILES, PRAGMA, Detectors, Prepared, detectors, prepared

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
KEYWORD = "Secret Keyword"
WORDED = frozenset({KEYWORD, "Basic Auth Credentials"})
# Of two detectors that find one value on one line, the one that knows its shape is told.
RANDOM = frozenset({"Base64 High Entropy String", "Hex High Entropy String"})
VAGUE = {**dict.fromkeys(RANDOM, 2), KEYWORD: 1}
SPLIT_ABOVE = 500_000  # bytes of a tree that are worth a second process
MOST_BYTES = 20 * 2**20


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """The input: the absolute tree, its files, the folders that hold tests, the history."""

    tree: str
    files: tuple[str, ...]
    tests: tuple[str, ...] = ()
    history: str = ""
    processes: int = 2


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Files of one folder: (where it is, what it is called there)."""

    folder: str
    files: tuple[tuple[str, Version], ...]
    tests: tuple[str, ...]


class Seen(msgspec.Struct, frozen=True):
    """One file: its secrets, or why it was not looked at, or why that is fine."""

    finds: tuple[Find, ...] = ()
    lost: str = ""
    passed_over: str = ""
    pragmas: int = 0  # lines that allow a secret, here or below


def measure(given: dict[str, Any]) -> ToolReport:
    """Scan every file of the tree, and every version of the history that was exported."""
    task = msgspec.convert(given, Given)
    past = versions.read(task.history)
    now = tuple((name, Version("", name)) for name in task.files)
    then = tuple((one.stored, one) for one in past.history.versions)
    tree = _all(Part(folder=task.tree, files=now, tests=task.tests), task.processes)
    old = _all(Part(folder=past.folder, files=then, tests=task.tests), task.processes)
    inside = [find for one in tree for find in one.finds]
    removed = found.only_past(inside, (find for one in old for find in one.finds))
    findings = found.findings("detect_secrets", [*inside, *removed])
    over = [one.passed_over for one in tree if one.passed_over]
    lost = tuple(one.lost for one in (*tree, *old) if one.lost)
    return ToolReport(
        tool="detect_secrets",
        examined=len(tree) - len(over) - sum(bool(one.lost) for one in tree),
        examined_unit="files",
        measurements={found.METRIC: Measurement(value=len(findings))},
        findings=findings,
        incomplete=(*lost, *past.incomplete),
        notes=(*_notes(over), *_allowed(tree), *past.notes),
    )


def _notes(over: list[str]) -> tuple[str, ...]:
    """Files that hold no text of the target, at most ten by name."""
    if not over:
        return ()
    more = f" and {len(over) - 10} more" if len(over) > 10 else ""
    return (f"not scanned: {', '.join(sorted(over)[:10])}{more}",)


def _allowed(seen: tuple[Seen, ...]) -> tuple[str, ...]:
    """How many lines allow a secret: of code they are suppressions too, elsewhere nobody counts."""
    lines, files = sum(one.pragmas for one in seen), sum(bool(one.pragmas) for one in seen)
    return (f"lines with a pragma that allows a secret: {lines}, in {files} files",) * bool(lines)


def _all(part: Part, processes: int) -> tuple[Seen, ...]:
    """What was seen of each file, in the order of the files."""
    sizes = {name: _size(Path(part.folder, name)) for name, _ in part.files}
    if sum(sizes.values()) < SPLIT_ABOVE or processes < 2:
        return tuple(_some(part))
    by_size = sorted(range(len(part.files)), key=lambda index: -sizes[part.files[index][0]])
    shares = [by_size[n :: processes * 4] for n in range(processes * 4)]
    parts = [
        msgspec.structs.replace(part, files=tuple(part.files[index] for index in share))
        for share in shares
    ]
    seen: dict[int, Seen] = {}
    with ProcessPoolExecutor(processes) as pool:
        for share, answers in zip(shares, pool.map(_some, parts), strict=True):
            seen.update(zip(share, answers, strict=True))
    return tuple(seen[index] for index in range(len(part.files)))


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:
        return 0


def _some(part: Part) -> list[Seen]:
    plugins: list[type] = list(get_mapping_from_secret_type_to_class().values())
    used = sorted({plugin.__name__ for plugin in plugins} - WITHOUT)
    settings = {
        "plugins_used": [{"name": name} for name in used],
        "filters_used": [{"path": path} for path in FILTERS],
    }
    with tempfile.TemporaryDirectory() as scratch, transient_settings(settings):
        patterns = detectors(plugin for plugin in plugins if plugin.__name__ in used)
        return [
            _file(part, stored, version, Path(scratch), patterns) for stored, version in part.files
        ]


def _file(part: Part, stored: str, version: Version, scratch: Path, patterns: Detectors) -> Seen:
    path, base, name = Path(part.folder, stored), PurePosixPath(stored).name, _named(version)
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
    finds = _finds(lines, version, prepared(base, lines, patterns), scratch, part.tests)
    pragmas = sum(bool(PRAGMA.search(line)) for line in lines) if b"pragma" in data else 0
    return Seen(finds=tuple(_most_telling(finds)), pragmas=pragmas)


def _named(version: Version) -> str:
    return f"{version.commit}:{version.path}" if version.commit else version.path


def _finds(
    lines: list[str], version: Version, given: Prepared, scratch: Path, tests: tuple[str, ...]
) -> Iterator[Find]:
    """What detect-secrets finds in these lines, given to it as a file of the same kind."""
    if not given.lines:
        return
    copy = scratch / given.name
    copy.write_text("\n".join(line for _, line in given.lines), encoding="utf-8")
    for secret in scan.scan_file(str(copy)):
        value = secret.secret_value or ""
        if harmless.harmless(secret.type in WORDED, value, version.path, tests):
            continue
        number = given.lines[secret.line_number - 1][0]
        named = found.name_before(lines[number - 1], value) if number else ""
        if secret.type in RANDOM and harmless.public(named):
            continue
        yield Find(
            rule=secret.type.lower().replace(" ", "-"),
            title=secret.type,
            path=version.path,
            line=number,
            value=found.whole(lines, number, value),
            named=named,
            commit=version.commit,
        )


def _most_telling(finds: Iterable[Find]) -> Iterable[Find]:
    """One find for each value of a line, by the detector that knows most about it."""
    best: dict[tuple[int, str], Find] = {}
    for find in sorted(finds, key=lambda find: (VAGUE.get(find.title, 0), find.title)):
        best.setdefault((find.line, find.value), find)
    return best.values()


if __name__ == "__main__":
    os.environ["NO_PROXY"] = "*"
    _common.run(measure)

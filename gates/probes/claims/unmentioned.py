"""The other way round: what the change brings that its log does not mention."""

import re
from collections.abc import Container, Iterator
from pathlib import Path, PurePosixPath

from gates.core.documented import Documented
from gates.probes.claims.outcome import Outcome, State
from gates.probes.claims.world import World
from gates.probes.documentation import script_variables, variables

_FIX = "Say in the log what was done, or take it back."


def files(world: World, new_text: str, own: tuple[str, ...]) -> Iterator[Outcome]:
    """Files of the diff that the new lines of the log do not name; `own` are folders of the log."""
    for path, changed in (world.diff or {}).items():
        if any(path == folder or path.startswith(f"{folder}/") for folder in own):
            continue
        if not _names(new_text, path):
            found = f"{path} was {changed.state}: +{changed.added} −{changed.removed} lines"
            yield _outcome("unmentioned-file", found, path)


def operations(
    now: tuple[Documented, ...], then: tuple[Documented, ...], text: str, file: str
) -> Iterator[Outcome]:
    """Operations that the document has and its base has not."""
    before = {one.label for one in then}
    for one in now:
        id = str(one.said.get("operationId", ""))
        if one.label not in before and not (
            _is_word(text, one.path) or (id and _is_word(text, id)) or one.label in text
        ):
            yield _outcome("unmentioned-operation", f"the operation {one.label} is new", file)


def new_variables(
    roots: tuple[Path, Path], paths: tuple[str, ...], text: str, changed: Container[str]
) -> Iterator[Outcome]:
    """Environment variables that the code reads and read not at the base.

    Only the files of the diff can bring one; the base is read where the log leaves one out.
    """
    new = {name: path for name, path in _read(roots[0], paths, changed) if not _is_word(text, name)}
    before = {name for name, _ in _read(roots[1], paths)} if new else set()
    for name, path in sorted(new.items()):
        if name not in before:
            found = f"the environment variable {name} is read now"
            yield _outcome("unmentioned-variable", found, path)


def _read(
    root: Path, paths: tuple[str, ...], wanted: Container[str] | None = None
) -> Iterator[tuple[str, str]]:
    there = tuple(path for path in paths if (root / path).exists())
    for file in (*variables.sources(root, there), *script_variables.sources(root, there)):
        name = file.relative_to(root).as_posix()
        if wanted is not None and name not in wanted:
            continue
        try:
            if file.suffix == ".py":
                found = variables.reads(file.read_bytes(), name)
            else:
                found = script_variables.reads(file.read_text("utf-8", "replace"), name)
        except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
            continue  # the gate lint tells of it
        yield from ((one.name, one.path) for one in found.reads)


def new_text(now: str, then: str) -> str:
    """The lines of a log that were not there at the base."""
    before = {*then.splitlines()}
    return "\n".join(line for line in now.splitlines() if line not in before)


def _names(text: str, path: str) -> bool:
    """Whether a text names a file, or a folder above it with a slash at the end."""
    if _is_word(text, path):
        return True
    parents = (f"{folder}/" for folder in PurePosixPath(path).parents if str(folder) != ".")
    return any(_is_folder(text, folder) for folder in parents)


def _is_folder(text: str, folder: str) -> bool:
    if folder not in text:  # much sooner than a pattern
        return False
    return re.search(rf"(?<![\w/.-]){re.escape(folder)}(?![\w.*-])", text) is not None


def _is_word(text: str, word: str) -> bool:
    if word not in text:  # much sooner than a pattern
        return False
    return re.search(rf"(?<![\w/-]){re.escape(word)}(?!\.?[\w/{{-])", text) is not None


def _outcome(rule: str, found: str, path: str) -> Outcome:
    return Outcome(
        state=State.UNMENTIONED,
        rule=rule,
        claimed="",
        found=f"the log does not mention it: {found}",
        source=path,
        fix=_FIX,
    )

"""What was handed to a tool, kept beside its output so that `parse` can count and shorten paths.

`commands` writes the scope as an input file and declares the same file as an output; `parse` gets
it back with the rest. Tools that print absolute paths or no counts need nothing else.
"""

import tomllib
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

import msgspec
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from gates.core.model import Reason
from gates.core.target import Code
from gates.core.tool import Options, ParseError, ToolOutput
from gates.tools.formats import strict_json

NAME = "scope"
FILE = "scope.json"
PYTHON = (".py", ".pyi")
DEFAULT_MINOR = 12
_MINORS = range(7, 16)  # the Python 3 versions that ruff can be told to expect


class Scope(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The tree a tool ran in (absolute) and the files it was to look at (relative, sorted).

    `own`: settings of the target that counted in this run, "" for ours; they may leave files out.
    """

    tree: str
    files: tuple[str, ...]
    own: str = ""


def handed(options: Options, files: Iterable[str], own: str = "") -> dict[str, str]:
    """The `inputs` of an invocation that carry the scope; declare `FILES` as its `files`."""
    scope = Scope(tree=str(Path(options.tree).resolve()), files=tuple(files), own=own)
    return {FILE: msgspec.json.encode(scope).decode()}


FILES = {NAME: FILE}


def read(output: ToolOutput) -> Scope:
    """The scope of an invocation. Raises ParseError."""
    return strict_json.decode_as(output.files.get(NAME), Scope, what="the scope of the run")


def below(files: Iterable[str], folders: Iterable[str], suffixes: tuple[str, ...]) -> list[str]:
    """Those `files` that are one of `folders` or lie below one, and end with one of `suffixes`."""
    roots = [PurePosixPath(folder) for folder in folders]
    return [
        name
        for name in files
        if name.endswith(suffixes) and any(_within(PurePosixPath(name), root) for root in roots)
    ]


def _within(path: PurePosixPath, root: PurePosixPath) -> bool:
    return path == root or path.is_relative_to(root)


def relative(path: str, tree: str) -> str:
    """`path` as the tool wrote it, relative to the tree with "/"; outside it: unchanged."""
    pure = PurePosixPath(path)
    if pure.is_absolute() and pure.is_relative_to(tree):
        pure = pure.relative_to(tree)
    return str(pure)


def import_roots(code: Code, files: Iterable[str]) -> tuple[str, ...]:
    """Folders whose children can be imported: "." and "src", and what the code's paths imply.

    A path that is a package (has `__init__.py`) or a file is imported from the folder above.
    """
    known = frozenset(files)
    implied = [_root(PurePosixPath(path), known) for path in (*code.paths, *code.tests)]
    return tuple(dict.fromkeys((".", "src", *implied)))


def _root(path: PurePosixPath, files: frozenset[str]) -> str:
    while str(path) in files or str(path / "__init__.py") in files:
        if path == path.parent:
            break
        path = path.parent
    return str(path)


def python_minor(code: Code, tree: str) -> int:
    """Minor version of the Python 3 that the target is written for.

    From `code.python` where that is a version, else the lowest that `requires-python` of the
    tree's pyproject.toml allows, else 12.
    """
    parts = code.python.split(".")
    if len(parts) > 1 and parts[0] == "3" and parts[1].isdecimal():
        return min(max(int(parts[1]), _MINORS[0]), _MINORS[-1])
    wanted = _requires_python(Path(tree, "pyproject.toml"))
    return next((m for m in _MINORS if wanted.contains(f"3.{m}.99")), DEFAULT_MINOR)


def _requires_python(file: Path) -> SpecifierSet:
    """What the project says; a project that says nothing readable is read as the default."""
    try:
        project = tomllib.loads(file.read_text("utf-8"))["project"]
        return SpecifierSet(str(project["requires-python"]))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, InvalidSpecifier):
        return SpecifierSet(f">=3.{DEFAULT_MINOR}")


def expect_outputs(outputs: tuple[ToolOutput, ...], count: int, tool: str) -> None:
    """Refuse a run in which an invocation is missing."""
    if len(outputs) != count:
        detail = f"{tool}: {len(outputs)} of {count} programs left a result"
        raise ParseError(Reason.NO_RESULT, detail)


def expect_exit(output: ToolOutput, allowed: tuple[int, ...], tool: str) -> None:
    """Refuse an exit code that says that the tool did not do its job. Raises ParseError."""
    if output.exit_code not in allowed:
        raise crashed(output, tool)


def expect_agreement(output: ToolOutput, findings: int, tool: str) -> None:
    """Refuse an exit code and a list of findings that contradict each other. Raises ParseError."""
    if bool(findings) != bool(output.exit_code):
        said = f"{tool} ended with {output.exit_code} and {findings} findings"
        raise ParseError(Reason.UNREADABLE_RESULT, f"contradiction: {said}")


def count_listed(listing: bytes, tree: str) -> int:
    """Number of files of a listing, one a line, absolute and of the tree.

    A line that begins otherwise goes on with a name that holds a line break.
    """
    if not listing:
        return 0
    text = strict_json.read_text(listing, what="the list of files")
    lines = [line for line in text.split("\n") if line]
    named = [line for line in lines if line.startswith(f"{tree}/")]
    if lines[:1] != named[:1]:
        detail = f"schema: {lines[0][:200]!r} is no file of the tree (the list of files)"
        raise ParseError(Reason.UNREADABLE_RESULT, detail)
    return len(named)


def crashed(output: ToolOutput, tool: str) -> ParseError:
    """The error of a tool that failed, with the last line it said."""
    said = last_line(output.stderr) or last_line(output.stdout) or "it said nothing"
    return ParseError(Reason.TOOL_CRASHED, f"{tool} ended with {output.exit_code}: {said}")


def last_line(data: bytes) -> str:
    """The last line that is not blank, at most 500 characters."""
    lines = [line for line in data.decode("utf-8", "replace").splitlines() if line.strip()]
    return lines[-1].strip()[:500] if lines else ""

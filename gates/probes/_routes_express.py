"""Reads the route table of Express programs from their source, JavaScript or TypeScript.

A careful reading of texts, no parser: calls of routers that are made in plain sight are followed
through the modules; whatever is not a plain text makes the table one that is not whole.
"""

import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from gates.core.parity.routes import Route, Table

METHODS = ("get", "put", "post", "delete", "patch", "head", "options", "all")
DEPTH = 12
_WORD = r"[A-Za-z_$][\w$]*"
_TEXT = r"(?P<q>['\"`])(?P<path>(?:(?!(?P=q))[^\\\n])*)(?P=q)"
_MADE = re.compile(
    rf"(?:const|let|var)\s+(?P<name>{_WORD})(?:\s*:\s*[^=\n]+)?\s*=\s*"
    r"(?P<what>express\s*\(|(?:express\s*\.\s*)?Router\s*\(|new\s+(?:express\.)?Router\s*\()"
)
_IMPORTS = (
    re.compile(
        rf"import\s+(?P<name>{_WORD})(?:\s*,\s*\{{[^}}]*\}})?\s+from\s+['\"](?P<file>[^'\"]+)"
    ),
    re.compile(rf"import\s+\*\s+as\s+(?P<name>{_WORD})\s+from\s+['\"](?P<file>[^'\"]+)"),
    re.compile(
        rf"(?:const|let|var)\s+(?P<name>{_WORD})\s*=\s*require\(\s*['\"](?P<file>[^'\"]+)['\"]\s*\)"
    ),
)
_NAMED = re.compile(
    r"(?:import\s*\{(?P<a>[^}]*)\}\s*from\s*|(?:const|let|var)\s*\{(?P<b>[^}]*)\}\s*=\s*require\(\s*)"
    r"['\"](?P<file>[^'\"]+)"
)
_EXPORT = re.compile(
    rf"module\.exports\s*=\s*(?P<a>{_WORD})\s*(?:;|$)|export\s+default\s+(?P<b>{_WORD})\s*(?:;|$)",
    re.MULTILINE,
)
_COMMENT = re.compile(
    r"""('(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`)|/\*[\s\S]*?\*/|(?<!:)//[^\n]*"""
)
_CONSTANT = re.compile(
    rf"const\s+(?P<name>{_WORD})(?:\s*:\s*string)?\s*=\s*['\"](?P<text>[^'\"\n]*)['\"]"
)


class File(NamedTuple):
    """One file: its text without comments, its routers, and the names that it imports."""

    name: str
    text: str
    routers: dict[str, bool]  # name -> it is an application
    imports: dict[str, tuple[str, str]]  # name -> file, name there ("" for its export)
    export: str
    constants: dict[str, str]


def table(sources: Mapping[str, str]) -> Table | None:
    """The routes of a program; None where no application of Express is made."""
    files = {name: _read(name, text, sources) for name, text in sources.items()}
    used: set[tuple[str, str]] = set()
    notes: list[str] = []
    for file in files.values():
        for match in _uses(file):
            for word in re.findall(_WORD, match["rest"]):
                found = _resolved(files, file, word)
                if found:
                    used.add(found)
    roots = [
        (file.name, name)
        for file in files.values()
        for name, application in file.routers.items()
        if application and (file.name, name) not in used
    ]
    if not roots:
        return None
    routes: set[Route] = set()
    for place in roots:
        routes |= set(_routes(files, place, "", DEPTH, notes))
    unique = tuple(dict.fromkeys(notes))
    return Table(framework="Express", routes=tuple(sorted(routes)), whole=not unique, notes=unique)


def _read(name: str, text: str, sources: Mapping[str, str]) -> File:
    plain = _COMMENT.sub(_blank, text)
    makes = "express" in plain
    routers = {
        match["name"]: "outer" not in match["what"]
        for match in (_MADE.finditer(plain) if makes else ())
    }
    imports: dict[str, tuple[str, str]] = {}
    for pattern in _IMPORTS:
        for match in pattern.finditer(plain):
            imports[match["name"]] = (_found(name, match["file"], sources), "")
    for match in _NAMED.finditer(plain):
        file = _found(name, match["file"], sources)
        for entry in (match["a"] or match["b"] or "").split(","):
            words = re.findall(_WORD, entry.replace(" as ", " ").replace(":", " "))
            if words:
                imports[words[-1]] = (file, words[0])
    export = _EXPORT.search(plain)
    exported = (export["a"] or export["b"]) if export else ""
    constants = {match["name"]: match["text"] for match in _CONSTANT.finditer(plain)}
    return File(name, plain, routers, imports, exported, constants)


def _blank(found: re.Match[str]) -> str:
    """Texts stay, comments become as many lines."""
    return found[1] if found[1] else "\n" * found[0].count("\n")


def _found(name: str, wanted: str, sources: Mapping[str, str]) -> str:
    """The file that an import names; "" for a package."""
    if not wanted.startswith("."):
        return ""
    base = posixpath.normpath(posixpath.join(posixpath.dirname(name), wanted))
    stem = re.sub(r"\.(js|mjs|cjs|ts)$", "", base)
    endings = (".js", ".ts", ".mjs", ".cjs", "/index.js", "/index.ts")
    candidates = (base, *(stem + ending for ending in endings))
    return next((one for one in candidates if one in sources), "")


def _uses(file: File) -> Iterator[re.Match[str]]:
    names = "|".join(map(re.escape, file.routers))
    if names:
        pattern = rf"\b(?P<on>{names})\s*\.\s*use\s*\((?P<rest>[^;]*)"
        yield from re.finditer(pattern, file.text)


def _resolved(files: Mapping[str, File], file: File, name: str) -> tuple[str, str] | None:
    """The file and name of a router that a name stands for."""
    if name in file.routers:
        return file.name, name
    source, inner = file.imports.get(name, ("", ""))
    other = files.get(source)
    if other is None:
        return None
    wanted = inner if inner and inner != "default" else other.export
    return (other.name, wanted) if wanted in other.routers else None


def _routes(
    files: Mapping[str, File], place: tuple[str, str], prefix: str, depth: int, notes: list[str]
) -> Iterator[Route]:
    file, name = files[place[0]], place[1]
    if depth == 0:
        return
    on = rf"\b{re.escape(name)}\s*\.\s*"
    for match in re.finditer(rf"{on}(?P<verb>{'|'.join(METHODS)})\s*\(\s*", file.text):
        path = _path(file, match.end(), notes)
        if path is not None:
            yield _route(file, match.start(), prefix + path, [match["verb"]])
    for match in re.finditer(rf"{on}route\s*\(\s*", file.text):
        path = _path(file, match.end(), notes)
        if path is not None:
            verbs = _chained(file.text, match.end())
            yield _route(file, match.start(), prefix + path, verbs)
    yield from _mounted(files, place, prefix, depth, notes)


def _mounted(
    files: Mapping[str, File], place: tuple[str, str], prefix: str, depth: int, notes: list[str]
) -> Iterator[Route]:
    file, name = files[place[0]], place[1]
    for match in re.finditer(rf"\b{re.escape(name)}\s*\.\s*use\s*\(", file.text):
        inside = _arguments(file.text, match.end())
        text = re.match(rf"\s*{_TEXT}\s*,", inside)
        constant = re.match(rf"\s*({_WORD})\s*,", inside)
        path = text["path"] if text else ""
        if not text and constant and constant[1] in file.constants:
            path = file.constants[constant[1]]
        words = re.findall(rf"(?<![.\w$]){_WORD}", re.sub(r"\([^()]*\)", "()", inside))
        for word in words:
            found = _resolved(files, file, word)
            if found and found != place:
                yield from _routes(files, found, prefix + path, depth - 1, notes)
        if re.search(r"require\(", inside):
            notes.append(f"{file.name}: a router that is mounted where it is required")


def _path(file: File, start: int, notes: list[str]) -> str | None:
    """The path of a route: a plain text, or a constant. `app.get("name")` alone is a setting."""
    rest = file.text[start : start + 400]
    text = re.match(rf"{_TEXT}\s*(?P<end>[,)])", rest)
    constant = re.match(rf"(?P<name>{_WORD})\s*,", rest)
    line = file.text.count("\n", 0, start) + 1
    if text and "${" not in text["path"]:
        return text["path"] if text["path"].startswith("/") or text["path"] == "*" else None
    if constant and constant["name"] in file.constants:
        return file.constants[constant["name"]]
    notes.append(f"{file.name}:{line}: the path of a route is not a plain text")
    return None


def _chained(text: str, start: int) -> list[str]:
    """The methods after `.route("/path")`."""
    rest = text[start : start + 4000]
    end = re.search(r";|\n\s*\n", rest)
    return re.findall(rf"\.\s*({'|'.join(METHODS)})\s*\(", rest[: end.start()] if end else rest)


def _arguments(text: str, start: int) -> str:
    """What stands between the brackets of a call."""
    depth = 1
    for index in range(start, min(len(text), start + 20_000)):
        depth += {"(": 1, ")": -1}.get(text[index], 0)
        if depth == 0:
            return text[start:index]
    return ""


def _route(file: File, start: int, path: str, verbs: list[str]) -> Route:
    methods = () if "all" in verbs else tuple(sorted({verb.upper() for verb in verbs}))
    return Route(
        path=path, methods=methods, file=file.name, line=file.text.count("\n", 0, start) + 1
    )

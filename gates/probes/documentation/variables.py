"""Finds the environment variables that Python code reads, and those that an example file names."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from gates.probes.documentation import environment_names
from gates.probes.documentation.environment_names import Doors

_DOCUMENTED = re.compile(r"^\s*(?:#\s*)?(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=", re.MULTILINE)
# Set by the system or the interpreter, not by whoever installs the service.
SYSTEM = frozenset(
    {
        *("CI", "COLUMNS", "EDITOR", "FORCE_COLOR", "HOME", "HOSTNAME", "LANG", "LC_ALL", "LINES"),
        *("LOGNAME", "NODE_ENV", "NO_COLOR", "PAGER", "PATH", "PWD", "PYTEST_CURRENT_TEST"),
        *("SHELL", "SSL_CERT_DIR", "SSL_CERT_FILE", "TEMP", "TERM", "TMP", "TMPDIR", "TZ", "USER"),
        *("VIRTUAL_ENV",),
    }
)
_OF_SYSTEM = re.compile(r"PYTHON[A-Z]|XDG_")
# Without one of these there is no read.
_HINT = re.compile(rb"environ|getenv|envvar|BaseSettings|decouple|starlette\.config")
_TESTS = frozenset({"__tests__", "test", "tests"})
_TEST = re.compile(r"(?:test_.*|.*_test|conftest)\.py|.*\.(?:spec|test)\.[cm]?[jt]sx?")
_READERS = frozenset({"get", "pop", "setdefault", "__getitem__"})
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Read(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """One place that reads a variable; `path` as given to `reads`, `line` 1-based."""

    name: str
    path: str
    line: int


class Found(msgspec.Struct, frozen=True):
    """What one module reads: by a name that is written there, and by names that are computed."""

    reads: tuple[Read, ...] = ()
    computed: int = 0


def documented(example: str) -> frozenset[str]:
    """Return the names of an example file, upper case; a commented assignment counts too."""
    return frozenset(name.upper() for name in _DOCUMENTED.findall(example))


def sources(tree: Path, paths: tuple[str, ...]) -> tuple[Path, ...]:
    """Return the Python files of the code, sorted."""
    found: set[Path] = set()
    for name in paths:
        place = tree / name
        found.update(
            place.rglob("*.py") if place.is_dir() else {place} & {place.with_suffix(".py")}
        )
    return tuple(sorted(path for path in found if path.is_file() and not path.is_symlink()))


def reads(source: bytes, path: str) -> Found:
    """Return what a module reads from the environment. Raises SyntaxError or ValueError.

    Known forms: os.environ[…], .get, .pop and .setdefault of it, `in`, os.getenv, also by other
    names for them; `envvar=` of command lines; decouple, starlette.config, environs and
    django-environ; and the fields of pydantic settings with prefix and aliases.
    """
    if not _HINT.search(source):  # parsing takes most of the time
        return Found()
    module = ast.parse(source)
    nodes = tuple(ast.walk(module))
    constants = _constants(module)
    doors = environment_names.of(nodes)
    names: set[Read] = set()
    computed = 0
    for node, key in _keys(nodes, doors):
        name = _text(key, constants)
        if name is None:
            computed += 1
        elif not is_given(name) and _NAME.fullmatch(name):
            names.add(Read(name=name, path=path, line=node.lineno))
    for settings in _settings(nodes):
        names.update(Read(name=n, path=path, line=line) for n, line in _fields(settings, constants))
    return Found(tuple(sorted(names)), computed)


def is_test(path: str) -> bool:
    """Whether a source file is one of tests, by its name or a folder of its own."""
    *folders, name = path.split("/")
    return bool(_TEST.fullmatch(name) or not _TESTS.isdisjoint(folders))


def is_given(name: str) -> bool:
    """Whether the system or the interpreter sets a variable, or reads it itself."""
    return name.upper() in SYSTEM or _OF_SYSTEM.match(name.upper()) is not None


def _keys(nodes: Iterable[ast.AST], doors: Doors) -> Iterator[tuple[ast.expr, ast.expr]]:
    for node in nodes:
        match node:
            case ast.Subscript(value=owner, slice=key, ctx=ast.Load()) if doors.opens(owner):
                yield node, key
            case ast.Compare(left=key, ops=[ast.In() | ast.NotIn()], comparators=[owner]) if (
                doors.opens(owner)
            ):
                yield node, key
            case ast.Call():
                yield from ((node, key) for key in _call_keys(node, doors))
            case _:
                pass


def _call_keys(call: ast.Call, doors: Doors) -> Iterator[ast.expr]:
    match call.func:
        case ast.Attribute(value=owner, attr=attr) if attr in _READERS and doors.opens(owner):
            yield from call.args[:1]
        case function if doors.asks(function) or doors.casts(function, call.args):
            yield from call.args[:1]
        case _:
            pass
    for keyword in call.keywords:
        if keyword.arg == "envvar":
            many = isinstance(keyword.value, ast.List | ast.Tuple)
            yield from keyword.value.elts if many else (keyword.value,)  # type: ignore[attr-defined]


def _constants(module: ast.Module) -> dict[str, str]:
    """Texts that the module names at its top level."""
    found = {}
    for node in module.body:
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str(text)))
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.Constant(value=str(text)))
            ):
                found[name] = text
            case _:
                pass
    return found


def _text(key: ast.expr | None, constants: dict[str, str]) -> str | None:
    match key:
        case ast.Constant(value=str(text)):
            return text
        case ast.Constant(value=bytes(data)):
            return data.decode("utf-8", "replace")
        case ast.Name(id=name):
            return constants.get(name)
        case ast.JoinedStr(values=values):
            parts = [_text(_inner(value), constants) for value in values]
            return None if None in parts else "".join(part for part in parts if part)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            parts = [_text(left, constants), _text(right, constants)]
            return None if None in parts else "".join(part for part in parts if part)
        case _:
            return None


def _inner(value: ast.expr) -> ast.expr:
    return value.value if isinstance(value, ast.FormattedValue) else value


def _settings(nodes: Iterable[ast.AST]) -> Iterator[ast.ClassDef]:
    """Yield the classes that derive from BaseSettings, directly or through each other."""
    known = {"BaseSettings"}
    for node in nodes:
        if isinstance(node, ast.ClassDef) and known & {_last_name(base) for base in node.bases}:
            known.add(node.name)
            yield node


def _fields(settings: ast.ClassDef, constants: dict[str, str]) -> Iterator[tuple[str, int]]:
    prefix = _prefix(settings, constants)
    for node in settings.body:
        match node:
            case ast.AnnAssign(target=ast.Name(id=name), annotation=kind) if (
                name != "model_config" and not name.startswith("_") and not _is_class_variable(kind)
            ):
                aliases = tuple(_aliases(node))
                for alias in aliases or (f"{prefix}{name}",):
                    yield alias.upper(), node.lineno
            case _:
                pass


def _is_class_variable(annotation: ast.expr) -> bool:
    outer = annotation.value if isinstance(annotation, ast.Subscript) else annotation
    return _last_name(outer) == "ClassVar"


def _prefix(settings: ast.ClassDef, constants: dict[str, str]) -> str:
    for node in ast.walk(settings):
        match node:
            case ast.keyword(arg="env_prefix", value=value):
                return _text(value, constants) or ""
            case ast.Assign(targets=[ast.Name(id="env_prefix")], value=value):
                return _text(value, constants) or ""
            case ast.Dict(keys=keys, values=values):
                for key, value in zip(keys, values, strict=True):
                    if _text(key, constants) == "env_prefix":
                        return _text(value, constants) or ""
            case _:
                pass
    return ""


def _aliases(field: ast.AnnAssign) -> Iterator[str]:
    for node in ast.walk(field):
        if isinstance(node, ast.keyword) and node.arg in ("alias", "validation_alias", "env"):
            for value in ast.walk(node.value):
                if isinstance(value, ast.Constant) and isinstance(value.value, str):
                    yield value.value


def _last_name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""

"""Finds the environment variables that a service reads, and what each can be while it is judged.

From .env.example and from the source, as text and syntax tree; nothing is run.
"""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath

import msgspec

from gates.shell.discovered_apps import parse

EXAMPLES = (".env.example", ".env.sample", ".env.template", ".env.dist", "env.example")
_LINE = re.compile(r"^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*$")
_SECRET = re.compile(r"SECRET|PASSWORD|PASSWD|TOKEN|PEPPER|SALT|SIGNING|(^|_)KEY$|_PASS$")
_PORT = re.compile(r"(^|_)PORT$")
_HOST = re.compile(r"(^|_)(HOST|BIND|ADDRESS)$")
_ELSEWHERE = re.compile(r"DB|DATABASE|POSTGRES|PG|MYSQL|REDIS|SMTP|MAIL|MONGO|RABBIT|KAFKA|AMQP")
_SQLITE = re.compile(r"(sqlite(?:\+\w+)?:///|file:)(?!:memory:)(.*)")
_FILE = re.compile(r"[\w./-]*\.(db|sqlite3?)")
_SERVER = re.compile(
    r"(postgres(?:ql)?|mysql|mariadb|mongodb|redis|rediss|amqps?|mssql)(\+\w+)?://"
)
_NODE = re.compile(
    r"process\.env(?:\.([A-Za-z_]\w*)|\[\s*['\"]([A-Za-z_]\w*)['\"]\s*\])(\s*(?:\?\?|\|\|))?"
)
_READERS = ("env", "config")  # of django-environ, environs and decouple


class Variable(msgspec.Struct, frozen=True, kw_only=True):
    """One variable. `needed`: the source reads it and gives no default of its own."""

    name: str
    example: str = ""
    default: str = ""
    needed: bool = False
    where: str = ""


class Environment(msgspec.Struct, frozen=True, kw_only=True):
    """What [service] says of variables. `lacking` cannot be made up; `left` keep their defaults."""

    env: dict[str, str] = {}
    generated: tuple[str, ...] = ()
    ports: tuple[str, ...] = ()
    lacking: tuple[Variable, ...] = ()
    left: tuple[str, ...] = ()
    database: str = ""  # a URL for [database], where the data is a file of the service


def environment(variables: Iterable[Variable]) -> Environment:
    """Decide about each variable."""
    env: dict[str, str] = {}
    generated, ports, lacking, left, database = [], [], [], [], ""
    for one in variables:
        said = one.example or one.default
        if _PORT.search(one.name) and not _ELSEWHERE.search(one.name):
            ports.append(one.name)
        elif (own := _own_file(one.name, said)) is not None:
            env[one.name] = own
            database = database or f"sqlite:{{state}}/{PurePosixPath(own).name}"
        elif _SECRET.search(one.name):
            generated.append(one.name)
        elif one.needed and (_SERVER.match(said) or not said):
            lacking.append(one)
        elif one.needed:
            env[one.name] = said
        elif not _HOST.search(one.name):
            left.append(one.name)
    return Environment(
        env=env,
        generated=tuple(generated),
        ports=tuple(ports),
        lacking=tuple(lacking),
        left=tuple(left),
        database=database,
    )


def _own_file(name: str, said: str) -> str | None:
    """The value with a database file moved into the folder of a start."""
    if found := _SQLITE.fullmatch(said):
        return f"{found[1]}{{state}}/{PurePosixPath(found[2]).name or 'service.db'}"
    if _FILE.fullmatch(said) and ("DATABASE" in name or "DB" in name or "SQLITE" in name):
        return f"{{state}}/{PurePosixPath(said).name}"
    return None


def servers(texts: Iterable[str]) -> tuple[str, ...]:
    """Kinds of databases at an address that stands in the source: "postgresql" …"""
    return tuple(dict.fromkeys(found[1] for text in texts if (found := _SERVER.match(text))))


def variables(example: str, python: Mapping[str, str], node: Mapping[str, str]) -> list[Variable]:
    """Those of an example file and of the source, each once."""
    known: dict[str, Variable] = {}
    for line in example.splitlines():
        if found := _LINE.match(line):
            value = found[2].split(" #")[0].strip().strip("'\"")
            known[found[1]] = Variable(name=found[1], example=value, where="the example file")
    for one in (*_of_python(python), *_of_node(node)):
        if one.name == "NODE_ENV":
            continue
        before = known.get(one.name)
        known[one.name] = Variable(
            name=one.name,
            example=before.example if before else "",
            default=(before.default if before else "") or one.default,
            needed=one.needed or (before.needed if before else False),
            where=one.where,
        )
    return list(known.values())


def _of_node(sources: Mapping[str, str]) -> Iterator[Variable]:
    for file, text in sources.items():
        for found in _NODE.finditer(text):
            line = text.count("\n", 0, found.start()) + 1
            yield Variable(name=found[1] or found[2], where=f"{file}:{line}")


def _of_python(sources: Mapping[str, str]) -> Iterator[Variable]:
    for file, text in sources.items():
        if not re.search(r"environ|getenv|BaseSettings|config\(|env\(", text):
            continue
        tree = parse(text)
        for node in ast.walk(tree) if tree else ():
            for one in _read(node):
                line = getattr(node, "lineno", 0)
                yield msgspec.structs.replace(one, where=f"{file}:{line}")


def _read(node: ast.AST) -> Iterator[Variable]:
    match node:
        case ast.Subscript(
            value=ast.Attribute(attr="environ") | ast.Name(id="environ"),
            slice=ast.Constant(value=str(name)),
            ctx=ast.Load(),
        ):
            yield Variable(name=name, needed=True)
        case ast.Call(
            func=ast.Attribute(value=ast.Attribute(attr="environ") | ast.Name(id="environ")),
            args=[ast.Constant(value=str(name)), *rest],
        ):
            yield Variable(name=name, default=_text(rest))
        case ast.Call(
            func=ast.Attribute(attr="getenv") | ast.Name(id="getenv"),
            args=[ast.Constant(value=str(name)), *rest],
        ):
            yield Variable(name=name, default=_text(rest))
        case ast.Call(func=ast.Name(id=called), args=[ast.Constant(value=str(name)), *rest]):
            yield from _reader(called, name, rest, node)
        case ast.ClassDef(bases=bases) if any(_is_settings(base) for base in bases):
            yield from _fields(node)
        case _:
            return


def _reader(called: str, name: str, rest: list[ast.expr], node: ast.Call) -> Iterator[Variable]:
    """`env("NAME")` of django-environ, `config("NAME")` of decouple: a default is a keyword."""
    if called not in _READERS or not re.fullmatch(r"[A-Z][A-Z0-9_]*", name):
        return
    given = [one.value for one in node.keywords if one.arg == "default"] + rest
    yield Variable(name=name, needed=not given, default=_text(given))


def _text(values: list[ast.expr]) -> str:
    first = values[0] if values else None
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""


def _is_settings(base: ast.expr) -> bool:
    name = base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "")
    return name == "BaseSettings"


def _fields(node: ast.ClassDef) -> Iterator[Variable]:
    """Fields of a pydantic settings class: the name in capitals, after its prefix."""
    prefix = next(
        (
            _text([one.value])
            for inner in ast.walk(node)
            if isinstance(inner, ast.Call)
            for one in inner.keywords
            if one.arg == "env_prefix"
        ),
        "",
    )
    for field in node.body:
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            name = f"{prefix}{field.target.id}".upper()
            if field.target.id != "model_config":
                default = _text([field.value]) if field.value else ""
                yield Variable(name=name, needed=field.value is None, default=default)

"""Finds how a service is started, asked for its health, and what it needs: all by reading."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec

from gates.core.parity.routes import Route
from gates.shell import discovered_env
from gates.shell.discovered_apps import parse, texts_of
from gates.shell.discovered_env import Environment
from gates.shell.discovered_node_start import node_start
from gates.shell.discovered_python_start import python_start
from gates.shell.discovered_start import Start

MOST_BYTES = 1_000_000
MOST_FILES = 2_000
_NODE = (".js", ".mjs", ".cjs", ".ts")
_STARTERS = re.compile(r"(^|/)(Dockerfile|Procfile|compose\.ya?ml|docker-compose\.ya?ml)$")
# The likeliest first: liveness before readiness, which may need what is not here.
_HEALTH = ("health", "healthz", "livez", "live", "liveness", "alive", "healthcheck", "health-check")
_READY = ("readyz", "ready", "readiness", "ping", "up", "status", "heartbeat")
_LITERAL = re.compile(r"['\"`](/?(?:[\w.-]+/)*(?:" + "|".join((*_HEALTH, *_READY)) + r")/?)['\"`]")


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """The texts of a folder that tell of a service. Keys are paths relative to the root."""

    python: dict[str, str] = {}
    node: dict[str, str] = {}
    starters: dict[str, str] = {}
    example: str = ""
    example_file: str = ""


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """The path that is asked, and what says so; `sure` if it is one by its name."""

    path: str
    why: str
    sure: bool = True


class Described(msgspec.Struct, frozen=True, kw_only=True):
    """A service. `blocked` says why it cannot be started without somebody's word."""

    start: Start
    health: Health | None
    environment: Environment
    migrate_seen: str = ""
    seed_seen: str = ""
    blocked: str = ""


def read(
    root: Path, files: Iterable[str], paths: tuple[str, ...], tests: tuple[str, ...]
) -> Source:
    """Read what may tell of a service: source below `paths`, and a few files of the root."""
    known = tuple(files)
    chosen = [name for name in known if _below(name, paths) and not _below(name, tests)]
    example = next((name for name in discovered_env.EXAMPLES if name in known), "")
    return Source(
        python=dict(_texts(root, [one for one in chosen if one.endswith(".py")])),
        node=dict(_texts(root, [one for one in chosen if one.endswith(_NODE)])),
        starters=dict(_texts(root, [one for one in known if _STARTERS.search(one)])),
        example=dict(_texts(root, [example])).get(example, "") if example else "",
        example_file=example,
    )


def described(
    source: Source,
    required: str,
    packaged: bool,
    package: Mapping[str, Any] | None,
    routes: Iterable[Route],
    document: Mapping[str, Any] | None,
) -> Described | None:
    """The service of some source; None where there is none.

    `required` are requirements as text, `packaged` tells that they install the project too.
    """
    own = (
        python_start(source.python, required, source.starters, packaged=packaged)
        if source.python
        else None
    )
    start = own or (node_start(package, source.node) if package and source.node else None)
    if start is None:
        return None
    told = discovered_env.variables(source.example, source.python, source.node)
    environment = discovered_env.environment(told)
    if not start.by_port and not any("{port}" in value for value in start.env.values()):
        start = _port_by_variable(start, environment)
    health = _health(routes, document, source, start)
    blocked = start.blocked or _blocked(source, start, environment, health)
    return Described(
        start=start,
        health=health,
        environment=environment,
        migrate_seen=_module(source.python, "migrate"),
        seed_seen=_module(source.python, "seed"),
        blocked=blocked,
    )


def _port_by_variable(start: Start, environment: Environment) -> Start:
    """The start with the port in the variable that an example file names."""
    if not (start.argv and environment.ports):
        return start
    name = environment.ports[0]
    env = {**start.env, name: "{port}"}
    return msgspec.structs.replace(start, env=env, blocked="", why=f"{start.why}; port by {name}")


def _blocked(source: Source, start: Start, environment: Environment, health: Health | None) -> str:
    """Why the service cannot be started without more than is known."""
    if environment.lacking:
        names = ", ".join(f"{one.name} ({one.where})" for one in environment.lacking)
        return f"it needs {names}, which only you know"
    kinds = discovered_env.servers(_constants(source))
    if kinds and (start.migrate or start.framework == "Django"):
        return f"it needs a running {kinds[0]} server, of which nothing is known here"
    if health is None:
        return "no path was found that answers 2xx when it is ready"
    return ""


def _constants(source: Source) -> frozenset[str]:
    """Texts of the source, and the engine of Django's settings as if it were an address."""
    trees = (parse(text) for text in source.python.values() if "://" in text or "ENGINE" in text)
    texts = texts_of([tree for tree in trees if tree])
    engine = re.compile(r"django\.db\.backends\.(postgresql|mysql)")
    return texts | {f"{found[1]}://" for text in texts if (found := engine.match(text))}


def _health(
    routes: Iterable[Route],
    document: Mapping[str, Any] | None,
    source: Source,
    start: Start,
) -> Health | None:
    """The best path of the routes, the document, the texts of the source; else one that answers."""
    asked = [one for one in routes if not one.methods or "GET" in one.methods]
    found = [(one.path, f"{one.file}:{one.line}") for one in asked]
    paths = document.get("paths") if document else None
    named = [str(path) for path in paths] if isinstance(paths, dict) else []
    found += [(path, "the OpenAPI document") for path in named]
    by_name = sorted((one for one in found if _rank(one[0])), key=lambda one: _rank(one[0]))
    literal = sorted(_literals(source), key=lambda one: _rank(one[0]))
    for path, why in (*by_name, *literal):
        return Health(path=_rooted(path), why=why)
    for path, why in found:
        if path == "/":
            return Health(path="/", why=f"{why}; no path is called like health", sure=False)
    if start.document:
        why = f"no path is called like health; the document answers ({start.document_why})"
        return Health(path=start.document, why=why, sure=False)
    return None


def _literals(source: Source) -> Iterator[tuple[str, str]]:
    for file, text in (*source.python.items(), *source.node.items()):
        for found in _LITERAL.finditer(text):
            before = text[max(0, found.start() - 12) : found.start()]
            if found[1].startswith("/") or "path(" in before:
                yield found[1], f"{file}:{text.count(chr(10), 0, found.start()) + 1}"


def _rank(path: str) -> tuple[int | str, ...]:
    """How likely a path is the one of health, the least first; () for one that is not."""
    if "{" in path or "<" in path or ":" in path or "*" in path:
        return ()
    last = PurePosixPath("/" + path.strip("/")).name.lower()
    names = (*_HEALTH, *_READY)
    if last not in names:
        return ()
    above = PurePosixPath("/" + path.strip("/")).parent.name.lower()
    index = names.index("live") if above in _HEALTH and last in _HEALTH else names.index(last)
    return index, path.count("/"), path


def _rooted(path: str) -> str:
    return path if path.startswith("/") else f"/{path}"


def _module(sources: Mapping[str, str], stem: str) -> str:
    """A module of that name that can be run."""
    for name, text in sources.items():
        if PurePosixPath(name).stem == stem and "__main__" in text:
            parts = PurePosixPath(name).with_suffix("").parts
            return ".".join(parts[1:] if parts[0] == "src" else parts)
    return ""


def document(root: Path, name: str) -> dict[str, Any] | None:
    """A committed OpenAPI document in JSON; None for one that is none, or in YAML."""
    try:
        read = json.loads((root / name).read_text("utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return None
    return read if isinstance(read, dict) else None


def _below(name: str, paths: tuple[str, ...]) -> bool:
    return any(name == path or name.startswith(f"{path}/") for path in paths)


def _texts(root: Path, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    for name in [*names][:MOST_FILES]:
        try:
            if (root / name).stat().st_size <= MOST_BYTES:
                yield name, (root / name).read_text("utf-8-sig", "replace")
        except OSError:
            continue

"""What a target file says that cannot be: missing files, contradictions, impossible numbers."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from gates.core.capacity import Load, LoadOperation
from gates.core.target import Service, Target
from gates.shell import (
    behaviour_checks,
    cache_checks,
    database_checks,
    deployment_checks,
    load_checks,
)
from gates.shell.origins import Refused, read_origin
from gates.shell.problems import KeyPath, Trouble, did_you_mean
from gates.shell.requirements import folder_of

_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
_PLACEHOLDER = re.compile(r"\{([A-Za-z_]+)\}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
_SERVICE_WORDS = frozenset({"node", "python", "port", "state"})
_ENV_WORDS = _SERVICE_WORDS | {"otlp"}
_BUILD_WORDS = frozenset({"node", "output", "python"})


def troubles(target: Target, folder: Path) -> list[Trouble]:
    """Everything wrong with a target whose file is in `folder`; only looks at which files exist."""
    found = [*_name(target), *_service(target), *_openapi(target), *_auth(target), *_load(target)]
    found += behaviour_checks.troubles(target)
    found += database_checks.troubles(target)
    found += cache_checks.troubles(target)
    found += deployment_checks.troubles(target)
    root = folder / target.root
    if not root.is_dir():
        return [*found, Trouble(path=("root",), message=f"{root} is not a folder")]
    root = root.resolve()
    return [*found, *load_checks.troubles(target, root), *_files(target, root)]


def _name(target: Target) -> Iterator[Trouble]:
    if not _NAME.fullmatch(target.name):
        allowed = "small letters, digits and hyphens"
        yield Trouble(path=("name",), message=f"found {target.name!a}", allowed=allowed)


def _files(target: Target, root: Path) -> Iterator[Trouble]:
    for path, text in (*_named_files(target), *_lists(target)):
        yield from _file(path, text, root)
    code, dependencies = target.code, target.dependencies
    if code and not (code.paths or code.packages or code.requirements):
        message = "has neither paths nor packages nor requirements"
        yield Trouble(path=("code",), message=message, allowed="one or more of them")
    for index, package in enumerate(code.packages if code else ()):
        if package.startswith((".", "/")):
            yield from _file(("code", "packages", index), folder_of(package), root)
    if code and code.build:
        yield from _words(("code", "build"), code.build, _BUILD_WORDS)
    if dependencies and not dependencies.files:
        yield Trouble(path=("dependencies", "files"), message="is empty", allowed="files")
    if dependencies and dependencies.advisories and not (root / dependencies.advisories).exists():
        yield _absent(("dependencies", "advisories"), dependencies.advisories, root)


def _named_files(target: Target) -> Iterator[tuple[KeyPath, str]]:
    code = target.code
    if code:
        for key, paths in (
            ("paths", code.paths),
            ("tests", code.tests),
            ("requirements", code.requirements),
        ):
            yield from ((("code", key, index), text) for index, text in enumerate(paths))
    if target.node:
        for key, paths in (("paths", target.node.paths), ("tests", target.node.tests)):
            yield from ((("node", key, index), text) for index, text in enumerate(paths))
        for name in ("package.json", "package-lock.json"):
            yield ("node", "package"), str(PurePosixPath(target.node.package) / name)
    if target.openapi and target.openapi.file:
        yield ("openapi", "file"), target.openapi.file
    for index, one in enumerate(target.openapi.others if target.openapi else ()):
        if one.file:
            yield ("openapi", "others", index, "file"), one.file
    yield from deployment_checks.named_files(target)
    if target.dependencies:
        names = enumerate(target.dependencies.files)
        yield from ((("dependencies", "files", index), text) for index, text in names)


def _lists(target: Target) -> Iterator[tuple[KeyPath, str]]:
    if target.requirements:
        yield ("requirements", "file"), target.requirements.file
    if target.risks:
        yield ("risks", "file"), target.risks.file


def _file(path: KeyPath, text: str, root: Path) -> Iterator[Trouble]:
    place = root / text
    if "\0" in text or not place.resolve().is_relative_to(root):
        message = f"{text!a} is outside of the root {root}"
        yield Trouble(path=path, message=message, allowed="paths relative to the root, inside it")
    elif not place.exists():
        yield _absent(path, text, root)


def _absent(path: KeyPath, text: str, root: Path) -> Trouble:
    place = root / text
    near = [entry.name for entry in place.parent.iterdir()] if place.parent.is_dir() else []
    hint = did_you_mean(place.name, near)
    return Trouble(path=path, message=f"{text!a} does not exist in {root}", hint=hint)


def _service(target: Target) -> Iterator[Trouble]:
    service = target.service
    if not service:
        return
    if bool(service.start) == bool(service.base_url):
        found = "both start and base_url" if service.start else "neither start nor base_url"
        yield Trouble(path=("service",), message=f"has {found}", allowed="exactly one of them")
    if service.start:
        yield from _started(service)
    yield from _rooted(("service", "health"), service.health)
    for key in ("start_deadline_s", "stop_deadline_s"):
        yield from _positive(("service", key), getattr(service, key))
    for key in ("env_from", "env_generate", "required"):
        for index, name in enumerate(getattr(service, key) or ()):
            yield from _variable(("service", key, index), name)
    origins: list[tuple[KeyPath, str]] = [
        (("service", "allow", index), text) for index, text in enumerate(service.allow)
    ]
    if service.base_url:
        origins.append((("service", "base_url"), service.base_url))
    for path, text in origins:
        yield from _origin(path, text)


def _started(service: Service) -> Iterator[Trouble]:
    said = [*service.start, *service.env.values()]
    if not any("{port}" in text for text in said):
        message = "{port} stands neither in start nor in env: the service must listen where we say"
        yield Trouble(path=("service", "start"), message=message, hint='add "--port", "{port}"')
    for key in ("start", "migrate", "migrate_down", "seed"):
        yield from _words(("service", key), getattr(service, key), _SERVICE_WORDS)
    for name, value in service.env.items():
        yield from _variable(("service", "env", name), name)
        yield from _word(("service", "env", name), value, _ENV_WORDS)


def _words(path: KeyPath, command: tuple[str, ...], known: frozenset[str]) -> Iterator[Trouble]:
    for index, text in enumerate(command):
        yield from _word((*path, index), text, known)


def _word(path: KeyPath, text: str, known: frozenset[str]) -> Iterator[Trouble]:
    for name in _PLACEHOLDER.findall(text):
        if name not in known:
            allowed = ", ".join(f"{{{word}}}" for word in sorted(known))
            hint = did_you_mean(name, known)
            message = f"unknown placeholder {{{name}}}"
            yield Trouble(path=path, message=message, allowed=allowed, hint=hint)


def _variable(path: KeyPath, name: str) -> Iterator[Trouble]:
    if not _VARIABLE.fullmatch(name):
        allowed = "a name of letters, digits and underscores"
        yield Trouble(path=path, message="is no variable name", allowed=allowed)


def _origin(path: KeyPath, text: str) -> Iterator[Trouble]:
    try:
        read_origin(text)
    except Refused as refused:
        allowed = "an origin, as http://127.0.0.1:8000"
        yield Trouble(path=path, message=refused.detail, allowed=allowed)


def _rooted(path: KeyPath, text: str) -> Iterator[Trouble]:
    if not text.startswith("/") or text.startswith("//"):
        message = f"found {text[:80]!a}"
        yield Trouble(path=path, message=message, allowed="a path that begins with one /")


def _positive(path: KeyPath, number: float) -> Iterator[Trouble]:
    if not number > 0:
        yield Trouble(path=path, message=f"found {number:g}", allowed="more than 0")


def _openapi(target: Target) -> Iterator[Trouble]:
    openapi = target.openapi
    if openapi and not (openapi.path or openapi.file):
        yield Trouble(path=("openapi",), message="has neither path nor file", allowed="one or both")
    if openapi and openapi.path:
        yield from _rooted(("openapi", "path"), openapi.path)
    if openapi and openapi.base_path:
        yield from _rooted(("openapi", "base_path"), openapi.base_path)


def _auth(target: Target) -> Iterator[Trouble]:
    login = target.auth.login
    if not login:
        return
    yield from _rooted(("auth", "login", "path"), login.path)
    yield from _method(("auth", "login", "method"), login.method)
    if login.token and not login.token.startswith("/"):
        allowed = "a JSON pointer into the answer, as /access_token"
        found = f"found {login.token[:80]!a}"
        yield Trouble(path=("auth", "login", "token"), message=found, allowed=allowed)
    if "{token}" not in login.format:
        message = "{token} does not stand in it"
        yield Trouble(path=("auth", "login", "format"), message=message, allowed="Bearer {token}")


def _method(path: KeyPath, method: str) -> Iterator[Trouble]:
    if method not in _METHODS:
        hint = did_you_mean(method.upper(), _METHODS)
        found = f"found {method[:80]!a}"
        yield Trouble(path=path, message=found, allowed=", ".join(_METHODS), hint=hint)


def _load(target: Target) -> Iterator[Trouble]:
    load: Load | None = target.load
    if not load:
        return
    yield from _positive(("load", "rate"), load.rate)
    if not load.operations and not load.locustfile and target.openapi is None:
        message = "has no operations, and there is no [openapi] to take them from"
        yield Trouble(path=("load",), message=message, allowed="one [[load.operations]] or more")
    for index, operation in enumerate(load.operations):
        yield from _operation(("load", "operations", index), operation)


def _operation(path: KeyPath, operation: LoadOperation) -> Iterator[Trouble]:
    yield from _rooted((*path, "path"), operation.path)
    yield from _method((*path, "method"), operation.method)
    yield from _positive((*path, "weight"), operation.weight)
    for index, status in enumerate(operation.status):
        if not 100 <= status <= 599:
            found = f"found {status}"
            yield Trouble(path=(*path, "status", index), message=found, allowed="100 to 599")


def absent_troubles(absent: Mapping[str, str], known: frozenset[str]) -> list[Trouble]:
    """Names of [absent] that are no part, gate or criterion of the policy."""
    return [
        Trouble(
            path=("absent", name),
            message="is no part, gate or criterion of the policy",
            hint=did_you_mean(name, known),
        )
        for name in absent
        if name not in known
    ]

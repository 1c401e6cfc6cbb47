"""Finds how a Node service is started: the script of package.json, and where the port goes."""

import re
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from gates.shell.discovered_start import Command, Start
from gates.shell.layout import table

_NODE = "{node}"
_FRAMEWORKS = {
    "@nestjs/core": "NestJS",
    "fastify": "Fastify",
    "express": "Express",
    "koa": "Koa",
    "hono": "Hono",
}
_OWN = re.compile(r"createServer\s*\(")
_TAKES_PORT = re.compile(r"['\"]--port['\"]|\bparseArgs\b[\s\S]{0,400}?\bport\b")
_PORT = re.compile(r"process\.env(?:\.(\w*PORT)\b|\[\s*['\"](\w*PORT)['\"]\s*\])")
_DOCUMENT = re.compile(r"['\"`](/(?:[\w-]+/)*(?:openapi|swagger|api-docs)\.json)['\"`]")
_NEST_DOCUMENT = re.compile(r"SwaggerModule\.setup\(\s*['\"]/?([\w/-]+)['\"]")
_SWAGGER_UI = re.compile(r"routePrefix:\s*['\"]/?([\w/-]+)['\"]")
_BUILT = re.compile(r"^(\./)?(dist|build|out)/")
_SOURCES = ("server", "main", "index", "app")


def node_start(package: Mapping[str, Any], sources: Mapping[str, str]) -> Start | None:
    """How the service is started; None where no framework is required and nothing listens."""
    required = {**table(package, "dependencies"), **table(package, "devDependencies")}
    framework = next((_FRAMEWORKS[name] for name in _FRAMEWORKS if name in required), "")
    if not framework and not any(_OWN.search(text) for text in sources.values()):
        return None
    scripts = {name: str(said) for name, said in table(package, "scripts").items()}
    name, argv = _command(scripts, package, required, sources)
    found = Start(framework=framework or "its own server", blocked="")
    if not argv:
        blocked = "package.json has no script start or start:prod that runs a file with node or tsx"
        return Start(framework=found.framework, blocked=blocked)
    port, env, how = _port(argv, sources)
    document, told = _document(sources, required)
    migrate, why = _before(argv, scripts)
    return Start(
        framework=found.framework,
        argv=(*argv, *port),
        why=f"{name}; {how}" if how else name,
        env=env,
        by_port=bool(port),
        migrate=migrate,
        migrate_why=why,
        document=document,
        document_why=told,
        blocked="" if how else "where it takes its port could not be found: no --port, no PORT",
    )


def _command(
    scripts: Mapping[str, str],
    package: Mapping[str, Any],
    required: Mapping[str, Any],
    sources: Mapping[str, str],
) -> tuple[str, Command]:
    """What package.json starts, spelled with {node}."""
    for name in ("start:prod", "start", "serve"):
        if name in scripts and (argv := spelt(scripts[name])):
            return f'the script "{name}" of package.json', argv
    main = package.get("main")
    if isinstance(main, str) and main.removeprefix("./") in sources:
        return 'the key "main" of package.json', (_NODE, main.removeprefix("./"))
    for stem in _SOURCES:
        for file in (f"src/{stem}.ts", f"src/{stem}.js", f"{stem}.js", f"{stem}.mjs"):
            if file in sources and (not file.endswith("ts") or "tsx" in required):
                with_tsx = ("--import", "tsx") if file.endswith("ts") else ()
                return f"{file} looks like the entry", (_NODE, *with_tsx, file)
    return "", ()


def spelt(script: str) -> Command:
    """A script that runs one file by node, tsx or ts-node; () for any other."""
    try:
        words = shlex.split(script)
    except ValueError:
        return ()
    while words and re.fullmatch(r"[A-Z_][A-Z0-9_]*=\S*", words[0]):
        words = words[1:]
    words = words[1:] if words[:1] in (["npx"], ["cross-env"]) else words
    if any(word in ("&&", "||", ";", "|", "&") for word in words) or len(words) < 2:
        return ()
    match words[0]:
        case "node":
            return (_NODE, *words[1:])
        case "tsx":
            return (_NODE, "--import", "tsx", *[word for word in words[1:] if word != "watch"])
        case "ts-node":
            return (_NODE, "--require", "ts-node/register", *words[1:])
        case "nest" if words[1] == "start":
            return (_NODE, "dist/main.js")
        case _:
            return ()


def _port(argv: Command, sources: Mapping[str, str]) -> tuple[Command, dict[str, str], str]:
    """Where the port goes: an option, or a variable; and what says so."""
    entry = next((one for one in reversed(argv) if one in sources), "")
    files = [entry] if entry else list(sources)
    for file in files:
        if _TAKES_PORT.search(sources[file]):
            return ("--port", "{port}"), {}, f"{file} takes --port"
    for file in sorted(sources, key=lambda one: one != entry):
        if found := _PORT.search(sources[file]):
            name = found[1] or found[2]
            return (), {name: "{port}"}, f"{file} reads {name}"
    return (), {}, ""


def _before(argv: Command, scripts: Mapping[str, str]) -> tuple[Command, str]:
    """What has to run before the start: the build of what it starts, and the migration."""
    built = any(_BUILT.match(word) for word in argv) and "build" in scripts
    migrate = next((one for one in ("migrate", "db:migrate", "migrate:up") if one in scripts), "")
    if built and migrate:
        why = "what start runs is built first, then the script"
        return ("sh", "-c", f"npm run build && npm run {migrate}"), why
    if built:
        return ("npm", "run", "build"), "what start runs is built first"
    if migrate:
        return (spelt(scripts[migrate]) or ("npm", "run", migrate)), f'the script "{migrate}"'
    return (), ""


def _document(sources: Mapping[str, str], required: Mapping[str, Any]) -> tuple[str, str]:
    """Where the OpenAPI document is served, and what says so."""
    return next(_documents(sources, required), ("", ""))


def _documents(
    sources: Mapping[str, str], required: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    for file, text in sources.items():
        if found := _DOCUMENT.search(text):
            yield found[1], f"{file}:{text.count(chr(10), 0, found.start()) + 1}"
    for file, text in sources.items():
        if found := _NEST_DOCUMENT.search(text):
            yield f"/{found[1]}-json", f"SwaggerModule of {file}"
    if "@fastify/swagger-ui" in required:
        for file, text in sources.items():
            if "@fastify/swagger-ui" in text:
                found = _SWAGGER_UI.search(text)
                yield (
                    f"/{found[1] if found else 'documentation'}/json",
                    f"@fastify/swagger-ui, {file}",
                )

"""Finds how a Python service is started: its framework, its server, and where the port goes."""

import ast
import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from gates.shell.discovered_apps import App, apps, module_of, parse, texts_of
from gates.shell.discovered_start import Command, Start

_PYTHON = "{python}"
_HOST = "127.0.0.1"
_SERVES = re.compile(r"uvicorn|hypercorn|gunicorn|waitress|HTTPServer|serve_forever|run_app")
_RUNSERVER: Command = (_PYTHON, "manage.py", "runserver", f"{_HOST}:{{port}}", "--noreload")
_ASGI = frozenset({"FastAPI", "Starlette", "Litestar", "Quart"})
_BRINGS_UVICORN = re.compile(r"(fastapi|litestar)\[[^\]]*(standard|all)[^\]]*\]", re.IGNORECASE)
_SETTINGS = re.compile(r"DJANGO_SETTINGS_MODULE['\"]\s*,\s*['\"]([\w.]+)")
_SCRIPTS = ("main.py", "app.py", "server.py", "run.py", "serve.py")
_SHELL = re.compile(r"^CMD\s+\[(.*)\]\s*$", re.MULTILINE)


def python_start(
    sources: Mapping[str, str], required: str, starters: Mapping[str, str], *, packaged: bool
) -> Start | None:
    """How the service is started; None where no framework and no server is found.

    `sources` are the modules by path, `required` the requirements as text, `starters` texts such
    as Dockerfile and Procfile by path. `packaged`: the project is installed as a package.
    """
    mentioned = "\n".join(starters.values())
    found = apps(sources, mentioned)
    own = _own_program(sources, found) or _django(sources, required)
    start = own or _served(found, required) or _script(sources)
    if start is None:
        return None
    migrate, why = _migration(starters, sources)
    document, told = _document(found, sources)
    return Start(
        framework=start.framework,
        argv=start.argv,
        why=start.why,
        env={**start.env, **({} if packaged else _roots(start.argv, sources))},
        by_port=any("{port}" in word for word in start.argv),
        migrate=start.migrate or migrate,
        migrate_why=start.migrate_why or why,
        document=document,
        document_why=told,
        blocked=start.blocked,
        notes=start.notes,
    )


def _roots(argv: Command, sources: Mapping[str, str]) -> dict[str, str]:
    """Where modules are imported from, if that is not the root."""
    below = any(name.startswith("src/") for name in sources)
    return {"PYTHONPATH": "src"} if argv and below else {}


def _own_program(sources: Mapping[str, str], found: tuple[App, ...]) -> Start | None:
    """`python -m package --port`: the package has a __main__ that takes one."""
    mains = [name for name in sources if PurePosixPath(name).name == "__main__.py"]
    for name in sorted(mains, key=lambda one: one.count("/")):
        package = module_of(name).removesuffix(".__main__")
        start = f"{PurePosixPath(name).parent}/"
        inside = [text for file, text in sources.items() if file.startswith(start)]
        if _takes_port(sources[name]) and any(_SERVES.search(text) for text in inside):
            return Start(
                framework=found[0].framework if found else "its own server",
                argv=(_PYTHON, "-m", package, "--port", "{port}"),
                why=f"{name} takes --port",
            )
    return None


def _takes_port(text: str) -> bool:
    tree = parse(text)
    return tree is not None and "--port" in texts_of([tree])


def _script(sources: Mapping[str, str]) -> Start | None:
    """A module at the top that serves, and takes --port or reads PORT."""
    for name in _SCRIPTS:
        text = sources.get(name, "")
        if "__main__" not in text or not _SERVES.search(text):
            continue
        if _takes_port(text):
            why, argv = f"{name} takes --port", (_PYTHON, name, "--port", "{port}")
            return Start(framework="its own server", argv=argv, why=why)
        if re.search(r"['\"]PORT['\"]", text):
            why, env = f"{name} serves and reads the variable PORT", {"PORT": "{port}"}
            return Start(framework="its own server", argv=(_PYTHON, name), env=env, why=why)
    return None


def _django(sources: Mapping[str, str], required: str) -> Start | None:
    """Django, by its manage.py."""
    settings = _SETTINGS.search(sources.get("manage.py", ""))
    if settings is None:
        return None
    project = settings[1].split(".settings")[0].replace(".", "/")
    migrate = (_PYTHON, "manage.py", "migrate", "--noinput")
    argv: Command = _RUNSERVER
    why = "manage.py; no server is required: what production runs is worth more"
    for server, kind in (("uvicorn", "asgi"), ("gunicorn", "wsgi")):
        if _needs(server, required) and f"{project}/{kind}.py" in sources:
            spelt = f"{project.replace('/', '.')}.{kind}:application"
            argv, why = _server(server, spelt), f"{project}/{kind}.py, and {server} is required"
    return Start(
        framework="Django",
        argv=argv,
        why=f"{why}. ALLOWED_HOSTS of {settings[1]} has to let {_HOST} in",
        migrate=migrate,
        migrate_why="manage.py",
    )


def _served(found: tuple[App, ...], required: str) -> Start | None:
    """An application handed to the server that the requirements name."""
    if not found:
        return None
    app = found[0]
    why = f"{app.file}:{app.line} makes the {app.framework} application"
    others = [one.spelt for one in found[1:] if not one.factory and one.spelt != app.spelt]
    notes = (f"other applications: {', '.join(others)}",) if others else ()
    if app.asks:
        blocked = f"{app.spelt} needs arguments: write a module that a server can import"
        return Start(framework=app.framework, why=why, blocked=blocked, notes=notes)
    server = next((one for one in _servers(app) if _has(one, required)), "")
    if not server:
        wanted = " or ".join(_servers(app)[:2])
        blocked = f"no server such as {wanted} is among the requirements: add one"
        return Start(framework=app.framework, why=why, blocked=blocked, notes=notes)
    argv = _server(server, app.spelt, factory=app.factory)
    said = "Flask brings its own server" if server == "flask" else f"{server} is required"
    return Start(framework=app.framework, argv=argv, why=f"{why}; {said}", notes=notes)


def _servers(app: App) -> tuple[str, ...]:
    if app.framework in _ASGI:
        return ("uvicorn", "hypercorn", "granian")
    return ("gunicorn", "waitress", "flask")


def _server(server: str, spelt: str, *, factory: bool = False) -> Command:
    """The command of a server for one application."""
    run = (_PYTHON, "-m", server)
    match server:
        case "uvicorn":
            made = ("--factory",) if factory else ()
            return (*run, spelt, *made, "--host", _HOST, "--port", "{port}")
        case "hypercorn":
            return (*run, "--bind", f"{_HOST}:{{port}}", f"{spelt}{'()' if factory else ''}")
        case "granian":
            made = ("--factory",) if factory else ()
            options = ("--interface", "asgi", "--host", _HOST, "--port", "{port}")
            return (*run, *options, *made, spelt)
        case "gunicorn":
            return (*run, "--bind", f"{_HOST}:{{port}}", f"{spelt}{'()' if factory else ''}")
        case "waitress":
            made = ("--call",) if factory else ()
            return (*run, f"--listen={_HOST}:{{port}}", *made, spelt)
        case _:
            return (*run, "--app", spelt, "run", "--host", _HOST, "--port", "{port}")


def _has(server: str, required: str) -> bool:
    if server == "uvicorn" and _BRINGS_UVICORN.search(required):
        return True
    return server == "flask" or _needs(server, required)


def _needs(package: str, required: str) -> bool:
    return bool(re.search(rf"^{package}\b", required, re.IGNORECASE | re.MULTILINE))


def _migration(starters: Mapping[str, str], sources: Mapping[str, str]) -> tuple[Command, str]:
    """The command before the start: what a Dockerfile runs first, or Alembic's."""
    for file, text in starters.items():
        for listed in _SHELL.findall(text):
            command = _before(listed)
            if command:
                return command, f"{file} runs it before the start"
    if any(
        PurePosixPath(name).name == "env.py" and "alembic" in text for name, text in sources.items()
    ):
        return (_PYTHON, "-m", "alembic", "upgrade", "head"), "Alembic's env.py"
    return (), ""


def _before(listed: str) -> Command:
    """The one command that `sh -c "… && …"` runs before the last."""
    try:
        words = [str(one) for one in ast.literal_eval(f"[{listed}]")]
    except (SyntaxError, ValueError):
        return ()
    if words[:2] not in (["sh", "-c"], ["/bin/sh", "-c"], ["bash", "-c"]) or len(words) < 3:
        return ()
    parts = [one.strip() for one in words[2].split("&&")]
    if len(parts) != 2 or not parts[0].startswith("python"):
        return ()
    return (_PYTHON, *shlex.split(parts[0])[1:])


def _document(found: tuple[App, ...], sources: Mapping[str, str]) -> tuple[str, str]:
    """Where the framework serves the OpenAPI document, and what says so."""
    if named := next(_literal(sources), None):
        return named
    app = found[0] if found else None
    if app is None or app.without_document:
        return "", ""
    match app.framework:
        case "FastAPI":
            return app.document or "/openapi.json", f"FastAPI makes it; {app.file}:{app.line}"
        case "Litestar" if "OpenAPIConfig" not in "".join(sources.values()):
            return "/schema/openapi.json", f"Litestar makes it; {app.file}:{app.line}"
        case _:
            return "", ""


def _literal(sources: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """A route that stands in the source, and is called like a document."""
    for file, text in sources.items():
        if found := re.search(r"['\"](/(?:[\w-]+/)*(?:openapi|swagger)\.json)['\"]", text):
            yield found[1], f"{file}:{text.count(chr(10), 0, found.start()) + 1}"

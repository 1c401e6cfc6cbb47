"""Writes the first target file of a folder: every line says where it is from, and what to check.

What was not found stands under [absent] with that as the reason, so that the file is valid at once
and plans at every level.
"""

import json
from collections.abc import Iterable, Iterator, Mapping

from gates.shell.discovered_service import Described
from gates.shell.discovery import Found, Node, Python

# What pytest needs at run time: packages beside requirements files are installed as they are.
PYTEST = ("pytest", "iniconfig", "packaging", "pluggy", "pygments")
# Parts of the levels above, none of which shows in the source; policies may let a target skip them.
LATER = {
    "load": "add [load] with the rate that is expected",
    "auth": "add [auth] with how a request is authenticated",
    "identities": "add [identities] with a second account",
    "integration": "add [integration] with tests against the running service",
    "oracles": "add [oracles] with behaviours that the team has written down",
    "passwords": "say where their stored form can be read",  # a sentence: no secret
    "database": "add [database] with where the data can be seen",
    "cache": "add [cache] with where its hits are counted",
    "requirements": "add [requirements] with what was asked for",
    "risks": "add [risks] with a register of them",
    "claims": "add [claims] with a log of what was done",
    "staging": "add [staging] with the address that says which commit runs",
    "pipeline": "add [pipeline] with the command that asks for the status of CI",
}


def text(found: Found, service: Described | None) -> str:
    """The target file."""
    blocks = [
        head(found),
        *([code(found.python)] if found.python else []),
        *([node(found.node)] if found.node else []),
        *([described(service, found)] if service else []),
        *([openapi(found, service)] if documents(found, service) else []),
        *([f"[dependencies]\nfiles = {toml(found.locks)}\n"] if found.locks else []),
        *([seen] if (seen := noticed(found, service)) else []),
        absent(found, service),
    ]
    return "\n".join(blocks)


def head(found: Found) -> str:
    """The first lines, with the keys above all tables."""
    lines = [
        "# What gatescore judges here, guessed by gatescore init from the files alone: read it.",
        "# Every key: config/schema/target.schema.json and the README of gatescore.",
        f"name = {toml(found.name)}",
    ]
    if found.root:
        lines += [
            "# The one folder of this repository with a service. Check: files above it, such as",
            "# libraries of the repository, are not seen by any gate.",
            f"root = {toml(found.root)}",
        ]
    return "\n".join((*lines, ""))


def code(python: Python) -> str:
    """The table [code]."""
    return table("code", code_lines(python))


def code_lines(python: Python) -> Iterator[str]:
    """Its lines: paths, tests, and what the environment of the tests is made of."""
    yield f"paths = {toml(python.paths)}"
    if runs_tests(python):
        yield f"tests = {toml(python.tests)}"
    if python.requirements:
        yield f"requirements = {toml(python.requirements)}"
    packages = [*([python.package] if python.package else []), *python.needs, *test_tools(python)]
    yield from package_notes(python)
    if packages:
        yield f"packages = {toml(tuple(dict.fromkeys(packages)))}"
    if not (python.package or python.requirements):
        yield "# There is no package to build: that every file compiles is the build."
        command = ("{python}", "-m", "compileall", "-q", *python.paths)
        yield f"build = {toml(command)}"


def package_notes(python: Python) -> Iterator[str]:
    """Why packages are what they are, and what to check."""
    export = {
        "uv": "uv export --format requirements.txt -o requirements.lock",
        "poetry": "poetry export --with dev -o requirements.lock",
        "pdm": "pdm export -o requirements.lock",
    }.get(python.manager)
    if python.unpackaged:
        yield f"# {python.unpackaged}; so what it needs is listed, from pyproject.toml."
    if python.missing and runs_tests(python):
        yield f"# {' and '.join(python.missing)}: named nowhere; better pinned in requirements"
    if export and not python.requirements:
        yield f"# Versions are chosen anew. To test with those that are locked: {export}"
        yield '# and write requirements = ["requirements.lock"] here.'


def runs_tests(python: Python) -> bool:
    """Whether pytest can run the tests: those of Django need its plugin for that."""
    return bool(python.tests) and not by_django(python)


def by_django(python: Python) -> bool:
    """Whether the tests are for Django's own runner."""
    said = python.said.lower()
    return "manage.py" in python.paths and "pytest" not in said


def test_tools(python: Python) -> Iterator[str]:
    """Packages without which the tests cannot be run, and that nothing names."""
    for name in python.missing if runs_tests(python) else ():
        yield from PYTEST if name == "pytest" and python.requirements else (name,)


def node(found: Node) -> str:
    """The table [node]."""
    lines = [f"paths = {toml(found.paths)}"]
    if found.tests and found.runner:
        lines.append(f"tests = {toml(found.tests)}")
    if found.builds:
        lines.append(f"build = {toml(('npm', 'run', 'build'))}")
    return table("node", lines)


def described(service: Described, found: Found) -> str:
    """The table [service]; as a comment where it cannot be started without somebody's word."""
    lines = table("service", service_lines(service, found))
    if not service.blocked:
        return lines
    why = f"# Not in force: {service.blocked}.\n# Mend it, take the marks away, and remove service"
    marked = "\n".join(f"# {line}".rstrip() for line in lines.rstrip().splitlines())
    return f"{why} from [absent].\n{marked}\n"


def service_lines(service: Described, found: Found) -> Iterator[str]:
    """Its lines, each after the reason for it."""
    start, environment = service.start, service.environment
    yield f"# {start.framework}: {start.why}" if start.why else f"# {start.framework}"
    yield from (f"# Check: {note}" for note in start.notes)
    if start.argv:
        yield f"start = {toml(start.argv)}"
    if service.health:
        yield f"# {service.health.why}"
        if not service.health.sure:
            yield "# Check: a path that tells whether it is ready is worth writing."
        yield f"health = {toml(service.health.path)}"
    env = {**environment.env, **start.env}
    env |= {one.name: "" for one in environment.lacking if one.name not in env}
    if env:
        yield "# Check: {port} is the port to listen on, {state} an empty folder of each start."
        yield f"env = {inline(env)}"
    if environment.generated:
        yield "# Random in each run and never stored. Check: one of another service has to be real,"
        yield "# and belongs into env_from, which takes it from whoever calls gatescore."
        yield f"env_generate = {toml(environment.generated)}"
    if start.migrate:
        yield f"# Before each start: {start.migrate_why}"
        yield f"migrate = {toml(start.migrate)}"
    yield from suggested(service)
    if environment.left and found.service.example_file:
        names = ", ".join(environment.left)
        yield f"# With its own defaults: {names} ({found.service.example_file})"


def suggested(service: Described) -> Iterator[str]:
    """Commands that may be meant for before the start, as comments."""
    for key, module in (("migrate", service.migrate_seen), ("seed", service.seed_seen)):
        if module and not (key == "migrate" and service.start.migrate):
            command = toml(("{python}", "-m", module))
            yield f"# {key} = {command}  # there is such a module: check its arguments"


def documents(found: Found, service: Described | None) -> bool:
    """Whether there is an OpenAPI document that can be looked at."""
    return bool(found.openapi) or bool(service and not service.blocked and service.start.document)


def openapi(found: Found, service: Described | None) -> str:
    """The table [openapi]."""
    lines = []
    if service and not service.blocked and service.start.document:
        lines.append(f"# {service.start.document_why}")
        lines.append(f"path = {toml(service.start.document)}")
    if found.openapi:
        lines.append(f"file = {toml(found.openapi)}")
    return table("openapi", lines)


def noticed(found: Found, service: Described | None) -> str:
    """What was seen and needs no line of its own, or somebody's word."""
    lines = []
    if service and service.environment.database:
        url = toml(service.environment.database)
        lines.append(f"# The data is a file of the service, for level 2: [database] url = {url}")
    if found.containers:
        lines.append(f"# The gate deployment finds {', '.join(found.containers)} by itself.")
    if found.ci:
        lines.append(f"# CI is in {', '.join(found.ci)}: see docs/adopting.md of gatescore.")
    if found.settings:
        names = ", ".join(found.settings)
        lines.append(f"# Not used, for presets of gatescore decide: {names}.")
    return "\n".join((*lines, "")) if lines else ""


def absent(found: Found, service: Described | None) -> str:
    """The table [absent]: what was not found, each with the honest reason."""
    lines = ["# Each line skips gates, and the report says so: describe the part, remove the line."]
    lines += [f"{part} = {toml(why)}" for part, why in reasons(found, service)]
    return table("absent", lines)


def reasons(found: Found, service: Described | None) -> Iterator[tuple[str, str]]:
    """Every part that is not there, and why."""
    if why := untested(found):
        yield "tests", why
    if service is None:
        yield "service", "no framework or server was found: add [service] if there is one"
    elif service.blocked:
        yield "service", service.blocked
    if not documents(found, service):
        yield "openapi", "no document found: add [openapi] where the service serves one"
    yield from ((part, f"not described yet: {how}") for part, how in LATER.items())
    if not found.containers:
        yield "container", "no Dockerfile found"
    if not found.locks:
        yield "dependencies", unlocked(found)


def untested(found: Found) -> str:
    """Why there are no tests to run, "" where there are."""
    python, node = found.python, found.node
    if (python and runs_tests(python)) or (node and node.tests and node.runner):
        return ""
    if python and python.tests:
        return "they are for manage.py test, and gates run pytest: add pytest-django"
    if node and node.tests:
        return "they run under neither Vitest nor Jest: name a command in node.test"
    return "no tests found"


def unlocked(found: Found) -> str:
    """Why nothing can be audited."""
    if found.unpinned:
        why = f"{' and '.join(found.unpinned)} pins no version that could be looked up"
        return f"{why}: add [dependencies] with a lock file"
    return "no lock or requirements file found: nothing says what runs"


def table(name: str, lines: Iterable[str]) -> str:
    """One table of the file."""
    return "\n".join((f"[{name}]", *lines, ""))


def inline(values: Mapping[str, str]) -> str:
    """An inline table of texts."""
    return f"{{ {', '.join(f'{name} = {toml(value)}' for name, value in values.items())} }}"


def toml(value: str | Iterable[str]) -> str:
    """A string or an array of strings, spelled in TOML."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return f"[{', '.join(toml(one) for one in value)}]"

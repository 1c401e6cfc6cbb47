"""Checks the details of a claim: dependencies, routes, methods and lines that it names."""

import re
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import PurePosixPath

import msgspec

from gates.core.claims.log import Claim, Detail
from gates.core.claims.named_files import named_files
from gates.core.claims.tags import FILES
from gates.core.documented import Documented
from gates.probes.claims import definitions
from gates.probes.claims.outcome import Outcome, State
from gates.probes.claims.tree import UNREADABLE
from gates.probes.claims.world import World

_ROUTE = re.compile(r"(GET|PUT|POST|DELETE|PATCH|HEAD|OPTIONS|TRACE)\s+(/[^\s,;`|]*)")
_DISTRIBUTION = re.compile(  # a name, and behind it a version or a remark: no sentence
    r"(?P<name>@?[A-Za-z0-9][\w./-]*)(?:\[[\w, -]*\])?"
    r"(?:\s*[<>=!~^@].*|\s+v?\d[\w.*+-]*|\s*\(.*\)|\s*[-–—:]\s.*)?"
)
_OTHER_NAMES = {  # of imports, where the distribution is called otherwise
    "attr": "attrs",
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python",
    "jwt": "pyjwt",
    "pil": "pillow",
    "sklearn": "scikit-learn",
    "yaml": "pyyaml",
}
_NO_PACKAGES = frozenset(  # what a service needs and no manifest names
    {
        *("docker", "kafka", "mariadb", "mongodb", "mysql", "nginx", "node", "nodejs", "postgres"),
        *("postgresql", "python", "rabbitmq", "redis", "sqlite"),
    }
)
_METHOD = re.compile(r"[A-Za-z_$][\w$]*(?:[.#][A-Za-z_$][\w$]*)*")
_RANGE = re.compile(r"(?P<first>\d{1,7})\s*(?:-|–|to)\s*(?P<last>\d{1,7})")
_NUMBER = re.compile(r"\d{1,7}")
_NOTHING = re.compile(
    r"|-|all|no|new file|(?:none|nothing|n/a|stdlib|standard library)\b.*"
    r"|no (?:new|further|additional|other|extra)\b.*",
    re.IGNORECASE,
)
_VERBS = frozenset({"GET", "PUT", "POST", "DELETE", "PATCH", "HEAD", "OPTIONS"})
NEAR = 3  # lines beside a stated range that still count as part of it


class Said(msgspec.Struct, frozen=True):
    """What came of one part of a detail: state, rule, and what was found."""

    state: State
    rule: str
    found: str


def check(claim: Claim, world: World) -> Iterator[Outcome]:
    """Yield an outcome for every detail that can be checked."""
    for detail in claim.details:
        checker = _CHECKS.get(detail.key)
        if checker is None or _NOTHING.fullmatch(detail.value.strip(" .`")):
            continue
        said = tuple(checker(claim, detail, world))
        for one in [said for said in said if said.state is not State.HOLDS] or said[:1]:
            yield Outcome(
                state=one.state,
                rule=one.rule,
                claimed=f"{claim.said}, {detail.key.capitalize()}: {detail.value}",
                found=one.found,
                source=claim.source,
                line=detail.line,
                fix="Mend the line of the log, or do what it says.",
            )


def _dependencies(_: Claim, detail: Detail, world: World) -> Iterator[Said]:
    if world.manifests is None:
        yield Said(State.OPEN, "dependency", "the target has no manifest to look into")
        return
    for part in _parts(detail.value):
        match = _DISTRIBUTION.fullmatch(part)
        if not match:
            yield Said(State.OPEN, "dependency", f'"{part}" is no name of a package')
        elif _is_known(match["name"], world):
            yield Said(State.HOLDS, "dependency", f"{match['name']} is known")
        elif match["name"].lower() in _NO_PACKAGES:
            yield Said(State.OPEN, "dependency", f"{match['name']} is no package of a manifest")
        else:
            yield Said(State.FALSE, "dependency", f"no manifest names {match['name']}")


def _is_known(name: str, world: World) -> bool:
    """Whether a manifest names it, or it is of the standard library or the target's own."""
    top = re.split(r"[./]", name.lstrip("@"))[0]
    manifests = world.manifests or frozenset()
    plain = canonical(name)
    called = {plain, _OTHER_NAMES.get(plain, plain), f"python-{plain}", f"{plain}-binary"}
    known = bool(called & manifests) or top in sys.stdlib_module_names
    return known or top in _own(world.sources)


@cache
def _own(sources: tuple[str, ...]) -> frozenset[str]:
    """The names of the target's own modules and folders."""
    return frozenset(part for path in sources for part in PurePosixPath(path).with_suffix("").parts)


def canonical(name: str) -> str:
    """A distribution's name as PyPI compares it (PEP 503); fits npm's names too."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _routes(_: Claim, detail: Detail, world: World) -> Iterator[Said]:
    named = _ROUTE.findall(detail.value)
    if world.document is None or not named:
        why = "the target has no OpenAPI document" if named else "no METHOD /path is named"
        yield Said(State.OPEN, "route", why)
        return
    for method, path in named:
        label = f"{method} {path}"
        if any(_is(method, path, one) for one in world.document):
            yield Said(State.HOLDS, "route", f"the document has {label}")
        else:
            yield Said(State.FALSE, "route", f"the OpenAPI document has no {label}")


def _is(method: str, path: str, one: Documented) -> bool:
    """Whether a route is an operation, with or without the path before every operation."""
    wanted = one.operation.method
    return any(fits(method, path, wanted, named) for named in {one.path, one.operation.path})


def fits(method: str, path: str, wanted: str, template: str) -> bool:
    """Tell whether a route is that operation; `{id}`, `:id` and `<id>` stand for any value."""
    given, parts = path.rstrip("/.").split("/"), template.rstrip("/").split("/")
    return (method == wanted and len(given) == len(parts)) and all(
        one == part or (bool(one) and "{" in part) for one, part in zip(given, parts, strict=True)
    )


def _methods(claim: Claim, detail: Detail, world: World) -> Iterator[Said]:
    names = [re.sub(r"\(.*?\)", "", part).strip() for part in _parts(detail.value)]
    if {*names} <= _VERBS:
        yield Said(State.OPEN, "method", "methods of HTTP: name the routes instead (`Routes:`)")
        return
    places = _places(claim, world)
    if not places:
        yield Said(State.OPEN, "method", "definitions of this kind of file are not read")
        return
    defined = definitions.of(places, world.now)
    where = places[0] if len(places) == 1 else "the code"
    for name in names:
        if not _METHOD.fullmatch(name):
            yield Said(State.OPEN, "method", f'"{name}" is no name of a method')
        elif definitions.has(name, defined):
            yield Said(State.HOLDS, "method", f"{where} defines {name}")
        else:
            yield Said(State.FALSE, "method", f"{where} does not define {name}")


def _places(claim: Claim, world: World) -> tuple[str, ...]:
    """The file that the claim is on, where it is source that can be read; of none, all source."""
    path = _alone(claim) if claim.kind in FILES else claim.source
    if path not in world.files or (claim.kind not in FILES and not definitions.is_source(path)):
        return world.sources
    return (path,) if definitions.is_source(path) else ()


def _alone(claim: Claim) -> str:
    """The file that a claim is on, "" where it is on none or on several."""
    named = named_files(claim.text) if claim.kind in FILES else ()
    return named[0].path if len(named) == 1 else ""


def _lines_affected(claim: Claim, detail: Detail, world: World) -> Iterator[Said]:
    path = _alone(claim)
    changed = (world.diff or {}).get(path)
    ranges = [(int(m["first"]), int(m["last"])) for m in _RANGE.finditer(detail.value)]
    number = _NUMBER.search(detail.value)
    if not path or not number:
        yield Said(State.OPEN, "lines-affected", "no file or no number of lines is named")
    elif not world.checks_diff(claim):
        yield from _end_of_file(path, ranges, world)
    elif changed is None:
        yield Said(State.FALSE, "lines-affected", f'"{path}" is the same as at the base revision')
    elif ranges:
        for first, last in ranges:
            inside = any(first - NEAR <= n <= last + NEAR for n in changed.numbers)
            inside = inside or (not changed.numbers and bool(changed.removed))
            text = f"lines {first} to {last} of {path} {'changed' if inside else 'did not change'}"
            yield Said(State.HOLDS if inside else State.FALSE, "lines-affected", text)
    else:
        low, high = max(changed.added, changed.removed), changed.added + changed.removed
        fitting = world.bounds.about(int(number[0]), low, high)
        text = f"{changed.added} lines came and {changed.removed} went"
        yield Said(State.HOLDS if fitting else State.FALSE, "lines-affected", text)


def _end_of_file(path: str, ranges: list[tuple[int, int]], world: World) -> Iterator[Said]:
    """Without a diff, lines can only be there or not."""
    try:
        count = world.now.read(path).count(b"\n") + 1
    except UNREADABLE:
        return  # told of the file itself
    for first, last in ranges:
        if first > last or not world.bounds.about(last, 0, count):
            yield Said(State.FALSE, "lines-affected", f"{path} has {count} lines")
            return
    yield Said(State.HOLDS, "lines-affected", f"{path} has {count} lines; the diff was not asked")


def _parts(value: str) -> list[str]:
    """The members of a list, commas in brackets left alone."""
    parts = re.split(r"[,;](?![^(\[]*[)\]])|\s+and\s+", value)
    return [part.strip(" \t`*_\"'") for part in parts if part.strip(" \t`*_\"'.")]


_CHECKS: dict[str, Callable[[Claim, Detail, World], Iterator[Said]]] = {
    "dependencies": _dependencies,
    "routes": _routes,
    "methods": _methods,
    "lines affected": _lines_affected,
}

"""Judges the Dockerfiles for what a deployed image needs: stages, user, health, base, secrets."""

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from gates.core.model import Severity
from gates.probes import _common
from gates.probes._looks import Flaw, Look, counted, unjudged
from gates.probes.deployment import ignoring
from gates.probes.deployment.dockerfile import (
    Instruction,
    Stage,
    assigned,
    filled,
    instructions,
    stages,
    values,
)
from gates.probes.deployment.secret_names import is_secret

METRIC = "deployment.container_violations"
_SECRET_FILE = re.compile(
    r"\.env(?:\.(?!example$|sample$|template$|dist$).*)?|.*\.(?:pem|key|p12|pfx|jks|keystore)"
    r"|id_(?:rsa|dsa|ecdsa|ed25519)|\.(?:netrc|pypirc|pgpass|git-credentials)|credentials"
    r"|secrets?\.(?:json|toml|ya?ml|txt|env)|\.git|\.ssh|\.aws",
    re.IGNORECASE,
)
_ROOT = re.compile(r"root|0+", re.IGNORECASE)
_MOVING = re.compile(r"(?:latest|lts|stable|current|edge|nightly|main|master|dev|rolling)\b")
_NAMED = re.compile(  # versions of distributions that go by a name
    r"(?:.*-)?(?:buster|bullseye|bookworm|trixie|forky|focal|jammy|noble)(?:-.*)?"
)
_CREDENTIALS = re.compile(r"://[^\s/:@$'\"{<]+:[^\s/@$'\"{<]+@")


def looked(tree: Path, files: tuple[str, ...], others: int = 0) -> Look:
    """What is wrong with the Dockerfiles; `others` are not deployed. Raises ProbeError."""
    if not files:
        why = "the target has no Dockerfile; where there is none to have: [absent] container"
        return unjudged(METRIC, why)
    flaws: list[Flaw] = []
    for name in files:
        content = _common.read_text(tree, name)
        if content is None:
            text = f"{name} is not there, which deployment.dockerfiles names"
            flaws.append(Flaw(rule="container-missing", message=text, path=name))
            continue
        flaws += judged(name, content, ignoring.left_in(tree, name))
    detail = f"{len(files)} Dockerfiles" if len(files) > 1 else files[0]
    note = f"Dockerfiles for desks or tests by their names: {others}, not looked at"
    notes = (note,) if others else ()
    return counted(METRIC, flaws, examined=len(files), detail=detail, notes=notes)


def judged(name: str, content: str, left_in: str) -> Iterator[Flaw]:
    """The flaws of one Dockerfile; `left_in` is why its whole context is too much, or ""."""
    found = instructions(content)
    built = stages(found)
    if not built:
        yield _flaw("unreadable", name, 0, "has no FROM: no image is made of it")
        return
    yield from _stages(name, built)
    lineage = _lineage(built)
    yield from _user(name, lineage, values(found))
    yield from _health(name, lineage)
    yield from _bases(name, built)
    for one in found:
        yield from _secrets(name, one)
    if left_in:
        whole = (one for stage in lineage for one in stage.body if _takes_all(one))
        yield from (_whole(name, one, left_in) for one in whole)


def _stages(name: str, built: tuple[Stage, ...]) -> Iterator[Flaw]:
    last = built[-1]
    taken = any(
        flag.startswith("--from=") for one in last.body if one.name == "COPY" for flag in one.flags
    )
    names = {one.name for one in built[:-1] if one.name}
    if len(built) < 2 or not (taken or last.base.lower() in names):
        yield _flaw("stages", name, last.line, "builds and runs in one stage")


def _lineage(built: tuple[Stage, ...]) -> tuple[Stage, ...]:
    """The last stage, and the stages of the file that it is made from, nearest first."""
    found = [built[-1]]
    earlier = list(built[:-1])
    while earlier:
        one = earlier.pop()
        if one.name and one.name == found[-1].base.lower():
            found.append(one)
    return tuple(found)


def _last(lineage: tuple[Stage, ...], instruction: str) -> Instruction | None:
    for stage in lineage:
        for one in reversed(stage.body):
            if one.name == instruction:
                return one
    return None


def _user(name: str, lineage: tuple[Stage, ...], known: dict[str, str]) -> Iterator[Flaw]:
    user = _last(lineage, "USER")
    if user is None:
        if "nonroot" not in lineage[-1].base:
            yield _flaw("root", name, lineage[0].line, "names no USER: the service runs as root")
    elif _ROOT.fullmatch(filled(user.said, known).partition(":")[0].strip()):
        yield _flaw("root", name, user.line, f"ends with USER {user.said[:40]}: it runs as root")


def _health(name: str, lineage: tuple[Stage, ...]) -> Iterator[Flaw]:
    check = _last(lineage, "HEALTHCHECK")
    if check is None:
        yield _flaw("healthcheck", name, lineage[0].line, "has no HEALTHCHECK")
    elif check.said.strip().upper() == "NONE":
        yield _flaw("healthcheck", name, check.line, "switches the HEALTHCHECK off")


def _bases(name: str, built: tuple[Stage, ...]) -> Iterator[Flaw]:
    known: set[str] = {"scratch"}
    for stage in built:
        if stage.base.lower() not in known and not is_pinned(stage.base):
            text = f"builds on {stage.base[:80]}, which is another image tomorrow"
            yield _flaw("base", name, stage.line, text)
        for one, image in _taken_from(stage):
            if image.lower() not in known and not image.isdecimal() and not is_pinned(image):
                text = f"copies from {image[:80]}, which is another image tomorrow"
                yield _flaw("base", name, one.line, text)
        known |= {stage.name} if stage.name else set()


def _taken_from(stage: Stage) -> Iterator[tuple[Instruction, str]]:
    """The images, or stages, that a stage copies from."""
    for one in stage.body:
        for flag in one.flags if one.name == "COPY" else ():
            if flag.startswith("--from="):
                yield one, flag.removeprefix("--from=")


def is_pinned(base: str) -> bool:
    """Whether an image is named by a digest or by a tag with a version in it."""
    if "@sha256:" in base:
        return True
    _, _, tag = base.rpartition("/")[2].partition(":")
    if "$" in base or _MOVING.match(tag):
        return False
    return bool(re.search(r"\d", tag) or _NAMED.fullmatch(tag))


def _secrets(name: str, one: Instruction) -> Iterator[Flaw]:
    match one.name:
        case "ENV" | "ARG":
            for variable, value in assigned(one):
                if (value or one.name == "ARG") and is_secret(variable, value):
                    text = f"{one.name} {variable[:80]}: who has the image can read it"
                    yield _flaw("secret", name, one.line, text)
        case "RUN" if _CREDENTIALS.search(one.said):
            text = "RUN with a password in an address: who has the image can read it"
            yield _flaw("secret", name, one.line, text)
        case _:
            for source in _sources(one):
                if _SECRET_FILE.fullmatch(PurePosixPath(source).name):
                    text = f"{one.name} {source[:80]}: who has the image can read it"
                    yield _flaw("secret", name, one.line, text)


def _sources(one: Instruction) -> tuple[str, ...]:
    """What an instruction copies from the context."""
    from_context = not any(flag.startswith("--from=") for flag in one.flags)
    return one.words[:-1] if one.name in ("ADD", "COPY") and from_context else ()


def _takes_all(one: Instruction) -> bool:
    return any(source in (".", "./", "*", "./*") for source in _sources(one))


def _whole(name: str, one: Instruction, left_in: str) -> Flaw:
    return _flaw("secret", name, one.line, f"{one.name} of the whole context: {left_in}")


_FIXES = {
    "unreadable": "Write the Dockerfile, or name the right one: deployment.dockerfiles.",
    "stages": "Build in a first stage, and COPY --from= it into a second that only runs.",
    "root": "Make a user of its own and end the last stage with USER.",
    "healthcheck": "Add a HEALTHCHECK that asks the health path.",
    "base": "Name a tag with its version, or better a digest: image:1.2.3@sha256:…",
    # pragma: allowlist nextline secret
    "secret": "Give it at run time, or to the build by RUN --mount=type=secret.",
}


def _flaw(word: str, name: str, line: int, text: str) -> Flaw:
    return Flaw(
        rule=f"container-{word}",
        message=f"{name} {text}",
        path=name,
        line=line,
        fix=_FIXES[word],
        severity=Severity.HIGH if word == "secret" else Severity.MEDIUM,
    )

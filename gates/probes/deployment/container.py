"""Judges the Dockerfiles for what a deployed image needs: stages, user, health, base, secrets."""

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from gates.core.model import Severity
from gates.probes import _common
from gates.probes.deployment import look
from gates.probes.deployment.dockerfile import Instruction, Stage, assigned, instructions, stages
from gates.probes.deployment.look import Flaw, Look

METRIC = "deployment.container_violations"
_SECRET = re.compile(
    r"passw(?:or)?d|passphrase|secret|token|credential|api_?key|private_?key|access_?key|auth_?key",
    re.IGNORECASE,
)
# Such a name says where a secret is, or what kind of thing: not the secret itself.
_HARMLESS = re.compile(
    r"_(?:FILE|PATH|DIR|NAME|URL|URI|HEADER|ALGORITHM|ISSUER|TTL|EXPIRY|LIFETIME|SECONDS|MINUTES"
    r"|DAYS|LENGTH|COST|ROUNDS|POLICY)$|PUBLIC|_ID$",
    re.IGNORECASE,
)
_SECRET_FILE = re.compile(
    r"\.env(?:\.(?!example$|sample$|template$|dist$).*)?|.*\.(?:pem|key|p12|pfx|jks|keystore)"
    r"|id_(?:rsa|dsa|ecdsa|ed25519)|\.(?:netrc|pypirc|pgpass|git-credentials)|credentials"
    r"|secrets?\.(?:json|toml|ya?ml|txt|env)|\.git|\.ssh|\.aws",
    re.IGNORECASE,
)
_ROOT = frozenset({"root", "0"})


def looked(tree: Path, files: tuple[str, ...]) -> Look:
    """What is wrong with the Dockerfiles. Raises ProbeError."""
    if not files:
        why = "the target has no Dockerfile; where there is none to have: [absent] container"
        return look.unjudged(METRIC, why)
    flaws: list[Flaw] = []
    for name in files:
        content = _common.read_text(tree, name)
        if content is None:
            text = f"{name} is not there, which deployment.dockerfiles names"
            flaws.append(Flaw(rule="container-missing", message=text, path=name))
            continue
        flaws += judged(name, content, has_ignore(tree, name))
    detail = f"{len(files)} Dockerfiles" if len(files) > 1 else files[0]
    return look.counted(METRIC, flaws, examined=len(files), detail=detail)


def has_ignore(tree: Path, name: str) -> bool:
    """Whether something keeps files out of the context, beside the Dockerfile or at the root."""
    beside = PurePosixPath(name).parent / ".dockerignore"
    return any((tree / one).is_file() for one in (".dockerignore", f"{name}.dockerignore", beside))


def judged(name: str, content: str, ignoring: bool) -> Iterator[Flaw]:
    """The flaws of one Dockerfile."""
    found = instructions(content)
    built = stages(found)
    if not built:
        yield _flaw("unreadable", name, 0, "has no FROM: no image is made of it")
        return
    yield from _stages(name, built)
    lineage = _lineage(built)
    yield from _user(name, lineage)
    yield from _health(name, lineage)
    yield from _bases(name, built)
    for one in found:
        yield from _secrets(name, one)
    if not ignoring:
        yield from (_whole(name, one) for stage in lineage for one in stage.body if _takes_all(one))


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


def _user(name: str, lineage: tuple[Stage, ...]) -> Iterator[Flaw]:
    user = _last(lineage, "USER")
    if user is None:
        if "nonroot" not in lineage[-1].base:
            yield _flaw("root", name, lineage[0].line, "names no USER: the service runs as root")
    elif user.said.partition(":")[0].strip().lower() in _ROOT:
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
        known |= {stage.name} if stage.name else set()


def is_pinned(base: str) -> bool:
    """Whether an image is named by a digest or by a tag with a version in it."""
    if "@sha256:" in base:
        return True
    _, _, tag = base.rpartition("/")[2].partition(":")
    return bool(re.search(r"\d", tag)) and "$" not in tag


def _secrets(name: str, one: Instruction) -> Iterator[Flaw]:
    match one.name:
        case "ENV" | "ARG":
            for variable, value in assigned(one):
                if is_secret(variable) and (value or one.name == "ARG"):
                    text = f"{one.name} {variable[:80]}: who has the image can read it"
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


def _whole(name: str, one: Instruction) -> Flaw:
    text = f"{one.name} of the whole context: no .dockerignore keeps .env and .git out of the image"
    return _flaw("secret", name, one.line, text)


def is_secret(variable: str) -> bool:
    """Whether a variable holds a secret, by its name."""
    return bool(_SECRET.search(variable)) and not _HARMLESS.search(variable)


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

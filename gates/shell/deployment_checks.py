"""What a target file says of its deployment that cannot be."""

from collections.abc import Iterator

from gates.core.deployed import COMMIT
from gates.core.target import Target
from gates.shell.network import allow_list
from gates.shell.origins import Refused
from gates.shell.problems import KeyPath, Trouble


def troubles(target: Target) -> Iterator[Trouble]:
    """Everything wrong with [staging] and [pipeline]."""
    yield from _staging(target)
    yield from _pipeline(target)


def named_files(target: Target) -> Iterator[tuple[KeyPath, str]]:
    """The files that [deployment] names, each with its key."""
    for key in ("dockerfiles", "compose", "alerts", "dashboards"):
        names = getattr(target.deployment, key)
        yield from ((("deployment", key, index), text) for index, text in enumerate(names))


def _staging(target: Target) -> Iterator[Trouble]:
    staging = target.staging
    if staging is None:
        return
    try:
        allow_list(staging.url, target.service.allow if target.service else ())
    except Refused as refused:
        allowed = "an address of this machine, or one whose origin is in service.allow"
        yield Trouble(path=("staging", "url"), message=str(refused), allowed=allowed)
    if bool(staging.header) == bool(staging.pointer):
        found = "both header and pointer" if staging.header else "neither header nor pointer"
        yield Trouble(path=("staging",), message=f"has {found}", allowed="exactly one of them")
    if staging.pointer and not staging.pointer.startswith("/"):
        found = f"found {staging.pointer[:80]!a}"
        allowed = "a JSON pointer into the answer, as /commit"
        yield Trouble(path=("staging", "pointer"), message=found, allowed=allowed)
    yield from _positive(("staging", "deadline_s"), staging.deadline_s)


def _pipeline(target: Target) -> Iterator[Trouble]:
    pipeline = target.pipeline
    if pipeline is None:
        return
    if not any(COMMIT in word for word in pipeline.command):
        message = f"{COMMIT} stands nowhere in it: the status of which commit?"
        hint = f'as ["gh", "run", "list", "--commit", "{COMMIT}", …]'
        yield Trouble(path=("pipeline", "command"), message=message, hint=hint)
    yield from _positive(("pipeline", "deadline_s"), pipeline.deadline_s)


def _positive(path: KeyPath, number: float) -> Iterator[Trouble]:
    if not number > 0:
        yield Trouble(path=path, message=f"found {number:g}", allowed="more than 0")

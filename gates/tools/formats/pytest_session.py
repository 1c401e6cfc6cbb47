"""How a pytest session went, as gates/probes/run_pytest.py saw it from inside.

The proof of a clean end: it is written after pytest has returned. And what the JUnit file does not
hold: node ids, attempts of tests that were run again, workers that were lost, options in force.
"""

import re

import msgspec

from gates.tools.formats import strict_json
from gates.tools.formats.junit import Outcome, Test
from gates.tools.formats.strict_json import Count

Key = tuple[str, str]
SHOWN = 5  # names of workers and tests in one sentence


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """What the program wrote. `attempts` holds every test that did not just pass or skip."""

    exit_code: int
    collected: Count
    missing: tuple[str, ...]  # collected, and no outcome was told
    deselected: Count  # not counted in worker processes
    workers: Count  # processes of pytest-xdist that began
    lost: tuple[str, ...]  # those that did not come to the end of their session
    attempts: dict[str, tuple[Outcome, ...]]
    addopts: tuple[str, ...]  # options that the target's settings add
    switched_off: tuple[str, ...]  # those of them that do not count here
    interrupted: str  # who ended the session before its time
    child_processes: bool  # whether their coverage is counted


def read(data: bytes | None) -> Session:
    """Read the file. Raises ParseError."""
    return strict_json.decode_as(data, Session, what="how the tests went")


def key(node_id: str) -> Key:
    """Class name and name under which pytest's JUnit file has a test."""
    path, bracket, parameters = node_id.partition("[")
    names = path.split("::")
    names[0] = re.sub(r"\.py$", "", names[0].replace("/", "."))
    names[-1] += bracket + parameters
    return ".".join(names[:-1]), names[-1]


def node_ids(session: Session) -> dict[Key, str]:
    """The tests of the session by their names in the JUnit file."""
    return {key(node_id): node_id for node_id in session.attempts}


def node_id(test: Test, known: dict[Key, str]) -> str:
    """The node id of a test, with its parameters: as told, else put together from its names."""
    if told := known.get((test.classname, test.name)):
        return told
    module = re.sub(r"\.py$", "", test.file).replace("/", ".")
    classes = test.classname.removeprefix(module).strip(".").split(".")
    return "::".join(part for part in (test.file, *classes, test.name) if part)


def flaky(attempts: tuple[Outcome, ...]) -> bool:
    """Whether a test failed first and passed in the end."""
    failed = {Outcome.FAILED, Outcome.ERROR} & set(attempts)
    return bool(attempts) and attempts[-1] is Outcome.PASSED and bool(failed)


def gaps(session: Session) -> tuple[str, ...]:
    """What was to run and did not come to its end, one sentence each."""
    said = [f"a worker process was lost: {lost}" for lost in session.lost[:SHOWN]]
    if session.interrupted:
        said.append(f"the session was ended before its time: {session.interrupted}")
    if missing := session.missing:
        named = ", ".join(missing[:SHOWN])
        said.append(f"{len(missing)} of {session.collected} collected tests did not run: {named}")
    return tuple(said)


def notes(session: Session, skipped: int) -> tuple[str, ...]:
    """What the target's settings change, and what did not run for it."""
    options = " ".join(session.addopts)
    off = ", ".join(session.switched_off)
    said = {
        f"addopts of the target: {options}": session.addopts,
        f"switched off for this run: {off}": session.switched_off,
        f"{session.deselected} tests deselected by the target's settings": session.deselected,
        f"{skipped} tests skipped": skipped,
        "coverage of child processes is not counted: that needs coverage 7.13 or newer in the "
        "target environment": not session.child_processes,
    }
    return tuple(text for text, applies in said.items() if applies)

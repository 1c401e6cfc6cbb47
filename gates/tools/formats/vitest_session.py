"""What Vitest's JUnit file leaves out, as gates/node/vitest_session.mjs tells it."""

import posixpath

import msgspec

from gates.tools.formats import junit, node, scope, strict_json
from gates.tools.formats.junit import Outcome
from gates.tools.formats.strict_json import Count


class Told(msgspec.Struct, frozen=True):
    """One test: absolute file, "suite > name", its line (0: unknown), how often it was retried."""

    file: str
    name: str
    line: Count = 0
    retries: Count = 0


class Session(msgspec.Struct, frozen=True):
    """A run that came to its end; `errors` happened outside of any test."""

    tests: tuple[Told, ...]
    errors: tuple[str, ...] = ()


def read(data: bytes | None) -> Session:
    """Read the session's file. Raises ParseError."""
    return strict_json.decode_as(data, Session, what="Vitest's session")


def completed(
    tests: tuple[junit.Test, ...], session: Session, surroundings: node.Surroundings
) -> tuple[junit.Test, ...]:
    """The tests of the JUnit file with their place in the tree and every attempt."""
    known = {(one.file, one.name): one for one in session.tests}
    return tuple(_completed(test, known, surroundings) for test in tests)


def _completed(
    test: junit.Test, known: dict[tuple[str, str], Told], surroundings: node.Surroundings
) -> junit.Test:
    file = posixpath.normpath(posixpath.join(surroundings.package, test.classname))
    told = known.get((file, test.name), Told(file, test.name))
    failed = (Outcome.FAILED,) * told.retries
    return msgspec.structs.replace(
        test,
        file=scope.relative(file, surroundings.tree),
        line=told.line,
        attempts=(*failed, *test.attempts),
    )

"""What was sent, what came back, and what was made: the values that the probes hand around."""

import msgspec

from gates.core.documented import Documented
from gates.core.openapi import JSON
from gates.core.ownership import Resource
from gates.shell.network import Response

NO_ANSWER = Response(status=0, headers=(), body=b"", elapsed_s=0.0)


class Thing(msgspec.Struct, frozen=True, kw_only=True):
    """An object that somebody made: the ids on its path, and the text planted in it."""

    resource: Resource
    ids: dict[str, str]
    identity: str
    canary: str = ""
    answer: JSON = None
    sent: JSON = None
    is_account: bool = False  # the account of the identity itself

    @property
    def id(self) -> str:
        """Its own id."""
        return self.ids[self.resource.shape]


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """One request of a test and its answer; `path` and `body` for whoever repeats it."""

    op: Documented
    identity: str | None
    answer: Response
    path: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    @property
    def status(self) -> int:
        """0 where no answer came."""
        return self.answer.status

    @property
    def fine(self) -> bool:
        """Whether it was a success."""
        return 200 <= self.answer.status < 300

    @property
    def value(self) -> JSON:
        """The body as JSON, None where it is none."""
        return value_of(self.answer)

    @property
    def text(self) -> str:
        """The body as text."""
        return self.answer.body.decode("utf-8", "replace")


def value_of(answer: Response) -> JSON:
    """The body as JSON, None where it is none."""
    try:
        value: JSON = msgspec.json.decode(answer.body)
    except (msgspec.DecodeError, RecursionError):
        return None
    return value

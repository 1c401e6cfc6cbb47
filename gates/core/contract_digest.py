"""What one run of the contract gate came to: few kilobytes, without the bodies of answers.

Requests are kept as they would have to be sent again; whatever authenticates reads `[Filtered]`.
"""

import base64

import msgspec

FILTERED = "[Filtered]"
NOT_SENT = ("content-length", "host", "connection", "accept-encoding", "user-agent", "accept")


class Take(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the path that an earlier answer gave: `seen` stands there as it was then."""

    step: int  # from 0
    pointer: str  # JSON pointer into that answer
    seen: str


class Step(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One request. `body` is base64; `status` is that of its answer, 0 if none came."""

    operation: str
    method: str
    path: str  # with base path and query
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    status: int = 0
    takes: tuple[Take, ...] = ()

    @property
    def data(self) -> bytes:
        """The bytes of the body."""
        return base64.b64decode(self.body)

    @property
    def size(self) -> int:
        """Characters of the request."""
        return len(self.path) + len(self.body) + sum(len(n) + len(v) for n, v in self.headers)


class Caught(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Failures of one operation, rule and cause, by the smallest requests that show them."""

    operation: str
    rule: str
    check: str
    cause: str
    title: str
    detail: str
    severity: str
    steps: tuple[Step, ...]
    times: int = 1

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it the same failure in another run."""
        return self.operation, self.rule, self.cause

    @property
    def order(self) -> tuple[int, int, str, str]:
        """Smaller is easier to read."""
        size = sum(one.size for one in self.steps)
        last = self.steps[-1:]
        return len(self.steps), size, *((last[0].path, last[0].body) if last else ("", ""))


class Tally(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of the requests to one operation."""

    operation: str
    protected: bool = False
    answers: dict[str, int] = {}  # status → how many
    unanswered: int = 0
    followed: int = 0  # links to it that were followed
    failed_links: int = 0  # of them, with a failed check

    @property
    def answered(self) -> int:
        """Requests that got an answer."""
        return sum(self.answers.values())

    @property
    def only_refused(self) -> bool:
        """Whether no request got past the door, though it came with credentials."""
        return self.protected and bool(self.answers) and self.answers.keys() <= {"401", "403"}


class Spared(msgspec.Struct, frozen=True, order=True):
    """A failure that is not counted, and why."""

    rule: str
    reason: str
    operation: str


class Digest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One run as one identity with one seed."""

    identity: str = ""
    seed: int = 0
    finished: bool = False
    requests: int = 0
    operations: tuple[Tally, ...] = ()
    excluded: dict[str, str] = {}  # operation → reason
    refusals: dict[str, str] = {}
    caught: tuple[Caught, ...] = ()
    codes: tuple[str, ...] = ()  # of all failures, also of those that do not count
    spared: tuple[Spared, ...] = ()
    troubles: dict[str, str] = {}  # operation → why it could not be asked
    last: str = ""  # the last request that was sent
    session: str = ""  # "" | refused | ended
    session_detail: str = ""
    problem: str = ""  # why the events cannot be read

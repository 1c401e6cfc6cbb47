"""What the parts of the resilience probe share: what can be asked, and how it answers at once."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec

from gates.core.behaviour import Upstream
from gates.core.documented import Documented, Made
from gates.core.model import Finding, Severity
from gates.probes._caller import DEFAULT, Caller
from gates.shell.network import NetworkError, request

TOOL = "resilience"
AT_ONCE = 8


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """The input beside that of the caller."""

    base_url: str
    health: str
    readiness: str = "/ready"
    metrics: str = "/metrics"
    document: str = ""
    control: str = ""
    upstreams: tuple[Upstream, ...] = ()
    operations: tuple[str, ...] = ()  # paths of the expected load, to read
    answer_s: float = 5.0  # in which everything has to be answered, whatever is away
    slow_s: float = 0.5  # what a slow upstream takes longer for each answer
    recover_s: float = 10.0  # until all is well again
    burst_s: float = 3.0
    connections: int = 200


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """Something to read."""

    label: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a question; status 0: `problem` says why there is none."""

    question: Question
    status: int = 0
    problem: str = ""
    elapsed_s: float = 0.0

    @property
    def fine(self) -> bool:
        """Whether it was a success."""
        return 200 <= self.status < 400

    @property
    def served(self) -> bool:
        """Whether it was a success, or refused by a limit, which is no failure."""
        return self.fine or self.status == 429

    @property
    def words(self) -> str:
        """What was found, for people."""
        return f"status {self.status}" if self.status else self.problem


class Flaw(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """One violation."""

    metric: str
    rule: str
    subject: str
    message: str
    fix: str
    path: str = ""


def headers_of(caller: Caller) -> tuple[tuple[str, str], ...]:
    """What authenticates the default identity."""
    known = caller.identities.get(DEFAULT)
    return tuple(known.headers.items()) if known else ()


def ask_all(given: Given, questions: Iterable[Question]) -> tuple[Heard, ...]:
    """Every answer, asked side by side: one that hangs does not keep the others waiting."""

    def one(question: Question) -> Heard:
        return ask(given.base_url, question, given.answer_s)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return tuple(pool.map(one, questions))


def ask(base_url: str, question: Question, seconds: float) -> Heard:
    """One answer."""
    try:
        answer = request(
            "GET",
            base_url + question.path,
            allow=(base_url,),
            headers=question.headers,
            deadline_s=seconds,
            max_bytes=16 * 2**20,
        )
    except NetworkError as error:
        return Heard(question=question, problem=error.kind.value, elapsed_s=seconds)
    return Heard(question=question, status=answer.status, elapsed_s=answer.elapsed_s)


def question(op: Documented, made: Made, auth: tuple[tuple[str, str], ...]) -> Question:
    """An operation as something to read, as the default identity."""
    return Question(label=op.label, path=made.path, headers=(*auth, *made.headers))


def finding(flaw: Flaw) -> Finding:
    """The flaw as it is reported."""
    return Finding(
        tool=TOOL,
        rule=flaw.rule,
        severity=Severity.MEDIUM,
        message=flaw.message,
        fix=flaw.fix,
        reproduce=f'curl -si "$BASE_URL"{flaw.path}' if flaw.path else "",
        context=flaw.subject,
        metric=flaw.metric,
    )


def read_given(given: dict[str, Any]) -> Given:
    """The part of the input that is ours."""
    return msgspec.convert(given, Given)

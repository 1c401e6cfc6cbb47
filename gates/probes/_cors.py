"""Asks as a page of another origin would: a foreign one, none, and ones that look like a friend."""

from collections.abc import Callable, Iterable, Iterator

import msgspec

from gates.core import security_headers
from gates.core.security_headers import FOREIGN_ORIGIN, Flaw, Headers
from gates.probes._answers import Sample
from gates.shell.network import NetworkError, Response

Ask = Callable[[Sample, Headers], Response]
MOST_FRIENDS = 3
_PREFLIGHT = (
    ("Access-Control-Request-Method", "GET"),
    ("Access-Control-Request-Headers", "authorization"),
)


class Trial(msgspec.Struct, frozen=True):
    """One request of another origin, its answer, and what is wrong with that."""

    sample: Sample
    extra: Headers
    answer: Response
    flaws: tuple[Flaw, ...]


def trials(ask: Ask, asked: Iterable[Sample], friends: Iterable[str]) -> Iterator[Trial]:
    """Each request with each origin, and its preflight; no lookalike where all are let in."""
    known = list(friends)
    for sample in asked:
        foreign = [*_both(ask, sample, FOREIGN_ORIGIN)]
        yield from foreign
        if any(trial.flaws for trial in foreign):
            continue
        answered = [*known, *_named(trial.answer for trial in foreign)]
        alike = (one for friend in dict.fromkeys(answered[:MOST_FRIENDS]) for one in _alike(friend))
        for origin in ("null", *dict.fromkeys(alike)):
            yield from _both(ask, sample, origin)


def _alike(friend: str) -> tuple[str, ...]:
    return security_headers.lookalikes(friend)


def _both(ask: Ask, sample: Sample, origin: str) -> Iterator[Trial]:
    own = ("Origin", origin)
    for method, extra in ((sample.method, (own,)), ("OPTIONS", (own, *_PREFLIGHT))):
        changed = msgspec.structs.replace(sample, method=method, body=b"")
        try:
            answer = ask(changed, extra)
        except NetworkError:
            continue  # the request itself was answered: a refused preflight is no leak
        yield Trial(changed, extra, answer, security_headers.cors_flaws(answer.headers, origin))


def _named(answers: Iterable[Response]) -> Iterator[str]:
    """Origins that the service lets in whoever asks: one that is trusted."""
    for answer in answers:
        for value in security_headers.values(answer.headers, "Access-Control-Allow-Origin"):
            if value not in ("*", "null", ""):
                yield value

"""Asks a few questions over and over, beside whatever else goes on, and counts the good answers.

Each is asked on a connection of its own at its instant, whether or not the one before is answered:
an outage is not hidden by waiting for it.
"""

import math
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import groupby

import msgspec

from gates.core.model import Finding, Measurement, Series, Severity
from gates.probes._enduring import Heard, Question, ask

PERCENT = "availability.percent"
AT_ONCE = 64
LEAST = 60  # probes, to speak of a share
SURE = 0.95


class Probe(msgspec.Struct, frozen=True, kw_only=True):
    """One question at one instant (seconds, of any zero), and what came of it."""

    at: float
    label: str
    fine: bool
    words: str = ""


class Prober:
    """Sends probes from threads of its own. An answer that comes after `seconds` is none."""

    def __init__(self, base_url: str, questions: tuple[Question, ...], seconds: float) -> None:
        self._base_url, self._questions, self._seconds = base_url, questions, seconds
        self._pool = ThreadPoolExecutor(AT_ONCE)
        self._sent: list[tuple[float, Future[Heard]]] = []

    def look(self, instant: float) -> None:
        """Ask every question once, without waiting for the answers."""
        for one in self._questions:
            future = self._pool.submit(ask, self._base_url, one, self._seconds)
            self._sent.append((instant, future))

    def results(self) -> tuple[Probe, ...]:
        """Wait for the last answers; every probe by instant."""
        self._pool.shutdown()
        return tuple(_probe(at, future.result()) for at, future in self._sent)


def _probe(at: float, heard: Heard) -> Probe:
    return Probe(at=at, label=heard.question.label, fine=heard.served, words=heard.words)


def share(probes: Sequence[Probe]) -> Measurement:
    """The share of good answers in per cent; none of too few probes."""
    count = len(probes)
    if count < LEAST:
        why = f"{count} probes during the load (at least {LEAST}): lengthen duration_s"
        return Measurement(value=None, why=why, samples=count, needed=LEAST)
    failed = sum(not one.fine for one in probes)
    if failed:
        said = f"{failed} of {count} probes failed; the longest outage {longest_s(probes):.1f} s"
    else:
        least = 100 * math.exp(math.log(1 - SURE) / count)
        said = f"none of {count} probes failed: with 95 % confidence at least {least:.2f} %"
    labels = ", ".join(dict.fromkeys(one.label for one in probes))
    value = 100 * (count - failed) / count
    return Measurement(value=value, samples=count, detail=f"{said} ({labels})")


def longest_s(probes: Iterable[Probe]) -> float:
    """The longest outage of one question: from its first failed probe to the next that succeeds.

    One that is still going on counts to the last probe.
    """
    longest = 0.0
    for _, asked in groupby(sorted(probes, key=lambda one: (one.label, one.at)), _label):
        began: float | None = None
        for one in asked:
            if began is not None:
                longest = max(longest, one.at - began)
            began = None if one.fine else one.at if began is None else began
    return longest


def findings(probes: Sequence[Probe], tool: str) -> tuple[Finding, ...]:
    """Each question that was not always answered well.

    They name no metric: a share is no count that an excused finding could be taken from.
    """
    found = []
    for label, asked in groupby(sorted(probes, key=_label), _label):
        every = tuple(asked)
        failed = [one for one in every if not one.fine]
        if failed:
            text = (
                f"{label}: found {len(failed)} of {len(every)} probes without a good answer under "
                f"the expected load, the first with {failed[0].words}, the longest outage "
                f"{longest_s(every):.1f} s; allowed: an answer to each"
            )
            found.append(_finding(label, text, tool))
    return tuple(found)


def _finding(label: str, text: str, tool: str) -> Finding:
    return Finding(
        tool=tool,
        rule="availability.outage",
        severity=Severity.MEDIUM,
        message=text,
        fix="Look into the service's log at that time for restarts, pauses and full pools.",
        context=label,
    )


def curve(probes: Sequence[Probe], opening: float) -> Series:
    """The share of good answers by second."""
    points = []
    for second, asked in groupby(probes, lambda one: int(one.at - opening)):
        every = tuple(asked)
        points.append((second + 0.5, 100 * sum(one.fine for one in every) / len(every)))
    return Series(name="availability over time", x_unit="s", y_unit="%", points=tuple(points))


def _label(probe: Probe) -> str:
    return probe.label

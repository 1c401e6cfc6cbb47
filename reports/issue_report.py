"""Tells of a change of verdict as the title and the text of an issue: Markdown, at most 64 KiB."""

from collections.abc import Iterator

import msgspec

from gates.core.model import Scorecard, Verdict
from reports.diff import Change, change
from reports.markdown_text import cell, code, words
from reports.numbers import number
from reports.visible import line
from reports.words import decided_by, instant

MOST = 60_000  # characters; GitHub takes 65,536
_GATES, _STEPS, _LONG = 50, 20, 300
_GOOD = frozenset({Verdict.PASS, Verdict.WARN})


class Issue(msgspec.Struct, frozen=True, kw_only=True):
    """The title, plain text on one line, and the text."""

    title: str
    text: str


def render(card: Scorecard, before: Scorecard | None, url: str = "") -> Issue | None:
    """Return what to tell of a run after another one, None where the verdict is the same.

    Without an earlier run only a verdict that is not good is told.
    """
    if card.verdict is (before.verdict if before else None) or not (before or _is_bad(card)):
        return None
    was = f"{before.verdict.value} → " if before else ""
    title = f"{line(card.target.name, 80)}: {was}{card.verdict.value}"
    lines = [*_head(card, before, url), *_changes(change(before, card) if before else None)]
    lines += _next(card)
    return Issue(title=title, text="\n".join(_within(lines)) + "\n")


def _is_bad(card: Scorecard) -> bool:
    return card.verdict not in _GOOD


def _head(card: Scorecard, before: Scorecard | None, url: str) -> Iterator[str]:
    yield f"**{card.verdict.value}:** {words(decided_by(card), _LONG)}"
    yield ""
    yield from (f"* {name}: {told}" for name, told in _facts(card, before) if told)
    if url:
        yield f"* the run: <{url}>"
    yield ""


def _facts(card: Scorecard, before: Scorecard | None) -> Iterator[tuple[str, str]]:
    yield "revision", code(card.target.revision, 80)
    yield "began", instant(card.run.started_at)
    if before:
        earlier = f"{before.verdict.value} of {instant(before.run.started_at)}, "
        yield "before", earlier + code(before.target.revision, 80)


def _changes(told: Change | None) -> Iterator[str]:
    if told is None:
        return
    yield from (f"* {words(note, _LONG)}" for note in told.notes)
    if told.gates:
        yield from ("", "| gate | before | now | why |", "|---|---|---|---|")
    for gate in told.gates[:_GATES]:
        states = f"{gate.before or '–'} | {gate.after or '–'}"
        yield f"| {cell(gate.id, 80)} | {states} | {cell(gate.why, _LONG)} |"
    if len(told.gates) > _GATES:
        yield from ("", f"and {number(len(told.gates) - _GATES)} more")
    yield ""
    yield f"Findings: {number(len(told.new))} new, {number(len(told.fixed))} fixed."
    yield ""


def _next(card: Scorecard) -> Iterator[str]:
    if card.next_steps and _is_bad(card):
        yield "**Do next**"
        yield ""
        yield from (f"1. {code(step, _LONG)}" for step in card.next_steps[:_STEPS])


def _within(lines: list[str]) -> Iterator[str]:
    room = MOST
    for one in lines:
        room -= len(one) + 1
        if room < 0:
            yield "… cut: the rest is in the report"
            return
        yield one

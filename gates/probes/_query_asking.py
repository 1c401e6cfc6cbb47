"""Asks the operations of a service under traces of our own, and waits for their spans."""

import secrets
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from gates.core.documented import Documented, Made
from gates.core.query_findings import Asking
from gates.core.spans import Span, Window, is_complete, lines, of_requests
from gates.core.statements import Said, normalised, said
from gates.probes._caller import DEFAULT, Exhausted
from gates.probes._query_recipes import Recipe, count, recipes, request
from gates.probes._world import World
from gates.shell.network import NetworkError, Response

PAUSE_S = 0.05
QUIET_S = 6.0  # an exporter of the SDK sends every 5 s if nobody says otherwise
LONGEST_WAIT_S = 15.0


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One request that succeeded, and when."""

    recipe: Recipe
    window: Window
    entries: int | None = None


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """What requests led to: each with its statements, and how long each statement took."""

    asked: tuple[Asking, ...] = ()
    times_ms: tuple[float, ...] = ()
    texts: dict[str, str] = {}  # the statement as it was sent, by its normalised form
    said: dict[str, Said] = {}
    silent: frozenset[str] = frozenset()  # operations that no request to gave a span


def chosen(world: World) -> tuple[tuple[Recipe, ...], tuple[str, ...]]:
    """How each operation can be asked, and the operations of which no request succeeds."""
    found: list[Recipe] = []
    refused = []
    for op in world.operations:
        try:
            ways = _ways(world, op)
        except Exhausted:
            ways = []
        found += ways
        refused += [] if ways else [op.label]
    return tuple(found), tuple(refused)


def _ways(world: World, op: Documented) -> list[Recipe]:
    """As the first identity that may: as it is, and with each parameter that is fine as well."""
    for identity in _identities(world):
        first, *others = recipes(op, identity)
        plain = msgspec.structs.replace(first, values={}) if first.values else None
        base = next((way for way in (first, plain) if way and _works(world, way)), None)
        if base is not None:
            dropped = first.values.keys() - base.values.keys()
            fitting = [
                msgspec.structs.replace(
                    way, values={k: v for k, v in way.values.items() if k not in dropped}
                )
                for way in others
            ]
            return [base, *(way for way in fitting if _works(world, way))]
    return []


def _identities(world: World) -> list[str | None]:
    known = world.caller.identities
    ranked = sorted(known.items(), key=lambda pair: (pair[0] != DEFAULT, -pair[1].rank))
    return [name for name, _ in ranked] or [None]


def _works(world: World, recipe: Recipe) -> bool:
    made = request(world, recipe)
    answer = _answer(world, recipe, made) if made else None
    return answer is not None and 200 <= answer.status < 300


def _answer(
    world: World, recipe: Recipe, made: Made, headers: tuple[tuple[str, str], ...] = ()
) -> Response | None:
    try:
        return world.caller.ask(
            made.method,
            made.path,
            identity=recipe.identity,
            headers=(*made.headers, *headers),
            body=made.body,
            operation=recipe.op.label,
        )
    except NetworkError:
        return None


def ask(world: World, ways: Iterable[Recipe], times: int) -> tuple[Call, ...]:
    """Ask each operation some times, once with each parameter; what fails is left out."""
    return tuple(_calls(world, ways, times))


def _calls(world: World, ways: Iterable[Recipe], times: int) -> Iterator[Call]:
    for way in ways:
        for _ in range(1 if way.is_variant else times):
            try:
                made = request(world, way)
                call = called(world, way, made) if made else None
            except Exhausted:
                return
            if call is not None:
                yield call


def called(world: World, way: Recipe, made: Made) -> Call | None:
    """One request under a trace of its own; None where it fails. Raises Exhausted."""
    trace, span = secrets.token_hex(16), secrets.token_hex(8)
    begin_ns = time.time_ns()
    answer = _answer(world, way, made, (("traceparent", f"00-{trace}-{span}-01"),))
    if answer is None or not 200 <= answer.status < 300:
        return None
    window = Window(trace=trace, span=span, begin_ns=begin_ns, end_ns=time.time_ns())
    return Call(recipe=way, window=window, entries=count(answer))


def awaited(
    file: Path, calls: Sequence[Call], silent: frozenset[str] = frozenset()
) -> tuple[Span, ...]:
    """Every span so far, once those of the calls are all there or nothing comes any more.

    For those of `silent` operations nobody waits.
    """
    deadline = time.monotonic() + LONGEST_WAIT_S
    quiet_since, size = time.monotonic(), -1
    heard = [call for call in calls if call.recipe.op.label not in silent]
    open_ones = {call.window.trace: call.window for call in heard}
    spans: list[Span] = []
    with file.open("rb") as stream:
        while time.monotonic() < deadline:
            new = list(lines(stream.readlines()))
            spans += new
            for one in new:
                window = open_ones.get(one.trace)
                if window is not None and is_complete((one,), window):
                    del open_ones[one.trace]
            if not open_ones:
                break
            now = file.stat().st_size
            if now != size:
                quiet_since, size = time.monotonic(), now
            elif time.monotonic() - quiet_since > QUIET_S:
                break
            time.sleep(PAUSE_S)
    return tuple(spans)


def answered(calls: Sequence[Call], spans: Sequence[Span], size: int) -> Answered:
    """What the calls led to, by their spans."""
    found = of_requests(spans, [call.window for call in calls])
    asked, times, texts, known = [], [], {}, {}
    for call, own in zip(calls, found, strict=True):
        statements = []
        for span in own:
            text = normalised(span.statement)
            if text and text not in known:
                known[text] = said(span.statement)
                texts[text] = span.statement
            if text and known[text].kind != "other":
                statements.append(text)
                times.append(span.ms)
        asked.append(
            Asking(
                operation=call.recipe.name,
                size=size,
                statements=tuple(statements),
                entries=call.entries,
                page=call.recipe.page,
            )
        )
    return Answered(
        asked=tuple(asked),
        times_ms=tuple(times),
        texts={text: sql for text, sql in texts.items() if known[text].kind != "other"},
        said=known,
        silent=frozenset(call.recipe.op.label for call in calls)
        - {call.recipe.op.label for call, own in zip(calls, found, strict=True) if own},
    )

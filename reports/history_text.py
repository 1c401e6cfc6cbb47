"""The history of a target as text: a table of the runs, what happened, and where numbers go."""

from collections.abc import Iterable, Iterator, Sequence

from reports.history_story import Story
from reports.numbers import duration, number, with_unit
from reports.recorded import Recorded
from reports.trends import FEWEST, Trend, moving
from reports.visible import line

HEAD = ("began", "run", "revision", "branch", "profile", "verdict", "score", "took", "not held")
NUMBERS = ("number", "now", "bound", "per run", "runs", "")
MOST_NAMED = 4
MOST_LISTED = 12


def text(story: Story, where: str) -> str:
    """The whole story, a line each."""
    return "".join(f"{line(each)}\n" for each in lines(story, where))


def lines(story: Story, where: str) -> Iterator[str]:
    """The lines of the story."""
    if not story.total:
        yield f"{story.target or 'history'}: no run in {where}: run gatescore run first"
        return
    since = f" since {story.first}" if story.first else ""
    yield f"{story.target}: {counted(story.total, 'run')}, {story.complete} whole{since} ({where})"
    yield ""
    yield from table((HEAD, *(cells(run) for run in story.shown)))
    yield from section(
        "Did not end", (f"{one.started_at} {one.run} {one.told}" for one in story.unended)
    )
    yield from section("Missing", (one.told for one in story.gaps))
    yield from section("Of the future", story.ahead)
    yield from section("Flaky", (one.told for one in story.flaky))
    yield from section("Time to green", (story.time_to_green,) if story.time_to_green else ())
    yield from numbers(story)


def counted(count: int, word: str) -> str:
    """A number of things."""
    return f"{number(count)} {word}{'s' * (count != 1)}"


def section(title: str, entries: Iterable[str]) -> Iterator[str]:
    """A heading and its entries, the last ones of many; nothing where there are none."""
    every = tuple(entries)
    if not every:
        return
    yield ""
    yield f"{title}:"
    if len(every) > MOST_LISTED:
        yield f"  {len(every) - MOST_LISTED} earlier ones (--format json has them all)"
    yield from (f"  {entry}" for entry in every[-MOST_LISTED:])


def numbers(story: Story) -> Iterator[str]:
    """Where the score, the key numbers and whatever is about to break go."""
    found = tuple(moving(story.trends))
    if not found:
        return
    yield ""
    of = f" of profile {story.profile}" if story.profile else ""
    yield f"Trends (runs{of}; a slope needs {FEWEST}):"
    yield from table((NUMBERS, *(figures(one) for one in found)))


def cells(run: Recorded) -> tuple[str, ...]:
    """One run as cells."""
    took = "—" if run.seconds is None else duration(run.seconds)
    score = "—" if run.score is None else number(run.score)
    changed = "+" if run.dirty else ""
    return (
        run.started_at,
        run.run,
        run.revision[:12] + changed,
        run.branch or "—",
        run.profile or "—",
        verdict(run),
        score,
        took,
        unheld(run),
    )


def verdict(run: Recorded) -> str:
    """The verdict, with a word where the run was not whole."""
    if not run.complete:
        return "not ended"
    return f"{run.verdict} (partial)" if run.partial else run.verdict


def unheld(run: Recorded) -> str:
    """The gates that failed or could not be judged."""
    named = [gate for gate, status in run.gates.items() if status in ("FAIL", "ERROR")]
    more = len(named) - MOST_NAMED
    return ", ".join(named[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def figures(one: Trend) -> tuple[str, ...]:
    """One trend as cells."""
    slope = "—" if one.slope is None else f"{one.slope.per_run:+.3g}"
    return one.id, with_unit(one.last, one.unit), one.bound or "—", slope, str(one.runs), one.told


def table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Rows in columns."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  " + "  ".join(padded).rstrip()

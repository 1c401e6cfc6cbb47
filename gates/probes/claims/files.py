"""Checks claims on files: there, in the diff, about so long; evidence decodes and is not old."""

from collections.abc import Iterator

from gates.core.claims.log import Claim
from gates.core.claims.named_files import NamedFile, named_file, named_files
from gates.core.claims.tags import Kind
from gates.probes.claims import evidence
from gates.probes.claims.difference import Changed, lines_of
from gates.probes.claims.outcome import Outcome, State
from gates.probes.claims.tree import Absent, Blocked, TooLarge
from gates.probes.claims.world import World, outcome

_MEND = "Mend the line of the log, or do what it says."


def check(claim: Claim, world: World) -> Iterator[Outcome]:
    """Yield what became of each file that a claim names; it has to be of a kind for files."""
    return (_checked(claim, named, world) for named in named_files(claim.text))


def _checked(claim: Claim, named: NamedFile, world: World) -> Outcome:
    try:
        found = _problem(claim, named, world)
    except Blocked as error:
        found = State.FALSE, "path-outside", f"not looked at: {error}"
    except TooLarge as error:
        found = State.OPEN, "too-large", f"not looked at: {error}"
    except Absent as error:
        found = State.FALSE, "file-missing", str(error)
    if found is None:
        return outcome(claim, State.HOLDS, "holds", _seen(claim, named, world))
    state, rule, text = found
    return outcome(claim, state, rule, text, _MEND)


Problem = tuple[State, str, str]


def _problem(claim: Claim, named: NamedFile, world: World) -> Problem | None:
    kind = world.now.kind(named.path)
    if claim.kind is Kind.DELETED:
        return _still_there(named, kind) or _not_deleted(claim, named, world)
    if not kind:
        if _gone_later(claim, named, world):
            return None
        return State.FALSE, "file-missing", f'there is no "{named.path}"; names are taken literally'
    if kind != "f":
        return State.FALSE, "file-missing", f'"{named.path}" is no file'
    if claim.kind is Kind.EVIDENCE:
        return _no_evidence(claim, named, world)
    return _not_in_diff(claim, named, world) or _other_length(claim, named, world)


def _seen(claim: Claim, named: NamedFile, world: World) -> str:
    """What there is, for a claim that holds."""
    if not world.now.kind(named.path):
        return "it is not there"
    if claim.kind is Kind.EVIDENCE:
        return f"it can be read, and is not older than {', '.join(_shown(claim, world))}"
    count = len(lines_of(world.now.read(named.path)))
    where = f", {world.diff[named.path].state}" if _changed(named, world) and world.diff else ""
    base = "" if world.checks_diff(claim) else "; not looked for in the diff: " + _why(world)
    return f"{count} lines{where}{base}"


def _why(world: World) -> str:
    return "there is no base" if world.diff is None else "the log said so at the base already"


def _changed(named: NamedFile, world: World) -> Changed | None:
    return (world.diff or {}).get(named.path)


def _still_there(named: NamedFile, kind: str) -> Problem | None:
    return (State.FALSE, "file-there", f'"{named.path}" is still there') if kind else None


def _not_deleted(claim: Claim, named: NamedFile, world: World) -> Problem | None:
    if world.checks_diff(claim) and not _changed(named, world):
        return State.FALSE, "not-in-diff", f'"{named.path}" was not there at the base either'
    return None


def _gone_later(claim: Claim, named: NamedFile, world: World) -> bool:
    """Whether a later line of the log says that the file was taken away again."""
    return any(other.kind is Kind.DELETED for other in _after(claim, named, world))


def _after(claim: Claim, named: NamedFile, world: World) -> Iterator[Claim]:
    same = world.named.claims.get((claim.source, named.path), ())
    return (other for other in same if other.line > claim.line)


def _not_in_diff(claim: Claim, named: NamedFile, world: World) -> Problem | None:
    if not world.checks_diff(claim):
        return None
    changed = _changed(named, world)
    if changed is None:
        text = f'"{named.path}" is the same as at the base revision'
        return State.FALSE, "not-in-diff", text
    if claim.kind is Kind.CREATED and changed.state != "created":
        return State.FALSE, "not-created", f'"{named.path}" was there at the base: it was modified'
    return None


def _other_length(claim: Claim, named: NamedFile, world: World) -> Problem | None:
    if named.lines is None or _is_touched_later(claim, named, world):
        return None
    count = len(lines_of(world.now.read(named.path)))
    ranges = [(count, count)]
    changed = _changed(named, world)
    if claim.kind is Kind.MODIFIED and changed:
        ranges.append((max(changed.added, changed.removed), changed.added + changed.removed))
    if any(world.bounds.about(named.lines, low, high) for low, high in ranges):
        return None
    counts = " or ".join(str(high) for _, high in ranges)
    bounds = world.bounds
    allowed = f"{bounds.tolerance_lines} lines or {bounds.tolerance_percent:g} %"
    text = f'"{named.path}" has {counts} lines, not {named.lines}; {allowed} are allowed'
    return State.FALSE, "line-count", text


def _is_touched_later(claim: Claim, named: NamedFile, world: World) -> bool:
    """Whether a later line of the log says that the file was changed again."""
    made = (Kind.CREATED, Kind.MODIFIED)
    return any(other.kind in made for other in _after(claim, named, world))


def _no_evidence(claim: Claim, named: NamedFile, world: World) -> Problem | None:
    if flaw := evidence.flaw(named.path, world.now.read(named.path, evidence.MOST_BYTES)):
        return State.FALSE, "evidence-unreadable", f'"{named.path}" {flaw}'
    shown = _shown(claim, world)
    if not shown:
        text = "the log does not say what it shows: add an indented line `Shows: PATH`"
        return State.OPEN, "evidence-of-what", text
    for path in shown:
        if problem := _too_old(named.path, path, world):
            return problem
    return None


def _shown(claim: Claim, world: World) -> tuple[str, ...]:
    """The code that evidence shows: as it says, else the files named under the same heading."""
    said = [part for detail in claim.values("shows") for part in detail.value.split(",")]
    if said:
        return tuple(named_file(part).path for part in said if part.strip())
    return world.named.made.get((claim.source, claim.section), ())


def _too_old(evidence_path: str, code: str, world: World) -> Problem | None:
    """Compare the last commits of the two; a file that is not committed yet is newer than any."""
    times = world.times
    if world.now.kind(code) != "f":
        return State.FALSE, "file-missing", f'it shows "{code}", and there is no such file'
    if times.why:
        return State.OPEN, "evidence-age", f"its age is not known: {times.why}"
    if evidence_path in times.uncommitted:
        if code not in times.uncommitted:
            return None
        text = f'neither it nor "{code}" is committed yet: which is older is not known'
        return State.OPEN, "evidence-age", text
    if code in times.uncommitted:
        return State.FALSE, "evidence-old", f'"{code}" has changed since, and is not committed yet'
    made, changed = times.commits.get(evidence_path), times.commits.get(code)
    if made is None or changed is None:
        return State.OPEN, "evidence-age", "its age is not known: the history does not reach so far"
    if made < changed:
        text = f'"{code}" was changed {_span(changed - made)} after it was saved: it shows what was'
        return State.FALSE, "evidence-old", text
    return None


def _span(seconds: int) -> str:
    """A time for people, in the largest unit of which there is one."""
    units = ((86_400, "days"), (3_600, "hours"), (60, "minutes"))
    size, unit = next((one for one in units if seconds >= one[0]), (1, "seconds"))
    return f"{seconds / size:.3g} {unit}"

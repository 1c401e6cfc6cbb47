"""Judge a target: run its gates and write the scorecard."""

import argparse
import dataclasses
import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from gates import formats, outputs
from gates.cli import STDERR, UsageError, discard
from gates.commands import _sharding as sharing
from gates.commands._request import Request, read
from gates.core.attestation import Judged
from gates.core.model import Earlier, PolicyState, RunInfo, Scorecard, TargetState
from gates.core.past import Past
from gates.core.plan import PlannedGate
from gates.core.score import exit_code
from gates.core.validity import VALID_FOR
from gates.runner import concluding, memory, resume, reuse, shards, signing
from gates.runner.cancelling import Cancelling, cancelling
from gates.runner.events import Events
from gates.runner.hosts import HostsError, work
from gates.runner.hosts import add_arguments as add_hosts
from gates.runner.prepare import PrepareError, Wish, cache_folder, session
from gates.runner.record import Record
from gates.runner.session import Session
from gates.shell import branches, git, store
from gates.shell.lifeline import end_with_parent

INCONCLUSIVE = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `gatescore run`."""
    add = parser.add_argument
    add("target", nargs="?", metavar="TARGET", help="folder with a gatescore.toml, or such a file")
    add("--level", type=int, choices=(1, 2, 3), help="run up to this level; it decides")
    add("--gate", action="append", default=[], metavar="ID", help="only this gate (repeatable)")
    add("--policy", default="standard", metavar="NAME|FILE", help="default: standard")
    add("--profile", default="local", choices=("local", "ci", "nightly"), help="amount of work")
    add("--base", default="", metavar="REV", help="revision to compare with")
    add("--base-run", metavar="FILE", help="earlier scorecard.json to compare with")
    add("--history", default="", metavar="URL", help="file or postgresql:// address, or off")
    add("--advisories", default="", metavar="PATH", help="OSV records: a folder or a zip")
    add("--output", metavar="DIR", help="default: .gatescore/runs/<id>")
    add("--format", default="", metavar="NAME,…", help="reports beside the scorecard; default: all")
    add("--fail-fast", action="store_true", help="stop after the first gate that fails")
    add("--fresh", action="store_true", help="take no result over from an earlier run")
    add("--prove", action="store_true", help="every gate has to catch a planted defect first")
    add("--resume", action="store_true", help="keep results in --output DIR that still hold")
    add("--json", action="store_true", help="print the scorecard on stdout")
    owner = "consent to a load on an origin that is not this machine"
    add("--i-own-this-target", action="append", default=[], metavar="ORIGIN", help=owner)
    together = parser.add_argument_group("one run on several machines (gatescore plan)")
    together.add_argument("--plan", metavar="FILE", help="run one shard of this plan")
    together.add_argument("--shard", metavar="ID", help="the shard of --plan")
    add_hosts(parser)


def run(args: argparse.Namespace) -> int:
    """Run the gates; returns the exit code."""
    end_with_parent()
    if args.load_worker is not None:
        return worked(args)
    outputs.require()
    wanted(args)
    assigned = sharing.assigned(args)
    request = read(args)
    if assigned:
        request = sharing.fitting(request, assigned)
    kept = resume.read(Path(args.output) if args.resume and args.output else None)
    return begun(args, request, kept)


def begun(args: argparse.Namespace, request: Request, kept: resume.Kept) -> int:
    """Run what was read in a folder of its own; returns the exit code."""
    try:
        folder = store.RunFolder.create(
            Path.cwd(), Path(args.output) if args.output else None, request.now
        )
    except (store.OutputError, store.OutputBusy, store.StorageError) as error:
        raise UsageError(f"--output: {error}") from error
    with folder, cancelling() as signals:
        try:
            return in_folder(args, request, folder, signals, kept)
        except PrepareError as error:
            raise UsageError(str(error)) from error
        except (store.StorageError, formats.NotKept) as error:
            say(f"gatescore: the results cannot be kept: {error}")
            return signals.code or INCONCLUSIVE


def wanted(args: argparse.Namespace) -> frozenset[str]:
    """The formats to write; the scorecard always is one of them. Raises UsageError."""
    try:
        return formats.chosen(args.format) | {outputs.SCORECARD}
    except formats.FormatError as error:
        raise UsageError(f"--format: {error}") from error


def worked(args: argparse.Namespace) -> int:
    """Load for the run of another machine instead. Raises UsageError."""
    try:
        return work(args, say)
    except HostsError as error:
        raise UsageError(str(error)) from error


def in_folder(
    args: argparse.Namespace,
    request: Request,
    folder: store.RunFolder,
    signals: Cancelling,
    kept: resume.Kept,
) -> int:
    """Everything between a locked output folder and the exit code."""
    progress = outputs.terminal("progress")(sys.stderr, os.environ)
    for note in request.notes:
        progress.note(note)
    book = outputs.book("off" if request.assigned else args.history)  # the merge is the run
    wish = Wish(
        target=request.rules.target.target,
        root=request.rules.target.root,
        output=folder.path,
        today=request.now.date().isoformat(),
        base=request.base,
        policy=request.rules.policy.file,
        governed=request.profile.governed,
        names_at=request.rules.baseline.revision if request.rules.baseline else "",
        advisories=str(Path(args.advisories).absolute()) if args.advisories else "",
    )
    try:
        with session(wish, signals.cancel, os.environ) as opened:
            if may_reuse(args, request):
                around = reuse.surroundings(opened.presets)
                opened = dataclasses.replace(opened, surroundings=around)
            card = conducted(args, request, folder, opened, signals, kept, progress, book)
    finally:
        progress.close()
    unkept = book.ended(card)
    code = told(args, card, folder, signals, unkept)
    if request.assigned and signals.code is None:
        shards.leave(folder.path, card, request.assigned)
    return code


def may_reuse(args: argparse.Namespace, request: Request) -> bool:
    """Whether results of earlier runs may be taken over: never where a release rests on them."""
    return not (args.fresh or args.prove or request.profile.prove or request.profile.release)


def conducted(
    args: argparse.Namespace,
    request: Request,
    folder: store.RunFolder,
    opened: Session,
    signals: Cancelling,
    kept: resume.Kept,
    progress: Events,
    book: outputs.Book,
) -> Scorecard:
    """Run the plan; the record is on disk from before the first gate to after the last."""
    cache = cache_folder(os.environ)
    rules = request.rules
    name = rules.target.target.name
    keys = resume.keys(request.plan, opened, rules.target.digest)
    judged = set_out(request, folder.id, opened)
    store.write_json(folder.path / "subject.json", judged)
    record = Record(
        folder.path,
        request.plan,
        judged.target,
        PolicyState(name=rules.policy.policy.name, digest=judged.policy),
        RunInfo(
            id=judged.run,
            profile=request.profile.name,
            started_at=judged.started_at,
            unheld_since=request.plan.past.unheld_since,
            risks_before=request.plan.past.risks,
            earlier=earlier(request.plan.past, args.base_run),
        ),
        outputs.render_of("scorecard.json"),
        sign=signing.of_run(folder.path, rules, opened, governed=request.profile.governed),
        valid_until=judged.valid_until,
    )
    record.begin(keys)
    branch = branches.branch(opened.root, os.environ)
    if unkept := book.begun(record.scorecard(complete=False), folder.path, branch):
        progress.note(unkept)
    reused = resume.reusable(kept, keys, request.plan)
    to_measure = concluding.measured(request.plan.gates)
    for gate in to_measure:
        if gate.id in reused:
            taken = reuse.Taken(reused[gate.id], kept.age_s(gate.id, request.now))
            (record.took_up if kept.measured(gate.id) else record.took_over)(gate, taken)
            progress.note(f"{gate.id}: reused from the run before")

    content = reuse.keys(request.plan, keys, opened)
    elsewhere = shards.take(request.joined or shards.Joined(), request.plan, folder.path, record)
    left = [gate for gate in to_measure if gate.id not in reused and gate.id not in elsewhere]
    todo = [gate for gate in left if not took_over(gate, content, opened, record, progress)]
    record.publish()
    expected = memory.expected(cache, name, request.plan)
    here = (gate.id for gate in to_measure if not gate.skipped and gate.id not in elsewhere)
    progress.expect({id: expected[id] for id in here})
    proving = args.prove or request.profile.prove
    signed = proving and bool(elsewhere) and bool(signing.gates(request.plan))
    if signed or not all(gate.skipped for gate in todo):
        from gates.runner import measuring  # takes longer to import than all that is reused

        wish = measuring.Wish(
            prove=proving,
            fail_fast=args.fail_fast,
            keys=content,
            expected=expected,
            signed=signing.gates(request.plan),
        )
        measuring.run(todo, wish, opened, record, progress)
    memory.remember(cache, name, record.durations)
    complete = signals.code is None and record.covered and not request.plan.unmerged
    card = record.finish(complete=complete, ended_at=stamp(datetime.now(UTC)), notes=request.notes)
    return card


def earlier(past: Past, base_run: str | None) -> Earlier:
    """What is shown of earlier runs; not of the base where another one was named."""
    return msgspec.structs.replace(past.earlier, base={} if base_run else past.base)


def set_out(request: Request, run: str, opened: Session) -> Judged:
    """What will be judged, before anything is known of it."""
    name = request.rules.target.target.name
    joined = request.joined or shards.Joined()
    begun = request.now
    if joined.started_at:  # by the clock of another machine
        begun = min(begun, datetime.fromisoformat(joined.started_at))
    return Judged(
        target=TargetState(
            name=name,
            revision=opened.revision,
            dirty=opened.dirty or joined.dirty,
            folder=git.folder(opened.root),
        ),
        target_file=request.rules.target.digest,
        policy=request.rules.policy.digest,
        run=run,
        started_at=stamp(begun),
        valid_until=stamp(begun + VALID_FOR),
    )


def took_over(
    gate: PlannedGate,
    content: Mapping[str, str],
    opened: Session,
    record: Record,
    progress: Events,
) -> bool:
    """Record the result of an earlier run that still holds, if there is one; one at a time."""
    if gate.id not in content:
        return False
    redactor = opened.secrets.redactor()
    taken = reuse.find(opened.cache, gate.id, content[gate.id], datetime.now(UTC), redactor)
    if taken is None:
        return False
    record.took_over(gate, taken)
    progress.note(f"{gate.id}: taken over from a run {age(taken.age_s)} ago")
    return True


def age(seconds: float) -> str:
    """How long ago, in the largest unit that fits, as the reports say it."""
    for name, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= size:
            return f"{int(seconds // size)} {name}"
    return f"{int(seconds)} s"


def told(
    args: argparse.Namespace,
    card: Scorecard,
    folder: store.RunFolder,
    signals: Cancelling,
    unkept: str,
) -> int:
    """Write every report, print the summary, and say the exit code."""
    problems = formats.write_all(folder.path, card, wanted(args))
    summary = outputs.terminal("summary")
    say(summary(card, folder.path / "scorecard.html", sys.stderr, os.environ))
    for problem in (*problems, *([unkept] if unkept else [])):
        say(f"gatescore: {problem}")
    if args.json:
        sys.stdout.buffer.write(outputs.render_of("scorecard.json")(card))
        sys.stdout.buffer.flush()
    return 5 if problems else exit_code(card, cancelled=signals.code)


def stamp(moment: datetime) -> str:
    """RFC 3339 in UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def say(text: str) -> None:
    """Tell people something; that nobody listens any more changes no verdict."""
    try:
        print(text, file=sys.stderr, flush=True)
    except BrokenPipeError:
        discard(STDERR)

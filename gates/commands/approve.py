"""Sign a run for a role, or something that has taken place; the target gets a signed file."""

import argparse
import shlex
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec

from gates.cli import UsageError
from gates.commands import judge
from gates.commands._approved import elsewhere, moved_on, still, unmended
from gates.core.model import Scorecard
from gates.core.plan import PlannedGate
from gates.core.signed import BEST_RATING, Approval, Item, Signed, file_name, file_text, statement
from gates.core.signers import Counted, fingerprint
from gates.core.signing import UNKNOWN, Asked, refusal
from gates.core.signoff_report import File, Unable, understood
from gates.runner import signing
from gates.shell import config, signatures, signoffs, store
from gates.shell.git import GitError
from gates.shell.signatures import SigningError

# What to do instead, where the words for a file that is there already would mislead.
INSTEAD = {
    "signoff-wrong-role": "Sign for one of these with --role, or let somebody who has this one.",
    "signoff-rating": "Give --rating with items that are rated, and with no other.",
}
OR_DELETE = ", or delete the file"


class Signer(msgspec.Struct, frozen=True, kw_only=True):
    """Who signs, as the policy names the owner of the key."""

    person: str
    role: str
    key: Path
    fingerprint: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `gatescore approve`."""
    add = parser.add_argument
    add("run", metavar="RUN_DIR", help="folder of the run; with --item of any run of the target")
    add("--role", required=True, metavar="ROLE", help="the role of yours that signs")
    key = "SSH key (private, or the .pub of one in an agent), or Ed25519 key in PEM"
    add("--key", required=True, type=Path, metavar="FILE", help=key)
    item = "sign this item of the policy, or regime of the target, instead of the run"
    add("--item", default="", metavar="NAME", help=item)
    add("--date", type=day, metavar="DAY", help="with --item: the day of it, as 2026-01-31")
    add("--rating", type=float, metavar="0-5", help="with --item: the rating, where it is rated")
    add("--policy", default="", metavar="NAME|FILE", help="default: that of the run")
    where = "where the target is now; default: where the run found it"
    add("--target", default="", metavar="TARGET", help=where)


def run(args: argparse.Namespace) -> int:
    """Write the signed file, and say what comes next."""
    refuse_contradictions(args)
    try:
        known = judge.stored(Path(args.run), args.policy)
        given = surroundings(known, args.target)
        asked = signing.wanted(given, known.results, datetime.now(UTC))
        who = signer(args, asked)
        signed = of_item(args, asked, who) if args.item else of_run(known, asked, who)
        replaced = (given.tree / file_name(signed)).exists()
        notes = () if args.item else (*moved_on(given.root, asked), *unmended(known))
        file = written(given.tree, signature_of(signed, asked, who))
        left = signoffs.verified(given.tree, asked)
    except (config.ConfigError, store.StorageError, GitError, SigningError, Unable) as error:
        raise UsageError(str(error)) from error
    again = shlex.join(("gatescore", "judge", args.run, "--output", args.run, *elsewhere(args)))
    instead = ", in place of the one before" if replaced else ""
    print(f"signed as {who.role} by {who.person}: {file}{instead}", file=sys.stderr)
    for text in (*notes, *still(left)):
        print(text, file=sys.stderr)
    print(f"commit it, and judge the run again: {again}", file=sys.stderr)
    return 0


def day(text: str) -> date:
    """A date of the command line."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!a}: write it as 2026-01-31") from None


def refuse_contradictions(args: argparse.Namespace) -> None:
    """Options that would do nothing, or that an item lacks."""
    if args.item and args.date is None:
        raise UsageError("--item needs --date DAY, the day on which it took place")
    if not args.item and (args.date is not None or args.rating is not None):
        raise UsageError("--date and --rating belong to --item NAME")
    if args.rating is not None and not 0 <= args.rating <= BEST_RATING:
        raise UsageError(f"--rating {args.rating:g}: 0 to {BEST_RATING:g}")


def surroundings(known: judge.Stored, here: str) -> signing.Given:
    """Where the target and its signed files are. Raises UsageError."""
    place = signing.place_of(known.folder)
    if place is None:
        raise UsageError(f"{known.folder / signing.FILE} is missing: run the gates again")
    root = config.read_target(Path(here)).root if here else Path(place.root)
    if not root.is_dir():
        raise UsageError(f"the target is not in {root} any more: say where it is with --target")
    return signing.given_of(root, place, known.before.target, known.policy)


def signer(args: argparse.Namespace, asked: Asked) -> Signer:
    """The person of the policy whose key it is. Raises UsageError, SigningError."""
    try:
        print_of = fingerprint(signatures.public_key(args.key))
    except ValueError as error:
        raise UsageError(f"--key {args.key}: {error}") from error
    for name, person in asked.people.items():
        if print_of in {fingerprint(held.key) for held in person.keys}:
            return Signer(person=name, role=args.role, key=args.key, fingerprint=print_of)
    text = f"--key {args.key}: nobody of the policy has this key, {print_of}"
    raise UsageError(f"not signed: {text}. {whose(asked, args.role)}")


def whose(asked: Asked, role: str) -> str:
    """Who has the role, and so a key that would do; or where to name them."""
    able = [name for name, person in asked.people.items() if role in person.roles]
    if able:
        return f"Take the key of {' or '.join(able)}, or add yours under [people] and run again."
    return "Add it under [people] of the policy, commit that, and run again: a run has one policy."


def of_run(known: judge.Stored, asked: Asked, who: Signer) -> Approval:
    """An approval of the run. Raises UsageError: a run that nobody can answer for."""
    demand_whole(known.before, known.plan.gates, known.ended, known.plan.partial)
    if asked.commit == UNKNOWN or asked.dirty:
        text = "the run judged a tree that no commit has: commit it and run again"
        raise UsageError(f"not signed: {known.folder}: {text}")
    return Approval(
        target=asked.target,
        role=who.role,
        person=who.person,
        commit=asked.commit,
        policy=asked.policy,
        evidence=asked.evidence,
        signed=asked.now.replace(microsecond=0),
        key=who.fingerprint,
    )


def demand_whole(
    card: Scorecard, gates: tuple[PlannedGate, ...], ended: bool, partial: bool
) -> None:
    """Refuse a run in which something was not looked at. Raises UsageError."""
    if not card.complete or not ended:
        text = "what it did not judge, nobody can approve. Wait for its end, or take it up"
        again = "gatescore run TARGET --level 3 --resume --output RUN_DIR"
        raise UsageError(f"not signed: the run has not ended, and {text}: {again}")
    if partial:
        text = "a run of chosen gates (--gate) cannot be approved: run all of them"
        raise UsageError(f"not signed: {text}: gatescore run TARGET --level 3 --output RUN_DIR")
    if not any(signing.is_signed(gate) for gate in gates):
        text = "no gate of this run asks for signatures: run it with --level 3"
        raise UsageError(f"not signed: {text}, under a policy with the gate sign-off")


def of_item(args: argparse.Namespace, asked: Asked, who: Signer) -> Item:
    """A signed item. Raises UsageError: a rating that is missing, or too much."""
    wanted = asked.wanted.get(args.item)
    if wanted is not None and wanted.counts is Counted.RATING and args.rating is None:
        raise UsageError(f"--item {args.item} needs --rating 0-{BEST_RATING:g}")
    return Item(
        target=asked.target,
        item=args.item,
        role=who.role,
        person=who.person,
        date=args.date,
        rating=args.rating,
        signed=asked.now.replace(microsecond=0),
        key=who.fingerprint,
    )


def signature_of(signed: Signed, asked: Asked, who: Signer) -> Signed:
    """The file with its signature; what would be refused later is not signed. Raises UsageError."""
    refused = refusal(signed, asked, lambda *_: "")
    if refused is not None:
        fix = INSTEAD.get(refused.rule, refused.fix.replace(OR_DELETE, ""))
        raise UsageError(f"not signed: {refused.problem}. {fix}")
    made = signatures.signature(statement(signed), who.key)
    signed = msgspec.structs.replace(signed, signature=made)
    refused = refusal(signed, asked, signatures.check)
    if refused is not None:
        raise UsageError(f"the signature does not hold: {refused.problem}")
    return signed


def written(root: Path, signed: Signed) -> Path:
    """Write the file into the target. Raises UsageError, StorageError."""
    name = file_name(signed)
    refuse_second_role(root, name, signed)
    file = root / name
    if not file.parent.resolve().is_relative_to(root.resolve()):
        raise UsageError(f"{file.parent} leads out of the target")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{file.parent}: {error.strerror}") from error
    store.write_atomic(file, file_text(signed).encode())
    return file


def refuse_second_role(root: Path, name: str, signed: Signed) -> None:
    """Nobody approves one commit twice, in two roles. Raises UsageError."""
    if not isinstance(signed, Approval):
        return
    for other in map(understood, others(root, name)):
        if (
            isinstance(other, Approval)
            and (other.person, other.commit, other.evidence)
            == (signed.person, signed.commit, signed.evidence)
            and other.role != signed.role
        ):
            text = f"{signed.person} has signed as {other.role} already: one person, one role"
            raise UsageError(f"not signed: {text}. Let somebody else sign as {signed.role}.")


def others(root: Path, name: str) -> list[File]:
    """The files that are there beside the one to write."""
    return [file for file in signoffs.files(root) if file.path != name]

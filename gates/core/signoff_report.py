"""From signed files to the report of the sign-off gate: who has signed, what is refused, open."""

import datetime
import tomllib
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from gates.core.model import Finding, Measurement, Severity, ToolReport
from gates.core.signed import Approval, Item, Signed, decoded, is_unsigned
from gates.core.signers import EXPERT, Counted, SignedItem
from gates.core.signing import UNKNOWN, Asked, Check, Refusal, is_expert, refusal

TOOL = "signoff"
MALFORMED = "Delete the file, or have it written anew: gatescore approve."
UNSIGNED = Refusal(
    "signoff-unsigned",
    "it has no signature; the form that only names a person is no longer accepted",
    "Sign it: gatescore approve --role ROLE --key KEY RUN_DIR writes the file anew.",
)


class Unable(Exception):
    """A signature could not be checked at all; the text says why and what to install."""


class File(msgspec.Struct, frozen=True, kw_only=True):
    """One file of the folder: its text, or in words why it cannot be read."""

    path: str
    text: str = ""
    problem: str = ""


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """One file: what it says where that counts, or why it is refused, or could not be checked."""

    path: str
    signed: Signed | None = None
    refusal: Refusal | None = None
    unable: str = ""


def report(files: Iterable[File], asked: Asked, check: Check) -> ToolReport:
    """The report over these files; `check` may raise Unable."""
    read = without_second_roles(tuple(looked_at(file, asked, check) for file in files))
    counting = [one.signed for one in read if one.signed is not None]
    approvals = [one for one in counting if isinstance(one, Approval)]
    items = [one for one in counting if isinstance(one, Item)]
    open_roles = tuple(role for role in asked.every_role if role not in {a.role for a in approvals})
    open_items = dict(outstanding(items, asked))
    return ToolReport(
        tool=TOOL,
        examined=len(asked.every_role),
        examined_unit="roles",
        measurements={
            "signoff.missing_roles": roles_open(asked.roles, open_roles),
            "signoff.level_2_missing": roles_open(asked.level_2_roles, open_roles),
            "signoff.refused": counted(sum(one.refusal is not None for one in read), asked),
            "signoff.regimes_missing": items_open(Counted.REGIME, open_items, asked),
            "signoff.drills_missing": items_open(Counted.DRILL, open_items, asked),
            "signoff.rating": rating(items, asked),
        },
        findings=tuple(finding(one.path, one.refusal) for one in read if one.refusal),
        incomplete=tuple(f"{one.path}: {one.unable}" for one in read if one.unable),
        pending=(*(wish(role, asked) for role in open_roles), *open_items.values()),
    )


def looked_at(file: File, asked: Asked, check: Check) -> Read:
    """One file, alone."""
    try:
        signed = understood(file)
        refused = refusal(signed, asked, check) if not isinstance(signed, Refusal) else signed
    except Unable as error:
        return Read(path=file.path, unable=str(error))
    if refused is not None or isinstance(signed, Refusal):
        return Read(path=file.path, refusal=refused)
    return Read(path=file.path, signed=signed)


def understood(file: File) -> Signed | Refusal:
    """What a file says, or that it says nothing that can be understood."""
    problem = file.problem
    if not problem:
        try:
            table = tomllib.loads(file.text)
            return UNSIGNED if is_unsigned(table) else decoded(table)
        except (ValueError, RecursionError) as error:  # of TOML and of the shape too
            problem = str(error) or "nested too deeply"
    return Refusal("signoff-malformed", f"it cannot be read: {problem}", MALFORMED)


def without_second_roles(read: tuple[Read, ...]) -> tuple[Read, ...]:
    """The files with those refused by which one person approves in a second role."""
    first: dict[str, str] = {}
    return tuple(one_role(one, first) for one in read)


def one_role(one: Read, first: dict[str, str]) -> Read:
    """One file; `first` maps the people of those before it to their roles and is added to."""
    signed = one.signed
    if not isinstance(signed, Approval):
        return one
    role = first.setdefault(signed.person, signed.role)
    if role == signed.role:
        return one
    problem = f"{signed.person} has signed as {role} already: one person, one role"
    refused = Refusal("signoff-twice", problem, f"Let somebody else sign as {signed.role}.")
    return Read(path=one.path, refusal=refused)


def outstanding(items: Iterable[Item], asked: Asked) -> Iterator[tuple[str, str]]:
    """Each item that nobody has signed, or too long ago, with what to do."""
    signed = list(items)
    for name, item in asked.wanted.items():
        dates = [one.date for one in signed if one.item == name]
        rated = " --rating 0-5" if item.counts is Counted.RATING else ""
        role = item.roles[0] if item.roles else "ROLE"
        how = f"gatescore approve --role {role} --item {name} --date DAY{rated} --key KEY RUN_DIR"
        if not dates:
            yield name, f"{item.title} has to be signed: {how}"
        elif not in_force(max(dates), item, asked):
            text = f"{item.title} of {max(dates)} is older than {item.days} days"
            yield name, f"{text}: do it again and sign it: {how}"


def in_force(date: datetime.date, item: SignedItem, asked: Asked) -> bool:
    """Whether an item of that date still holds."""
    return asked.now.date() - date <= datetime.timedelta(days=item.days)


def roles_open(roles: tuple[str, ...], open_roles: tuple[str, ...]) -> Measurement:
    """How many of some roles have not signed."""
    if not roles:
        return Measurement(value=None, why="the policy names no roles that have to sign")
    return Measurement(value=sum(role in open_roles for role in roles))


def counted(value: int, asked: Asked) -> Measurement:
    """A count, where anybody is asked to sign."""
    if not asked.every_role:
        return Measurement(value=None, why="the policy names no roles that have to sign")
    return Measurement(value=value)


def items_open(kind: Counted, open_items: Mapping[str, str], asked: Asked) -> Measurement:
    """How many items of a kind are not signed, or too old."""
    named = [name for name, item in asked.wanted.items() if item.counts is kind]
    if not named:
        return Measurement(value=None, why=f"the policy has no item that counts as {kind.value}")
    missing = [name for name in named if name in open_items]
    return Measurement(value=len(missing), detail=", ".join(missing))


def rating(items: Iterable[Item], asked: Asked) -> Measurement:
    """The mean of the newest rating of each person that is not too old."""
    newest: dict[tuple[str, str], Item] = {}
    for one in sorted(items, key=lambda one: (one.date, one.signed)):
        item = asked.wanted[one.item]
        if item.counts is Counted.RATING and in_force(one.date, item, asked):
            newest[one.item, one.person] = one
    values = [one.rating for one in newest.values() if one.rating is not None]
    if not values:
        return Measurement(value=None, why="nobody has rated it", pending=True)
    return Measurement(
        value=round(sum(values) / len(values), 2),
        detail=", ".join(f"{one.person} {one.rating:g}" for one in newest.values()),
    )


def finding(path: str, refused: Refusal) -> Finding:
    """A refused file as it is shown."""
    return Finding(
        tool=TOOL,
        rule=refused.rule,
        severity=Severity.HIGH,
        message=f"{path}: {refused.problem}",
        path=path,
        fix=refused.fix,
        context=f"{refused.rule} {refused.problem}",
    )


def wish(role: str, asked: Asked) -> str:
    """What somebody has to do so that a role has signed."""
    if asked.commit == UNKNOWN:
        return f"{role} has to sign, but there is no commit yet: commit the target first"
    if asked.dirty:
        text = "has to sign, but the tree has changes that no commit has: commit them and run again"
        return f"{role} {text}"
    able = [
        name
        for name, person in asked.people.items()
        if role in person.roles and (role != EXPERT or is_expert(person, asked))
    ]
    if not able:
        text = "the policy names nobody for it: add them under [people] of the policy"
        return f"{role} has to sign commit {asked.commit}, but {text}"
    how = f"gatescore approve --role {role} --key KEY RUN_DIR"
    return f"{role} ({' or '.join(able)}) has to sign commit {asked.commit}: {how}"

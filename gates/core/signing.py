"""Whether a signed file counts: each reason to refuse one, in words of its own."""

import datetime
import fnmatch
import re
from collections.abc import Callable, Iterator, Mapping

import msgspec

from gates.core.addresses import canonical
from gates.core.signed import Approval, Item, Signed, stamp
from gates.core.signers import (
    EXPERT,
    Counted,
    Person,
    SignedItem,
    SigningKey,
    fingerprint,
)

UNKNOWN = "unknown"
CLOCKS = datetime.timedelta(minutes=5)  # by which two machines' clocks may differ
REGIME_DAYS = 365
ANEW = "Look at this run, then sign it: gatescore approve --role {role} --key KEY RUN_DIR."
NOBODY = "Have it signed by somebody whom [people] of the policy names, or add them there."

# "" where the signature is the key's, else what is wrong.
Check = Callable[[Signed, SigningKey], str]


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What has to be signed, who may sign it, and when it is now.

    `authors` are the addresses of all who made what is signed: authors and co-authors of the commit
    and of those since the base. `changed` are the paths that differ from the base (empty: not
    known), `committed` is when the commit was made.
    """

    target: str
    commit: str
    now: datetime.datetime
    policy: str = ""
    evidence: str = ""
    roles: tuple[str, ...] = ()
    level_2_roles: tuple[str, ...] = ()
    people: dict[str, Person] = {}
    items: dict[str, SignedItem] = {}
    regimes: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    committed: datetime.datetime | None = None
    dirty: bool = False
    days: int = 30

    @property
    def wanted(self) -> Mapping[str, SignedItem]:
        """Every item that counts: those of the policy, and one for each regime of the target."""
        return {
            **self.items,
            **{slug(name): regime(name, self.items.get(slug(name))) for name in self.regimes},
        }

    @property
    def every_role(self) -> tuple[str, ...]:
        """The roles of all levels, each once."""
        return tuple(dict.fromkeys((*self.roles, *self.level_2_roles)))


class Refusal(msgspec.Struct, frozen=True):
    """Why a file does not count, and what to do."""

    rule: str
    problem: str
    fix: str


def slug(name: str) -> str:
    """The item of a regime: SOC 2 is soc-2."""
    return re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")


def regime(name: str, item: SignedItem | None = None) -> SignedItem:
    """What a declared regime asks for; where the policy has an `item` of that name, no less."""
    if item is None:
        return SignedItem(title=name, counts=Counted.REGIME, days=REGIME_DAYS)
    return msgspec.structs.replace(item, counts=Counted.REGIME, days=min(item.days, REGIME_DAYS))


def refusal(signed: Signed, asked: Asked, check: Check) -> Refusal | None:
    """The first reason not to count a file, None where there is none."""
    return next(refusals(signed, asked, check), None)


def refusals(signed: Signed, asked: Asked, check: Check) -> Iterator[Refusal]:
    """Reasons in order; each rests on those before it not being there."""
    if signed.target != asked.target:
        problem = f'it signs another target, "{signed.target}"; this one is "{asked.target}"'
        yield Refusal("signoff-target", problem, "Delete the file: it belongs elsewhere.")
    match signed:
        case Approval():
            yield from of_approval(signed, asked)
        case Item():
            yield from of_item(signed, asked)
    yield from of_signer(signed, asked)
    key = known_key(signed, asked)
    if key is None:
        return
    yield from of_times(signed, asked, key)
    if problem := check(signed, key):
        fix = "Have it signed anew: what it says is not what was signed, or not with this key."
        yield Refusal("signoff-signature", f"its signature does not hold: {problem}", fix)
    yield from of_author(signed, asked)


def of_approval(signed: Approval, asked: Asked) -> Iterator[Refusal]:
    """What binds an approval: role, commit, policy, evidence."""
    again = ANEW.format(role=signed.role)
    if signed.role not in asked.every_role:
        known = ", ".join(asked.every_role) or "it has none"
        problem = f'"{signed.role}" is no role of the policy: {known}'
        yield Refusal("signoff-role", problem, "Sign for one of these roles, or delete the file.")
    if signed.commit != asked.commit:
        here = f"the one to sign is {asked.commit}"
        here = "the tree has no commit" if asked.commit == UNKNOWN else here
        problem = f"it signs another commit, {signed.commit}; {here}"
        yield Refusal("signoff-commit", problem, again)
    if signed.policy != asked.policy:
        problem = f"it signs another policy, {signed.policy}; judged was by {asked.policy}"
        yield Refusal("signoff-policy", problem, again)
    if signed.evidence != asked.evidence:
        problem = f"it is stale: it signs other evidence, {signed.evidence}, not {asked.evidence}"
        yield Refusal("signoff-stale", problem, again)


def of_item(signed: Item, asked: Asked) -> Iterator[Refusal]:
    """What binds an item: that it is asked for, its role, its rating and its date."""
    item = asked.wanted.get(signed.item)
    if item is None:
        problem = f'"{signed.item}" is no item of the policy and no regime of the target'
        fix = f"Name one of {', '.join(sorted(asked.wanted)) or 'none'}, or delete the file."
        yield Refusal("signoff-item", problem, fix)
        return
    if item.roles and signed.role not in item.roles:
        problem = f'"{signed.role}" cannot sign {signed.item}: {", ".join(item.roles)} can'
        yield Refusal("signoff-role", problem, "Have it signed by one of these roles.")
    if (signed.rating is None) is (item.counts is Counted.RATING):
        problem = "it has no rating" if signed.rating is None else "it has a rating, and needs none"
        yield Refusal("signoff-rating", problem, "Sign it anew, with --rating where it is rated.")
    if signed.date > signed.signed.astimezone(datetime.UTC).date() + datetime.timedelta(days=1):
        problem = f"its date, {signed.date}, is after its signature of {stamp(signed.signed)}"
        yield Refusal("signoff-date", problem, "Sign it when it has taken place.")


def of_signer(signed: Signed, asked: Asked) -> Iterator[Refusal]:
    """Whether the policy knows the person, in this role, with this key."""
    person = asked.people.get(signed.person)
    if person is None:
        problem = f'"{signed.person}" is nobody of the policy'
        yield Refusal("signoff-person", problem, NOBODY)
    elif signed.role not in person.roles:
        roles = ", ".join(person.roles)
        problem = f"wrong role: {signed.person} may sign as {roles}, not as {signed.role}"
        yield Refusal("signoff-wrong-role", problem, NOBODY)
    elif known_key(signed, asked) is None:
        problem = f"unknown key: {signed.key} is none of the keys of {signed.person} in the policy"
        yield Refusal("signoff-key", problem, NOBODY)
    elif signed.role == EXPERT and isinstance(signed, Approval) and not is_expert(person, asked):
        patterns = ", ".join(person.expert_of)
        problem = f"{signed.person} is an expert of {patterns}, and nothing of that has changed"
        yield Refusal("signoff-expert", problem, "Have it signed by an expert of what changed.")


def known_key(signed: Signed, asked: Asked) -> SigningKey | None:
    """The key of the signer that the file names, None where there is none."""
    person = asked.people.get(signed.person)
    keys = person.keys if person else ()
    return next((key for key in keys if fingerprint(key.key) == signed.key), None)


def is_expert(person: Person, asked: Asked) -> bool:
    """Whether anything that has changed is what a person is an expert of."""
    if not person.expert_of or not asked.changed:
        return True
    return any(
        fnmatch.fnmatchcase(path, pattern) for path in asked.changed for pattern in person.expert_of
    )


def of_times(signed: Signed, asked: Asked, key: SigningKey) -> Iterator[Refusal]:
    """Whether it was signed at a time at which that could be."""
    when = stamp(signed.signed)
    if not key.holds_at(signed.signed):
        after, before = key.valid_after or "any day", key.valid_before or "any day"
        problem = f"its key was not valid when it signed, {when}: from {after}, before {before}"
        yield Refusal("signoff-key-expired", problem, "Sign it with a key that is valid.")
    if signed.signed > asked.now + CLOCKS:
        problem = f"it is signed in the future, {when}: a clock was set forward, or this one back"
        yield Refusal("signoff-future", problem, "Set the clocks, then sign it anew.")
    match signed:
        case Approval():
            yield from of_age(signed, asked)
        case Item():
            return


def of_age(signed: Approval, asked: Asked) -> Iterator[Refusal]:
    """Whether an approval is neither older than its commit nor out of date."""
    when, again = stamp(signed.signed), ANEW.format(role=signed.role)
    if asked.committed is not None and signed.signed < asked.committed - CLOCKS:
        problem = f"it is signed {when}, before its commit of {stamp(asked.committed)} was made"
        yield Refusal("signoff-backdated", problem, again)
    if asked.now - signed.signed > datetime.timedelta(days=asked.days):
        problem = f"it has expired: signed {when}, and by the policy it holds for {asked.days} days"
        yield Refusal("signoff-expired", problem, again)


def of_author(signed: Signed, asked: Asked) -> Iterator[Refusal]:
    """Whether somebody approves of work of their own; items are no approval of a commit."""
    person = asked.people[signed.person]
    authors = {canonical(email): email for email in asked.authors}
    own = sorted(email for email in person.emails if canonical(email) in authors)
    if isinstance(signed, Approval) and own:
        said = authors[canonical(own[0])]
        there = "" if said == own[0] else f", there as {said!a}"
        problem = (
            f"self-approval: {signed.person} signs work of their own. Compared are the emails of "
            "the policy's people with the authors and co-authors of the commit and of those since "
            f"the base: {own[0]} is both{there}"
        )
        yield Refusal("signoff-self", problem, f"Let somebody else sign as {signed.role}.")

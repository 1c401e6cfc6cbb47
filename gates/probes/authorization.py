"""Tries operations as those who must not use them: objects of others, functions of other roles.

Input: the keys of `_caller`, document, roles (role -> operations), public and private (operations).
"""

from collections.abc import Iterable, Mapping
from typing import Any

from gates.core import restricted
from gates.core.cast import Cast, Person, cast, holder, outsider
from gates.core.identifying import own_ids
from gates.core.model import (
    ToolReport,
)
from gates.probes import _changing, _common, _deleting, _functions, _reading
from gates.probes._authorization_report import TOOL, Plan, report
from gates.probes._caller import Exhausted
from gates.probes._cells import LOWER, NOBODY, PEER, Case, Cell, Other
from gates.probes._functions import Call
from gates.probes._sent import Thing
from gates.probes._world import World, opened

PER_OPERATION = 20
PHASES = (_reading.reading, _changing.changing)


def measure(given: dict[str, Any]) -> ToolReport:
    """Try everything, deletions last. Raises ProbeError where nobody can be told from another."""
    world = opened(given, TOOL, PER_OPERATION)
    plan = planned(world, given)
    cells: list[Cell] = []
    incomplete: tuple[str, ...] = ()
    try:
        cells.extend(_cells(world, plan))
    except Exhausted as error:
        incomplete = (f"{error}; raise max_requests or max_seconds of the gate",)
    return report(world, plan, cells, incomplete)


def planned(world: World, given: Mapping[str, Any]) -> Plan:
    """Raises ProbeError where there is nobody, or where two identities are one account."""
    known = world.caller.identities
    people = {name: Person(role=one.role, rank=one.rank) for name, one in known.items()}
    parts = cast(people)
    if parts is None:
        raise _common.ProbeError("there is no identity: name some in [auth] and [identities]")
    _distinct(world, parts)
    operations = world.operations
    public = restricted.named(operations, given.get("public", ()))
    _let_in(world, parts)
    lowest = min(one.rank for one in people.values())
    above = {one.role for one in people.values() if one.rank > lowest}
    roles = given.get("roles", {})
    named = [
        *given.get("public", ()),
        *given.get("private", ()),
        *(n for r in roles.values() for n in r),
    ]
    if wrong := restricted.unknown(operations, named):
        detail = f"[authorization] names {wrong[0]}, which the document has not"
        raise _common.ProbeError(f"{detail}; name an operationId, or as GET /path")
    return Plan(
        cast=parts,
        people=people,
        kept=restricted.restrictions(operations, roles, above, public),
        public=public,
        private=restricted.named(operations, given.get("private", ())),
        silent=restricted.is_silent(world.document),
        notes=_missing_parts(parts),
    )


def _distinct(world: World, parts: Cast) -> None:
    """Two identities of one account would make every object an exposed one."""
    known = world.caller.identities
    names = [name for name in (parts.owner, parts.peer, parts.lower, parts.higher) if name]
    for at, name in enumerate(names):
        for other in names[at + 1 :]:
            one, two = known[name], known[other]
            ids, more = own_ids(one.answer, one.headers), own_ids(two.answer, two.headers)
            same = bool(ids) and ids == more
            if same or (one.headers and one.headers == two.headers):
                detail = f"the identities {name} and {other} are the same account"
                raise _common.ProbeError(f"{detail}: give each its own name and password")


def _let_in(world: World, parts: Cast) -> None:
    """Refusals of somebody who is let in nowhere would say nothing."""
    for name in (parts.owner, parts.peer, parts.lower, parts.higher):
        if name and world.lets_in(name) is False:
            detail = f"the identity {name} is refused with 401 by every operation that was asked"
            raise _common.ProbeError(f"{detail}: see its login or headers in the target file")


def _missing_parts(parts: Cast) -> tuple[str, ...]:
    found = []
    if not parts.peer:
        found.append(
            "no second identity of the same role and rank: objects of a peer are not tried"
        )
    if not parts.higher:
        found.append(
            "no identity of a higher rank: what is kept for one is not tried with valid data"
        )
    return tuple(found)


def _cells(world: World, plan: Plan) -> Iterable[Cell]:
    cases = list(_cases(world, plan))
    for phase in PHASES:
        for case in cases:
            yield from phase(world, case)
    calls = {label: _call(plan, roles) for label, roles in plan.kept.items()}
    yield from _functions.calling(world, calls)
    for case in reversed(cases):
        yield from _deleting.deleting(world, case)


def _call(plan: Plan, roles: tuple[str, ...]) -> Call:
    plain = outsider(roles, plan.people, plan.cast.owner)
    return Call(roles=roles, plain=plain, holder=holder(roles, plan.people))


def _cases(world: World, plan: Plan) -> Iterable[Case]:
    """One object of each resource that an owner can have; accounts of its own come last."""
    found = [case for one in world.resources for case in _case(world, plan, one.shape)]
    return sorted(found, key=lambda case: case.thing.is_account)


def _case(world: World, plan: Plan, shape: str) -> Iterable[Case]:
    parts, resource = plan.cast, world.by_shape[shape]
    thing = world.thing(resource, parts.owner)
    nobody = Other(NOBODY, None)
    role = plan.people[parts.owner].role
    kept = frozenset(label for label, roles in plan.kept.items() if role not in roles)

    def case(thing: Thing, others: tuple[Other, ...], managed: bool = False) -> Case:
        return Case(
            thing=thing,
            others=others,
            managed=managed,
            public=plan.public,
            private=plan.private,
            kept=kept,
            silent=plan.silent,
        )

    if thing is not None:
        peers = (Other(PEER, parts.peer),) if parts.peer else ()
        lower = (Other(LOWER, parts.lower),) if parts.lower else ()
        yield case(thing, (*peers, *lower, nobody))
    if parts.higher:
        high = world.make(resource, parts.higher)
        managed = thing is None or thing.is_account
        if high is not None:
            others = (Other(LOWER, parts.owner), *((nobody,) if managed else ()))
            yield case(high, others, managed)


if __name__ == "__main__":
    _common.run(measure)

"""The waivers as the page shows them: first those that somebody has to look at."""

from collections.abc import Sequence

import msgspec

from gates.core.model import WaiverState, WaiverUse
from reports.groups import Names, slug
from reports.order import waivers_worst_first
from reports.words import waiver_told

_MOST = 300


class WaiverRow(msgspec.Struct, frozen=True, kw_only=True):
    """One waiver or quarantine. `told`: what it does in this run."""

    use: WaiverUse
    anchor: str
    told: str


class Waivers(msgspec.Struct, frozen=True, kw_only=True):
    """All waivers: those that somebody has to look at, those in force, and how many of each."""

    troubled: tuple[WaiverRow, ...]
    holding: tuple[WaiverRow, ...]
    total: int
    counts: tuple[tuple[str, int], ...]  # states other than in force
    in_force: int
    excused: int  # findings


def waivers_of(uses: Sequence[WaiverUse], names: Names) -> Waivers | None:
    """Return what the page shows of the waivers; None without any."""
    if not uses:
        return None
    rows = [
        WaiverRow(use=use, anchor=names.unique("waiver-" + slug(use.id)), told=waiver_told(use))
        for use in waivers_worst_first(uses)[:_MOST]
    ]
    states = [use.state for use in uses]
    return Waivers(
        troubled=tuple(each for each in rows if each.use.state is not WaiverState.IN_FORCE),
        holding=tuple(each for each in rows if each.use.state is WaiverState.IN_FORCE),
        total=len(uses),
        counts=tuple(
            (state.value.replace("-", " "), states.count(state))
            for state in WaiverState
            if state is not WaiverState.IN_FORCE and state in states
        ),
        in_force=states.count(WaiverState.IN_FORCE),
        excused=sum(use.uses for use in uses),
    )


def anchors_of(waivers: Waivers | None) -> dict[str, str]:
    """Return where on the page each waiver stands, by its id."""
    rows = (*waivers.troubled, *waivers.holding) if waivers else ()
    return {each.use.id: each.anchor for each in rows}

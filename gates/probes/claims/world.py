"""Everything that claims are checked against: the trees, the diff, the times, the document."""

from collections.abc import Iterable, Mapping

import msgspec

from gates.core.claims.log import Claim
from gates.core.claims.named_files import named_files
from gates.core.claims.tags import FILES, Kind
from gates.core.documented import Documented
from gates.probes.claims.difference import Changed
from gates.probes.claims.outcome import Outcome, State
from gates.probes.claims.tree import Tree


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """How far a number of lines may be off, and how long one verification may take."""

    tolerance_percent: float = 20.0
    tolerance_lines: int = 5
    seconds: float = 2.0
    seconds_of_all: float = 60.0

    def about(self, stated: int, low: int, high: int) -> bool:
        """Tell whether a stated count is within the tolerance of what lies between two counts."""
        margin = max(self.tolerance_lines, self.tolerance_percent / 100 * high)
        return low - margin <= stated <= high + margin


class Times(msgspec.Struct, frozen=True, kw_only=True):
    """When each file was last committed (seconds since 1970), and what is not committed yet.

    `why` says why nothing is known of any, "" where something is.
    """

    commits: dict[str, int] = {}
    uncommitted: tuple[str, ...] = ()
    why: str = ""


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """What the claims of created, modified and deleted files name, to be found at once.

    `claims` by source and path, in the order of the log; `made` are the paths of created and
    modified files by source and section.
    """

    claims: Mapping[tuple[str, str], list[Claim]] = {}
    made: Mapping[tuple[str, str], tuple[str, ...]] = {}


def named(claims: Iterable[Claim]) -> Named:
    """The files that these claims name."""
    by_path: dict[tuple[str, str], list[Claim]] = {}
    made: dict[tuple[str, str], dict[str, None]] = {}
    for claim in claims:
        if claim.kind not in FILES - {Kind.EVIDENCE}:
            continue
        for path in (one.path for one in named_files(claim.text)):
            by_path.setdefault((claim.source, path), []).append(claim)
            if claim.kind is not Kind.DELETED:
                made.setdefault((claim.source, claim.section), {})[path] = None
    return Named(claims=by_path, made={place: tuple(paths) for place, paths in made.items()})


class World(msgspec.Struct, frozen=True, kw_only=True):
    """What one run knows. `diff` None: there is no base. `document` None: there is none."""

    now: Tree
    then: Tree | None
    files: frozenset[str]
    diff: dict[str, Changed] | None
    times: Times
    bounds: Bounds
    document: tuple[Documented, ...] | None = None
    manifests: frozenset[str] | None = None  # distributions that they name
    sources: tuple[str, ...] = ()  # the target's own code
    named: Named = Named()

    def checks_diff(self, claim: Claim) -> bool:
        """Whether the diff has to show what the claim says: it is a claim of this change."""
        return self.diff is not None and not claim.earlier


def outcome(claim: Claim, state: State, rule: str, found: str, fix: str = "") -> Outcome:
    """The outcome of a whole claim."""
    return Outcome(
        state=state,
        rule=rule,
        claimed=claim.said,
        found=found,
        source=claim.source,
        line=claim.line,
        fix=fix,
    )

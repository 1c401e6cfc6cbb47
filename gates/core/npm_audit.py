"""What the probe `npm_audit` tells its adapter: what npm said about each lock file."""

import msgspec

from gates.core.requirements import Unaudited


class NpmAudited(msgspec.Struct, frozen=True, kw_only=True):
    """One lock file; `unaudited` are its entries that do not come from a registry."""

    file: str
    exit_code: int
    stdout: str
    stderr_tail: str
    unaudited: tuple[Unaudited, ...] = ()


class NpmAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """All lock files; `version` is npm's, `today` the day of the run, RFC 3339."""

    audits: tuple[NpmAudited, ...]
    version: str
    today: str

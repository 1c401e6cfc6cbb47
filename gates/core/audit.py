"""What the probe `advisories` tells its adapter: what was asked, what was said, by which data."""

from typing import Annotated

import msgspec

from gates.core.requirements import Pin, Unaudited

Count = Annotated[int, msgspec.Meta(ge=0, le=10**12)]


class Audited(msgspec.Struct, frozen=True, kw_only=True):
    """One requirements file: what was asked of pip-audit and what it said.

    `stdout` is None where there was nothing to ask.
    """

    file: str
    pins: tuple[Pin, ...]
    unaudited: tuple[Unaudited, ...]
    exit_code: int
    stdout: str | None
    stderr_tail: str


class Data(msgspec.Struct, frozen=True, kw_only=True):
    """Where the advisories come from.

    `date` is RFC 3339, "" if nobody knows it. `live` means: asked in this run.
    """

    source: str
    live: bool
    complete: bool
    date: str
    records: Count
    packages: Count


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the adapter needs.

    `severities` maps an id or alias to a severity, "" where nobody rated it; `errors` are questions
    that got no answer; `today` is the day of the run, RFC 3339.
    """

    audits: tuple[Audited, ...]
    severities: dict[str, str]
    data: Data
    errors: tuple[str, ...]
    today: str

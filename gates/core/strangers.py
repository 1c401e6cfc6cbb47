"""Names in a target file that stand for no operation, said so that they can be mended."""

from collections.abc import Iterable
from difflib import get_close_matches

import msgspec

_SHOWN = 8  # of the names that are allowed
_NEAR = 3


class Stranger(msgspec.Struct, frozen=True, kw_only=True):
    """A name under `key` that is none of `known`; `whose` says which operations those are."""

    key: str
    name: str
    whose: str
    known: tuple[str, ...]

    @property
    def message(self) -> str:
        """What was found."""
        return f"names {self.name!r}, which {self.whose} does not have"

    @property
    def allowed(self) -> str:
        """The names that are allowed, the first of them."""
        more = len(self.known) - _SHOWN
        shown = ", ".join(self.known[:_SHOWN])
        return f"{shown} and {more} more" if more > 0 else shown or "none"

    @property
    def hint(self) -> str:
        """The nearest names, or what else to do."""
        near = get_close_matches(self.name, self.known, n=_NEAR, cutoff=0.5)
        if near:
            return f"did you mean {' or '.join(near)}?"
        return 'write an operation as "GET /path" or by its name, or remove this one'

    def __str__(self) -> str:
        return f"{self.key} {self.message}; allowed: {self.allowed}; {self.hint}"


def strangers(
    key: str, strange: Iterable[str], known: Iterable[str], whose: str
) -> tuple[Stranger, ...]:
    """Return a Stranger for each name that is known to be one."""
    names = tuple(sorted(set(known)))
    return tuple(Stranger(key=key, name=one, whose=whose, known=names) for one in strange)

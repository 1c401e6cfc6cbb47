"""Order of versions by Semantic Versioning 2.0.0, as npm and OSV's SEMVER ranges use it."""

import re

_VERSION = re.compile(
    r"[v=\s]*(?P<core>\d+(?:\.\d+){0,2})"
    r"(?:-(?P<pre>[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z.-]+)?\s*"
)

Part = tuple[int, int, str]
Version = tuple[tuple[int, ...], tuple[Part, ...]]
_RELEASE: tuple[Part, ...] = ((2, 0, ""),)  # above every prerelease of the same numbers


def parse(text: str) -> Version | None:
    """A key that sorts as the versions do (section 11); None for what is no version.

    Missing numbers count as 0 ("4.17" is 4.17.0) and a leading "v" or "=" is left out, as npm's
    loose reading does. Build metadata has no order.
    """
    match = _VERSION.fullmatch(text)
    if match is None or any(len(number) > 100 for number in match["core"].split(".")):
        return None
    numbers = tuple(int(number) for number in match["core"].split("."))
    core = (*numbers, *[0] * (3 - len(numbers)))
    return core, tuple(map(_part, match["pre"].split("."))) if match["pre"] else _RELEASE


def _part(text: str) -> Part:
    """Numbers below words, numbers by value, words by their ASCII characters."""
    return (0, int(text), "") if text.isdigit() and len(text) <= 100 else (1, 0, text)

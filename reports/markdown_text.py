"""Makes foreign text harmless in Markdown: words stay words, all else is a span of code.

Escapes do not suffice. GitHub and GitLab look for mentions, issues, commits and addresses in the
text that is left after Markdown was read, where `\\@team` is `@team` again; in a span of code they
do not look. So a text is parted at its spaces, and what is not plainly a word or a number (a name
with a dot, a path, whatever holds `@`, `#`, a bracket, an underscore …) becomes such a span.
"""

import re
from collections.abc import Iterator
from itertools import groupby

from reports.visible import line, safe_url

_TICKS = re.compile(r"`+")
# Letters of any script, in one piece or joined by hyphens and apostrophes; numbers that are too
# short to be the name of a commit; dates. A letter beside a digit may be a reference (`GH-1`).
_WORD = r"[^\W\d_]+(?:['’-][^\W\d_]+)*|e\.g|i\.e"
_NUMBER = r"-?[0-9]{1,6}(?:[.,][0-9]{1,6})*%?|[0-9]{4}-[0-9]{2}-[0-9]{2}"
_SIGN = r"[=!<>]=|[=<>%+/×→≤≥·…–—-]"
_PLAIN = re.compile(rf"{_WORD}|{_NUMBER}")
_PARTS = re.compile(r"""([("']?)(.+?)([.,:;?!)"']{0,2})""")
_BRACKETED = re.compile(r"(\()([^()]+)(\)[.,:;]?)")
_SENTENCE = re.compile(r"()(.*[\w)])([.,:;])")
_COMMIT = re.compile(r"[0-9A-Fa-f]{7,}")
_ITEM = re.compile(r"[0-9]+[.)]")
_ENTITIES = str.maketrans({"<": "&lt;", ">": "&gt;"})
_FEW = 3  # spans of code that a text may have more of than words, before it is one span itself


def code(text: str, limit: int = 600) -> str:
    """Return `text` as a span of code, fenced by more backticks than it holds; a dash for none."""
    shown = line(text, limit).strip()
    if not shown:
        return "–"
    fence = "`" * (max((len(run) for run in _TICKS.findall(shown)), default=0) + 1)
    pad = " " if "`" in (shown[0], shown[-1]) else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def cell(text: str, limit: int = 600) -> str:
    """Return `text` as a span of code for a cell of a table, which a bar would end."""
    return _unbarred(code(text, limit))


def words(text: str, limit: int = 600) -> str:
    """Return `text` to be read, at the beginning of a line or within one; a dash for none.

    Words and numbers are plain, everything else is in spans of code. Spaces in a row are one.
    """
    tokens = line(text[:limit], limit).split()
    more = f" … ({len(text) - limit:,} more characters)" if len(text) > limit else ""
    if not tokens:
        return "–"
    whole = " ".join(tokens)
    parts = [(_is_plain(token, first=not index), token) for index, token in enumerate(tokens)]
    acting = sum(not plain for plain, _ in parts)
    if acting >= _FEW and acting * 2 > len(parts):
        return code(whole, len(whole)) + more
    return " ".join(_spans(parts)) + more


def words_cell(text: str, limit: int = 600) -> str:
    """Return `text` as `words`, for a cell of a table."""
    return _unbarred(words(text, limit))


def link(text: str, address: str) -> str:
    """Return a piece of Markdown made here as a link, where an address is https and harmless."""
    if not address.startswith("https://") or not safe_url(address):
        return text
    return f"[{text}](<{address.replace('&', '&amp;')}>)"


def _unbarred(text: str) -> str:
    return text.replace("|", r"\|")


def _is_plain(token: str, *, first: bool) -> bool:
    """Whether a piece between spaces means nothing to anybody; `first` may begin a line."""
    if first and _ITEM.fullmatch(token):
        return False
    if re.fullmatch(_SIGN, token):
        return not first
    found = _PARTS.fullmatch(token)
    return found is not None and _is_word(found[2])


def _is_word(text: str) -> bool:
    return bool(_PLAIN.fullmatch(text)) and not _COMMIT.fullmatch(text)


def _spans(parts: list[tuple[bool, str]]) -> Iterator[str]:
    for plain, group in groupby(parts, key=lambda part: part[0]):
        tokens = [token for _, token in group]
        if plain:
            yield from (token.translate(_ENTITIES) for token in tokens)
        else:
            yield _span(" ".join(tokens))


def _span(text: str) -> str:
    """A span of code, with the brackets around it and the sign behind it left outside."""
    found = _BRACKETED.fullmatch(text) or _SENTENCE.fullmatch(text)
    before, inside, after = found.groups() if found else ("", text, "")
    return f"{before}{code(inside, len(inside))}{after}"

"""Takes secrets out of everything we keep: the values we know, and what looks like one.

Pure and deterministic. A known value is found raw and in the forms that programs give it: encoded
for URLs, escaped for JSON, in hex, and in base64 at each of its three offsets.
"""

import base64
import json
import re
import urllib.parse
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from gates.core.model import ToolReport

MARK = "‹redacted›"
SHORTEST = 6  # a shorter value would blot out ordinary words
SHORTEST_LINE = 16  # of a value of many lines, such as a key: the end of a log may cut it

# None reaches over a quotation mark: what is cleaned may be JSON and has to stay it.
_PATTERNS = (
    r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----"
    r"(?:[A-Za-z0-9+/=:,.\s\\-]{0,16000}?-----END [A-Z0-9 ]*PRIVATE KEY-----"
    r"|(?:(?:\s|\\[nr])*[A-Za-z0-9+/=]{16,})*)",
    r"(?i:(?<=bearer )|(?<=basic ))"
    r"(?=[A-Za-z0-9._~+/-]*(?:[0-9=]|[a-z][A-Z]))[A-Za-z0-9._~+/=-]{8,}",  # no ordinary word
    r"\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{2,}\.[A-Za-z0-9_-]*",
    r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    r"\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{16,})",
    r"(?<=://)[^\s/:@\"']*:[^\s/@\"']+(?=@)",
)
_SHARED = "[A-Za-z0-9+/_-]?"


class Redactor:
    """Replaces secrets by MARK. `values` shorter than SHORTEST characters are not looked for."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        known = [part for value in values if len(value) >= SHORTEST for part in _parts(value)]
        forms = {re.escape(form): len(form) for value in known for form in _forms(value)}
        forms |= {form: len(form) for value in known for form in _base64_forms(value)}
        longest_first = sorted(forms, key=lambda form: (-forms[form], form))
        self._text = re.compile("|".join([*longest_first, *_PATTERNS]), re.DOTALL)

    def text(self, value: str) -> str:
        """Return `value` without secrets."""
        return self._text.sub(MARK, value)

    def head(self, value: str, start: int, end: int) -> tuple[str, int]:
        """Return `value` from `start` without secrets, and the position that this reaches.

        That is `end`, or the start of a secret that goes on behind it: there one reads on.
        """
        parts, position = [], start
        for found in self._text.finditer(value, start):
            if found.start() >= end:
                break
            parts.append(value[position : found.start()])
            if found.end() > end:
                return "".join(parts), found.start()
            parts.append(MARK)
            position = found.end()
        return "".join((*parts, value[position:end])), end

    def lines(self, value: str) -> str:
        """Return `value` without secrets, every line still at its number."""
        return self._text.sub(lambda found: MARK + "\n" * found[0].count("\n"), value)

    def data(self, value: bytes) -> bytes:
        """Return `value` without secrets; bytes that are not UTF-8 stay as they are."""
        return self.text(value.decode("utf-8", "surrogateescape")).encode(
            "utf-8", "surrogateescape"
        )

    def report(self, report: ToolReport) -> ToolReport:
        """Return the report with every text of it redacted: names, findings, notes and all."""
        return msgspec.convert(self.tree(msgspec.to_builtins(report)), ToolReport)

    def tree(self, value: Any) -> Any:
        """Return plain data (dicts, lists, texts, numbers) with every text redacted, keys too."""
        match value:
            case str():
                return self.text(value)
            case dict():
                return {self.text(str(key)): self.tree(item) for key, item in value.items()}
            case list() | tuple():
                return [self.tree(item) for item in value]
            case _:
                return value


def appears(value: str, text: str) -> bool:
    """Whether a text holds the value, raw or in any of the forms that programs give it."""
    if any(form in text for form in _forms(value)):
        return True
    return any(re.search(form, text) for form in _base64_forms(value))


def _parts(value: str) -> Iterator[str]:
    yield value
    yield from (line for line in value.splitlines() if len(line) >= SHORTEST_LINE)


def _forms(value: str) -> Iterator[str]:
    raw = value.encode("utf-8", "surrogateescape")
    yield value
    yield urllib.parse.quote(raw, safe="")
    yield urllib.parse.quote(raw)
    yield urllib.parse.quote_plus(raw)
    yield json.dumps(value)[1:-1]
    yield json.dumps(value, ensure_ascii=False)[1:-1]
    yield raw.hex()
    yield raw.hex().upper()


def _base64_forms(value: str) -> Iterator[str]:
    """Yield patterns for the value in base64, at each offset and in both alphabets."""
    raw = value.encode("utf-8", "surrogateescape")
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + raw).decode()
        first = (0, 2, 3)[offset]  # characters that also hold bits of what stands before
        whole, rest = divmod((offset + len(raw)) * 8, 6)  # and none of what follows
        stable = encoded[first:whole]
        if len(stable) < SHORTEST:
            continue
        # A character shared with a neighbour is hidden with it: it holds bits of the value.
        before = _SHARED if offset else ""
        after = f"{_SHARED}={{0,2}}" if rest else ""
        for spelt in {stable, stable.replace("+", "-").replace("/", "_")}:
            yield f"{before}{re.escape(spelt)}{after}"

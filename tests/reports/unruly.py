"""Any text at all in a scorecard, for property tests: what acts somewhere is drawn often."""

import msgspec
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from gates.core.model import Finding, GateResult, Scorecard, Severity
from reports.visible import line
from tests.reports import many
from tests.reports.hostile import PAYLOADS, poisoned, rich

PIECES = (
    *PAYLOADS,
    *(
        "]]>",
        "|",
        "\\|",
        "`",
        "``",
        "```\n",
        "~~~",
        "::error::x",
        "\n::set-output name=a::b",
        "##[",
    ),
    *(
        "@team",
        "#123",
        "GH-1",
        "https://a.example",
        "www.a.example",
        "a@b.example",
        "![x](http://a)",
    ),
    *("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", '"', "'", ";", ",", "%0A", "%"),
    *("\ud800", "\udcff", "\x00", "\x1b[31m", "\u202e", "\u200f", "😀", "é", "日本", "\ufffe", " "),
    *("../x", "/etc/passwd", "C:\\x", "a b#c%d", "{{7*7}}", "${{ x }}", "<b>", "&lt;", "--", "---"),
)
# The same examples on every machine, however busy it is.
FEW = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
texts = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=12)), max_size=5).map("".join)


def spoilt(card: Scorecard, payload: str) -> Scorecard:
    """The scorecard with that text everywhere; no criterion becomes a skipped one by it."""
    replace = msgspec.structs.replace
    shown: Scorecard = poisoned(card, payload)
    gates = [
        replace(
            gate,
            criteria=tuple(
                replace(each, skipped=payload if before.skipped else "")
                for each, before in zip(gate.criteria, old.criteria, strict=True)
            ),
        )
        for gate, old in zip(shown.gates, card.gates, strict=True)
    ]
    return replace(shown, gates=tuple(gates))


def harmless(text: str) -> bool:
    """Whether nothing in a text acts or hides, by the table that holds in every Python."""
    return line(text, len(text)) == text


@st.composite
def findings(draw: st.DrawFn) -> Finding:
    """A finding in which every text is any text."""
    return Finding(
        tool=draw(texts),
        rule=draw(texts),
        severity=draw(st.sampled_from(list(Severity))),
        message=draw(texts),
        path=draw(texts),
        line=draw(st.integers(-5, 2**70)),
        url=draw(texts),
        fix=draw(texts),
        fingerprint=draw(texts),
        label=draw(st.one_of(texts, st.just("outside-repo"))),
        waiver=draw(st.one_of(st.just(""), texts)),
    )


@st.composite
def cards(draw: st.DrawFn) -> Scorecard:
    """A failing scorecard with one text everywhere, and findings that hold any others."""
    found = tuple(draw(st.lists(findings(), max_size=4)))
    card = spoilt(rich(), draw(texts))
    extra: GateResult = msgspec.structs.replace(many.gate("x", 1), findings=found, id=draw(texts))
    return msgspec.structs.replace(card, gates=(*card.gates, extra))

"""Texts that act when they are not written with care, and a scorecard full of them."""

from collections.abc import Mapping
from enum import Enum
from typing import Any

import msgspec

from gates.core.model import Scorecard
from tests.reports import adopted_samples, gate_samples, past_samples, proven_samples, samples

MARK = "window.__pwned=1"

PAYLOADS = (
    f"<script>{MARK}</script>",
    f"</script><script>{MARK}</script>",
    f"</style><script>{MARK}</script>",
    f"</title><script>{MARK}</script>",
    f"</textarea><script>{MARK}</script>",
    f"</code></pre><script>{MARK}</script>",
    f"--><script>{MARK}</script>",
    f"]]><script>{MARK}</script>",
    f"<!--<script>{MARK}</script>",
    f"<SCRIPT>{MARK}</SCRIPT>",
    f"<scr<script>ipt>{MARK}</scr</script>ipt>",
    "<script src=http://127.0.0.1:9/x.js></script>",
    f"<img src=x onerror={MARK}>",
    f'"><img src=x onerror={MARK}>',
    f"'><img src=x onerror={MARK}>",
    f"</script><img src=x onerror={MARK}>",
    "<img src=http://127.0.0.1:9/beacon.gif>",
    f'" onmouseover="{MARK}',
    f"' onmouseover='{MARK}",
    f'" autofocus onfocus="{MARK}',
    f'" style="animation-name:x" onanimationstart="{MARK}',
    f"x onload={MARK} y",
    f"<svg onload={MARK}>",
    f"<svg><script>{MARK}</script></svg>",
    f'<svg><animate onbegin="{MARK}" attributeName="x" dur="1s"/></svg>',
    f'<svg><a xlink:href="javascript:{MARK}"><text>x</text></a></svg>',
    "<svg><use href='http://127.0.0.1:9/x.svg#x'/></svg>",
    f'<math><mtext><img src=x onerror="{MARK}"></mtext></math>',
    f"<body onload={MARK}>",
    f"<details open ontoggle={MARK}>",
    f"<input autofocus onfocus={MARK}>",
    f"<video><source onerror={MARK}></video>",
    f'<iframe srcdoc="<script>{MARK}</script>"></iframe>',
    "<iframe src=http://127.0.0.1:9/></iframe>",
    f"<iframe src=javascript:{MARK}></iframe>",
    "<object data=http://127.0.0.1:9/></object>",
    "<embed src=http://127.0.0.1:9/>",
    "<base href=http://127.0.0.1:9/>",
    '<meta http-equiv=refresh content="0;url=http://127.0.0.1:9/">',
    '<meta http-equiv="Content-Security-Policy" content="script-src *">',
    "<link rel=stylesheet href=http://127.0.0.1:9/x.css>",
    "<style>*{display:none}</style>",
    "<style>@import 'http://127.0.0.1:9/x.css'</style>",
    '<form action=http://127.0.0.1:9/><button id="filter-text">x</button></form>',
    '<a href="http://127.0.0.1:9/" id="stale">x</a>',
    f"<template><script>{MARK}</script></template>",
    f'<noscript><p title="</noscript><img src=x onerror={MARK}>">',
    f"<xmp><script>{MARK}</script></xmp>",
    "<plaintext>",
    f"javascript:{MARK}",
    f"JaVaScRiPt:{MARK}",
    f"java\tscript:{MARK}",
    f"data:text/html,<script>{MARK}</script>",
    f"vbscript:{MARK}",
    f'https://a.example/"onclick="{MARK}',
    f"https://user:pass@a.example/{MARK}",  # pragma: allowlist secret
    "//127.0.0.1:9/x",
    "{{7*7}}{{ page.card }}",
    "{% raw %}{% include 'style.css' %}{# x #}",
    "${7*7}`<%= 7*7 %>`",
    "&lt;script&gt;&amp;&#x3c;&quot;",
    "\x00<\x00script>\x1b]8;;http://127.0.0.1:9/\x07link\x1b]8;;\x07\x9b31m",
    "\u202egnp.exe\u2066\u2069\u200b\ufeff\u2028\u2029\u061c",
    "\ud800\udfff lone \udc00",
    "\n\r\n  leading and\ttabs \r trailing\n",
    "::error file=a::x\n##[error]x\n::add-mask::a",
    "+ADw-script+AD4-" + MARK + "+ADw-/script+AD4-",
    "＜script＞" + MARK + "＜/script＞",
    "%3Cscript%3E" + MARK + "%3C/script%3E",
    "\\u003cscript\\u003e" + MARK,
)


def poisoned(value: Any, payload: str) -> Any:
    """Return `value` with every text in it, names of mappings too, replaced by `payload`."""
    match value:
        case Enum():
            return value
        case str():
            return payload
        case msgspec.Struct():
            fields = {name: getattr(value, name) for name in value.__struct_fields__}
            # Without a waiver a finding counts: what counts has to be shown poisoned too.
            poison = {n: each for n, each in fields.items() if n != "waiver" or each}
            return type(value)(**{n: poisoned(each, payload) for n, each in poison.items()})
        case tuple():
            return tuple(poisoned(each, payload) for each in value)
        case Mapping():
            return {
                key if isinstance(key, Enum) else f"{payload}{index or ''}": poisoned(each, payload)
                for index, (key, each) in enumerate(value.items())
            }
        case _:
            return value


def rich() -> Scorecard:
    """Return a scorecard in which every field of every type is used."""
    card = samples.failing(6)
    adopted = adopted_samples.adopted()
    kept = [msgspec.structs.replace(gate, id=f"kept-{gate.id}") for gate in adopted.gates]
    run = msgspec.structs.replace(
        card.run, reused_s={f"kept-{id}": age for id, age in adopted.run.reused_s.items()}
    )
    run = msgspec.structs.replace(run, earlier=past_samples.drifted(card).run.earlier)
    return msgspec.structs.replace(
        card,
        gates=(*card.gates, *gate_samples.unjudged(), *kept),
        waivers=adopted.waivers,
        baseline=adopted.baseline,
        categories=proven_samples.categories(),
        checklists=proven_samples.checklists(),
        notices=adopted.notices,
        run=run,
        complete=False,
        partial=True,
    )


def every() -> tuple[Scorecard, ...]:
    """One scorecard of each kind: passing, failing, inconclusive, unfinished, adopted, rich."""
    own = samples.passing(), samples.failing(), samples.inconclusive(), samples.unfinished()
    return *own, adopted_samples.adopted(), rich()

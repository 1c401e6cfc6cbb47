"""One place of one operation, how the operation usually answers, and what showed an injection."""

import msgspec

from gates.core import payloads
from gates.core.payloads import View
from gates.probes._places import Place, Setting, ask
from gates.probes._sent import Sent
from gates.probes._world import World

CONFIRMED = 2  # times that a difference has to come back


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """An injection: its kind, what showed it, and the request."""

    kind: str
    shown: str
    payload: str
    sent: Sent


class Usual(msgspec.Struct, frozen=True, kw_only=True):
    """How an operation usually answers: the view, what changes by itself, and how long it takes."""

    view: View
    ignored: frozenset[tuple[str, ...]]
    seconds: float
    steady: bool
    fine: bool


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """One place of one operation that is looked at."""

    world: World
    setting: Setting
    place: Place
    usual: Usual

    def ask(self, text: str) -> Sent:
        """The answer with this text in the place."""
        return ask(self.world, self.setting, self.place, text)

    def seen(self, text: str) -> View:
        """The same, as it is compared."""
        return compared(self.ask(text), text, self.usual.ignored)


def usual(world: World, setting: Setting) -> Usual:
    """Ask twice as the document says. Raises NoSample."""
    first, second = ask(world, setting), ask(world, setting)
    one, two = compared(first, ""), compared(second, "")
    ignored = payloads.unsettled(one, two)
    again = compared(second, "", ignored)
    return Usual(
        view=again,
        ignored=ignored,
        seconds=max(first.answer.elapsed_s, second.answer.elapsed_s),
        steady=first.status == second.status and _same_paths(one, two),
        fine=first.fine,
    )


def _same_paths(one: View, two: View) -> bool:
    return [path for path, _ in one.content] == [path for path, _ in two.content]


def compared(sent: Sent, text: str, ignored: frozenset[tuple[str, ...]] = frozenset()) -> View:
    """An answer as it is compared with others."""
    return payloads.less(payloads.view(sent.status, sent.value, sent.text, text), ignored)

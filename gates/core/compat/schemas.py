"""Compares schemas of two documents, whatever refers to what: each pair of named ones once.

A named schema that neither changed nor leads to one that did is never opened.
"""

from collections import deque
from collections.abc import Iterator

from gates.core.compat import choices, conditions, lifecycle, objects, values
from gates.core.compat.changes import Difference, Level, Way
from gates.core.compat.forms import Form, Forms, Located
from gates.core.compat.objects import Edge, Said
from gates.core.compat.rules import RULES
from gates.core.compat.sameness import changed_references, leads_to
from gates.core.openapi import JSON

# Where everything leads to everything, each operation reaches every change: after so many schemas
# looked at, one that is further away than NEAR is told for the first operation alone.
PLENTY = 40_000
NEAR = 3
DEEPEST = 20  # questions of whether a choice fits that may depend on each other
Step = tuple[tuple[str, ...], Located, Located]


class Schemas:
    """Compares schemas of two documents. Keeps what it has found out about named ones."""

    def __init__(self, base: JSON, revision: JSON) -> None:
        self.forms = (Forms(base), Forms(revision))
        self._changed = changed_references(base, revision)
        self._known: dict[tuple[str, str, Way], tuple[list[Difference], list[Step]]] = {}
        self._fits: dict[tuple[str, str, Way], bool] = {}
        self._asking: set[tuple[str, str, Way]] = set()
        self._told: set[tuple[str, str, Way]] = set()
        self._looks = 0

    def differences(
        self,
        base: Located,
        revision: Located,
        way: Way,
        *,
        textual: bool = False,
        asked: bool = False,
    ) -> Iterator[Difference]:
        """Yield what differs, nearest first; what is met twice is told once.

        `asked`: the answer is needed, nothing is told of it.
        """
        seen: set[tuple[str, str]] = set()
        queue: deque[Step] = deque()
        if not self._same(base, revision):
            queue.append(((), base, revision))
        while queue:
            trail, before, after = queue.popleft()
            first, second = (f.target(o) for f, o in zip(self.forms, (before, after), strict=True))
            key = (first.pointer, second.pointer)
            if key in seen:
                continue
            seen.add(key)
            named = (first.pointer, second.pointer) != (before.pointer, after.pointer)
            if named and not asked and self._known_enough(len(trail), (*key, way)):
                continue
            found, steps = self._looked(first, second, way, named, textual and not trail)
            for one in found:
                yield _below(trail, one) if trail else one
            queue.extend((trail + step, old, new) for step, old, new in steps)

    def _known_enough(self, distance: int, key: tuple[str, str, Way]) -> bool:
        self._looks += 1
        if self._looks > PLENTY and distance > NEAR and key in self._told:
            return True
        self._told.add(key)
        return False

    def same(self, base: JSON, revision: JSON) -> bool:
        """Whether two parts say the same, with everything that they refer to."""
        return base == revision and not leads_to(base, self._changed)

    def _same(self, base: Located, revision: Located) -> bool:
        return self.same(base.schema, revision.schema)

    def _looked(
        self, base: Located, revision: Located, way: Way, named: bool, textual: bool
    ) -> tuple[list[Difference], list[Step]]:
        key = (base.pointer, revision.pointer, way)
        if named and not textual and key in self._known:
            return self._known[key]
        result = self._whole(base, revision, way, textual)
        if named and not textual:
            self._known[key] = result
        return result

    def _whole(
        self, base: Located, revision: Located, way: Way, textual: bool
    ) -> tuple[list[Difference], list[Step]]:
        """Two schemas with all that is written inside of them, and the named ones to go on with."""
        found, steps = self._look(base, revision, way, textual)
        queue, named = deque(steps), []
        while queue:
            trail, before, after = queue.popleft()
            if any(f.target(o) is not o for f, o in zip(self.forms, (before, after), strict=True)):
                named.append((trail, before, after))
                continue
            more, inner = self._look(before, after, way, False)
            found += [_below(trail, one) for one in more]
            queue.extend((trail + step, old, new) for step, old, new in inner)
        return found, named

    def _look(
        self, base: Located, revision: Located, way: Way, textual: bool
    ) -> tuple[list[Difference], list[Step]]:
        """Differences of two schemas themselves, and the parts to go on with."""
        first, second = (f.of(o) for f, o in zip(self.forms, (base, revision), strict=True))
        found: list[Difference] = []
        steps: list[Step] = []
        apart = choices.one_sided(first, second)
        said = values.life(first, second) if apart else values.differences(first, second, textual)
        for stem, old, new in said:
            found.append(_difference(Said(stem, "", old, new), first, second))
        for one in self._parts(first, second, way):
            if isinstance(one, Edge):
                if self._same(one.base, one.revision):
                    continue
                steps.append(((one.step,), one.base, one.revision))
            else:
                found.append(_difference(one, first, second))
        return found, steps

    def _parts(self, base: Form, revision: Form, way: Way) -> Iterator[Said | Edge]:
        yield from lifecycle.of_schemas(base.said, revision.said)
        if not values.compatible(base, revision):
            return
        if not choices.one_sided(base, revision):
            yield from objects.differences(objects.Pair(base, revision, self.forms), way)
            yield from conditions.differences(base, revision)

        def fits(old: Located, new: Located) -> bool:
            return self._answered(old, new, way)

        yield from choices.differences(base, revision, self.forms, fits)

    def _answered(self, base: Located, revision: Located, way: Way) -> bool:
        """Whether nothing breaks if the one choice becomes the other."""
        key = (base.pointer, revision.pointer, way)
        if key not in self._fits:
            if key in self._asking:
                return True
            if len(self._asking) >= DEEPEST:
                return False
            self._asking.add(key)
            found = self.differences(base, revision, way, asked=True)
            self._fits[key] = not any(_breaks(one, way) for one in found)
            self._asking.discard(key)
        return self._fits[key]


def _breaks(one: Difference, way: Way) -> bool:
    rule = RULES[one.stem]
    return (rule.request if way is Way.REQUEST else rule.response) is Level.BREAKING


def _difference(one: Said, base: Form, revision: Form) -> Difference:
    return Difference(
        stem=one.stem,
        trail=(one.step,) if one.step else (),
        old=one.old,
        new=one.new,
        base=_place(base, one.step),
        revision=_place(revision, one.step),
    )


def _place(form: Form, step: str) -> str:
    return form.properties[step].pointer if step in form.properties else form.pointer


def _below(trail: tuple[str, ...], one: Difference) -> Difference:
    return Difference(
        stem=one.stem,
        trail=trail + one.trail,
        old=one.old,
        new=one.new,
        base=one.base,
        revision=one.revision,
    )

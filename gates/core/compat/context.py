"""What the rules of one comparison share: both documents, their schemas, the day, the policy."""

from collections.abc import Iterator
from typing import NamedTuple

from gates.core.compat.changes import Change, Level, Way
from gates.core.compat.forms import Located
from gates.core.compat.schemas import Schemas
from gates.core.compat.telling import told, worded
from gates.core.compat.views import OperationView


class Both(NamedTuple):
    """One operation in both documents. `called`: the service itself sends it, as a webhook."""

    base: OperationView
    revision: OperationView
    schemas: Schemas
    today: str
    called: bool = False

    @property
    def label(self) -> str:
        """The operation, as today's document calls it."""
        return self.revision.label

    def way(self, way: Way) -> Way:
        """Who has to cope with it: what we send in a webhook is what others read."""
        if not self.called:
            return way
        return Way.RESPONSE if way is Way.REQUEST else Way.REQUEST

    def schema(
        self, base: Located, revision: Located, place: str, where: str, *, textual: bool = False
    ) -> Iterator[Change]:
        """The changes between two schemas. `place` is named as if a client sent the operation."""
        sender, _, part = place.partition("-")
        way = self.way(Way(sender))
        place = (
            f"{way.value}-{part}" if f"{way.value}-{part}" != "request-header" else "request-body"
        )
        place = "response-header" if place == "response-parameter" else place
        found = self.schemas.differences(base, revision, way, textual=textual)
        for one in found:
            yield told(one, place, where, self.label)

    def change(
        self,
        rule: str,
        level: Level,
        subject: str,
        what: str,
        who: str,
        place: str,
        *,
        document: str = "revision",
        fix: str = "",
    ) -> Change:
        """A change of the operation itself."""
        return Change(
            rule=rule,
            level=level,
            operation=self.label,
            subject=subject,
            place=place,
            document=document,
            message=worded(f"{subject}: {what}" if subject else what, level, who),
            fix="" if level is Level.INFO else fix,
        )

"""Whether what authenticates a run was believed, and until its end."""

from collections import Counter

REFUSED, ENDED = "refused", "ended"
ENDED_AFTER = 10  # refusals in a row, at several operations,
TWICE = 2  # and so many of them at one that had let us in
INVALID = (400, 422)  # may be said before anybody looks at credentials


class Watch:
    """Follows the answers to requests with our credentials, at operations that ask for them."""

    def __init__(self) -> None:
        self._asked = 0
        self._until = 0
        self._statuses: set[int] = set()
        self._labels: set[str] = set()
        self._let_in: set[str] = set()
        self._refused: Counter[str] = Counter()  # since somebody let us in

    def saw(self, label: str, status: int) -> None:
        """One more answer."""
        self._asked += 1
        self._statuses.add(status)
        self._labels.add(label)
        if status == 401:
            self._refused[label] += 1
        elif status not in INVALID:
            self._refused.clear()
            self._until = self._asked
            if 200 <= status < 300:
                self._let_in.add(label)

    def verdict(self) -> tuple[str, str]:
        """("", ""), or one of REFUSED and ENDED with what was seen."""
        if self._statuses == {401}:
            return REFUSED, f"each of {self._asked} requests with credentials got 401"
        known = {label: n for label, n in self._refused.items() if label in self._let_in}
        several = len(self._refused) >= min(2, len(self._labels))
        most = max(known.values(), default=0)
        if sum(self._refused.values()) < ENDED_AFTER or not several or most < TWICE:
            return "", ""
        where = ", ".join(sorted(known)[:3])
        return ENDED, (
            f"after {self._until} of {self._asked} requests with credentials nobody let us in any "
            f"more: 401 at {where}, which had"
        )

"""Writes the tree that is judged: typed Python of a shop, the same bytes for the same arguments."""

import random
import subprocess
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

SEED = 20
LINES = 25_000
OVERSHOOT = 5  # lines that a module is longer than asked for, on average
DOMAINS = (
    *("accounts", "addresses", "audits", "baskets", "brands", "campaigns", "carriers", "contracts"),
    *("coupons", "credits", "deliveries", "discounts", "events", "exports", "invoices", "ledgers"),
    *("notices", "offers", "orders", "parcels", "payments", "products", "quotes", "refunds"),
    *("reviews", "suppliers", "tariffs", "tickets", "vouchers", "warehouses"),
)
FIELDS = (
    *("title", "note", "region", "currency", "channel", "label", "origin", "colour", "locale"),
    *("owner", "summary", "reference", "category", "contact", "street", "city", "barcode"),
)
NUMBERS = (
    *("amount", "weight", "height", "width", "stock", "rank", "credit", "margin", "duration"),
    *("quantity", "quota", "reserve", "priority", "distance", "volume", "retries"),
)
VERBS = ("collect", "weigh", "rank", "settle", "prepare", "balance", "survey", "trace", "estimate")
CONFIG = """\
service: shop
database:
  host: localhost
  pool: 8
  password: ${SHOP_DATABASE_PASSWORD}
logging:
  level: info
"""
TARGET = """\
name = "bench-tree"

[code]
paths = ["src"]
"""
PROJECT = """\
[project]
name = "shop"
version = "1.0.0"
requires-python = ">=3.11"
"""


def write(root: Path, lines: int = LINES) -> int:
    """Write the tree into an empty folder and commit it; returns its lines of Python."""
    files = dict(sources(lines))
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    others = {
        "gatescore.toml": TARGET,
        "pyproject.toml": PROJECT,
        "config/service.yaml": CONFIG,
        "README.md": "# shop\n\n" + "A shop in thirty parts, each with a storage.\n" * 40,
        ".gitignore": ".gatescore/\n__pycache__/\n",
    }
    for name, text in others.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    commit(root)
    return sum(text.count("\n") for text in files.values())


def commit(root: Path) -> None:
    """Make the folder a repository with one commit, whoever and whenever we are."""
    for words in (("init", "-q", "-b", "main"), ("add", "-A"), ("commit", "-q", "-m", "shop")):
        git(root, *words)


def git(root: Path, *words: str) -> None:
    """Let git do something in the tree, as nobody in particular."""
    who = ("-c", "user.name=bench", "-c", "user.email=bench@localhost", "-c", "commit.gpgsign=no")
    subprocess.run(("git", "-C", str(root), *who, *words), check=True)


def sources(lines: int = LINES) -> Iterator[tuple[str, str]]:
    """Path and text of every module: four for each domain, filled up to `lines` in all."""
    each = lines // (len(DOMAINS) * 4) - OVERSHOOT
    chance = random.Random(SEED)
    yield "src/shop/__init__.py", '"""A shop."""\n'
    for number, domain in enumerate(DOMAINS):
        shape = Shape(domain, DOMAINS[:number][-3:], chance)
        yield f"src/shop/{domain}/__init__.py", f'"""Everything about {domain}."""\n'
        for name, head in (
            ("model", model),
            ("storage", storage),
            ("service", service),
            ("views", views),
        ):
            yield f"src/shop/{domain}/{name}.py", filled(head(shape), shape, chance, each)


class Shape:
    """What one domain looks like: its class, its fields and the domains it builds upon."""

    def __init__(self, domain: str, before: tuple[str, ...], chance: random.Random) -> None:
        self.domain = domain
        self.one = domain.removesuffix("s") if not domain.endswith("ies") else domain[:-3] + "y"
        self.name = self.one.capitalize()
        self.before = before
        self.texts = tuple(sorted(chance.sample(FIELDS, 5)))
        self.numbers = tuple(sorted(chance.sample(NUMBERS, 5)))

    def sub(self, template: str) -> str:
        """The template with the names of this domain."""
        texts, numbers = self.texts, self.numbers
        words = {"DOMAIN": self.domain, "ONE": self.one, "NAME": self.name}
        words |= {f"T{n}": word for n, word in enumerate(texts)}
        words |= {f"N{n}": word for n, word in enumerate(numbers)}
        text = dedent(template)
        for key, word in words.items():
            text = text.replace(f"<{key}>", word)
        return text


def filled(text: str, shape: Shape, chance: random.Random, lines: int) -> str:
    """The module with further functions until it is long enough."""
    number = 0
    while text.count("\n") < lines:
        number += 1
        body = chance.choice(BODIES)
        verb, noun = chance.choice(VERBS), chance.choice((*shape.texts, *shape.numbers))
        function = shape.sub(body).replace("<VERB>", f"{verb}_{noun}_{number}")
        text += function.replace("<SMALL>", str(chance.randint(2, 99)))
    return text


def model(shape: Shape) -> str:
    """Values of a domain: an enumeration and a frozen dataclass with conversions."""
    return shape.sub(
        '''\
        """The values of <DOMAIN>: what a <ONE> is, and how it is written and read."""

        from collections.abc import Iterable, Mapping, Sequence
        from dataclasses import dataclass, field, replace
        from datetime import datetime, timedelta
        from enum import Enum


        class <NAME>State(Enum):
            """Where a <ONE> stands."""

            OPEN = "open"
            HELD = "held"
            CLOSED = "closed"

            def may_become(self, other: "<NAME>State") -> bool:
                """Whether the change is allowed."""
                if self is <NAME>State.CLOSED:
                    return False
                return other is not self


        class <NAME>Invalid(ValueError):
            """A <ONE> that cannot be; the text says why."""


        @dataclass(frozen=True)
        class <NAME>:
            """One <ONE>, as it is kept."""

            id: int
            <T0>: str
            <T1>: str
            <T2>: str
            <T3>: str | None
            <T4>: str | None
            <N0>: int
            <N1>: int
            <N2>: int
            <N3>: float
            <N4>: float
            created: datetime
            state: <NAME>State = <NAME>State.OPEN
            tags: tuple[str, ...] = ()
            extra: Mapping[str, str] = field(default_factory=dict)

            def checked(self) -> "<NAME>":
                """Itself. Raises <NAME>Invalid."""
                if not self.<T0>:
                    raise <NAME>Invalid("a <ONE> needs a <T0>")
                if self.<N0> < 0 or self.<N1> < 0:
                    raise <NAME>Invalid(f"<N0> and <N1> cannot be below 0: {self.<N0>}")
                return self

            def moved(self, state: <NAME>State) -> "<NAME>":
                """The same <ONE> in another state. Raises <NAME>Invalid."""
                if not self.state.may_become(state):
                    raise <NAME>Invalid(f"{self.state.value} cannot become {state.value}")
                return replace(self, state=state)

            def age(self, now: datetime) -> timedelta:
                """How long ago it was made."""
                return now - self.created

            def as_data(self) -> dict[str, object]:
                """The <ONE> for a JSON document."""
                return {
                    "id": self.id,
                    "<T0>": self.<T0>,
                    "<T1>": self.<T1>,
                    "<T2>": self.<T2>,
                    "<N0>": self.<N0>,
                    "<N1>": self.<N1>,
                    "state": self.state.value,
                    "tags": list(self.tags),
                }


        def by_state(
            found: Iterable[<NAME>],
        ) -> dict[<NAME>State, list[<NAME>]]:
            """All of them in groups."""
            groups: dict[<NAME>State, list[<NAME>]] = {state: [] for state in <NAME>State}
            for item in found:
                groups[item.state].append(item)
            return groups


        def newest(found: Sequence[<NAME>]) -> <NAME> | None:
            """The <ONE> that was made last."""
            return max(found, key=lambda item: item.created, default=None)
        '''
    )


def storage(shape: Shape) -> str:
    """How a domain is kept: a protocol, and two storages."""
    return shape.sub(
        '''\
        """Keeps <DOMAIN>: in memory for trials, in SQLite for good."""

        import sqlite3
        from collections.abc import Iterator, Sequence
        from datetime import UTC, datetime
        from typing import Protocol

        from shop.<DOMAIN>.model import <NAME>, <NAME>State

        COLUMNS = "id, <T0>, <T1>, <T2>, <N0>, <N1>, <N2>, created, state"


        class <NAME>Missing(LookupError):
            """There is no such <ONE>."""


        class <NAME>Storage(Protocol):
            """What a storage of <DOMAIN> offers."""

            def get(self, id: int) -> <NAME>:
                """One of them. Raises <NAME>Missing."""

            def add(self, item: <NAME>) -> None:
                """Keep one."""

            def every(self) -> Sequence[<NAME>]:
                """All, by id."""


        class InMemory:
            """Forgets everything when the program ends."""

            def __init__(self) -> None:
                self._items: dict[int, <NAME>] = {}

            def get(self, id: int) -> <NAME>:
                """One of them. Raises <NAME>Missing."""
                try:
                    return self._items[id]
                except KeyError as error:
                    raise <NAME>Missing(str(id)) from error

            def add(self, item: <NAME>) -> None:
                """Keep one."""
                self._items[item.id] = item.checked()

            def every(self) -> Sequence[<NAME>]:
                """All, by id."""
                return [self._items[id] for id in sorted(self._items)]


        class InSqlite:
            """Keeps them in a table."""

            def __init__(self, connection: sqlite3.Connection) -> None:
                self._connection = connection

            def get(self, id: int) -> <NAME>:
                """One of them. Raises <NAME>Missing."""
                query = "SELECT * FROM <DOMAIN> WHERE id = ?"
                row = self._connection.execute(query, (id,)).fetchone()
                if row is None:
                    raise <NAME>Missing(str(id))
                return read(row)

            def add(self, item: <NAME>) -> None:
                """Keep one."""
                values = (item.id, item.<T0>, item.<T1>, item.<T2>, item.<N0>, item.<N1>)
                query = "INSERT INTO <DOMAIN> VALUES (?, ?, ?, ?, ?, ?)"
                with self._connection as transaction:
                    transaction.execute(query, values)

            def every(self) -> Sequence[<NAME>]:
                """All, by id."""
                return list(self._rows())

            def _rows(self) -> Iterator[<NAME>]:
                for row in self._connection.execute("SELECT * FROM <DOMAIN> ORDER BY id"):
                    yield read(row)


        def read(row: tuple[int, str, str, str, int, int, int, float, str]) -> <NAME>:
            """One row as a value."""
            return <NAME>(
                id=row[0],
                <T0>=row[1],
                <T1>=row[2],
                <T2>=row[3],
                <T3>=None,
                <T4>=None,
                <N0>=row[4],
                <N1>=row[5],
                <N2>=row[6],
                <N3>=0.0,
                <N4>=0.0,
                created=datetime.fromtimestamp(row[7], UTC),
                state=<NAME>State(row[8]),
            )
        '''
    )


def service(shape: Shape) -> str:
    """What a domain does, with those before it."""
    others = sorted(shape.before)
    imports = "".join(
        f"from shop.{other}.storage import InMemory as {other.capitalize()}InMemory\n"
        for other in others
        if other < shape.domain
    )
    parts = "".join(f"        self.{other} = {other.capitalize()}InMemory()\n" for other in others)
    counts = "".join(f"            len(self.{other}.every()),\n" for other in others)
    kept = ", ".join(sorted(("InMemory", f"{shape.name}Missing", f"{shape.name}Storage")))
    text = shape.sub(
        '''\
        """What can be done with <DOMAIN>."""

        import hashlib
        import logging
        from collections.abc import Iterable, Sequence
        from datetime import UTC, datetime
        from functools import reduce

        <IMPORTS>from shop.<DOMAIN>.model import <NAME>, <NAME>Invalid, <NAME>State
        from shop.<DOMAIN>.storage import <KEPT>

        log = logging.getLogger(__name__)


        class <NAME>Service:
            """The rules of <DOMAIN>."""

            def __init__(self, storage: <NAME>Storage | None = None) -> None:
                self.storage: <NAME>Storage = storage or InMemory()
        <PARTS>
            def close(self, id: int) -> <NAME> | None:
                """Close a <ONE>; None if there is none."""
                try:
                    item = self.storage.get(id).moved(<NAME>State.CLOSED)
                except (<NAME>Missing, <NAME>Invalid) as error:
                    log.warning("<ONE> %s was not closed: %s", id, error)
                    return None
                self.storage.add(item)
                return item

            def total(self) -> int:
                """The sum of <N0> of what is open."""
                found = self.storage.every()
                return sum(item.<N0> for item in found if item.state is <NAME>State.OPEN)

            def sizes(self) -> list[int]:
                """How many there are of these, and of what they build upon."""
                return [
                    len(self.storage.every()),
        <COUNTS>        ]

            def fingerprint(self, token: str) -> str:
                """A digest of a caller's token, for the log."""
                digest = hashlib.sha256(token.encode("utf-8"))
                for item in self.storage.every():
                    digest.update(f"{item.id}:{item.<T0>}".encode())
                return digest.hexdigest()

            def authorise(self, user: str, password: str) -> bool:
                """Whether the pair is one that this service knows."""
                wanted = hashlib.sha256(f"{user}/<DOMAIN>".encode()).hexdigest()
                return hashlib.sha256(password.encode()).hexdigest() == wanted


        def merged(parts: Iterable[Sequence[<NAME>]]) -> list[<NAME>]:
            """All parts in one list, by id."""
            start: list[<NAME>] = []
            joined = reduce(lambda left, right: [*left, *right], parts, start)
            return sorted(joined, key=lambda item: item.id)


        def today() -> datetime:
            """The start of this day."""
            return datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        '''
    )
    return (
        text.replace("<IMPORTS>", imports)
        .replace("<KEPT>", kept)
        .replace("<PARTS>\n", f"{parts}\n")
        .replace("<COUNTS>", counts)
    )


def views(shape: Shape) -> str:
    """How a domain answers requests."""
    return shape.sub(
        '''\
        """Requests about <DOMAIN> and their answers."""

        import json
        from collections.abc import Callable, Mapping, Sequence
        from datetime import UTC, datetime
        from typing import Any

        from shop.<DOMAIN>.model import <NAME>, <NAME>Invalid, <NAME>State, by_state
        from shop.<DOMAIN>.service import <NAME>Service
        from shop.<DOMAIN>.storage import <NAME>Missing

        PAGE = 50
        Handler = Callable[[<NAME>Service, Mapping[str, Any]], "Answer"]


        class Answer:
            """A status and a document."""

            def __init__(self, status: int, document: Mapping[str, object]) -> None:
                self.status = status
                self.document = document

            def body(self) -> bytes:
                """The document in JSON."""
                return json.dumps(dict(self.document), sort_keys=True).encode("utf-8")


        def problem(status: int, text: str) -> Answer:
            """An error as RFC 9457 has it."""
            return Answer(status, {"title": text, "status": status, "type": "about:blank"})


        def text_of(body: Mapping[str, Any], key: str) -> str:
            """A text of the request. Raises <NAME>Invalid."""
            value = body.get(key)
            if not isinstance(value, str):
                raise <NAME>Invalid(f"{key} has to be a text")
            return value


        def number_of(body: Mapping[str, Any], key: str) -> int:
            """A whole number of the request. Raises <NAME>Invalid."""
            value = body.get(key, 0)
            if isinstance(value, bool) or not isinstance(value, int):
                raise <NAME>Invalid(f"{key} has to be a whole number")
            return value


        def create(service: <NAME>Service, body: Mapping[str, Any]) -> Answer:
            """POST /<DOMAIN>."""
            try:
                item = <NAME>(
                    id=number_of(body, "id"),
                    <T0>=text_of(body, "<T0>"),
                    <T1>=text_of(body, "<T1>"),
                    <T2>=text_of(body, "<T2>"),
                    <T3>=None,
                    <T4>=None,
                    <N0>=number_of(body, "<N0>"),
                    <N1>=number_of(body, "<N1>"),
                    <N2>=number_of(body, "<N2>"),
                    <N3>=float(number_of(body, "<N3>")),
                    <N4>=float(number_of(body, "<N4>")),
                    created=datetime.now(UTC),
                )
                service.storage.add(item)
            except <NAME>Invalid as error:
                return problem(422, str(error))
            return Answer(201, item.as_data())


        def show(service: <NAME>Service, body: Mapping[str, Any]) -> Answer:
            """GET /<DOMAIN>/{id}."""
            try:
                return Answer(200, service.storage.get(number_of(body, "id")).as_data())
            except <NAME>Missing:
                return problem(404, "there is no such <ONE>")


        def page(service: <NAME>Service, body: Mapping[str, Any]) -> Answer:
            """GET /<DOMAIN>."""
            start = number_of(body, "offset")
            found: Sequence[<NAME>] = service.storage.every()
            chosen = [item.as_data() for item in found[start : start + PAGE]]
            groups = by_state(found)
            counts = {state.value: len(groups[state]) for state in <NAME>State}
            return Answer(200, {"items": chosen, "counts": counts, "total": len(found)})


        ROUTES: dict[tuple[str, str], Handler] = {
            ("POST", "/<DOMAIN>"): create,
            ("GET", "/<DOMAIN>/{id}"): show,
            ("GET", "/<DOMAIN>"): page,
        }
        '''
    )


BODIES: tuple[str, ...] = (
    '''

    def <VERB>(found: Sequence[<NAME>], limit: int = <SMALL>) -> list[<NAME>]:
        """Those with enough <N0>, at most `limit`, the heaviest in <N1> first."""
        chosen = [item for item in found if item.<N0> > limit or item.<T0>.startswith("a")]
        chosen.sort(key=lambda item: (item.<N1>, item.<N2>), reverse=True)
        if len(chosen) > limit:
            return chosen[:limit]
        return chosen
    ''',
    '''

    def <VERB>(found: Sequence[<NAME>]) -> dict[str, float]:
        """The mean of <N3> by <T0>."""
        sums: dict[str, list[float]] = {}
        for item in found:
            key = item.<T0>.strip().lower() or "none"
            sums.setdefault(key, []).append(item.<N3> * <SMALL>)
        result: dict[str, float] = {}
        for key, values in sorted(sums.items()):
            result[key] = sum(values) / len(values)
        return result
    ''',
    '''

    class <NAME>Plan<SMALL><VERB>:
        """A way through <DOMAIN>, a step at a time."""

        def __init__(self, items: Sequence[<NAME>], step: int = <SMALL>) -> None:
            self._items = tuple(items)
            self._step = step
            self._seen: set[int] = set()

        def advance(self) -> <NAME> | None:
            """The next that was not seen; None at the end."""
            for item in self._items[:: self._step]:
                if item.id not in self._seen and item.state is not <NAME>State.CLOSED:
                    self._seen.add(item.id)
                    return item
            return None

        @property
        def left(self) -> int:
            """How many are still to come."""
            return len(self._items) - len(self._seen)
    ''',
    '''

    def <VERB>(first: <NAME>, second: <NAME>) -> int:
        """Which of two is to be taken first: below 0, 0 or above 0."""
        if first.<N0> != second.<N0>:
            return first.<N0> - second.<N0>
        if first.<T3> is None or second.<T3> is None:
            return int(second.<T3> is None) - int(first.<T3> is None)
        gap = round(first.<N4> * <SMALL>) - round(second.<N4>)
        return gap if gap else first.id - second.id
    ''',
    '''

    def <VERB>(item: <NAME>, now: datetime) -> str:
        """One line for people about a <ONE>."""
        days = (now - item.created).days
        words = [f"<ONE> {item.id}", item.<T1>, f"<N1> {item.<N1>}"]
        if days > <SMALL>:
            words.append(f"{days} days old")
        elif item.<T4>:
            words.append(item.<T4>)
        return ", ".join(word for word in words if word)
    ''',
)

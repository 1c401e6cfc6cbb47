"""What a database's own catalogue says of its tables, and which of them break a rule of design.

Names are compared without case and underscores: `userId` is `user_id`. Rules are in the order in
which they are told: a primary key, constraints, indexes, row-level security, timestamps.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

NO_KEY = "database.no-primary-key"
NO_CONSTRAINT = "database.no-foreign-key"
BROKEN = "database.broken-foreign-key"
NO_INDEX = "database.foreign-key-index"
NO_POLICY = "database.row-security"
NO_TIMESTAMP = "database.no-timestamp"
# What tells that a row is a person; names of columns and of tables, as compared.
PERSONAL = frozenset(
    (
        *("email", "emailaddress", "username", "login", "password", "passwordhash"),
        *("hashedpassword", "passworddigest", "firstname", "lastname", "fullname", "givenname"),
        *("familyname", "surname", "phone", "phonenumber", "mobile", "birthdate", "dateofbirth"),
        *("birthday", "dob", "iban", "ssn", "nationality"),
    )
)
PEOPLE = frozenset(
    (
        *("user", "account", "customer", "person", "people", "member", "employee", "patient"),
        *("student", "subscriber", "guest", "contact", "profile"),
    )
)


class ForeignKey(msgspec.Struct, frozen=True, kw_only=True):
    """A constraint: columns of the table, and the table that they refer to, if it is there."""

    columns: tuple[str, ...]
    table: str
    broken: bool = False


class Column(msgspec.Struct, frozen=True):
    """A column; `kind` is its type in the database's own words."""

    name: str
    kind: str = ""


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """One table. `indexes` are the columns of each index that helps to look rows up, in order.

    `row_security` says whether policies are in force, `policies` how many there are.
    """

    name: str
    columns: tuple[Column, ...] = ()
    key: tuple[str, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    indexes: tuple[tuple[str, ...], ...] = ()
    row_security: bool = False
    policies: int = 0


class Violation(msgspec.Struct, frozen=True, kw_only=True):
    """One broken rule; `columns` are those it is about, where it is about any."""

    rule: str
    table: str
    columns: tuple[str, ...] = ()
    message: str
    fix: str


Names = Mapping[tuple[str, str], Sequence[Table]]  # (prefix that both have, name) -> tables


def violations(tables: Sequence[Table], timestamps: Sequence[str]) -> tuple[Violation, ...]:
    """Every broken rule, by table. Without `timestamps` none are asked for."""
    people = {table.name for table in tables if of_a_person(table)}
    names = called(tables)
    found: list[Violation] = []
    for table in sorted(tables, key=lambda one: one.name):
        found += _without_key(table)
        found += _without_constraint(table, names)
        found += _to_nowhere(table)
        found += _without_index(table)
        found += _without_policy(table)
        found += _without_timestamp(table, people, timestamps)
    return tuple(found)


def plain(name: str) -> str:
    """A name as it is compared."""
    return name.replace("_", "").lower()


def words(name: str) -> tuple[str, ...]:
    """The words of a name in snake or camel case, small."""
    parts = "".join(f"_{c}" if c.isupper() and not name.isupper() else c for c in name)
    return tuple(part for part in parts.lower().split("_") if part)


def singular(word: str) -> frozenset[str]:
    """The word itself and what it may be the plural of."""
    found = {word}
    if word.endswith("ies"):
        found.add(word[:-3] + "y")
    if word.endswith("es"):
        found.add(word[:-2])
    if word.endswith("s") and not word.endswith("ss"):
        found.add(word[:-1])
    return frozenset(found)


def of_a_person(table: Table) -> bool:
    """Whether a row of the table is a person, by the names of its columns or its own."""
    last = (words(bare(table.name)) or ("",))[-1]
    named = bool(singular(last) & PEOPLE) and len(words(bare(table.name))) <= 2
    return named or any(plain(column.name) in PERSONAL for column in table.columns)


def bare(name: str) -> str:
    """The name of a table without its schema."""
    return name.rpartition(".")[2]


def called(tables: Iterable[Table]) -> Names:
    """Tables by what a column may call them: singular or plural, without a common prefix too."""
    found: dict[tuple[str, str], list[Table]] = {}
    for table in tables:
        own = words(bare(table.name))
        for prefix, shape in (("", own), *(((own[0], own[1:]),) if len(own) > 1 else ())):
            for last in singular(shape[-1]) if shape else ():
                found.setdefault((prefix, "".join((*shape[:-1], last))), []).append(table)
    return found


def referred(column: Column, table: Table, names: Names) -> Table | None:
    """The table that a column such as `order_id` names, if its key has the same kind of value."""
    stem = words(column.name)
    if len(stem) < 2 or stem[-1] != "id":
        return None
    wanted, prefix = "".join(stem[:-1]), (words(bare(table.name)) or ("",))[0]
    for other in (*names.get(("", wanted), ()), *names.get((prefix, wanted), ())):
        if len(other.key) == 1 and family(_key_kind(other)) == family(column.kind):
            return other
    return None


def _key_kind(table: Table) -> str:
    return next((one.kind for one in table.columns if one.name == table.key[0]), "")


def family(kind: str) -> str:
    """What a type holds: number, uuid or text; SQLite's affinity rules for words of any kind."""
    said = kind.lower()
    if "int" in said or "serial" in said or said.startswith(("numeric", "decimal")):
        return "number"
    return "uuid" if said == "uuid" else "text"


def _without_key(table: Table) -> Iterator[Violation]:
    if not table.key:
        yield Violation(
            rule=NO_KEY,
            table=table.name,
            message=f"table {table.name} has no primary key",
            fix="Give it one: rows without a key can be neither told apart nor replicated.",
        )


def _without_constraint(table: Table, names: Names) -> Iterator[Violation]:
    bound = {column for key in table.foreign_keys for column in key.columns}
    beside = {plain(column.name) for column in table.columns}
    for column in table.columns:
        # A type beside the id says that it refers to rows of several tables.
        several = f"{plain(column.name)[:-2]}type" in beside
        if column.name in bound or several or table.key == (column.name,):
            continue
        other = referred(column, table, names)
        if other is not None:
            yield Violation(
                rule=NO_CONSTRAINT,
                table=table.name,
                columns=(column.name,),
                message=f"{table.name}.{column.name} names {other.name} without a foreign key",
                fix=f"Add FOREIGN KEY ({column.name}) REFERENCES {other.name}.",
            )


def _to_nowhere(table: Table) -> Iterator[Violation]:
    for key in table.foreign_keys:
        if key.broken:
            yield Violation(
                rule=BROKEN,
                table=table.name,
                columns=key.columns,
                message=f"a foreign key of {table.name} refers to {key.table}, which is not there",
                fix=f"Make the table {key.table}, or take the constraint away.",
            )


def _without_index(table: Table) -> Iterator[Violation]:
    for key in table.foreign_keys:
        wide = len(key.columns)
        lead = (frozenset(index[:wide]) for index in (*table.indexes, table.key))
        if frozenset(key.columns) not in lead:
            spelt = ", ".join(key.columns)
            yield Violation(
                rule=NO_INDEX,
                table=table.name,
                columns=key.columns,
                message=f"no index of {table.name} begins with its foreign key ({spelt})",
                fix=f"CREATE INDEX ON {table.name} ({spelt}): joins and deletes read it all else.",
            )


def _without_policy(table: Table) -> Iterator[Violation]:
    if table.row_security == bool(table.policies):
        return
    if table.row_security:
        message = f"{table.name} declares row-level security and has no policy"
        fix = "Write the policies, or disable it: now everybody but the owner sees nothing."
    else:
        message = f"{table.name} has policies, and row-level security is not enabled"
        fix = f"ALTER TABLE {table.name} ENABLE ROW LEVEL SECURITY: now none is in force."
    yield Violation(rule=NO_POLICY, table=table.name, message=message, fix=fix)


def _without_timestamp(
    table: Table, people: Iterable[str], timestamps: Sequence[str]
) -> Iterator[Violation]:
    if not timestamps or is_link(table) or not concerns(table, frozenset(people)):
        return
    names = {plain(column.name) for column in table.columns}
    if not names & {plain(name) for name in timestamps}:
        wanted = " or ".join(timestamps)
        yield Violation(
            rule=NO_TIMESTAMP,
            table=table.name,
            message=f"{table.name} holds data of people and has no {wanted}",
            fix="Add one: without it nobody can tell how old the data is, or delete it in time.",
        )


def concerns(table: Table, people: frozenset[str]) -> bool:
    """Whether a row is a person, or refers to one."""
    return table.name in people or any(key.table in people for key in table.foreign_keys)


def is_link(table: Table) -> bool:
    """Whether it is nothing but two foreign keys, with an id of its own at most."""
    bound = {column for key in table.foreign_keys for column in key.columns}
    rest = {column.name for column in table.columns} - bound - set(table.key)
    return len(table.foreign_keys) == 2 and not rest

"""Makes an empty PostgreSQL database beside the target's own, and leads its commands there.

The target's own database is never written to: where no variable of the commands names it, they
cannot be led anywhere else, and nothing is run.
"""

import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import msgspec

from gates.probes._databases import EXTRA, LOCAL, SECONDS, DatabaseError, Kind, Place, elsewhere

_NAMES = re.compile(r"(^|_)(PG)?(DB|DATABASE)(_?NAME)?$", re.IGNORECASE)
_ADDRESS = re.compile(r"postgres(ql)?(\+\w+)?://", re.IGNORECASE)
NOT_LED = (
    "database.url: no variable of the service holds this address, so that migrations would have "
    "to be tried on the service's own database: name it in service.env"
)


class Scratch(msgspec.Struct, frozen=True, kw_only=True):
    """An empty database, and the variables that lead there."""

    place: Place
    env: dict[str, str]


@contextmanager
def scratch(own: Place, env: Mapping[str, str], key: str) -> Iterator[Scratch]:
    """An empty database for as long as the block lasts. Raises DatabaseError."""
    try:
        import psycopg
        from psycopg import conninfo, sql
    except ImportError:
        raise DatabaseError(f"{key}: {EXTRA}") from None
    name = f"gatescore_{secrets.token_hex(6)}"
    try:
        said = conninfo.conninfo_to_dict(own.address)
        if problem := elsewhere(said):
            raise DatabaseError(f"{key}: {problem}")
        changed = led(env, own.address, name)
        if not changed:
            raise DatabaseError(NOT_LED)
        with psycopg.connect(own.address, autocommit=True, connect_timeout=SECONDS) as server:
            made = sql.Identifier(name)
            server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(made))
            try:
                place = Place(kind=Kind.POSTGRESQL, address=_with_name(own.address, name))
                yield Scratch(place=place, env=changed)
            finally:
                server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(made))
    except psycopg.Error as error:
        first = str(error).strip().splitlines() or [type(error).__name__]
        raise DatabaseError(f"{key}: no empty database beside it: {first[0][:200]}") from None


def led(env: Mapping[str, str], address: str, name: str) -> dict[str, str]:
    """The variables that name the database of `address`, with another name instead of its own."""
    own = _told(address)
    changed = {}
    for variable, value in env.items():
        if _ADDRESS.match(value):
            if _told(value) == own:
                changed[variable] = _with_name(value, name)
        elif value == own.get("dbname") and _NAMES.search(variable):
            changed[variable] = name
    return changed


def _told(address: str) -> dict[str, Any]:
    """Which database of which server an address names; {} for what cannot be read."""
    from psycopg import ProgrammingError, conninfo

    plain = _ADDRESS.sub("postgresql://", address, count=1)
    try:
        said = conninfo.conninfo_to_dict(plain)
    except ProgrammingError:
        return {}
    host = str(said.get("host") or "localhost")
    port = str(said.get("port") or 5432)
    here = "localhost" if host in LOCAL else host
    return {"host": here, "port": port, "dbname": said.get("dbname")}


def _with_name(address: str, name: str) -> str:
    """The address with another database; what else it says stays."""
    before, mark, parameters = address.partition("?")
    scheme, _, rest = before.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}/{name}{mark}{parameters}"

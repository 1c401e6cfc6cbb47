"""Reads the catalogue of a database, whichever kind it is."""

from gates.core.catalogue import Table
from gates.probes import _catalogue_postgres, _catalogue_sqlite
from gates.probes._databases import Kind, Place, postgresql, sqlite

MOST_ROWS = 200  # of each table: migrations put down few


def tables(place: Place, key: str) -> tuple[Table, ...]:
    """Its tables. Raises DatabaseError."""
    match place.kind:
        case Kind.SQLITE:
            with sqlite(place.address, key) as connection:
                return _catalogue_sqlite.tables(connection)
        case Kind.POSTGRESQL:
            with postgresql(place.address, key) as connection:
                return _catalogue_postgres.tables(connection)


def facts(place: Place, key: str) -> tuple[frozenset[str], frozenset[str]]:
    """Its schema and its first rows as sets that can be compared. Raises DatabaseError."""
    match place.kind:
        case Kind.SQLITE:
            with sqlite(place.address, key) as file:
                return _catalogue_sqlite.facts(file), _catalogue_sqlite.rows(file, MOST_ROWS)
        case Kind.POSTGRESQL:
            with postgresql(place.address, key) as server:
                found = _catalogue_postgres.facts(server)
                return found, _catalogue_postgres.rows(server, MOST_ROWS)

"""What [database] of a target file says that cannot be."""

from collections.abc import Iterator

from gates.core.capacity import Database
from gates.core.target import Service, Target
from gates.shell.problems import Trouble

SCHEMES = ("sqlite:", "postgresql://", "postgres://")


def troubles(target: Target) -> Iterator[Trouble]:
    """Everything wrong with [database]."""
    database, service = target.database, target.service
    if database is None:
        return
    if database.url and not database.url.startswith((*SCHEMES, "${")):
        allowed = "sqlite:{state}/my.db, postgresql://… or ${NAME}"
        yield Trouble(path=("database", "url"), message="has another form", allowed=allowed)
    if database.spans:
        yield from _spans(service)
    yield from _sizes(database)


def _spans(service: Service | None) -> Iterator[Trouble]:
    """Spans can only come from a service that we tell where they go."""
    if service is None or not service.start:
        message = "true, but there is no service.start: only a service that we start sends us spans"
        yield Trouble(path=("database", "spans"), message=message, allowed="false")
    elif not any("{otlp}" in value for value in service.env.values()):
        message = "true, but {otlp} stands nowhere in service.env: the service must know the place"
        hint = 'env = { OTEL_EXPORTER_OTLP_ENDPOINT = "{otlp}" }'
        yield Trouble(path=("database", "spans"), message=message, hint=hint)


def _sizes(database: Database) -> Iterator[Trouble]:
    sizes = database.sizes
    if len(sizes) < 2 or sizes[0] < 1 or list(sizes) != sorted(set(sizes)):
        allowed = "two or more numbers of rows that rise, as [10, 100, 1000]"
        yield Trouble(path=("database", "sizes"), message=f"found {list(sizes)!a}", allowed=allowed)
    if database.large_rows < 1:
        message = f"found {database.large_rows}"
        yield Trouble(path=("database", "large_rows"), message=message, allowed="1 or more")
    if database.grow and not any("{rows}" in part for part in database.grow):
        message = "{rows} stands nowhere in it: it has to say how many rows there shall be"
        yield Trouble(path=("database", "grow"), message=message, hint='add "--rows", "{rows}"')

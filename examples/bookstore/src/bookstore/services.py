"""The parts that live as long as the application, and how routes reach them."""

import sqlite3
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from bookstore import telemetry
from bookstore.database import Database
from bookstore.metrics import Metrics
from bookstore.passwords import Passwords
from bookstore.settings import Settings
from bookstore.throttle import LoginThrottle, Quota


@dataclass(frozen=True)
class Services:
    """Built once by `create_app`."""

    settings: Settings
    metrics: Metrics
    database: Database
    passwords: Passwords
    throttle: LoginThrottle
    quota: Quota


def build(settings: Settings) -> Services:
    """Wire the parts together; nothing is opened yet."""
    metrics = Metrics()
    factory = telemetry.TracedConnection if settings.telemetry else sqlite3.Connection
    database = Database(settings.database, metrics.transaction, factory)
    metrics.watch(database.pool)
    return Services(
        settings=settings,
        metrics=metrics,
        database=database,
        passwords=Passwords(),
        throttle=LoginThrottle(),
        quota=Quota(settings.list_limit),
    )


async def _of(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


Parts = Annotated[Services, Depends(_of)]

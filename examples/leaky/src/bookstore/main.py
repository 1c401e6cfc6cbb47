"""Put the application together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from bookstore import __version__, document, errors, services, telemetry
from bookstore.middleware import RequestFrame
from bookstore.routes import auth, books, deliveries, operations, orders, users
from bookstore.settings import Settings


def create_app(settings: Settings) -> FastAPI:
    """A complete application; the database is opened by the first request that needs it."""
    parts = services.build(settings)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        parts.database.close()

    app = document.DocumentedApp(
        title="Bookstore",
        version=__version__,
        summary="Catalogue, orders and users of a small bookstore.",
        description=document.DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
    )
    app.state.services = parts
    app.add_middleware(RequestFrame, metrics=parts.metrics)
    if settings.telemetry:
        app.add_middleware(telemetry.RequestSpans)
    errors.install(app)
    for routes in (auth, books, orders, users, operations):
        app.include_router(routes.router)
    app.include_router(deliveries.router, include_in_schema=False)
    return app

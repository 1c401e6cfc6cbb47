"""Serve the bookstore: `python -m bookstore [--host ADDRESS] [--port NUMBER]`."""

import argparse
import sys

import uvicorn

from bookstore import logs, settings, telemetry
from bookstore.main import create_app

GRACE_S = 5


def main() -> int:
    """Run until SIGTERM; 2 when a setting is missing or wrong."""
    try:
        chosen = settings.load()
    except settings.SettingsError as error:
        print(f"bookstore: {error}", file=sys.stderr)
        return 2
    options = _options(chosen)
    logs.configure(chosen.log_level)
    provider = telemetry.configure() if chosen.telemetry else None
    uvicorn.run(
        create_app(chosen),
        host=options.host,
        port=options.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
    )
    if provider:
        provider.shutdown()
    return 0


def _options(chosen: settings.Settings) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bookstore", description="Serve the bookstore.")
    parser.add_argument("--host", default=chosen.host)
    parser.add_argument("--port", type=int, default=chosen.port)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

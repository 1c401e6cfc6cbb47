"""One JSON object per line on stdout, each with the id of the request it belongs to."""

import json
import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
trace_id: ContextVar[str | None] = ContextVar("trace_id", default=None)

_audit = logging.getLogger("bookstore.audit")


class JsonFormatter(logging.Formatter):
    """time, level, logger, message, ids, user, the given fields, and a traceback if any."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line; control characters are escaped by JSON itself."""
        entry: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": request_id.get(),
            "trace_id": trace_id.get(),
            "user": None,
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry)


def configure(level: str) -> None:
    """Send everything, uvicorn's own lines too, through the JSON formatter."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)


def audit(action: str, actor: str, subject: str) -> None:
    """Who did what to which object; the line itself says when."""
    _audit.info(action, extra={"fields": {"action": action, "user": actor, "object": subject}})

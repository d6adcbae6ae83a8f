"""The log: one JSON object a line on standard error, without personal data.

An exception is logged with its type and where it came from, never with its message: messages of
databases and parsers quote the values they stumbled over.
"""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

Event = MutableMapping[str, Any]


def without_values(_logger: object, _method: str, event: Event) -> Event:
    """Replace `exc_info` by the types of the exceptions and the places they passed."""
    error = event.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()[1]
    if isinstance(error, BaseException):
        frames = traceback.extract_tb(error.__traceback__)
        event["error"] = [type(one).__name__ for one in causes(error)]
        event["at"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-12:]]
    return event


def causes(error: BaseException | None) -> list[BaseException]:
    """Return an exception and those that it came from."""
    chain: list[BaseException] = []
    while error is not None and error not in chain:
        chain.append(error)
        error = error.__cause__ or error.__context__
    return chain


class SafeFormatter(logging.Formatter):
    """Formats what libraries log as the same JSON, exceptions without their messages."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line."""
        event: Event = {"event": record.getMessage(), "logger": record.name}
        if record.exc_info:
            event = without_values(None, "", {**event, "exc_info": record.exc_info[1]})
        event["level"] = record.levelname.lower()
        stamped = structlog.processors.TimeStamper(fmt="iso", utc=True)(None, "", event)
        return str(structlog.processors.JSONRenderer(ensure_ascii=False)(None, "", stamped))


def configure_logs(stream: TextIO | None = None) -> None:
    """Send every log of this process to `stream` (default: standard error)."""
    target = stream or sys.stderr
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            without_values,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(target),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(target)
    handler.setFormatter(SafeFormatter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


def log_fault(error: BaseException) -> None:
    """Log a fault that nobody foresaw, with where it happened."""
    structlog.get_logger().error("fault", exc_info=error)

"""The log of a process: one JSON object a line on standard error, errors formatted by `rewards.traces`."""

from __future__ import annotations

import json
import logging
import sys
import threading
import warnings
from asyncio import CancelledError
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict

from rewards.traces import lines_of, trace_of

log = structlog.get_logger()


def log_error(event: str, error: BaseException, **named: object) -> None:
    """Log an error with its location. `named`: values given by the program itself: a route, a method, an organisation."""
    log.error(event, **named, **trace_of(error))


class Line(logging.Formatter):
    """Formats log records of libraries. Only the first line of the template is kept, as the arguments can be anything."""

    def format(self, record: logging.LogRecord) -> str:
        """One line of JSON."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        body: dict[str, Any] = {
            "timestamp": at,
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": str(record.msg).partition("\n")[0][:200],
        }
        if isinstance(record.exc_info, tuple) and record.exc_info[1] is not None:
            body |= trace_of(record.exc_info[1])
        return json.dumps(body, ensure_ascii=False)


def begin_log() -> None:
    """Route all logs, warnings and uncaught errors of this process to these formats."""
    handler = logging.StreamHandler()
    handler.setFormatter(Line())
    # A server that stops cancels what takes too long; that is no error.
    handler.addFilter(lambda record: not isinstance((record.exc_info or (None, None))[1], CancelledError))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _without_values,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    watch_failures()


def watch_failures() -> None:
    """Report uncaught errors of all threads, and warnings, in lines without values."""
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread
    warnings.showwarning = _warned


def _without_values(_logger: object, _method: str, event: EventDict) -> EventDict:
    """A fallback for what bypasses `log_error`: an exception passed to the log directly loses its values too."""
    error = event.pop("exc_info", None)
    error = error[1] if isinstance(error, tuple) else sys.exception() if error is True else error
    event.pop("stack_info", None)
    return {**event, **trace_of(error)} if isinstance(error, BaseException) else event


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    print("\n".join(lines_of(error)), file=sys.stderr)


def _uncaught_in_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None and not issubclass(args.exc_type, SystemExit):
        _uncaught(args.exc_type, args.exc_value, args.exc_traceback)


def _warned(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    print(f"{Path(filename).name}:{lineno}: {category.__name__}", file=sys.stderr)

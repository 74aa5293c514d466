"""What a log line may hold. Names, texts, query strings and variables of frames have no way in."""

import json
import logging
import traceback
from datetime import UTC, date, datetime
from enum import Enum
from types import TracebackType
from typing import Any
from uuid import UUID

KEYS = ("status_code", "event", "reason", "actor_id", "case_id", "referral_id", "duration_ms")
SAFE = (int, float, bool, UUID, date, Enum, type(None))
# They speak of hosts and ports, never of people.
CLEAR_LOGGERS = ("psycopg.pool", "gunicorn.error", "config")


class JsonFormatter(logging.Formatter):
    """The message is the template in the source; a value in it is shown only if its type is harmless."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": self._message(record),
        }
        match = getattr(getattr(record, "request", None), "resolver_match", None)
        if match is not None:
            line["route"] = match.route  # the pattern: no ids, no query string
        line |= {
            key: value
            for key in KEYS
            if isinstance(value := getattr(record, key, None), (str, *SAFE)) and value is not None
        }
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = record.exc_info[0].__qualname__
            line["stack"] = _stack(record.exc_info[2])
        # Half a surrogate pair, which a stranger can report, is written by its number: no encoding holds it.
        return json.dumps(line, ensure_ascii=False, default=str).encode(errors="backslashreplace").decode()

    def _message(self, record: logging.LogRecord) -> str:
        if record.name.startswith(CLEAR_LOGGERS) or not record.args:
            return record.getMessage()
        if isinstance(record.args, tuple):
            shown: Any = tuple(argument if isinstance(argument, SAFE) else "…" for argument in record.args)
        else:
            shown = {key: value if isinstance(value, SAFE) else "…" for key, value in record.args.items()}
        try:
            return f"{str(record.msg) % shown}"
        except (TypeError, ValueError):  # a template that wanted a number
            return str(record.msg)


def _stack(trace: TracebackType | None) -> list[str]:
    """Places only: the text of an exception may quote the value that broke it."""
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]

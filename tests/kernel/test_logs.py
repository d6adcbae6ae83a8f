"""The log says what happened and where, never with whose data."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from recovery.kernel.logs import configure_logs


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Return what is logged; the logging of before is back after the test."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    configure_logs(stream)
    yield stream
    structlog.reset_defaults()
    root.handlers[:], root.level = handlers, level


def stumble() -> None:
    """Fail as a database does, quoting the value it stumbled over."""
    try:
        int("31010119900101001X")
    except ValueError as error:
        raise RuntimeError("phone 13800138000") from error


def test_an_exception_is_logged_by_type_and_place_without_its_message(log: io.StringIO) -> None:
    try:
        stumble()
    except RuntimeError as error:
        structlog.get_logger().error("fault", exc_info=error)
        logging.getLogger("library").error("failed", exc_info=error)
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    assert [line["event"] for line in lines] == ["fault", "failed"]
    for line in lines:
        assert line["error"] == ["RuntimeError", "ValueError"]
        assert line["at"][-1].endswith("stumble")
    assert "13800138000" not in log.getvalue()
    assert "31010119900101001X" not in log.getvalue()

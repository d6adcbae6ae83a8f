"""The figures of one process and of the jobs, in the form that Prometheus reads."""

from collections.abc import Iterable

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector
from sqlalchemy import func, select

from recovery.kernel import clock
from recovery.kernel.db import db
from recovery.kernel.job_rows import Job, JobStatus
from recovery.kernel.job_service import queue_lag

EXTENSION = "metrics"
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.08, 0.15, 0.3, 1.0, 3.0, 10.0)
WAITING = (JobStatus.QUEUED, JobStatus.RUNNING, JobStatus.FAILED)


class JobFigures:
    """Reads the jobs when asked, inside the application's context."""

    def collect(self) -> Iterable[Metric]:
        """Yield how many jobs wait, run or have failed, and for how long the oldest has waited."""
        counts = (
            select(Job.status, func.count()).where(Job.status.in_(WAITING)).group_by(Job.status)
        )
        found = {row[0]: row[1] for row in db.session.execute(counts)}
        jobs = GaugeMetricFamily("recovery_jobs", "Jobs by state", labels=["state"])
        for status in WAITING:
            jobs.add_metric([status.value], found.get(status, 0))
        yield jobs
        lag = queue_lag(db.session(), clock.machine_now())
        yield GaugeMetricFamily("recovery_queue_lag_seconds", "Wait of the oldest due job", lag)


class Figures:
    """The registry of one application and what its requests add to."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.registry.register(JobFigures())
        self.requests = Counter(
            "recovery_requests", "Requests served", ["endpoint", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "recovery_request_seconds",
            "Time to serve a request",
            ["endpoint"],
            buckets=SECONDS,
            registry=self.registry,
        )


def exposition(app: Flask) -> bytes:
    """Return all figures as text."""
    figures: Figures = app.extensions[EXTENSION]
    return generate_latest(figures.registry)


def begin() -> None:
    """Note when the request began."""
    g.metrics_begin = clock.monotonic()


def register(app: Flask) -> None:
    """Count and time every request, by endpoint: addresses hold numbers of records."""
    figures = Figures()
    app.extensions[EXTENSION] = figures

    def observe(response: Response) -> Response:
        endpoint = request.endpoint or "none"
        figures.requests.labels(endpoint, str(response.status_code)).inc()
        if "metrics_begin" in g:
            figures.seconds.labels(endpoint).observe(clock.monotonic() - g.metrics_begin)
        return response

    app.before_request(begin)
    app.after_request(observe)

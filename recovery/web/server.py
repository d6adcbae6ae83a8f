"""The web server: gunicorn with one process and threads; no state in the process."""

from typing import Any

import click
from gunicorn.app.base import BaseApplication

from recovery.kernel.access_log import ACCESS_LOG
from recovery.kernel.text import _


class Server(BaseApplication):  # type: ignore[misc]
    """Serves this application as the command line asks."""

    def __init__(self, *, host: str, port: int, threads: int, grace: int) -> None:
        self.address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        self.options: dict[str, Any] = {
            "bind": [self.address],
            "worker_class": "gthread",
            "workers": 1,
            "threads": threads,
            "graceful_timeout": grace,
            "timeout": 120,
            "loglevel": "warning",
            "when_ready": self.announce,
            "post_worker_init": start_logs,
            "worker_exit": write_access_log,
            # A socket for remote control in the home folder: nothing here needs one.
            "control_socket_disable": True,
        }
        super().__init__()

    def load_config(self) -> None:
        """Take over the options."""
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Return the WSGI application, made in the process that serves it."""
        from recovery import create_app

        return create_app()

    def announce(self, _arbiter: object) -> None:
        """Print the address, once somebody listens there."""
        click.echo(str(_("已启动：{address}", address=f"http://{self.address}/")))


def write_access_log(_arbiter: object, worker: Any) -> None:
    """Write the notes of the access log that are not yet in the database."""
    extensions = getattr(worker.wsgi, "extensions", {})
    if ACCESS_LOG in extensions:
        extensions[ACCESS_LOG].write()


def start_logs(_worker: object) -> None:
    """Log as JSON in the process that serves."""
    from recovery.kernel.logs import configure_logs

    configure_logs()

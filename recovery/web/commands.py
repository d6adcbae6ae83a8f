"""`recovery serve`, `recovery worker`, `recovery db`."""

import socket
from typing import Any

import click

from recovery.kernel.commands import insist_on_tables, with_app
from recovery.kernel.text import _

THREADS = 8
GRACE = 10
"""Seconds that requests under way have to end after a signal."""


@click.command(help=str(_("提供网页服务，收到 SIGINT 或 SIGTERM 时停止。")))
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=8000,
    show_default=True,
    help=str(_("监听的端口。")),
)
@click.option("--host", default="127.0.0.1", show_default=True, help=str(_("监听的地址。")))
@click.option(
    "--threads",
    type=click.IntRange(1),
    default=THREADS,
    show_default=True,
    help=str(_("同时处理的请求数。")),
)
def serve(port: int, host: str, threads: int) -> None:
    """Serve the pages until SIGINT or SIGTERM."""
    from recovery.web.server import Server

    insist_on_free_port(host, port)
    insist_on_tables()
    Server(host=host, port=port, threads=threads, grace=GRACE).run()


@click.command(help=str(_("执行后台任务，收到 SIGINT 或 SIGTERM 时停止。")))
@click.option(
    "--threads",
    type=click.IntRange(1),
    default=2,
    show_default=True,
    help=str(_("同时执行的任务数。")),
)
def worker(threads: int) -> None:
    """Do background jobs until SIGINT or SIGTERM."""
    from recovery.kernel.logs import configure_logs

    configure_logs()
    work_until_told(threads)


@with_app
def work_until_told(threads: int) -> None:
    """Work in the application that the environment names."""
    from flask import current_app

    from recovery.kernel.job_worker import run_worker

    begin()
    run_worker(current_app._get_current_object(), threads)  # type: ignore[attr-defined]


@click.group(help=str(_("把数据库升级到本版本。")))
def db() -> None:
    """Bring the database up to date."""


@db.command(help=str(_("把数据库迁移到本版本程序所需的结构。")))
def upgrade() -> None:
    """Migrate the database to what this version of the program needs."""
    from recovery.kernel.config import load_settings
    from recovery.kernel.migrations import upgrade as migrate

    migrate(load_settings().database_url)
    with_app(begin)()


def begin() -> None:
    """Do what the features do when this version of the program begins to work here."""
    from recovery.kernel import links

    for act in links.on_start.all():
        act()


def insist_on_free_port(host: str, port: int) -> None:
    """Refuse a port that something listens on.

    Raises:
        click.ClickException: it is taken, or may not be used.
    """
    family: Any = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            why = error.strerror or ""
            sentence = _("端口 {port} 不可用（{why}），请用 --port 换一个。", port=port, why=why)
            raise click.ClickException(str(sentence)) from error

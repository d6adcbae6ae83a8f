"""`recovery evidence rotate-key | revoke-key | renew`: the library's acts, audited here."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta

import click

from evidence_store import keys, renewal
from evidence_store.storage import StoreError
from recovery.evidence.house import house_store
from recovery.evidence.stamping import authorities
from recovery.kernel.actions import Action
from recovery.kernel.commands import command_work, json_option, report, with_app
from recovery.kernel.text import _

DAY = click.DateTime(["%Y-%m-%d"])
NOTICE = timedelta(days=180)
"""Time-stamps whose certificates end within so long are renewed."""


@contextmanager
def _refusals() -> Iterator[None]:
    """Say in a sentence what the store refuses."""
    try:
        yield
    except (StoreError, ValueError, OSError) as error:
        raise click.ClickException(str(_("存证库拒绝：{why}", why=error))) from error


@click.command("rotate-key", help=str(_("从下一个检查点起改用新的日志密钥；新旧密钥都为此签名。")))
@click.option(
    "--key",
    required=True,
    help=str(_("新密钥的文件，没有则生成；也可写 env:名称 或 pkcs11:模块。")),
)
@json_option
@with_app
def rotate_key(key: str, *, as_json: bool) -> int:
    """Let another log key sign from the next head on; both sign the ring that says so."""
    store = house_store()
    with _refusals(), command_work() as work:
        reference = keys.new_reference(key, store.ring)
        vkey = str(keys.load(reference).vkey)
        work.record(Action.CHANGE_LOG_KEY, None, key=(store.ring.keys[-1].vkey, vkey))
        work.session.flush()
        store.rotate_key(reference, work.today)
    report({"vkey": vkey}, as_json=as_json)
    return 0


@click.command("revoke-key", help=str(_("声明已停用的日志密钥只对某个检查点及以前有效。")))
@click.option("--vkey", required=True, help=str(_("该密钥的验证公钥，或其中间的八位编号。")))
@click.option("--day", required=True, type=DAY, help=str(_("从哪一天起不再有效。")))
@click.option(
    "--last-size", required=True, type=click.IntRange(0), help=str(_("最后一个有效检查点的条数。"))
)
@json_option
@with_app
def revoke_key(vkey: str, day: datetime, last_size: int, *, as_json: bool) -> int:
    """Declare that a log key that is no longer in use counts only up to a head."""
    store = house_store()
    with _refusals(), command_work() as work:
        key = store.ring.named(vkey)
        work.record(
            Action.CHANGE_LOG_KEY, None, key=key.vkey, ended_on=day.date(), checkpoint=last_size
        )
        work.session.flush()
        store.revoke_key(key.vkey, day.date(), last_size)
    facts = {"vkey": key.vkey, "day": day.date(), "last_size": last_size}
    report(facts, as_json=as_json)
    return 0


@click.command(
    "renew", help=str(_("在证书到期前由 RECOVERY_TSA 中的机构续期检查点的时间戳（RFC 4998）。"))
)
@click.option("--before", type=DAY, help=str(_("证书在这一天前到期的；不写则为 180 天之内。")))
@click.option(
    "--hash",
    "algorithm",
    default="sha256",
    show_default=True,
    type=click.Choice(["sha256", "sha512"]),
    help=str(_("哈希算法。")),
)
@json_option
@with_app
def renew(before: datetime | None, algorithm: str, *, as_json: bool) -> int:
    """Renew the time-stamps of heads before their certificates end (RFC 4998)."""
    store, renewed = house_store(), []
    with _refusals():
        with command_work() as work:
            until = before.date() if before else work.today + NOTICE
        end = datetime.combine(until, time(), UTC)
        for size in list(renewal.due(store, end, algorithm)):
            renewed.append(renewal.renew(store, authorities(), size, algorithm))
    report({"renewed": renewed}, as_json=as_json)
    return 0


def attach_keys(group: click.Group) -> None:
    """Add these commands to `recovery evidence`."""
    for command in (rotate_key, revoke_key, renew):
        group.add_command(command)

"""The `recovery` command: one group per feature, loaded when it is called.

Exit status: 0 done, 1 a finding or rejected rows (listed), 2 wrong use. An error is one sentence
on standard error, never a traceback.
"""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import click

from recovery.kernel.errors import NotFound, RecoveryError
from recovery.kernel.help_text import HelpContext, explained
from recovery.kernel.text import _
from recovery.kernel.usage import missing, sentence_of

COMMANDS = {
    "serve": ("recovery.web.commands", "serve", _("提供网页服务")),
    "worker": ("recovery.web.commands", "worker", _("执行后台任务")),
    "db": ("recovery.web.commands", "db", _("把数据库升级到本版本")),
    "demo": ("recovery.demo.commands", "demo", _("生成合成的演示数据")),
    "user": ("recovery.access.commands", "user", _("人员及其角色")),
    "tape": ("recovery.loans.commands", "tape", _("导入贷款数据")),
    "law": ("recovery.law.commands", "law", _("按任意一日的法律计算费用、期间和利息")),
    "deadlines": ("recovery.litigation.commands", "deadlines", _("法定期限")),
    "dossier": ("recovery.evidence.dossiers.commands", "dossier", _("导出卷宗")),
    "evidence": ("recovery.evidence.commands", "evidence", _("核验和维护存证登记")),
    "backup": ("recovery.evidence.keeping.commands", "backup", _("备份数据库和存证")),
    "restore": ("recovery.evidence.keeping.commands", "restore", _("恢复备份")),
    "package": ("recovery.portfolio.commands", "package", _("组建、冻结和导出资产包")),
}
"""Command → module, name in it, and what it is for."""


class Recovery(click.Group):
    """A group whose commands are imported only when they are asked for."""

    context_class = HelpContext

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands whose feature is there."""
        return [name for name, (module, _name, _help) in COMMANDS.items() if is_there(module)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, importing its feature."""
        module, name, _help = COMMANDS.get(cmd_name, ("", "", ""))
        if not module or not is_there(module):
            return None
        command: click.Command | None = getattr(import_module(module), name, None)
        return explained(command) if command else None

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Say what the program is; the language was not yet chosen when this was read."""
        self.help = str(_("面向车贷机构的法律清收与不良资产包管理系统。"))
        super().format_help_text(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing any."""
        rows = [(name, str(COMMANDS[name][2])) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def is_there(module: str) -> bool:
    """Tell whether the module of a command exists, without importing what lies around it."""
    return Path(__file__).parent.parent.joinpath(*module.split(".")).with_suffix(".py").exists()


@click.group(cls=Recovery, context_settings={"help_option_names": ["-h", "--help"]})
@click.pass_context
def cli(context: click.Context) -> None:
    """Legal recovery and NPL portfolio case management for auto lenders."""
    if context.invoked_subcommand == "law":
        context.obj = law_of_this_installation()


def law_of_this_installation() -> object:
    """Return the law book with what administrators added; None where there is no database.

    Only a database that is there costs the time to import what reads it.
    """
    home = Path(os.environ.get("RECOVERY_HOME", "instance"))
    if "DATABASE_URL" not in os.environ and not (home / "recovery.db").is_file():
        return None
    from recovery.kernel.config import load_settings
    from recovery.rulebook.offline import book_at

    return book_at(load_settings().database_url)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit status."""
    choose_language()
    try:
        status = cli.main(arguments, prog_name="recovery", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return 2
    except click.UsageError as error:
        return say(sentence_of(error), 2)
    except click.ClickException as error:
        return say(error.format_message(), 2)
    except (click.Abort, KeyboardInterrupt):
        return 130
    except BrokenPipeError:
        return closed_output()
    except NotFound as error:
        return say(str(error), 2)
    except RecoveryError as error:
        return say(str(error), 1)
    except FileNotFoundError as error:
        return say(str(missing(Path(str(error.filename or "")))), 2)
    except OSError as error:
        return say(f"{error.strerror or error}: {error.filename or ''}".rstrip(": "), 2)
    except Exception as error:
        return explain_fault(error)
    return status if isinstance(status, int) else 0


def say(sentence: str, status: int) -> int:
    """Print one sentence on standard error; return `status`."""
    click.echo(sentence, err=True)
    return status


def closed_output() -> int:
    """End quietly when whoever read our output has gone."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1


def explain_fault(error: Exception) -> int:
    """Say in one sentence what nobody foresaw; the log has where it happened."""
    from recovery.kernel.logs import configure_logs, log_fault

    kind = type(error).__name__
    if kind == "OperationalError":
        # Of the server or the tables, not of rows: its first line quotes no data.
        why = (str(getattr(error, "orig", "")).splitlines() or [kind])[0]
        return say(str(_("无法使用数据库（{why}），请检查 DATABASE_URL。", why=why)), 2)
    configure_logs()
    log_fault(error)
    return say(str(_("程序出错（{kind}），出错位置见上方日志。", kind=kind)), 1)


def choose_language() -> None:
    """Speak Chinese, or English where `RECOVERY_LANGUAGE=en`."""
    if os.environ.get("RECOVERY_LANGUAGE") == "en":
        from recovery.kernel.text import use_translator
        from recovery.web.language import translate_for

        use_translator(translate_for("en"))


if __name__ == "__main__":
    sys.exit(main())

"""Wrong use of the command line, said in one sentence in the reader's language."""

import re
from pathlib import Path
from typing import Any

import click

from recovery.kernel.text import Text, _

_SURPLUS = re.compile(r"Got unexpected extra arguments? \((?P<given>.*)\)", re.DOTALL)
"""What click says of arguments that nobody asked for; it has no class for them."""


class OutFile(click.Path):
    """A file to be written: the folder that it goes to has to be there."""

    def __init__(self) -> None:
        super().__init__(dir_okay=False, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Return the path.

        Raises:
            click.ClickException: its folder is missing, or it is a folder itself.
        """
        path = Path(value)
        if not path.parent.is_dir():
            raise click.ClickException(str(missing(path)))
        super().convert(value, param, ctx)
        return path


def missing(path: Path) -> Text:
    """Return what to say of a path that is not there."""
    if not path.parent.is_dir():
        return _("文件夹“{folder}”不存在，请先建立。", folder=path.parent)
    return _("没有文件“{path}”。", path=path)


def sentence_of(error: click.UsageError) -> str:
    """Return one sentence: what is wrong, and where the right use is explained."""
    command = error.ctx.command_path if error.ctx else "recovery"
    return str(_("{what}用法见 {command} --help。", what=_what(error), command=command))


def _what(error: click.UsageError) -> Text | str:
    """Return what is wrong with the use."""
    surplus = _SURPLUS.match(error.message)
    if surplus:
        return _("多出了“{given}”。", given=surplus["given"])
    kind = type(error).__name__
    if kind == "NoSuchCommand":
        return _("没有“{name}”这个命令。", name=getattr(error, "command_name", ""))
    if isinstance(error, click.NoSuchOption):
        return _("没有“{name}”这个选项。", name=error.option_name)
    if isinstance(error, click.MissingParameter):
        return _("缺少 {name}。", name=_name(error))
    if isinstance(error, click.BadParameter):
        return _bad_value(error)
    return _("命令或选项有误（{why}）。", why=error.format_message().rstrip("."))


def _bad_value(error: click.BadParameter) -> Text | str:
    """Return what is wrong with the value of an option or argument."""
    if error.param is None:
        # Raised by a command of ours while it ran: a whole sentence already.
        return error.message
    if isinstance(error.param.type, click.Path):
        return _("{name} 指的文件或文件夹不存在，或不是所要的那一种。", name=_name(error))
    return _("{name} 的值不可用，应为 {wanted}。", name=_name(error), wanted=_wanted(error))


def _name(error: click.BadParameter) -> str:
    """Return the option or argument as it is written."""
    param = error.param
    if param is None:
        return str(error.param_hint or "")
    return param.opts[0] if isinstance(param, click.Option) else (param.name or "").upper()


def _wanted(error: click.BadParameter) -> str:
    """Return what values the option or argument takes."""
    kind = error.param.type if error.param is not None else None
    if isinstance(kind, click.Choice):
        return " / ".join(map(str, kind.choices))
    if isinstance(kind, click.DateTime):
        return "YYYY-MM-DD"
    if isinstance(kind, click.IntRange) and kind.max is not None:
        return str(_("{low} 至 {high} 的整数", low=kind.min, high=kind.max))
    if isinstance(kind, click.IntRange):
        return str(_("不小于 {low} 的整数", low=kind.min))
    if isinstance(kind, click.types.IntParamType):
        return str(_("整数"))
    return str(_("说明中的形式"))

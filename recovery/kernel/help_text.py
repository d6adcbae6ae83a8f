"""The help of the command line in the reader's language: lists, headings and click's own words.

Commands and options carry their help as `help=str(_("…"))`: the command line chooses its language
before it imports them.
"""

import re
from collections.abc import Iterable

import click

from recovery.kernel.text import Text, _

_CLICKS: dict[str, Text] = {
    "Commands": _("命令："),
    "Options": _("选项："),
    "Show this message and exit.": _("显示本说明并退出。"),
}
_EXTRA = re.compile(r"\[(?P<said>[^\[\]]*)\]$")
"""What click adds behind the help of an option: its default, its range, that it is required."""


class HelpFormatter(click.HelpFormatter):
    """Writes help without a word of click's own English."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write the line of use."""
        super().write_usage(prog, args, str(_("用法：")) if prefix is None else prefix)

    def write_heading(self, heading: str) -> None:
        """Write the heading of a list."""
        self.write(f"{'':>{self.current_indent}}{_CLICKS.get(heading, heading)}\n")

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        """Write a list of commands or options."""
        said = [(name, _EXTRA.sub(_extra, str(_CLICKS.get(text, text)))) for name, text in rows]
        super().write_dl(said, col_max, col_spacing)


def _extra(found: re.Match[str]) -> str:
    words = found["said"].replace("default: ", str(_("默认：")))
    return "[" + words.replace("required", str(_("必填"))) + "]"


class HelpContext(click.Context):
    """The context of a command whose help is read in the reader's language."""

    formatter_class = HelpFormatter


def explained(command: click.Command) -> click.Command:
    """Let a command, and those below it, write help so; lists show the first sentence of each."""
    command.context_class = HelpContext
    command.short_help = re.split(r"[。；]|[.;:](?=\s|$)|\n\n", command.help or "")[0]
    for below in getattr(command, "commands", {}).values():
        explained(below)
    return command

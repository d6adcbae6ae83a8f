"""`recovery law`: ask the law from the command line."""

import json
import sys
from pathlib import Path

import click
from babel.messages.pofile import read_po

from recovery.kernel import clock
from recovery.kernel.text import Translator, _
from recovery.law.batch import answer_lines
from recovery.law.book import LawBook

_ENGLISH = Path(__file__).parent / "translations" / "en" / "LC_MESSAGES" / "messages.po"


@click.group(help=str(_("按任意一日的法律计算费用、期间和利息。")))
def law() -> None:
    """Fees, periods and interest by the law of any day."""


def english() -> Translator:
    """Return the translator of this folder's sentences into English."""
    with _ENGLISH.open("rb") as file:
        catalog = read_po(file, locale="en")
    sentences = {str(message.id): str(message.string) for message in catalog if message.id}
    return lambda key, _origin: sentences.get(key) or key


def written(answer: dict[str, object]) -> bytes:
    """Return `answer` as a line of JSON; half characters, which UTF-8 lacks, stay escaped."""
    return json.dumps(answer, ensure_ascii=False).encode("utf-8", "backslashreplace")


@law.command(
    "eval",
    help=str(
        _(
            '从标准输入逐行读取 JSON {"id", "rule", "inputs"}，逐行以 JSON 作答。\n\n'
            "使用本系统的法律库；没有数据库时使用随程序提供的法律库。\n"
            "有一行无法作答时退出状态为 1。"
        )
    ),
)
@click.pass_context
def evaluate_stdin(context: click.Context) -> None:
    """Answer JSON lines {"id", "rule", "inputs"} from stdin, one JSON line each.

    The law book is the one that the command line put into the context, else what ships.
    Exit status 1 where a line could not be answered.
    """
    book = context.find_object(LawBook) or LawBook.standard()
    lines = (raw.decode("utf-8", "replace") for raw in sys.stdin.buffer)
    failed = False
    for answer in answer_lines(lines, book=book, today=clock.today(), english=english()):
        failed = failed or "error" in answer
        click.echo(written(answer))
    context.exit(1 if failed else 0)

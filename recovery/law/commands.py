"""`recovery law`: ask the law from the command line."""

import json
import sys
from pathlib import Path

import click
from babel.messages.pofile import read_po

from recovery.kernel import clock
from recovery.kernel.text import Translator
from recovery.law.batch import answer_lines
from recovery.law.book import LawBook

_ENGLISH = Path(__file__).parent / "translations" / "en" / "LC_MESSAGES" / "messages.po"


@click.group()
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


@law.command("eval")
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

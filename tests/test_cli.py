"""The command line keeps its contract: exit status, one sentence for an error, no traceback."""

import importlib
import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import click
import pytest

from recovery.cli import COMMANDS, is_there, main
from recovery.kernel.usage import sentence_of

ROOT = Path(__file__).parent.parent


def run(*arguments: str, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `recovery` as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "recovery.cli", *arguments],
        cwd=ROOT,
        env={"RECOVERY_HOME": str(home), "PATH": "/usr/bin:/bin", **environment},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


@pytest.mark.parametrize("name", [n for n, (m, _, _) in COMMANDS.items() if is_there(m)])
def test_every_command_that_is_listed_can_be_loaded_and_explains_itself(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    module, attribute, _help = COMMANDS[name]
    assert hasattr(importlib.import_module(module), attribute), f"{module} has no {attribute}"
    assert main([name, "--help"]) == 0
    assert f"recovery {name}" in capsys.readouterr().out


def test_help_lists_the_commands_without_loading_flask(tmp_path: Path) -> None:
    probe = (
        "import sys; from recovery.cli import main; main(['--help']); main(['law', '--help']);"
        "sys.exit('flask' in sys.modules or 'sqlalchemy' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe],
        cwd=ROOT,
        env={**os.environ, "RECOVERY_HOME": str(tmp_path)},  # a book of this checkout is another's
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0


PROBE = """
import click, sys
from recovery.cli import choose_language, cli
choose_language()
def show(command, path):
    context = command.make_context(path, [], resilient_parsing=True)
    context.info_name = path
    print(command.get_help(context))
    lacking = [p.name for p in command.params if isinstance(p, click.Option) and not p.help]
    if lacking or not command.get_short_help_str():
        sys.exit(f"{path} leaves {lacking} unexplained")
    for name in command.list_commands(context) if isinstance(command, click.Group) else ():
        show(command.get_command(context, name), f"{path} {name}")
show(cli, "recovery")
"""
"""Prints the help of every command; fails where one, or an option of it, has none."""


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_command_and_option_explains_itself_in_the_readers_language(
    language: str, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROBE],
        cwd=ROOT,
        env={**os.environ, "RECOVERY_HOME": str(tmp_path), "RECOVERY_LANGUAGE": language},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    # The default of `intake --rule` names fields; the line of use names the command.
    said = re.sub(r"\w+_类型_标题|^用法：.*$", "", done.stdout, flags=re.MULTILINE)
    chinese = re.findall("[\u4e00-\u9fff]+", said)
    english = re.findall(r"Usage:|Options:|Commands:|default:|required|[a-z]+ [a-z]+ [a-z]+", said)
    assert (chinese if language == "en" else english) == []
    assert done.stdout.count("--json") > 20


def test_wrong_use_is_status_two_with_the_reason(tmp_path: Path) -> None:
    for arguments in (("nonsense",), ("db",), ("serve", "--port", "many")):
        done = run(*arguments, home=tmp_path)
        assert done.returncode == 2
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("nonsense",), "没有“nonsense”这个命令。用法见 recovery --help。"),
        (("--nope",), "没有“--nope”这个选项。用法见 recovery --help。"),
        (("law", "eval", "x", "y"), "多出了“x y”。用法见 recovery law eval --help。"),
        (
            ("serve", "--port", "99999"),
            "--port 的值不可用，应为 1 至 65535 的整数。用法见 recovery serve --help。",
        ),
        (
            ("demo", "--loans", "0"),
            "--loans 的值不可用，应为 不小于 1 的整数。用法见 recovery demo --help。",
        ),
        (("package", "freeze", "P1"), "缺少 --cut-off。用法见 recovery package freeze --help。"),
        (
            ("package", "freeze", "P1", "--cut-off", "soon"),
            "--cut-off 的值不可用，应为 YYYY-MM-DD。用法见 recovery package freeze --help。",
        ),
        (
            ("package", "export", "P1", "--out", "/no/such/folder/tape.xlsx"),
            "文件夹“/no/such/folder”不存在，请先建立。",
        ),
    ],
)
def test_wrong_use_is_one_sentence(
    arguments: tuple[str, ...], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", f"{sentence}\n")


def test_what_a_command_itself_refuses_is_said_in_its_own_words() -> None:
    error = click.BadParameter("没有编号为“B9”的分支机构。")
    assert sentence_of(error) == "没有编号为“B9”的分支机构。用法见 recovery --help。"


def test_wrong_use_is_said_in_the_language_asked_for(tmp_path: Path) -> None:
    done = run("deadlines", "due", "--within", "soon", home=tmp_path, RECOVERY_LANGUAGE="en")
    assert done.returncode == 2
    assert done.stderr == (
        "--within does not take this value; it takes a whole number from 0 to 36500. "
        "See recovery deadlines due --help.\n"
    )


def test_a_missing_database_is_one_sentence(tmp_path: Path) -> None:
    done = run("worker", home=tmp_path)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "recovery db upgrade" in done.stderr


def test_a_database_out_of_reach_is_one_sentence(tmp_path: Path) -> None:
    done = run("worker", home=tmp_path, DATABASE_URL="postgresql://127.0.0.1:1/none")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "DATABASE_URL" in done.stderr


def test_a_taken_port_is_one_sentence_in_the_language_asked_for(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = run("serve", "--port", port, home=tmp_path, RECOVERY_LANGUAGE="en")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert f"Port {port}" in done.stderr


def test_the_law_answers_lines_with_lines() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "recovery.cli", "law", "eval"],
        cwd=ROOT,
        input='{"id": 1, "rule": "no.such.rule", "inputs": {}}\n',
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert json.loads(done.stdout)["id"] == 1

"""Migrate, build the demo book once, run web and worker together until Ctrl-C or the end of one."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parent.parent
RECOVERY = str(Path(sys.executable).with_name("recovery"))
PATIENCE = 15
"""Seconds that web and worker have to finish what they are doing after Ctrl-C."""


class Stopped(Exception):
    """Someone asked for the end: Ctrl-C, a closed terminal, a service manager."""


def stop(signum: int, frame: FrameType | None) -> None:
    """Turn a signal into an exception, once."""
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)
    raise Stopped


def settings() -> dict[str, str]:
    """Return the environment of the demonstration: where it works and how it names itself."""
    chosen = {"RECOVERY_HOME": str(ROOT / "instance"), "RECOVERY_ENVIRONMENT": "demo"}
    return {**chosen, **os.environ}


def refuse_taken_port(port: str) -> None:
    """End with one sentence when `port` is none, or something already listens there."""
    if not (port.isdigit() and 0 < int(port) < 65536):
        sys.exit(f"PORT 须为 1 至 65535 的整数。PORT is a number from 1 to 65535, not {port!r}.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(port)))
        except OSError:
            sys.exit(
                f"端口 {port} 已被占用，请换一个：make run PORT={int(port) + 1}。"
                f"Port {port} is taken: try `make run PORT={int(port) + 1}`."
            )


def prepare(environment: dict[str, str]) -> None:
    """Bring the tables up to date, build the demo book where there is none yet, say who may enter.

    One process for both: most of their time goes into loading the program.
    """
    both = "from recovery.cli import main; exit(main(['db', 'upgrade']) or main(['demo']))"
    done = subprocess.run([sys.executable, "-c", both], env=environment, check=False)
    if done.returncode:
        sys.exit(done.returncode)


def serve(environment: dict[str, str], port: str) -> int:
    """Run web and worker until one ends or someone asks for the end; then end both cleanly."""
    commands = ([RECOVERY, "worker"], [RECOVERY, "serve", "--port", port])
    log = Path(environment["RECOVERY_HOME"]) / "run.log"
    with log.open("a") as file:
        # Sessions of their own: Ctrl-C reaches only this process, which then tells both.
        running = [
            subprocess.Popen(command, env=environment, start_new_session=True, stderr=file)
            for command in commands
        ]
    print(f"日志 log: {log}    停止 stop: Ctrl-C", flush=True)
    status = 0
    try:
        pid, result = os.wait()
        status = os.waitstatus_to_exitcode(result) or 1
        running = [process for process in running if process.pid != pid]
    except Stopped:
        print("\n正在停止。Stopping.", flush=True)
    finally:
        for process in running:
            process.send_signal(signal.SIGTERM)
        for process in running:
            finish(process)
    return status


def finish(process: subprocess.Popen[bytes]) -> None:
    """Wait for a process that was told to end; end it the hard way when it does not."""
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def main() -> int:
    """Do it all; the exit status is that of whichever part ended by itself."""
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, stop)
    port = os.environ.get("PORT", "8000")
    try:
        refuse_taken_port(port)
        environment = settings()
        prepare(environment)
        return serve(environment, port)
    except Stopped:
        return 130


if __name__ == "__main__":
    sys.exit(main())

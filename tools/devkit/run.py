"""Running other programs: quietly with a log, or with their output as progress."""

from __future__ import annotations

import os
import subprocess
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path


class Failed(Exception):
    """A program ended with an error; ``tail`` is the end of what it said."""

    def __init__(self, command: Sequence[str], status: int, tail: str):
        super().__init__(f"{command[0]} ended with status {status}")
        self.status = status
        self.tail = tail


def run(
    command: Sequence[str | os.PathLike],
    log: Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    on_line: Callable[[str], None] | None = None,
    pass_fds: Sequence[int] = (),
    stdin: int = subprocess.DEVNULL,
) -> None:
    """Run to the end, output appended to ``log``, each line shown to ``on_line``.

    The program is ended with us, whatever ends us: it is ours alone.
    """
    words = [os.fspath(word) for word in command]
    tail: deque[str] = deque(maxlen=80)
    with open(log, "a", encoding="utf-8") as sink:
        process = subprocess.Popen(
            words,
            env=dict(env) if env is not None else None,
            cwd=cwd,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            pass_fds=pass_fds,
        )
        try:
            for line in process.stdout:
                sink.write(line)
                tail.append(line)
                if on_line:
                    on_line(line.rstrip())
            status = process.wait()
        except BaseException:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
            raise
    if status:
        raise Failed(words, status, "".join(tail).rstrip())

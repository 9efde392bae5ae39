"""Looks after the embedded PostgreSQL: starts it, and stops it when nobody is left.

Everyone who uses the server holds a shared lock on one file and hands it down to
the programs it starts. The keeper waits for the exclusive lock: the kernel grants it
when the last of them is gone, however it ended. Nobody has to count, and a kill -9
leaves nothing behind.

Run as a program: keeper.py BIN DATA SOCKETS USERS_LOCK KEEPER_LOCK LOG [OPTION...]
"""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
from pathlib import Path


def owner(folder: Path) -> dict:
    """How to run as the owner of ``folder``: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    fact = folder.stat()
    return {"user": fact.st_uid, "group": fact.st_gid, "extra_groups": []}


def pg_ctl(binaries: Path, data: Path, *words: str) -> int:
    command = [str(binaries / "pg_ctl"), "-D", str(data), *words]
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
    return subprocess.run(
        command, cwd="/", stderr=subprocess.STDOUT, **quiet, **owner(data)
    ).returncode


def main(words: list[str]) -> int:
    binaries, data, sockets, users_lock, keeper_lock, log = map(Path, words[:6])
    for ignored in (signal.SIGINT, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    # Left in reverse order: whoever gets the users' lock finds ours free already.
    with open(users_lock, "w") as users, open(keeper_lock, "w") as mine:
        try:
            fcntl.flock(mine, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return 0  # there is a keeper already
        if pg_ctl(binaries, data, "status") != 0:
            options = " ".join(f"-c {option}" for option in words[6:])
            options += f' -c listen_addresses= -k "{sockets}"'
            started = pg_ctl(
                binaries, data, "-l", str(log), "-w", "-o", options, "start"
            )
            if started != 0:
                return started
        fcntl.flock(users, fcntl.LOCK_EX)  # waits for the last user to leave
        return pg_ctl(binaries, data, "-m", "fast", "-w", "stop")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

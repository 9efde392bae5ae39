"""Locks between checkouts, and folders that appear only when they are complete."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from . import messages
from .console import console

READY = ".ready"  # written last into a folder that could not be renamed into place


@contextlib.contextmanager
def lock(folder: Path, name: str) -> Iterator[None]:
    """Only one process at a time; the kernel frees the lock of one that died."""
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / f"{name}.lock", "w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            console.note(f"Another make is busy with the same thing ({name}); waiting…")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def building(target: Path) -> Iterator[Path]:
    """A temporary folder beside ``target`` that takes its name if all went well."""
    target.parent.mkdir(parents=True, exist_ok=True)
    sweep(target.parent)
    temp = Path(tempfile.mkdtemp(prefix=f".tmp-{os.getpid()}-", dir=target.parent))
    temp.chmod(0o755)
    try:
        yield temp
        if target.exists():
            shutil.rmtree(target)
        temp.rename(target)
    finally:
        shutil.rmtree(temp, ignore_errors=True)


def sweep(folder: Path) -> None:
    """Remove what builds killed half-way left behind."""
    for path in folder.glob(".tmp-*-*"):
        pid = path.name.split("-")[1]
        if pid.isdigit() and not _alive(int(pid)):
            shutil.rmtree(path, ignore_errors=True)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def free_gb(path: Path) -> float:
    """Free space of the disk that holds, or would hold, ``path``."""
    while not path.exists():
        path = path.parent
    return shutil.disk_usage(path).free / 1e9


def check_disk(path: Path, need_gb: float) -> None:
    free = free_gb(path)
    if free < need_gb:
        raise messages.disk_full(path, free, need_gb)


@contextlib.contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Turn the two disk troubles people meet into sentences."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise messages.disk_full_now(path) from error
        if error.errno in (errno.EACCES, errno.EROFS, errno.EPERM) and error.filename:
            raise messages.no_write(error.filename, error) from error
        raise


def copy_tree(source: Path, target: Path) -> None:
    """Copy a file store by hard links: its files are named by content, never edited."""

    def link(src: str, dst: str) -> None:
        try:
            os.link(src, dst)
        except OSError:
            shutil.copy2(src, dst)

    if source.exists():
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(source, target, copy_function=link)

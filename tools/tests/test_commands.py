import socket

import pytest
from devkit import browser, checks, cli, host, lint, printer, python, run, serve
from devkit.messages import Stop


@pytest.fixture
def taken_port():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def test_port_taken_names_a_free_one(taken_port):
    with pytest.raises(Stop) as stop:
        serve.check_port(taken_port, "demo")
    text = str(stop.value)
    assert text.startswith(f"Port {taken_port} is in use by another program.")
    assert "Run: make demo PORT=" in text
    assert serve.is_free(int(text.rsplit("=", 1)[1]))


def test_stop_is_a_sentence_and_status_2(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("DB", "")
    assert cli.run(["shell"]) == 2
    assert "Which database? Run: make shell DB=name" in capsys.readouterr().err


def test_ctrl_c_says_how_to_go_on(monkeypatch, capsys, tmp_path):
    def pressed(_settings):
        raise KeyboardInterrupt

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setitem(cli.COMMANDS, "setup", pressed)
    assert cli.run(["setup"]) == 130
    assert "goes on where this one was" in capsys.readouterr().err


def test_every_make_target_has_a_command():
    targets = set()
    for line in (checks.TOOLS.parent / "Makefile").read_text().splitlines():
        if line.startswith("\t@$(C360) "):
            targets.add(line.split()[-1])
    assert targets == set(cli.COMMANDS)


def test_no_browser_as_a_plain_user(settings):
    def which(name):
        return "/usr/bin/apt-get" if name == "apt-get" else None

    with pytest.raises(Stop, match="Run: sudo apt-get install chromium"):
        browser.ensure(settings(), which, root=False)


def test_browser_that_is_there_is_used(settings):
    found = browser.ensure(settings(), {"chromium": "/usr/bin/chromium"}.get)
    assert found == "/usr/bin/chromium"


def test_without_a_pdf_engine_the_tests_go_on(settings, monkeypatch):
    commands = []

    def blocked(command, _log, **_kwargs):
        commands.append(command)
        raise run.Failed(command, 100, "no network")

    def which(name):
        return "/usr/bin/apt-get" if name == "apt-get" else None

    monkeypatch.setattr(printer, "run", blocked)
    assert "skipped" in printer.ensure(settings(), which, root=False)
    assert not commands
    assert "skipped" in printer.ensure(settings(), which, root=True)
    assert commands
    found = {"wkhtmltopdf": "/usr/bin/wkhtmltopdf"}.get
    assert printer.ensure(settings(), found) == "/usr/bin/wkhtmltopdf"


def test_packages_without_a_network(settings, tmp_path, monkeypatch):
    def blocked(command, log, **_kwargs):
        if "pip" in command:
            raise run.Failed(["pip"], 1, "ERROR: No matching distribution found")

    monkeypatch.setattr(python, "run", blocked)
    with pytest.raises(Stop, match="No matching distribution found(.|\n)*is kept"):
        python.build(
            settings(), host.Host(tmp_path, (), "", ""), python.Venv(tmp_path / "venv")
        )
    assert not (tmp_path / "venv" / python.READY).exists()


def test_logins_come_from_the_demo_addon(settings, tmp_path):
    assert ("sam", "sam", "salesperson") in serve.logins(settings())
    folder = tmp_path / "crm_customer360_demo" / "data"
    folder.mkdir(parents=True)
    (folder / "logins.csv").write_text("login,password,role\nivy,secret,analyst\n")
    assert serve.logins(settings()) == [("ivy", "secret", "analyst")]


def test_benchmarks_missing(settings):
    with pytest.raises(Stop, match="There are no benchmarks yet"):
        checks.bench_file(settings())


def test_lint_tools_name_no_registry():
    text = (lint.NODE_FOLDER / "package-lock.json").read_text()
    assert '"resolved"' not in text

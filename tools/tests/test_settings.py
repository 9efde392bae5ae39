import pytest
from devkit.messages import Stop
from devkit.settings import digest


def test_cache_follows_xdg(settings, tmp_path):
    assert settings().cache == tmp_path / "cache" / "crm_customer360"


def test_cache_defaults_to_the_home_folder(settings, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert settings(XDG_CACHE_HOME="").cache == tmp_path / ".cache/crm_customer360"


@pytest.mark.parametrize("value", ["http", "80", "70000", "-1"])
def test_wrong_port(settings, value):
    with pytest.raises(Stop, match=f"PORT={value} is not a port"):
        settings(PORT=value).port  # noqa: B018 (asking is enough)


def test_port_defaults(settings):
    assert settings().port == settings(PORT="").port == 8069


@pytest.mark.parametrize("value,meaning", [("1", True), ("", False), ("0", False)])
def test_flag(settings, value, meaning):
    assert settings(DEMO=value).flag("DEMO") is meaning


def test_database_name_is_asked_for(settings):
    with pytest.raises(Stop, match="Run: make shell DB=name"):
        settings().db("shell")


@pytest.mark.parametrize("name", ['a"; DROP', "1st", "a" * 61, "with space", "../x"])
def test_database_name_is_checked(settings, name):
    with pytest.raises(Stop, match="no good as a database name"):
        settings(DB=name).db("db")


def test_two_checkouts_get_databases_of_their_own(settings, tmp_path):
    one, two = settings(), type(settings())({}, tmp_path / "other")
    assert one.demo_db != two.demo_db
    assert one.test_db != two.test_db


def test_digest_does_not_run_parts_together():
    assert digest("ab", "c") != digest("a", "bc")

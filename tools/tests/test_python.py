import c360
from devkit import python
from devkit.host import Host


def host(tmp_path, key="one"):
    return Host(tmp_path, (), "19.0", key)


def test_only_pythons_that_odoo_knows():
    assert not c360.fits((3, 9, 18))
    assert c360.fits((3, 10, 0))
    assert c360.fits((3, 13, 1))
    assert not c360.fits((3, 14, 0))


def test_wrong_python_gets_a_sentence(monkeypatch, capsys):
    monkeypatch.setattr(c360, "fits", lambda version: False)
    monkeypatch.setattr(c360, "other_python", lambda: None)
    assert c360.main() == 2
    assert "Odoo 19 needs Python 3.10 to 3.13" in capsys.readouterr().err


def test_environment_follows_pins_host_and_python(tmp_path):
    key = python.key(host(tmp_path), b"a==1", (3, 11, 7))
    assert key == python.key(host(tmp_path), b"a==1", (3, 11, 7))
    assert key != python.key(host(tmp_path), b"a==2", (3, 11, 7))
    assert key != python.key(host(tmp_path), b"a==1", (3, 12, 1))
    assert key != python.key(host(tmp_path, "two"), b"a==1", (3, 11, 7))


def test_constraints_pin_everything():
    lines = python.CONSTRAINTS.read_text().splitlines()
    packages = [line for line in lines if line and not line.startswith("#")]
    assert all("==" in line and "://" not in line for line in packages)
    assert {"pytest", "phonenumbers", "websocket-client", "freezegun"} <= {
        line.split("==")[0] for line in packages
    }

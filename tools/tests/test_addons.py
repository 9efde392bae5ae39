import pytest
from devkit import addons
from devkit.messages import Stop


def write(checkout, name, **manifest):
    folder = checkout / name
    folder.mkdir()
    (folder / "__manifest__.py").write_text(repr({"name": name, **manifest}))
    return folder


@pytest.fixture
def checkout(tmp_path):
    write(tmp_path, "crm_customer360", depends=["crm", "sale_crm"])
    write(tmp_path, "crm_customer360_demo", depends=["crm_customer360", "project"])
    write(
        tmp_path,
        "crm_customer360_mass_mailing",
        depends=["crm_customer360", "mass_mailing"],
        auto_install=True,
    )
    return tmp_path


def test_template_holds_what_product_and_bridges_need(checkout):
    found = addons.find(checkout)
    assert addons.outside_depends(found) == ["crm", "mass_mailing", "sale_crm"]


def test_demo_is_installed_only_when_asked_for(checkout):
    found = addons.find(checkout)
    plain = ["crm_customer360", "crm_customer360_mass_mailing"]
    assert addons.to_install(found, demo=False) == plain
    assert "crm_customer360_demo" in addons.to_install(found, demo=True)


def test_addons_can_be_named(checkout):
    assert [a.name for a in addons.find(checkout, "crm_customer360")] == [
        "crm_customer360"
    ]


def test_product_missing(tmp_path):
    with pytest.raises(Stop, match="no addon crm_customer360 in"):
        addons.require(tmp_path, addons.find(tmp_path))


def test_source_key_sees_code_but_not_tests(checkout):
    def key():
        return addons.source_key(addons.find(checkout))

    before = key()
    folder = checkout / "crm_customer360"
    (folder / "tests").mkdir()
    (folder / "tests" / "test_x.py").write_text("x = 1")
    assert key() == before
    (folder / "models.py").write_text("x = 1")
    assert key() != before

import subprocess

import pytest
from devkit import host, host_debian, host_git
from devkit.messages import RoadBlocked, Stop


def git(*words, cwd):
    identity = ["-c", "user.name=x", "-c", "user.email=x@example.com"]
    subprocess.run(["git", *identity, *words], cwd=cwd, check=True, capture_output=True)


@pytest.fixture
def repository(odoo_tree):
    """A bare repository with a branch 19.0, reachable by path."""
    tree = odoo_tree("tree")
    git("init", "-b", "19.0", cwd=tree)
    git("add", ".", cwd=tree)
    git("commit", "-m", "x", cwd=tree)
    bare = tree.parent / "odoo.git"
    git("clone", "--bare", str(tree), str(bare), cwd=tree.parent)
    return f"file://{bare}"


def test_odoo_home_checkout(settings, odoo_tree):
    found = host.ensure(settings(ODOO_HOME=str(odoo_tree("mine"))))
    assert found.has_addon("sale")
    assert [path.name for path in found.addons_path] == ["addons"]


def test_odoo_home_may_be_the_package_itself(settings, odoo_tree):
    root = odoo_tree("mine")
    assert host.ensure(settings(ODOO_HOME=str(root / "odoo"))).pythonpath == root


def test_odoo_home_without_odoo(settings, tmp_path):
    with pytest.raises(Stop, match="holds no Odoo"):
        host.ensure(settings(ODOO_HOME=str(tmp_path)))


def test_odoo_home_of_another_version(settings, odoo_tree):
    with pytest.raises(Stop, match=r"is Odoo 18\.0; 19\.0 is needed"):
        host.ensure(settings(ODOO_HOME=str(odoo_tree("old", 18))))


def test_git_road(settings, repository):
    wish = settings(ODOO_GIT=repository)
    found = host.ensure(wish)
    assert found.has_addon("sale")
    assert found.version.startswith("19.0 commit ")
    assert host.ensure(wish) == found  # kept: the second time nothing is fetched


def test_interrupted_clone_leaves_nothing_and_can_be_repeated(
    settings, repository, monkeypatch
):
    wish = settings(ODOO_GIT=repository)

    def interrupted(_settings, target):
        (target / "odoo").mkdir()
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(host_git, "fetch", interrupted)
        with pytest.raises(KeyboardInterrupt):
            host.ensure(wish)
    assert list((wish.cache / "host").iterdir()) == []
    assert host.ensure(wish).has_addon("sale")


def test_all_roads_blocked_names_each_with_its_reason(settings, tmp_path, monkeypatch):
    def no_network(_settings, _target):
        raise RoadBlocked("could not resolve the mirror")

    monkeypatch.setattr(host_debian, "fetch", no_network)
    monkeypatch.setattr(host_git, "VENDOR", f"file://{tmp_path}/nowhere.git")
    with pytest.raises(Stop) as stop:
        host.ensure(settings())
    text = str(stop.value)
    assert "Debian's package odoo-19: could not resolve the mirror" in text
    assert "a clone of branch 19.0: " in text and "nowhere.git" in text
    assert "point ODOO_HOME at an Odoo 19" in text


def test_debian_road_with_a_mirror_that_is_not_there(settings, tmp_path, monkeypatch):
    if not host_debian.shutil.which("apt-get"):
        with pytest.raises(RoadBlocked, match="no Debian"):
            host_debian.fetch(settings(), tmp_path)
        return
    source = "deb [trusted=yes] http://127.0.0.1:9/debian sid main\n"
    monkeypatch.setattr(host_debian, "sid_source", lambda: source)
    with pytest.raises(RoadBlocked, match="127.0.0.1"):
        host_debian.fetch(settings(), tmp_path)


def test_debian_has_moved_on(monkeypatch):
    class Done:
        stdout = "Package: odoo-19\nVersion: 20.0.0-1\nSize: 1\n"

    monkeypatch.setattr(host_debian.subprocess, "run", lambda *a, **k: Done)
    with pytest.raises(RoadBlocked, match=r"moved on to 20\.0"):
        host_debian.candidate([])


def test_unpacked_tree_gets_the_missing_file_and_no_broken_links(tmp_path):
    package = tmp_path / "usr/lib/python3/dist-packages/odoo"
    package.mkdir(parents=True)
    host_debian.mend(tmp_path)
    assert (tmp_path / host_debian.MISSING).exists()
    (package / "font.otf").symlink_to("../nowhere")
    with pytest.raises(RoadBlocked, match="font.otf"):
        host_debian.mend(tmp_path)

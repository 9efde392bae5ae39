"""Shared by the tests of the set-up: settings with an environment of their own."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from devkit.settings import Settings  # noqa: E402 (the path comes first)


@pytest.fixture
def settings(tmp_path):
    """``settings(PORT="8070")``: nothing but these variables, a cache in tmp_path."""

    def make(**env):
        return Settings({"XDG_CACHE_HOME": str(tmp_path / "cache"), **env}, tmp_path)

    return make


@pytest.fixture
def odoo_tree(tmp_path):
    """``odoo_tree("x", 19)``: the least that is taken for an Odoo."""

    def make(name, major=19):
        root = tmp_path / name
        (root / "odoo" / "addons" / "base").mkdir(parents=True)
        release = f"FINAL = 'final'\nversion_info = ({major}, 0, 0, FINAL, 0, '')\n"
        (root / "odoo" / "release.py").write_text(release)
        (root / "addons" / "sale").mkdir(parents=True)
        (root / "addons" / "sale" / "__manifest__.py").write_text("{}")
        return root

    return make

"""Odoo 19.0 itself: the roads to it, and the shape of what was found.

In order: ODOO_HOME; Debian's package; a shallow clone of the vendor's repository.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from . import host_debian, host_git, messages
from .console import console
from .files import READY, building, check_disk, lock
from .settings import DISK_NEED_GB, ODOO_SERIES, Settings, digest

DEBIAN_PYTHON = Path("usr/lib/python3/dist-packages")


@dataclass(frozen=True)
class Host:
    """An unpacked Odoo: what goes on Python's path, and where its addons are."""

    pythonpath: Path
    addons_path: tuple[Path, ...]
    version: str
    key: str

    def has_addon(self, name: str) -> bool:
        places = (self.pythonpath / "odoo" / "addons", *self.addons_path)
        return any((place / name / "__manifest__.py").exists() for place in places)


def series_of(release: Path) -> str:
    """``19.0`` out of odoo/release.py, without importing it."""
    for node in ast.parse(release.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and any(
            isinstance(t, ast.Name) and t.id == "version_info" for t in node.targets
        ):
            first, second = node.value.elts[:2]
            return f"{ast.literal_eval(first)}.{ast.literal_eval(second)}"
    return "unknown"


def look(root: Path, version: str, key: str) -> Host | None:
    """What kind of Odoo is at ``root``: Debian's tree, a checkout, or the package."""
    for base in (root, root / DEBIAN_PYTHON, root.parent):
        if not (base / "odoo" / "release.py").exists():
            continue
        if base == root.parent and root.name != "odoo":
            continue
        inside = base / "odoo" / "addons"
        beside = base / "addons"
        extra = (beside,) if not (inside / "sale").exists() else ()
        return Host(base, extra, version, key)
    return None


def from_home(home: str) -> Host:
    root = Path(home).expanduser().absolute()
    found = look(root, ODOO_SERIES, "")
    if not found:
        raise messages.odoo_home_missing(root)
    series = series_of(found.pythonpath / "odoo" / "release.py")
    if series != ODOO_SERIES:
        raise messages.odoo_home_version(root, series)
    commit = host_git.commit_of(found.pythonpath)
    version = f"{series} at {found.pythonpath}" + (f" ({commit[:9]})" if commit else "")
    key = digest("home", str(found.pythonpath), commit)
    return Host(found.pythonpath, found.addons_path, version, key)


def kept(place: Path) -> Host | None:
    """The Odoo that an earlier run fetched, if it is complete."""
    mark = place / READY
    if not mark.exists():
        return None
    fact = json.loads(mark.read_text())
    return look(place, fact["version"], digest(fact["road"], fact["version"]))


def roads(settings: Settings) -> list[tuple[str, Callable[[Path], str]]]:
    """Name and way; a way fills the folder it is given and returns the version."""
    git = ("a clone of branch 19.0", lambda target: host_git.fetch(settings, target))
    debian = (
        "Debian's package odoo-19",
        lambda target: host_debian.fetch(settings, target),
    )
    return [git] if settings.text("ODOO_GIT") else [debian, git]


def ensure(settings: Settings) -> Host:
    console.step(f"Looking for Odoo {ODOO_SERIES}")
    home = settings.text("ODOO_HOME")
    if home:
        host = from_home(home)
        console.note(f"Odoo {host.version} (ODOO_HOME)")
        return host
    source = settings.text("ODOO_GIT")
    place = (
        settings.cache / "host" / (f"git-{digest(source)}" if source else ODOO_SERIES)
    )
    host = kept(place)
    if not host:
        with lock(settings.cache / "locks", "odoo"):
            host = kept(place) or fetch(settings, place)
    console.note(f"Odoo {host.version}")
    return host


def fetch(settings: Settings, place: Path) -> Host:
    check_disk(settings.cache, DISK_NEED_GB)
    tried = []
    for road, way in roads(settings):
        console.note(f"Trying {road}…")
        try:
            with building(place) as target:
                version = way(target)
                if not look(target, version, ""):
                    raise messages.RoadBlocked("what came holds no odoo/release.py")
                (target / READY).write_text(
                    json.dumps({"road": road, "version": version})
                )
            return kept(place)
        except messages.RoadBlocked as reason:
            tried.append((road, str(reason)))
            console.note(f"Not that way: {reason}")
    raise messages.no_road(tried)

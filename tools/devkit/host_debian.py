"""Odoo by Debian's package, unpacked beside the system, never installed in it.

Debian's unstable suite carries Odoo 19 as one package for all architectures. It is
fetched with an apt state of our own, so neither root nor the machine's package
lists are touched; the mirror's address is the one the machine itself uses.
"""

from __future__ import annotations

import shutil
import subprocess
import threading
from pathlib import Path

from .console import console
from .messages import RoadBlocked
from .run import Failed, run
from .settings import Settings

PACKAGE = "odoo-19"
# The package links into these; the second list from the machine's own suite, since
# unstable's are too new to hold the files linked to.
LINKED = (
    "libjs-jquery libjs-jquery-form libjs-underscore fonts-roboto-unhinted fonts-ocr-b"
    " fonts-montserrat"
).split()
LINKED_STABLE = ["fonts-font-awesome", "fonts-inconsolata"]
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
ALL_OR_NOTHING = ("-o", "APT::Update::Error-Mode=any")  # else no network is a warning
MAIN_ARCHIVE = "Debian"
# Left out by Debian for its licence; its absence would log an error on every page.
MISSING = Path(
    "usr/lib/python3/dist-packages/odoo/addons/mail/static/lib/selfie_segmentation"
    "/selfie_segmentation.js"
)


def fetch(settings: Settings, target: Path) -> str:
    """Fill ``target`` with the unpacked packages; the package's version."""
    for tool in ("apt-get", "apt-cache", "dpkg-deb"):
        if not shutil.which(tool):
            raise RoadBlocked(f"{tool} is not here, so this is no Debian")
    log = settings.log("apt")
    downloads = settings.cache / "downloads"
    downloads.mkdir(parents=True, exist_ok=True)
    unstable = private_options(downloads / "apt-sid", sid_source())
    own = private_options(downloads / "apt-own", None)
    console.note("Reading the package lists (11 MB)")
    _apt([*unstable, *ALL_OR_NOTHING, "update"], log, downloads)
    _apt([*own, "update"], log, downloads)
    version, size = candidate(unstable)
    console.note(f"Downloading {PACKAGE} {version} ({size / 1e6:.0f} MB)")
    with watching(downloads, size):
        _apt([*unstable, "download", PACKAGE, *LINKED], log, downloads)
        _apt([*own, "download", *LINKED_STABLE], log, downloads)
    packages = sorted(downloads.glob("*.deb"))
    for number, package in enumerate(packages, 1):
        name = package.name.split("_")[0]
        megabytes = package.stat().st_size / 1e6
        if name == PACKAGE:
            console.note(f"Unpacking {name} ({megabytes:.0f} MB, 1.2 GB unpacked)")
        console.progress(f"unpacking {name}, {number} of {len(packages)}")
        try:
            run(["dpkg-deb", "-x", package, target], log)
        except Failed as error:
            package.unlink()  # damaged: fetched again next time
            raise RoadBlocked(error.tail.splitlines()[-1]) from error
    mend(target)
    for package in packages:
        package.unlink()
    return version


def main_archive() -> str:
    """The address of the Debian archive this machine uses, from its own set-up."""
    form = "$(ORIGIN)|$(COMPONENT)|$(CREATED_BY)|$(LABEL)|$(REPO_URI)"
    done = subprocess.run(
        ["apt-get", "indextargets", "--format", form], capture_output=True, text=True
    )
    for line in done.stdout.splitlines():
        origin, component, kind, label, uri = line.split("|", 4)
        if (component, kind, label) == ("main", "Packages", MAIN_ARCHIVE):
            if origin == MAIN_ARCHIVE:
                return uri
    for line in done.stdout.splitlines():  # before the first apt-get update: no labels
        _origin, component, kind, _label, uri = line.split("|", 4)
        if component == "main" and kind == "Packages" and uri.endswith("/debian/"):
            return uri
    raise RoadBlocked("this machine's apt knows no Debian archive")


def sid_source() -> str:
    signed = f"[signed-by={KEYRING}] " if KEYRING.exists() else ""
    return f"deb {signed}{main_archive()} sid main\n"


def private_options(folder: Path, source: str | None) -> list[str]:
    """apt options that keep its state in ``folder``; our source, or the machine's."""
    for name in ("lists/partial", "cache/archives/partial"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    pairs = {
        "Dir::State::lists": folder / "lists",
        "Dir::Cache": folder / "cache",
        "Acquire::Retries": 3,
        "APT::Sandbox::User": "",  # files land in a folder only we may write
    }
    if source is not None:
        (folder / "source.list").write_text(source)
        pairs |= {
            "Dir::Etc::sourcelist": folder / "source.list",
            "Dir::Etc::sourceparts": "-",
        }
    return [word for key, value in pairs.items() for word in ("-o", f"{key}={value}")]


def candidate(options: list[str]) -> tuple[str, int]:
    """Version and size of the package on offer."""
    command = ["apt-cache", *options, "show", "--no-all-versions", PACKAGE]
    done = subprocess.run(command, capture_output=True, text=True)
    fields = dict(
        line.split(": ", 1) for line in done.stdout.splitlines() if ": " in line[:20]
    )
    if not {"Version", "Size"} <= fields.keys():
        raise RoadBlocked(f"the archive does not carry {PACKAGE}")
    if not fields["Version"].startswith("19.0"):
        raise RoadBlocked(f"the archive has moved on to {fields['Version']}")
    return fields["Version"], int(fields["Size"])


def mend(root: Path) -> None:
    """Give the unpacked tree the one file Debian leaves out; look for broken links."""
    stub = root / MISSING
    stub.parent.mkdir(parents=True, exist_ok=True)
    stub.write_text("/* not distributed by Debian: background blur in video calls */\n")
    broken = [
        path for path in root.rglob("*") if path.is_symlink() and not path.exists()
    ]
    inside = [path for path in broken if "dist-packages" in path.parts]
    if inside:
        names = ", ".join(path.name for path in inside[:5])
        raise RoadBlocked(f"the package links to files no package here has: {names}")


class watching:
    """Show how much of a download has arrived while apt works in silence."""

    def __init__(self, folder: Path, size: int):
        self.folder, self.size = folder, size
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> None:
        self.thread.start()

    def __exit__(self, *_exc) -> None:
        self.over.set()
        self.thread.join()

    def _watch(self) -> None:
        while not self.over.wait(0.5):
            files = [p for p in self.folder.rglob(f"*{PACKAGE}*.deb*") if p.is_file()]
            got = sum(path.stat().st_size for path in files)
            console.progress(f"{got / 1e6:.0f} of {self.size / 1e6:.0f} MB")


def _apt(words: list[str], log: Path, cwd: Path) -> None:
    try:
        run(["apt-get", "-q", *words], log, cwd=cwd)
    except Failed as error:
        raise RoadBlocked(reason(error.tail)) from error


def reason(output: str) -> str:
    """The line of apt's output that says what is wrong.

    >>> reason("W: Failed to fetch http://a  Connection refused\\nE: Some failed.")
    'Failed to fetch http://a  Connection refused'
    >>> reason("E: Unable to locate package x")
    'Unable to locate package x'
    """
    lines = [line.split(": ", 1)[-1] for line in output.splitlines() if line.strip()]
    fetch = [line for line in lines if line.startswith("Failed to fetch")]
    return (fetch or lines[-1:] or ["apt-get failed"])[0]

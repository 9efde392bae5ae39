"""What the checkout holds: its addons, what they depend on, whether they changed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from . import messages
from .settings import digest

PRODUCT = "crm_customer360"
DEMO = "crm_customer360_demo"
# What the product is known to depend on while the checkout has no manifest yet.
FALLBACK_DEPENDS = (
    "crm sale_management sale_crm sale_stock stock_account account calendar sms utm"
    " base_automation helpdesk_mgmt"
).split()
SOURCE_SUFFIXES = {
    ".py",
    ".xml",
    ".csv",
    ".js",
    ".scss",
    ".css",
    ".po",
    ".sql",
    ".json",
}


@dataclass(frozen=True)
class Addon:
    path: Path
    depends: tuple[str, ...]
    auto_install: bool

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def is_demo(self) -> bool:
        return self.name.endswith("_demo")


def read(path: Path) -> Addon:
    manifest = ast.literal_eval((path / "__manifest__.py").read_text(encoding="utf-8"))
    return Addon(
        path=path,
        depends=tuple(manifest.get("depends", ())),
        auto_install=bool(manifest.get("auto_install", False)),
    )


def find(checkout: Path, only: str = "") -> list[Addon]:
    """The installable addons of the checkout; ``only`` names some of them."""
    wanted = set(only.replace(",", " ").split())
    manifests = sorted(checkout.glob(f"{PRODUCT}*/__manifest__.py"))
    addons = [read(path.parent) for path in manifests]
    return [addon for addon in addons if not wanted or addon.name in wanted]


def outside_depends(addons: list[Addon]) -> list[str]:
    """What must be installed before our addons, from elsewhere, sorted."""
    ours = {addon.name for addon in addons}
    needed = {d for a in addons if not a.is_demo for d in a.depends} - ours
    return sorted(needed - {PRODUCT}) or sorted(FALLBACK_DEPENDS)


def to_install(addons: list[Addon], demo: bool) -> list[str]:
    """Names for ``odoo -i``: the product and its bridges, the demo story if asked."""
    return [addon.name for addon in addons if demo or not addon.is_demo]


def require(checkout: Path, addons: list[Addon], demo: bool = False) -> None:
    names = {addon.name for addon in addons}
    if PRODUCT not in names:
        raise messages.no_addon(checkout)
    if demo and DEMO not in names:
        raise messages.no_demo_addon(checkout)


def source_files(addons: list[Addon]) -> Iterator[Path]:
    for addon in addons:
        for path in sorted(addon.path.rglob("*")):
            inside = path.relative_to(addon.path).parts
            if (
                inside[0] != "tests"
                and path.suffix in SOURCE_SUFFIXES
                and path.is_file()
            ):
                yield path


def source_key(addons: list[Addon]) -> str:
    """Changes when a database made from these addons needs an update."""
    parts: list[str | bytes] = []
    for path in source_files(addons):
        parts += [str(path), path.read_bytes()]
    return digest(*parts)

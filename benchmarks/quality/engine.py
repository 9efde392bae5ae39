"""The tools of the addon, without Odoo: they need none."""

import importlib
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

TOOLS = Path(__file__).resolve().parents[2] / "crm_customer360" / "tools"


def tool(name):
    """Return a module of ``crm_customer360/tools``."""
    package = "c360_tools"
    if package not in sys.modules:
        spec = spec_from_file_location(
            package, TOOLS / "__init__.py", submodule_search_locations=[str(TOOLS)]
        )
        sys.modules[package] = module_from_spec(spec)
        spec.loader.exec_module(sys.modules[package])
    return importlib.import_module(f"{package}.{name}")

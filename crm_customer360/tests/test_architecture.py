import ast
from pathlib import Path

from odoo.tests.common import BaseCase
from odoo.tests.loader import get_test_modules

ADDON = Path(__file__).parents[1]
# A room imports only from rooms before it in this list.
ROOMS = (
    "customer",
    "contact",
    "lead",
    "pool",
    "opportunity",
    "service",
    "care",
    "plan",
    "analytics",
    "extended",
)
MODEL_LINES = 400


def imported_modules(path):
    """Return the dotted names a Python file imports, relative ones resolved."""
    package = path.relative_to(ADDON).parent.parts
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level:
            base = package[: len(package) - node.level + 1]
            yield ".".join(("", *base, *filter(None, [node.module])))
        elif isinstance(node, ast.ImportFrom):
            yield node.module


class TestArchitecture(BaseCase):
    """Keep the promises of ``readme/DEVELOP.md``."""

    def test_tools_know_neither_odoo_nor_the_models(self):
        for path in (ADDON / "tools").rglob("*.py"):
            with self.subTest(path.name):
                for name in imported_modules(path):
                    self.assertNotIn(name.split(".")[0], ("odoo", "psycopg2"))
                    if name.startswith("."):
                        self.assertTrue(name.startswith(".tools"), name)

    def test_tools_read_no_clock(self):
        for path in (ADDON / "tools").rglob("*.py"):
            with self.subTest(path.name):
                for node in ast.walk(ast.parse(path.read_text())):
                    if isinstance(node, ast.Attribute):
                        self.assertNotIn(node.attr, ("now", "today", "utcnow", "time"))

    def test_rooms_are_known(self):
        folders = {path.name for path in (ADDON / "models").iterdir() if path.is_dir()}
        self.assertLessEqual(folders - {"__pycache__"}, set(ROOMS))

    def test_rooms_import_only_from_rooms_above(self):
        for position, room in enumerate(ROOMS):
            for path in (ADDON / "models" / room).rglob("*.py"):
                with self.subTest(path.name):
                    for name in imported_modules(path):
                        if name.startswith(".models."):
                            other = name.split(".")[2]
                            self.assertLessEqual(ROOMS.index(other), position, name)

    def test_rooms_extend_only_models_of_rooms_above(self):
        """A model name tells its room: ``c360.<room>.…``."""
        for position, room in enumerate(ROOMS):
            for path in (ADDON / "models" / room).rglob("*.py"):
                with self.subTest(path.name):
                    for text in string_constants(path):
                        if text.startswith("c360.") and text.count(".") >= 1:
                            other = text.split(".")[1]
                            if other in ROOMS:
                                self.assertLessEqual(ROOMS.index(other), position, text)

    def test_every_test_file_is_loaded(self):
        loaded = {Path(mod.__file__) for mod in get_test_modules(ADDON.name)}
        self.assertEqual(set((ADDON / "tests").rglob("test_*.py")), loaded)

    def test_model_files_stay_small(self):
        for path in (ADDON / "models").rglob("*.py"):
            lines = len(path.read_text().splitlines())
            self.assertLessEqual(lines, MODEL_LINES, path.name)


def string_constants(path):
    """Return the strings of a file that are not docstrings."""
    tree = ast.parse(path.read_text())
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in docstrings
        ):
            yield node.value

import doctest
import importlib
from datetime import datetime
from pathlib import Path

from odoo.tests import tagged
from odoo.tests.common import BaseCase

from ... import tools
from ...tools.contact_cap import Period


@tagged("post_install", "-at_install", "c360_tools")
class TestToolsDoctests(BaseCase):
    """The examples in ``tools/`` are its manual: they have to be true."""

    def test_examples_hold(self):
        names = sorted(
            path.stem
            for path in Path(tools.__file__).parent.glob("*.py")
            if path.stem != "__init__"
        )
        self.assertIn("contact_cap", names)
        for name in names:
            with self.subTest(name):
                module = importlib.import_module(f"{tools.__name__}.{name}")
                result = doctest.testmod(module)
                self.assertGreater(result.attempted, 0)
                self.assertEqual(result.failed, 0)

    def test_period_refuses_nonsense(self):
        with self.assertRaisesRegex(ValueError, "fortnight"):
            Period(1, "fortnight").after(datetime(2026, 3, 1))
        with self.assertRaisesRegex(ValueError, "at least 1"):
            Period(0, "day").after(datetime(2026, 3, 1))

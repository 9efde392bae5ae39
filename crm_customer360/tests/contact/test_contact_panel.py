from odoo.tests import tagged

from .common import ContactCommon


@tagged("post_install", "-at_install", "c360_contact")
class TestContactPanel(ContactCommon):
    def _load(self, role="care"):
        panels = self.env_of(role)["c360.customer.page"].load(self.customer.id)[
            "panels"
        ]
        return next((card for card in panels if card["key"] == "contact"), None)

    def test_the_page_counts_what_left_waits_and_was_stopped(self):
        self._create_policy(limit=1)
        self._reserve(self.buyer)._move("sent")
        self._reserve(self.buyer)
        self._create_policy(limit=0, purposes=("survey",))
        self._reserve(self.engineer, "survey")
        card = self._load()
        self.assertEqual([figure["value"] for figure in card["figures"]], [1, 1, 1])
        self.assertEqual(
            [row["badges"][0]["label"] for row in card["rows"]],
            ["Stopped", "Waiting", "Sent"],
        )
        self.assertIn("1 of 1 used", card["rows"][1]["subtitle"])

    def test_contacts_stand_in_the_timeline(self):
        self._reserve(self.buyer, source=self.customer)
        self._reserve(self.engineer, source=self.customer)._move("sent")
        answered = self._reserve(self.engineer, source=self.customer)
        answered._move("sent")
        answered._move("answered")
        page = self.env_of("care")["c360.customer.page"].load_timeline(self.customer.id)
        entries = [entry for entry in page["entries"] if entry["kind"] == "contact"]
        self.assertEqual(len(entries), 1)
        self.assertIn("Berta Buyer", entries[0]["subtitle"])

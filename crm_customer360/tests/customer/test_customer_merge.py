from odoo.tests import freeze_time, tagged

from ...models.customer.c360_customer_scope import CustomerScope
from .common import CustomerCommon


@tagged("post_install", "-at_install", "c360_customer")
class TestCustomerMerge(CustomerCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enterClassContext(freeze_time("2026-06-01"))
        cls.double = cls._create_customer("Harbor Timber")

    def _merge(self, *partners, into):
        self.env["base.partner.merge.automatic.wizard"]._merge(
            [partner.id for partner in partners], into
        )

    def test_two_customers_become_one(self):
        company, _user = self._create_second_company()
        self._order("2025-01-01")
        self._order("2026-05-01", partner=self.double)
        self._order("2026-05-02", partner=self.double, company_id=company.id)
        self.Profile._refresh()
        ledger_before = self.Ledger.search_count([])
        self._merge(self.customer, self.double, into=self.customer)

        profile = self._profile()
        self.assertEqual(profile.order_count, 2)
        self.assertEqual(str(profile.first_order_date), "2025-01-01")
        self.assertEqual(profile.lifecycle, "won_back")
        self.assertEqual(self._profile(company=company).order_count, 1)
        # every row is still there, and the merged customer's way back was added
        self.assertEqual(
            self._ledger(),
            [
                ("2025-01-01", "prospect", "new"),
                ("2025-04-01", "new", "retained"),
                ("2025-06-30", "retained", "churned"),
                ("2026-05-01", "prospect", "new"),
                ("2026-05-02", "prospect", "new"),
                ("2026-05-01", "churned", "won_back"),
            ],
        )
        self.assertEqual(self.Ledger.search_count([]), ledger_before + 1)
        # scores may move, there is one customer fewer to compare with
        healed = self.Profile._refresh_rows(CustomerScope())
        self.assertEqual(healed, 0, "nothing left to heal")

    def test_the_ledger_goes_on_where_it_stopped_in_every_company(self):
        """The host would drop every profile of the source when one collides."""
        company, _user = self._create_second_company()
        self._order("2026-05-01")
        self._order("2026-05-02", partner=self.double)
        there = self._order("2026-05-03", partner=self.double, company_id=company.id)
        self.Profile._refresh()
        there.state = "cancel"
        self._merge(self.customer, self.double, into=self.customer)
        self.assertEqual(self._profile(company=company).lifecycle, "prospect")
        rows = self.Ledger.search([("company_id", "=", company.id)], order="id")
        self.assertEqual(rows.partner_id, self.customer)
        self.assertEqual(
            [(str(row.date), row.old, row.new) for row in rows],
            [("2026-05-03", "prospect", "new"), ("2026-06-01", "new", "prospect")],
        )

    def test_a_profile_the_other_one_lacks_moves_over(self):
        self._order("2026-05-01", partner=self.double)
        self.Profile._refresh()
        self.assertFalse(self._profile())
        self._merge(self.customer, self.double, into=self.customer)
        self.assertEqual(self._profile().order_count, 1)
        self.assertEqual(self._ledger(), [("2026-05-01", "prospect", "new")])

    def test_merging_into_a_contact_feeds_its_company(self):
        self.double.is_company = False
        self._order("2026-04-01")
        self._order("2026-05-01", partner=self.double)
        self.Profile._refresh()
        self._merge(self.buyer, self.double, into=self.buyer)
        self.assertFalse(self.Profile.search([("partner_id", "=", self.buyer.id)]))
        self.assertEqual(self._profile().order_count, 2)
        self.assertEqual(len(self._ledger()), 3)

    def test_a_company_merged_into_a_contact_makes_him_a_customer(self):
        """The host makes the contact a company of its own."""
        self._order("2026-04-01")
        self._order("2026-05-01", partner=self.double)
        self.Profile._refresh()
        self._merge(self.buyer, self.double, into=self.buyer)
        self.assertEqual(self.buyer.commercial_partner_id, self.buyer)
        self.assertEqual(self._profile(self.buyer).order_count, 1)
        self.assertEqual(self._ledger(self.buyer), [("2026-05-01", "prospect", "new")])
        self.assertEqual(self._profile().order_count, 1)

    def test_merging_contacts_of_two_customers_refreshes_both(self):
        other = self.env["res.partner"].create(
            {"name": "Berta B", "parent_id": self.double.id}
        )
        self._order("2026-04-01", partner=self.double)
        self._order("2026-05-01", partner=other)
        self._order("2026-03-01")
        self.Profile._refresh()
        self.assertEqual(self._profile(self.double).order_count, 2)
        self._merge(self.buyer, other, into=self.buyer)
        self.assertEqual(self._profile(self.double).order_count, 1)
        self.assertEqual(self._profile().order_count, 2)

    def test_three_at_once_and_nothing_to_fold(self):
        third = self._create_customer("Harber Timber")
        for day, partner in (("2026-05-01", self.double), ("2026-05-02", third)):
            self._order(day, partner=partner)
        self.Profile._refresh()
        self._merge(self.customer, self.double, third, into=self.customer)
        self.assertEqual(self._profile().order_count, 2)
        self.assertEqual(self._profile().lifecycle, "retained")
        plain, plainer = (
            self._create_customer("Plain"),
            self._create_customer("Plainer"),
        )
        self._merge(plain, plainer, into=plain)
        self.assertFalse(plainer.active)
        self.assertEqual(plainer.c360_merged_into_id, plain)

    def test_deleting_a_customer_keeps_his_transitions(self):
        order = self._order("2026-05-01", partner=self.double)
        self.Profile._refresh()
        order.state = "cancel"
        order.unlink()
        row = self.Ledger.search([("partner_id", "=", self.double.id)])
        profile = self._profile(self.double)
        self.assertTrue(profile)
        self.double.unlink()
        self.assertFalse(profile.exists())
        self.assertTrue(row.exists())
        self.assertFalse(row.partner_id)
        self.assertEqual(row.partner_name, "Harbor Timber")

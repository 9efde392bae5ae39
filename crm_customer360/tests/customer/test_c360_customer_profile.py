from odoo.tests import freeze_time, tagged

from .common import CustomerCommon


@tagged("post_install", "-at_install", "c360_customer")
class TestCustomerProfile(CustomerCommon):
    def _versions(self):
        """Return what PostgreSQL knows of the rows' versions."""
        self.env.cr.execute(
            "SELECT id, xmin, ctid, cmin FROM c360_customer_profile ORDER BY id"
        )
        return self.env.cr.fetchall()

    @freeze_time("2026-03-01")
    def test_figures_come_from_confirmed_orders_of_the_whole_customer(self):
        self._order("2026-01-10", price=100)
        self._order("2026-02-10", partner=self.buyer, price=50.25)
        self._order("2026-02-20", price=1000, state="draft")
        self._order("2026-02-21", price=2000, state="cancel")
        self.Profile._refresh()
        profile = self._profile()
        self.assertEqual(profile.order_count, 2)
        self.assertEqual(profile.revenue, 150.25)
        self.assertEqual(str(profile.first_order_date), "2026-01-10")
        self.assertEqual(str(profile.last_order_date), "2026-02-10")
        self.assertEqual(profile.lifecycle, "retained")
        self.assertEqual(str(profile.lifecycle_date), "2026-02-10")
        self.assertFalse(self._profile(self.buyer), "a contact is no customer")

    @freeze_time("2026-03-01")
    def test_a_locked_order_counts(self):
        self._order("2026-01-10", locked=True)
        self.Profile._refresh(self.customer)
        self.assertEqual(self._profile().order_count, 1)

    @freeze_time("2026-03-01")
    def test_an_order_of_tomorrow_does_not_count_yet(self):
        self._order("2026-03-02")
        self.Profile._refresh(self.customer)
        self.assertEqual(self._profile().lifecycle, "prospect")
        with freeze_time("2026-03-02"):
            self.Profile._refresh()
        self.assertEqual(self._profile().lifecycle, "new")

    @freeze_time("2026-03-01")
    def test_revenue_is_in_the_currency_of_the_company(self):
        currency = self.env["res.currency"].create(
            {
                "name": "TST",
                "symbol": "T",
                "rate_ids": [
                    (0, 0, {"name": "2020-01-01", "rate": 4.0}),
                ],
            }
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "Test", "currency_id": currency.id}
        )
        order = self._order("2026-01-10", pricelist_id=pricelist.id)
        self.assertEqual(order.currency_id, currency)
        self.Profile._refresh(self.customer)
        self.assertAlmostEqual(
            self._profile().revenue, order.amount_untaxed / order.currency_rate
        )
        self.assertEqual(self._profile().revenue, 25.0)
        self.assertEqual(self._profile().currency_id, self.company.currency_id)

    @freeze_time("2026-03-01")
    def test_whoever_left_a_trace_is_a_prospect(self):
        by_lead, by_quote, by_rank, unknown = (
            self._create_customer(name) for name in ("Lead", "Quote", "Rank", "None")
        )
        self.env["crm.lead"].create(
            {"name": "Larch", "partner_id": by_lead.id, "company_id": self.company.id}
        )
        self._order("2026-02-01", partner=by_quote, state="draft")
        by_rank.customer_rank = 1
        self.Profile._refresh()
        for partner in (by_lead, by_quote, by_rank):
            with self.subTest(partner.name):
                profile = self._profile(partner)
                self.assertEqual(profile.lifecycle, "prospect")
                self.assertTrue(profile.lifecycle_date)
                self.assertEqual((profile.order_count, profile.revenue), (0, 0))
        self.assertFalse(self._profile(unknown))
        self.assertFalse(self._ledger(by_lead), "a prospect has made no transition")

    @freeze_time("2026-03-01")
    def test_a_contact_that_moves_below_a_company_takes_his_orders_along(self):
        person = self._create_customer("Carla", is_company=False)
        self._order("2026-02-01", partner=person)
        self.Profile._refresh(person)
        self.assertEqual(self._profile(person).lifecycle, "new")
        person.parent_id = self.customer
        self.Profile._refresh()
        self.assertFalse(self._profile(person))
        self.assertEqual(self._profile().order_count, 1)

    @freeze_time("2026-03-01")
    def test_only_the_given_customers_are_touched(self):
        other = self._create_customer("Other")
        self._order("2026-02-01")
        self._order("2026-02-01", partner=other)
        self.Profile._refresh(self.engineer)
        self.assertTrue(self._profile())
        self.assertFalse(self._profile(other))
        self.assertEqual(self.Profile._refresh(self.env["res.partner"]), 0)

    @freeze_time("2026-03-01")
    def test_a_second_refresh_writes_no_row(self):
        self._order("2026-01-10")
        self._order("2025-01-10", partner=self._create_customer("Other"))
        self.assertGreaterEqual(self.Profile._refresh(), 2)
        versions, ledger = self._versions(), self.Ledger.search_count([])
        self.assertEqual(self.Profile._refresh(), 0)
        self.assertEqual(self.Profile._refresh(self.customer), 0)
        self.assertEqual(self._versions(), versions)
        self.assertEqual(self.Ledger.search_count([]), ledger)
        self._order("2026-02-10")
        self.assertEqual(self.Profile._refresh(), 1, "the others are not written")

    @freeze_time("2026-03-01")
    def test_the_number_of_queries_does_not_grow(self):
        customers = self.env["res.partner"].concat(
            *(self._create_customer(f"Customer {i}") for i in range(20))
        )
        for customer in customers:
            self._order("2026-02-01", partner=customer)
        self.env.flush_all()
        self.Profile._refresh(customers[:1])
        # orders, value, rules of tiers, scores; three of the losses that follow
        with self.assertQueryCount(7):
            self.Profile._refresh(customers[:1])
        with self.assertQueryCount(7):
            self.Profile._refresh(customers)
        # ... a temporary table and the limits of the scores
        with self.assertQueryCount(10):
            self.Profile._refresh()

    @freeze_time("2026-03-01")
    def test_companies_do_not_count_each_others_orders(self):
        company, user = self._create_second_company()
        self._order("2026-01-10", price=100)
        self._order("2026-01-11", price=7, company_id=company.id)
        self._order("2026-01-12", price=8, company_id=company.id)
        self.Profile._refresh()
        mine, theirs = self._profile(), self._profile(company=company)
        self.assertEqual((mine.order_count, mine.revenue), (1, 100))
        self.assertEqual((theirs.order_count, theirs.revenue), (2, 15))
        self.assertEqual((mine.lifecycle, theirs.lifecycle), ("new", "retained"))
        visible = self.Profile.with_user(user).search(
            [("partner_id", "=", self.customer.id)]
        )
        self.assertEqual(visible, theirs)
        transitions = self.Ledger.with_user(user).search(
            [("partner_id", "=", self.customer.id)]
        )
        self.assertEqual(transitions.company_id, company)

    @freeze_time("2026-03-01")
    def test_a_prospect_belongs_to_the_companies_that_name_him(self):
        company, _user = self._create_second_company()
        named, shared = self._create_customer("Named"), self._create_customer("Shared")
        self.env["crm.lead"].create(
            {"name": "Larch", "partner_id": named.id, "company_id": company.id}
        )
        (named | shared).customer_rank = 1
        self.customer.customer_rank = 1
        self._order("2026-01-10")
        self.Profile._refresh()
        profiles = self.Profile.search([("partner_id", "=", named.id)])
        self.assertEqual(profiles.company_id, company)
        profiles = self.Profile.search([("partner_id", "=", shared.id)])
        self.assertLessEqual(self.company | company, profiles.company_id)
        self.assertFalse(
            self._profile(company=company), "a customer of one is no prospect of all"
        )

    @freeze_time("2026-03-01")
    def test_nothing_is_refreshed_while_switched_off(self):
        self._order("2026-01-10")
        self.env.ref("base.group_user").implied_ids -= self.env.ref(
            "crm_customer360.group_use_lifecycle"
        )
        self.assertEqual(self.Profile._refresh(), 0)
        self.Profile._cron_refresh()
        self.assertFalse(self._profile())

    @freeze_time("2026-03-01")
    def test_the_row_opens_the_customer(self):
        self._order("2026-01-10")
        self.Profile._refresh(self.customer)
        action = self._profile().action_open_customer()
        self.assertEqual(action["tag"], "c360_customer_page")
        self.assertEqual(action["params"]["resId"], self.customer.id)

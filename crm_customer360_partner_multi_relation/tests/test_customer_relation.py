from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import RelationCommon


@tagged("post_install", "-at_install", "c360_customer")
class TestCustomerRelation(RelationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Referral = cls.env["c360.customer.referral"]
        cls.mill, cls.yard, cls.shop = (
            cls._create_customer(name) for name in ("Mill", "Yard", "Shop")
        )
        for customer, revenue in ((cls.mill, 100), (cls.yard, 30), (cls.shop, 7)):
            cls._set_revenue(customer, revenue)
        cls._relate("refers", cls.customer, cls.mill)
        cls._relate("refers", cls.mill, cls.yard, date_start="2026-01-05")

    def _card(self, customer, role="leader"):
        page = self.env_of(role)["c360.customer.page"].load(customer.id)
        cards = {card["key"]: card for card in page["panels"]}
        return cards.get("relation")

    def test_worth_goes_all_the_way_down(self):
        root = self.Referral.browse(self.customer.id)
        self.assertEqual((root.referred_count, root.branch_count), (1, 2))
        self.assertEqual(root.branch_revenue, 130)
        self.assertEqual(self.Referral.browse(self.yard.id).parent_id.id, self.mill.id)

    def test_a_contact_refers_for_his_company(self):
        self._relate("refers", self.buyer, self.shop)
        self.assertEqual(self.Referral.browse(self.customer.id).branch_revenue, 137)

    def test_circles_end(self):
        self._relate("refers", self.yard, self.customer)
        self.assertEqual(self.Referral.browse(self.customer.id).branch_revenue, 130)
        self.assertEqual(self.Referral.browse(self.yard.id).branch_revenue, 100)

    def test_the_first_referral_counts(self):
        self._relate("refers", self.shop, self.yard, date_start="2026-02-01")
        self.assertFalse(
            self.Referral.search([("parent_id", "=", self.shop.id)]), "came later"
        )

    def test_ended_referrals_stay_true(self):
        relation = self._relate("refers", self.yard, self.shop)
        relation.write({"date_start": "2020-01-01", "date_end": "2020-02-01"})
        self.assertEqual(self.Referral.browse(self.yard.id).branch_revenue, 7)

    def test_nobody_counts_what_he_may_not_see(self):
        self.yard.user_id = self.users_by_role["leader"]
        mine = self.Referral.with_user(self.users_by_role["user"])
        self.assertEqual(mine.browse(self.customer.id).branch_revenue, 100)
        self.assertFalse(mine.search([("partner_id", "=", self.yard.id)]))

    def test_nobody_is_told_of_customers_he_may_not_see(self):
        """Neither how many a customer brought, nor who brought him."""
        leader, user = (self.users_by_role[role] for role in ("leader", "user"))
        self.yard.user_id = leader
        brought = [("child_ids", "any", [("id", "!=", False)])]
        mine = self.Referral.with_user(user)
        all_of_them = self.Referral.with_user(leader)
        self.assertEqual(mine.browse(self.mill.id).referred_count, 0)
        self.assertEqual(all_of_them.browse(self.mill.id).referred_count, 1)
        self.assertEqual(mine.search(brought).partner_id, self.customer)
        self.assertEqual(
            all_of_them.search(brought).partner_id, self.customer | self.mill
        )
        self.mill.user_id = leader
        self.yard.user_id = user
        spec = {"parent_id": {"fields": {"display_name": {}}}}
        [row] = mine.browse(self.yard.id).web_read(spec)
        self.assertEqual(row["parent_id"]["display_name"], "Another customer")
        [row] = all_of_them.browse(self.yard.id).web_read(spec)
        self.assertEqual(row["parent_id"]["display_name"], "Mill")
        [group] = mine.formatted_read_group(
            [("id", "=", self.yard.id)], ["parent_id"], ["__count"]
        )
        self.assertEqual(group["parent_id"][1], "Another customer")

    def test_relations_of_another_company_are_not_read(self):
        company = self.env["res.company"].create({"name": "Second Sawmill"})
        secret = self._create_customer("Secret", company_id=company.id)
        relations = self._relate("refers", secret, self.shop)
        relations |= self._relate("refers", self.shop, secret)
        own = self._relate("refers", self.shop, self.mill)
        for role in ("user", "leader", "stranger"):
            Relation = self.env_of(role)["res.partner.relation"]
            with self.subTest(role):
                self.assertFalse(Relation.search([("id", "in", relations.ids)]))
                self.assertTrue(Relation.search([("id", "=", own.id)]))
                with self.assertRaises(AccessError):
                    relations[0].with_env(Relation.env).read(["date_start"])
        leader = self.users_by_role["leader"]
        leader.company_ids |= company
        mine = relations.with_user(leader).with_context(
            allowed_company_ids=(self.company | company).ids
        )
        self.assertEqual(mine.search([("id", "in", relations.ids)]), mine)

    def test_other_companies_do_not_count(self):
        company = self.env["res.company"].create({"name": "Second Sawmill"})
        self._set_revenue(self.mill, 1000, company)
        self.assertEqual(self.Referral.browse(self.customer.id).branch_revenue, 130)

    def test_strangers_are_refused(self):
        with self.assertRaises(AccessError):
            self.Referral.with_user(self.users_by_role["stranger"]).search_count([])

    def test_worth_of_many_is_one_query(self):
        referrals = self.Referral.search([])
        with self.assertQueryCount(1):
            worth = self.Referral._get_worth(referrals.ids)
        self.assertEqual(len(worth), 3)

    def test_the_page_reads_relations_from_either_side(self):
        card = self._card(self.mill)
        self.assertEqual(
            [(row["title"], row["subtitle"]) for row in card["rows"]],
            [("Yard", "refers"), ("Harbour Timber", "was referred by")],
        )
        self.assertEqual([figure["value"] for figure in card["figures"]], [1, 30])

    def test_the_page_names_who_decides_first(self):
        self._relate("decides", self.buyer, self.customer)
        row = self._card(self.customer)["rows"][0]
        self.assertEqual((row["title"], row["subtitle"]), ("Berta Buyer", "decides at"))
        self.assertEqual(row["id"], self.buyer.id)

    def test_symmetric_relations_read_the_same(self):
        self._relate("competes", self.mill, self.shop)
        self.assertEqual(self._card(self.shop)["rows"][0]["subtitle"], "competes with")

    def test_what_has_ended_is_not_told(self):
        self._relate(
            "owns", self.mill, self.shop, date_start="2020-01-01", date_end="2020-02-01"
        )
        self.assertFalse(self._card(self.shop)["rows"])

    def test_partners_of_another_company_are_not_told(self):
        company = self.env["res.company"].create({"name": "Second Sawmill"})
        secret = self._create_customer("Secret", company_id=company.id)
        self._relate("owns", secret, self.shop)
        self.assertFalse(self._card(self.shop)["rows"])

    def test_the_card_costs_two_queries(self):
        Panel = self.env_of("leader")["c360.customer.panel.relation"]
        customer = self.mill.with_env(Panel.env)
        Panel._load_panel(customer, customer.ids)
        with self.assertQueryCount(2):
            Panel._load_panel(customer, customer.ids)

    def test_switched_off_there_is_no_card(self):
        self.env.ref("base.group_user").implied_ids -= self.env.ref(
            "crm_customer360.group_use_relation"
        )
        self.assertIsNone(self._card(self.mill))

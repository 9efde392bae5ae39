from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from .common import PoolCommon


@tagged("post_install", "-at_install", "c360_pool")
class TestPoolCustomer(PoolCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Place = cls.env["c360.pool.customer"]
        cls.env["c360.pool.route"].search([]).unlink()
        cls.pool.write(
            {"takes_customers": True, "customer_domain": "[('city', '=', 'Ghent')]"}
        )
        cls.env["c360.pool.route"].search([]).unlink()
        cls.partner = cls._create_customer("Ghent Bikes", city="Ghent")
        cls.env["c360.pool.route"]._route_slice()
        cls.place = cls._place(cls.partner)

    @classmethod
    def _place(cls, partner):
        return cls.Place.search([("partner_id", "=", partner.id)])

    def _kinds(self, partner):
        return (
            self.env["c360.pool.move"]
            .search([("partner_id", "=", partner.id)], order="id")
            .mapped("kind")
        )

    def _claim_customer(self, user=None):
        return self.Place.with_user(user or self.user).claim(self.place.ids)

    def test_a_customer_without_salesperson_enters(self):
        self.assertEqual(self.place.pool_id, self.pool)
        self.assertEqual(self.place.state, "pooled")
        self.assertEqual(self._kinds(self.partner), ["enter"])
        owned = self._create_customer("A", city="Ghent", user_id=self.user.id)
        elsewhere = self._create_customer("B", city="Bruges")
        person = self.env["res.partner"].create(
            {"name": "P", "parent_id": self.partner.id, "city": "Ghent"}
        )
        self.env["c360.pool.route"]._route_slice()
        for partner in (owned, elsewhere, person, self.user.partner_id):
            self.assertFalse(self._place(partner), partner.name)

    def test_a_pool_of_a_segment(self):
        chosen = self._create_customer("Chosen", user_id=self.user.id)
        segment = self.env["c360.customer.segment"].create(
            {"name": "Fair", "kind": "fixed"}
        )
        segment._add_partners(chosen)
        self.pool.customer_domain = str([("c360_segment_ids", "in", segment.ids)])
        self.env["c360.pool.route"].search([]).unlink()
        other = self._create_customer("Other")
        # whoever lets him go, of another company too
        chosen.with_user(self.user).user_id = False
        self.env["c360.pool.route"]._route_slice()
        self.assertEqual(self._place(chosen).pool_id, self.pool)
        self.assertFalse(self._place(other))

    def test_those_who_were_there_are_looked_for(self):
        old = self._create_customer("Old", city="Antwerp")
        self.env["c360.pool.route"]._route_slice()
        self.assertFalse(self._place(old))
        self.pool.customer_domain = "[('city', '=', 'Antwerp')]"
        self.env["c360.pool.route"]._route_slice()
        self.assertEqual(self._place(old).pool_id, self.pool)

    def test_claim_gives_the_customer_and_the_ledger_says_so(self):
        result = self._claim_customer()
        self.assertEqual(result, {"granted": self.place.ids, "refused": []})
        self.assertEqual(self.partner.user_id, self.user)
        self.assertEqual((self.place.state, self.place.user_id), ("held", self.user))
        self.assertEqual(self._kinds(self.partner), ["enter", "claim"])
        refused = self._claim_customer(self.rival)["refused"]
        self.assertEqual(refused[0]["id"], self.place.id)
        # what others hold is none of his business
        self.assertNotIn(self.user.name, refused[0]["reason"])

    def test_limits(self):
        more = self._create_customer("More", city="Ghent")
        self.env["c360.pool.route"]._route_slice()
        self.pool.customer_hold_limit = 1
        both = self.place + self._place(more)
        result = self.Place.with_user(self.user).claim(both.ids)
        self.assertEqual(len(result["granted"]), 1)
        self.assertIn("1 customers", result["refused"][0]["reason"])
        self.pool.write({"customer_hold_limit": 0, "claim_limit_day": 1})
        result = self.Place.with_user(self.user).claim(self._place(more).ids)
        self.assertIn("limit of a day", result["refused"][0]["reason"])
        # customers and leads share the claims of a day
        self.assertFalse(self._claim(self._create_leads())["granted"])

    def test_customers_of_one_call_count_whatever_leads_are_held(self):
        more = self._create_customer("More", city="Ghent")
        self.env["c360.pool.route"]._route_slice()
        self._claim(self._create_leads())
        self.pool.write({"hold_limit": 1, "claim_limit_day": 2})
        both = self.place + self._place(more)
        result = self.Place.with_user(self.user).claim(both.ids)
        self.assertEqual(result["granted"], self.place.ids)
        self.assertIn("limit of a day", result["refused"][0]["reason"])

    def test_any_road_to_a_salesperson_is_followed(self):
        self.partner.user_id = self.rival
        self.assertEqual((self.place.state, self.place.user_id), ("held", self.rival))
        self.partner.user_id = self.user
        self.assertEqual(self.place.user_id, self.user)
        self.partner.user_id = False
        self.assertEqual((self.place.state, self.place.pool_id), ("pooled", self.pool))
        self.assertEqual(
            self._kinds(self.partner), ["enter", "assign", "transfer", "return"]
        )
        self.partner.active = False
        self.assertFalse(self._place(self.partner))
        self.assertEqual(self._kinds(self.partner)[-1], "leave")

    def test_who_loses_his_salesperson_enters(self):
        partner = self._create_customer("C", city="Ghent", user_id=self.user.id)
        partner.user_id = False
        self.env["c360.pool.route"]._route_slice()
        self.assertEqual(self._place(partner).state, "pooled")

    def test_give_back(self):
        self._claim_customer()
        with self.assertRaises(AccessError):
            self.place.with_user(self.rival)._give_back("x")
        wizard = (
            self.env(user=self.user)["c360.pool.return"]
            .with_context(active_model="c360.pool.customer", active_ids=self.place.ids)
            .create({"reason": "Moved away"})
        )
        wizard.action_apply()
        self.assertFalse(self.partner.user_id)
        self.assertEqual(self.place.state, "pooled")
        move = self.env["c360.pool.move"].search(
            [("partner_id", "=", self.partner.id)], limit=1
        )
        self.assertEqual((move.kind, move.reason), ("return", "Moved away"))
        self.assertEqual(move.previous_user_id, self.user)
        with self.assertRaisesRegex(UserError, "that you hold"):
            self.place.with_user(self.user)._give_back("again")

    def test_leaders_assign_and_take_out(self):
        env = self.env_of("leader")
        wizard = (
            env["c360.pool.assign"]
            .with_context(active_model="c360.pool.customer", active_ids=self.place.ids)
            .create({"user_id": self.rival.id})
        )
        wizard.action_apply()
        self.assertEqual(self.partner.user_id, self.rival)
        self.assertEqual(self._kinds(self.partner)[-1], "assign")
        with self.assertRaises(AccessError):
            self.place.with_user(self.rival).action_leave()
        self.place.with_env(env).action_leave()
        self.assertFalse(self._place(self.partner))

    def test_a_customer_stays_in_his_company(self):
        own = self._create_customer("C", city="Ghent", company_id=self.company.id)
        self.env["c360.pool.route"]._route_slice()
        company = self.env["res.company"].create({"name": "Other"})
        foreign = new_test_user(
            self.env,
            login="c360_foreign",
            name="Fritz Foreign",
            groups="crm_customer360.group_user",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        places = self._place(own).with_user(self.users_by_role["leader"])
        result = places._assign(foreign, override=True, reason="He knows them")
        self.assertFalse(result["granted"])
        self.assertIn("Fritz Foreign does not work", result["refused"][0]["reason"])
        self.assertFalse(own.user_id)

    def test_who_sees_what(self):
        stranger = self.env_of("stranger")["c360.pool.customer"]
        with self.assertRaises(AccessError):
            stranger.search([])
        with self.assertRaises(AccessError):
            stranger.claim(self.place.ids)
        self.pool.member_ids.filtered(lambda m: m.user_id == self.rival).unlink()
        refused = self._claim_customer(self.rival)["refused"]
        self.assertIn("in no pool", refused[0]["reason"])
        with self.assertRaises(AccessError):
            self.place.with_user(self.user).write({"state": "held"})
        fields_seen = self.place.with_user(self.user).fields_get()
        self.assertFalse({"email", "phone", "street"} & fields_seen.keys())
        with self.assertRaisesRegex(UserError, "list of ids"):
            self.Place.with_user(self.user).claim("1")

    def test_merged_customers_have_one_place(self):
        twin = self._create_customer("Ghent Bikes 2", city="Ghent")
        self.env["c360.pool.route"]._route_slice()
        self._claim_customer()
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (self.partner + twin).ids, self.partner
        )
        self.assertEqual(self._place(self.partner).user_id, self.user)
        self.assertFalse(twin.active)
        self.assertEqual(
            self._kinds(self.partner), ["enter", "enter", "claim", "leave"]
        )

    def test_broken_rule_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "Rest"):
            self.pool.customer_domain = "[('no_such', '=', 1)]"

    def test_switched_off_nothing_is_claimed(self):
        self.env.ref("base.group_user").implied_ids -= self.env.ref(
            "crm_customer360.group_use_pool"
        )
        with self.assertRaisesRegex(UserError, "switched off"):
            self._claim_customer()
        # the place stays true, nobody else is queued
        self._create_customer("New", city="Ghent")
        self.env["c360.pool"]._look_for_customers()
        self.assertFalse(self.env["c360.pool.route"].search_count([]))
        self.partner.user_id = self.rival
        self.assertEqual(self.place.user_id, self.rival)

    def test_two_who_wait_to_be_compared_can_be_merged(self):
        one, other = (self._create_customer(name, city="Ghent") for name in "AB")
        queue = self.env["c360.pool.route"]
        queued = [("partner_id", "in", (one | other).ids)]
        self.assertEqual(queue.search_count(queued), 2)
        self.env["base.partner.merge.automatic.wizard"]._merge((one | other).ids, one)
        self.assertEqual(queue.search(queued).partner_id, one)
        queue._route_slice()
        self.assertEqual(self._place(one).state, "pooled")

    def test_the_place_of_a_merged_customer_leaves_a_trace(self):
        other = self._create_customer("Other", city="Ghent")
        self.env["c360.pool.route"]._route_slice()
        self._claim_customer()
        self.Place.with_user(self.rival).claim(self._place(other).ids)
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (self.partner | other).ids, self.partner
        )
        self.env.invalidate_all()
        self.assertEqual(self._place(self.partner).user_id, self.user)
        move = self.env["c360.pool.move"].search(
            [("partner_id", "=", self.partner.id), ("kind", "=", "leave")]
        )
        self.assertEqual(move.previous_user_id, self.rival)
        self.assertEqual(move.lead_name, "Other")

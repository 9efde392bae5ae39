from freezegun import freeze_time

from odoo.tests import tagged

from ..common import Customer360Common


@tagged("post_install", "-at_install", "c360_service")
@freeze_time("2026-03-02 09:00:00")
class TestComplaint(Customer360Common):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["c360.contact.policy"].search([]).active = False
        cls.closed_stage = cls.env["helpdesk.ticket.stage"].search(
            [("closed", "=", True)], limit=1
        )
        cls.ticket = cls._create_ticket(cls.buyer)

    @classmethod
    def _create_ticket(cls, partner, **values):
        return cls.env["helpdesk.ticket"].create(
            {
                "name": "Split boards",
                "description": "Two boards are split.",
                "partner_id": partner.id,
                **values,
            }
        )

    def _check(self, partner, purpose="care", env=None):
        gate = (env or self.env)["c360.contact.gate"]
        (answer,) = gate.check(partner.ids, "email", purpose)
        return answer["decision"], answer["reason"]

    def test_a_complaint_stops_the_whole_customer(self):
        self.assertEqual(self._check(self.engineer), ("allowed", ""))
        self.ticket.with_user(self.users_by_role["service"]).action_mark_complaint()
        blocked = (
            "blocked",
            f"Open complaint {self.ticket.number}: no care, sales or marketing "
            "messages until it is closed.",
        )
        self.assertEqual(self._check(self.engineer), blocked)
        self.assertEqual(self._check(self.customer, "marketing"), blocked)
        self.assertEqual(self._check(self.buyer, "sales"), blocked)

    def test_what_the_customer_needs_still_reaches_him(self):
        self.ticket.is_complaint = True
        for purpose in ("transactional", "service", "collection"):
            self.assertEqual(self._check(self.buyer, purpose), ("allowed", ""))

    def test_others_are_not_stopped(self):
        self.ticket.is_complaint = True
        other = self._create_customer("Other Mill")
        self.assertEqual(self._check(other), ("allowed", ""))

    def test_closing_frees_the_customer_and_reopening_does_not(self):
        self.ticket.is_complaint = True
        stage = self.ticket.stage_id
        self.ticket.with_context(tracking_disable=True).stage_id = self.closed_stage
        self.assertEqual(self._check(self.buyer), ("allowed", ""))
        self.ticket.stage_id = stage
        self.assertEqual(self._check(self.buyer)[0], "blocked")

    def test_not_a_complaint_after_all(self):
        self.ticket.is_complaint = True
        self.ticket.action_unmark_complaint()
        self.assertEqual(self._check(self.buyer), ("allowed", ""))

    def test_a_ticket_without_a_stage_is_open(self):
        self.ticket.write({"is_complaint": True, "stage_id": False})
        self.assertEqual(self._check(self.buyer)[0], "blocked")

    def test_an_archived_ticket_stops_nothing(self):
        self.ticket.write({"is_complaint": True, "active": False})
        self.assertEqual(self._check(self.buyer), ("allowed", ""))

    def test_the_oldest_complaint_is_named(self):
        self.ticket.is_complaint = True
        self._create_ticket(self.buyer, is_complaint=True)
        self.assertIn(self.ticket.number, self._check(self.buyer)[1])

    def test_another_company_is_not_concerned(self):
        company = self.env["res.company"].create({"name": "Other Company"})
        self.ticket.write({"is_complaint": True, "company_id": company.id})
        self.assertEqual(self._check(self.buyer), ("allowed", ""))
        elsewhere = self.env["c360.contact.gate"].with_company(company)
        self.assertEqual(
            elsewhere.check(self.buyer.ids, "email", "care")[0]["decision"], "blocked"
        )

    def test_who_may_not_read_the_ticket_is_stopped_too(self):
        self.ticket.is_complaint = True
        env = self.env_of("user")
        self.assertFalse(env["helpdesk.ticket"].search([("id", "=", self.ticket.id)]))
        self.assertEqual(self._check(self.buyer.with_env(env), env=env)[0], "blocked")

    def test_switched_off_nothing_is_stopped(self):
        self.ticket.is_complaint = True
        self.env.ref("base.group_user").implied_ids -= self.env.ref(
            "crm_customer360.group_use_complaint"
        )
        self.assertEqual(self._check(self.buyer), ("allowed", ""))

    def test_one_query_for_many_customers(self):
        customers = self.customer
        for i in range(5):
            customers += self._create_customer(f"Mill {i}")
            self._create_ticket(customers[-1], is_complaint=True)
        gate = self.env["c360.contact.gate"]
        gate._get_suppressions(customers[:1], "care", None)
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(1):
            found = gate._get_suppressions(customers, "care", None)
        self.assertEqual(set(found), set(customers[1:].ids))

    def test_the_menu_is_for_service_and_goes_with_the_switch(self):
        menu = self.env.ref("crm_customer360.helpdesk_ticket_menu_complaint")
        parent = menu.parent_id
        for role, visible in (("service", True), ("manager", True), ("user", False)):
            Menu = self.env_of(role)["ir.ui.menu"]
            self.assertEqual(parent.id in Menu._visible_menu_ids(), visible, role)
        self.env.ref("base.group_user").implied_ids -= self.env.ref(
            "crm_customer360.group_use_complaint"
        )
        Menu = self.env_of("service")["ir.ui.menu"]
        self.assertNotIn(menu.id, Menu._visible_menu_ids())

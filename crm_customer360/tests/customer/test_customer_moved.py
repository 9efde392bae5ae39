from odoo.tests import freeze_time, tagged

from .common import CustomerCommon


@tagged("post_install", "-at_install", "c360_customer")
class TestCustomerMoved(CustomerCommon):
    """What moves to another customer is taken from the one it belonged to."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enterClassContext(freeze_time("2026-03-01"))
        cls.Event = cls.env["c360.customer.event"]
        cls.Event.search([]).unlink()
        cls.other = cls._create_customer("New Employer")

    def _process(self):
        events = self.Event.search([])
        self.assertEqual(set(events.mapped("kind")), {"customer_changed"})
        events._process_isolated()
        self.assertFalse(self.Event.search([]))

    def _revenues(self):
        return self._profile().revenue, self._profile(self.other).revenue

    def test_a_contact_takes_his_orders_along(self):
        self._order("2026-02-01", partner=self.buyer)
        self.Profile._refresh()
        self.assertEqual(self._revenues(), (100, 0))
        self.buyer.with_user(self.users_by_role["leader"]).parent_id = self.other
        self._process()
        self.assertEqual(self._revenues(), (0, 100))

    def test_whoever_becomes_a_contact_is_no_customer_of_his_own(self):
        single = self._create_customer("Single")
        single.is_company = False
        self.Event.search([]).unlink()
        self._order("2026-02-01", partner=single)
        self.Profile._refresh()
        self.assertEqual(self._profile(single).revenue, 100)
        single.parent_id = self.other
        self._process()
        self.assertFalse(self._profile(single))
        self.assertEqual(self._revenues(), (0, 100))

    def test_the_customer_of_a_document_is_corrected(self):
        order = self._order("2026-02-01")
        lead = self.env["crm.lead"].create(
            {"name": "Boards", "partner_id": self.customer.id}
        )
        ticket = self.env["helpdesk.ticket"].create(
            {
                "name": "Warped",
                "description": "All of them",
                "partner_id": self.customer.id,
                "company_id": self.company.id,
            }
        )
        self.company.c360_ticket_cost = 40
        self.env.flush_all()
        self.Event.search([]).unlink()
        self.Profile._refresh()
        self.assertEqual(self._revenues(), (100, 0))
        self.assertEqual(self._profile().cost_to_serve, 40)
        for document in (order, lead, ticket):
            document.partner_id = self.other
            events = self.Event.search(
                [
                    ("source_model", "=", document._name),
                    ("kind", "=", "customer_changed"),
                ]
            )
            self.assertEqual(events.customer_id, self.customer | self.other)
            self.assertEqual(events.company_id, document.company_id)
        self.Event.search([])._process_isolated()
        self.assertEqual(self._revenues(), (0, 100))
        self.assertEqual(self._profile(self.other).cost_to_serve, 40)

    def test_what_moves_nothing_is_no_news(self):
        order = self._order("2026-02-01")
        order.partner_id = self.buyer
        order.client_order_ref = "B 7"
        self.buyer.write({"parent_id": self.customer.id, "function": "Buyer"})
        self.assertFalse(self.Event.search([]))
        self.env.ref("base.group_user").implied_ids -= self.env.ref(
            "crm_customer360.group_use_lifecycle"
        )
        order.partner_id = self.other
        self.assertFalse(self.Event.search([]), "nobody keeps figures")

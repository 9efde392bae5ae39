from datetime import datetime

from odoo import Command
from odoo.tests import tagged

from .recycle_common import RecycleCommon

DUE = datetime(2027, 3, 8, 16)
NEXT_LOOK = datetime(2027, 3, 9, 16)


@tagged("post_install", "-at_install", "c360_pool")
class TestPoolRecycleVeto(RecycleCommon):
    """Papers of the customer keep a lead with its owner, unless the rule says no."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product = cls.env["product.product"].create(
            {"name": "Oak board", "type": "consu", "is_storable": True}
        )

    def _order(self, **values):
        return self.env["sale.order"].create(
            {
                "partner_id": self.engineer.id,
                "order_line": [Command.create({"product_id": self.product.id})],
                **values,
            }
        )

    def _assert_kept(self, veto, words, end):
        """Kept while it lasts, looked at daily; given back when it has ended.

        :param veto: makes the paper of the customer
        :param words: of the hint on the form
        :param end: ends it
        """
        self._rule()
        lead = self._held(partner_id=self.buyer.id)
        # the veto is no contact about the lead
        paper = veto(lead)
        self.at(DUE)
        self._set_deadlines(lead)
        self.assertEqual(lead.recycle_date, DUE)
        self.assertIn(words, lead.recycle_hint)
        self._run()
        self.assertEqual((lead.user_id, lead.recycle_date), (self.user, NEXT_LOOK))
        # whoever touches the lead meanwhile wins no time, nor loses any
        lead.priority = "2"
        self.assertEqual(lead.recycle_date, NEXT_LOOK)
        self.at(NEXT_LOOK)
        end(paper)
        self._run()
        self.assertEqual(lead.pool_state, "pooled")

    def _assert_switch(self, veto, name):
        self._rule(**{name: False})
        lead = self._held(partner_id=self.buyer.id)
        veto(lead)
        self.at(DUE)
        self._set_deadlines(lead)
        self._run()
        self.assertEqual(lead.pool_state, "pooled")

    # ------------------------------------------------------------
    # Each of them
    # ------------------------------------------------------------

    def _undelivered(self, _lead):
        order = self._order()
        order.action_confirm()
        self.assertEqual(order.delivery_status, "pending")
        return order

    def test_undelivered_order(self):
        def deliver(order):
            order.picking_ids.action_cancel()
            self.env.flush_all()

        self._assert_kept(self._undelivered, "is not delivered", deliver)

    def test_undelivered_order_switched_off(self):
        self._assert_switch(self._undelivered, "keep_delivery")

    def _unpaid(self, _lead):
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_line_ids": [
                    Command.create({"name": "Boards", "price_unit": 100})
                ],
            }
        )
        invoice.action_post()
        return invoice

    def test_unpaid_invoice(self):
        self._assert_kept(
            self._unpaid,
            "is not paid",
            lambda invoice: invoice.button_draft() or invoice.button_cancel(),
        )

    def test_unpaid_invoice_switched_off(self):
        self._assert_switch(self._unpaid, "keep_invoice")

    def _quotation(self, lead):
        order = self._order(opportunity_id=lead.id, validity_date="2027-03-31")
        order.state = "sent"
        lead.last_followup_date = False
        return order

    def test_valid_quotation(self):
        def expire(order):
            order.validity_date = "2027-03-08"

        self._assert_kept(self._quotation, "is valid", expire)

    def test_valid_quotation_switched_off(self):
        self._assert_switch(self._quotation, "keep_quotation")

    def test_draft_quotation_is_no_reason(self):
        self._rule()
        lead = self._held(partner_id=self.buyer.id)
        self._order(opportunity_id=lead.id)
        self.at(DUE)
        self._run()
        self.assertEqual(lead.pool_state, "pooled")

    def _ticket(self, _lead):
        return self.env["helpdesk.ticket"].create(
            {"name": "Splinters", "description": "x", "partner_id": self.engineer.id}
        )

    def test_open_ticket(self):
        def close(ticket):
            ticket.stage_id = self.env["helpdesk.ticket.stage"].search(
                [("closed", "=", True)], limit=1
            )

        self._assert_kept(self._ticket, "is open", close)

    def test_open_ticket_switched_off(self):
        self._assert_switch(self._ticket, "keep_ticket")

    def _activity(self, lead):
        return lead.activity_schedule(
            "mail.mail_activity_data_todo",
            date_deadline=datetime(2027, 3, 20).date(),
            user_id=self.user.id,
        )

    def test_planned_activity_only_when_said_so(self):
        self._rule(keep_activity=True)
        lead = self._held()
        activity = self._activity(lead)
        self.at(DUE)
        self._run()
        self.assertEqual((lead.user_id, lead.recycle_date), (self.user, NEXT_LOOK))
        activity.unlink()
        self.at(NEXT_LOOK)
        self._run()
        self.assertEqual(lead.pool_state, "pooled")

    def test_planned_activity_is_no_reason_by_default(self):
        self._assert_switch(self._activity, "keep_activity")

    def test_protected(self):
        self._rule()
        lead = self._held()
        self.env["crm.lead"].flush_model()
        self.env.cr.execute(
            "UPDATE crm_lead SET protected_until = '2027-03-08 20:00' WHERE id = %s",
            [lead.id],
        )
        self.env.invalidate_all()
        self.at(DUE)
        self._run()
        self.assertEqual(lead.user_id, self.user)
        self.at(NEXT_LOOK)
        self._run()
        self.assertEqual(lead.pool_state, "pooled")

    # ------------------------------------------------------------
    # Which papers
    # ------------------------------------------------------------

    def test_papers_of_strangers_and_other_companies_keep_nothing(self):
        self._rule()
        lead = self._held(partner_id=self.buyer.id)
        stranger = self._create_customer("Mill")
        self._order(partner_id=stranger.id).action_confirm()
        other = self.env["res.company"].create({"name": "Other"})
        self.env.user.company_ids += other
        self.env["helpdesk.ticket"].create(
            {
                "name": "x",
                "description": "x",
                "partner_id": self.buyer.id,
                "company_id": other.id,
            }
        )
        lead.company_id = self.company
        self.at(DUE)
        self._run()
        self.assertEqual(lead.pool_state, "pooled")

    def test_another_rule_sends_back_what_the_first_keeps(self):
        self._rule(days=4)
        step = self._rule("no_progress", keep_delivery=False)
        lead = self._held(partner_id=self.buyer.id)
        self._undelivered(lead)
        self.at(2027, 3, 5, 16)
        self._run()
        # looked at again when the other rule is due
        self.assertEqual(lead.recycle_date, DUE)
        self.at(DUE)
        self._run()
        self.assertEqual(self._moves(lead)[-1].rule_id, step)

    def test_statements_do_not_grow_with_the_leads(self):
        self._rule()
        few, many = self._held(3), self._held(40)
        self.at(DUE)
        self.env["c360.pool"]._recycle(few.ids)
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(30):
            self.env["c360.pool"]._recycle(many.ids)
            self.env.flush_all()
        self.assertEqual(set(many.mapped("pool_state")), {"pooled"})

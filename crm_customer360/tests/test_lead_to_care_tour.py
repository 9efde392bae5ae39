from datetime import timedelta

from freezegun import freeze_time

from odoo import Command, fields
from odoo.tests import HttpCase, new_test_user, tagged

from odoo.addons.mail.tests.common import MockEmail


@tagged("post_install", "-at_install", "c360_tour")
class TestLeadToCareTour(HttpCase, MockEmail):
    """One thin line through every room, walked in the browser by the real roles.

    Sam sells, Wes works in the warehouse, Ann keeps the books, Cora cares, Leo serves.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        company = cls.env.company
        if not company.chart_template:
            cls.env["account.chart.template"].try_loading(
                "generic_coa", company, install_demo=False
            )
        roles = {
            "sam": "crm_customer360.group_user",
            "wes": "stock.group_stock_user",
            "ann": "account.group_account_invoice,"
            "sales_team.group_sale_salesman_all_leads",
            "cora": "crm_customer360.group_care",
            "leo": "crm_customer360.group_service",
        }
        cls.people = {
            login: new_test_user(
                cls.env,
                f"tour_{login}",
                groups=groups,
                email=f"{login}@company.example",
            )
            for login, groups in roles.items()
        }
        # leads and opportunities are told apart
        cls.env.ref("base.group_user").implied_ids += cls.env.ref("crm.group_use_lead")
        cls.pool = cls.env.ref("crm_customer360.c360_pool_general")
        cls.env["c360.pool.member"].create(
            {"pool_id": cls.pool.id, "user_id": cls.people["sam"].id}
        )
        cls.product = cls.env["product.product"].create(
            {
                "name": "Lever Machine",
                "list_price": 1200.0,
                "is_storable": True,
                "invoice_policy": "order",
                "taxes_id": [Command.clear()],
            }
        )
        cls.env["stock.quant"]._update_available_quantity(
            cls.product,
            cls.env["stock.warehouse"]
            .search([("company_id", "=", company.id)], limit=1)
            .lot_stock_id,
            10,
        )
        cls._create_rules()

    @classmethod
    def _create_rules(cls):
        """Four reasons to write within a week: two more than the limit lets through."""
        thanks = cls.env.ref("crm_customer360.c360_care_rule_delivery")
        cls.env["c360.care.rule"].search([("id", "!=", thanks.id)]).active = False
        cls.rules = thanks + cls.env["c360.care.rule"].create(
            [
                {
                    "name": name,
                    "trigger": trigger,
                    "delay_days": 5,
                    "user_mode": "fixed",
                    "user_id": cls.people["cora"].id,
                    "mail_template_id": thanks.mail_template_id.id,
                }
                for name, trigger in (
                    ("Welcome", "order_confirmed"),
                    ("Thanks for paying", "invoice_paid"),
                    ("How is service?", "order_confirmed"),
                )
            ]
        )

    def _walk(self, tour, url, login):
        """Walk a tour as one of the people; a console error fails it."""
        with self.mock_mail_gateway():
            self.start_tour(
                url,
                f"c360_lead_to_care_{tour}",
                login=self.people[login].login,
                timeout=180,
            )
            sent = self._mails
        self.env.invalidate_all()
        return sent

    def _process_events(self):
        """Do what the cron does with what the documents reported."""
        self.env["c360.customer.event"].search([])._process_isolated()

    def test_from_lead_to_care(self):
        lead = self._claim_lead()
        order = self._sell(lead)
        customer = lead.partner_id
        tasks = self._get_care_tasks(customer)
        self._send_care_messages(tasks)
        self._complain(customer, tasks)
        self._walk("page", f"/odoo/customer-360/{customer.id}", "sam")
        fulfilment = lead.with_user(self.people["sam"])
        self.assertEqual(fulfilment.fulfilment_delivery, "full")
        self.assertEqual(fulfilment.fulfilment_invoice, "invoiced")
        self.assertEqual(fulfilment.fulfilment_payment, "paid")
        self.assertEqual(order.delivery_status, "full")

    def _claim_lead(self):
        lead = self.env["crm.lead"].create(
            {
                "name": "Espresso wanted",
                "type": "lead",
                "user_id": False,
                "partner_name": "Corner Bakery",
                "contact_name": "Bea Baker",
                "email_from": "bea@bakery.example",
            }
        )
        self.assertEqual((lead.pool_id, lead.pool_state), (self.pool, "pooled"))
        self._walk("claim", "/odoo/lead-pool", "sam")
        self.assertEqual(lead.user_id, self.people["sam"])
        self.assertEqual(lead.pool_state, "held")
        moves = self.env["c360.pool.move"].search([("lead_id", "=", lead.id)])
        self.assertEqual(set(moves.mapped("kind")), {"enter", "claim"})
        return lead

    def _sell(self, lead):
        self._walk("sell", f"/odoo/crm/{lead.id}", "sam")
        order = lead.order_ids
        self.assertEqual(order.state, "sale")
        picking = order.picking_ids
        self._walk(
            "deliver", f"/odoo/action-stock.action_picking_tree_all/{picking.id}", "wes"
        )
        self.assertEqual(picking.state, "done")
        self._walk("invoice", f"/odoo/action-sale.action_orders/{order.id}", "ann")
        self.assertIn(order.invoice_ids.payment_state, ("paid", "in_payment"))
        return order

    def _get_care_tasks(self, customer):
        self._process_events()
        profile = self.env["c360.customer.profile"].search(
            [("partner_id", "=", customer.commercial_partner_id.id)]
        )
        self.assertEqual((profile.lifecycle, profile.order_count), ("new", 1))
        tasks = self.env["c360.care.task"].search(
            [("customer_id", "=", customer.commercial_partner_id.id)], order="rule_id"
        )
        self.assertEqual(tasks.rule_id, self.rules)
        self.assertEqual(set(tasks.mapped("state")), {"planned"})
        with freeze_time(fields.Datetime.now() + timedelta(days=5, hours=1)):
            tasks._open_isolated()
        self.assertEqual(set(tasks.mapped("state")), {"todo"})
        return tasks

    def _send_care_messages(self, tasks):
        thanks, welcome, paying, _service = tasks
        self.assertEqual(thanks.user_id, self.people["sam"])
        self.assertEqual(len(self._walk("sent", f"/odoo/care/{thanks.id}", "sam")), 1)
        self.assertEqual(len(self._walk("sent", f"/odoo/care/{welcome.id}", "cora")), 1)
        third = self._walk("deferred", f"/odoo/care/{paying.id}", "cora")
        self.assertFalse(third)
        self.assertEqual(paying.touch_id.state, "deferred")
        self.assertEqual(
            paying.touch_id.scheduled_date, thanks.touch_id.date + timedelta(days=7)
        )

    def _complain(self, customer, tasks):
        ticket = self.env["helpdesk.ticket"].create(
            {
                "name": "It leaks",
                "description": "<p>It leaks.</p>",
                "partner_id": customer.id,
            }
        )
        self._walk("complaint", f"/odoo/helpdesk-tickets/{ticket.id}", "leo")
        self.assertTrue(ticket.is_complaint)
        last = tasks[-1]
        self.assertFalse(self._walk("stopped", f"/odoo/care/{last.id}", "cora"))
        self.assertEqual(last.touch_id.state, "blocked")
        self.assertIn(ticket.number, last.touch_id.reason)

from datetime import timedelta

from odoo import Command, fields
from odoo.tests import tagged

from ..customer.common import CustomerCommon


@tagged("post_install", "-at_install", "c360_service")
class TestCustomerChurnSigns(CustomerCommon):
    """The signs the rooms see; each alone, and gone when its reason is."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Forecast = cls.env["c360.customer.value.model"]
        if not Forecast.search([("company_id", "=", cls.company.id)]):
            Forecast.create({"company_id": cls.company.id})
        cls.today = fields.Date.today()
        cls._order(cls.today - timedelta(days=10))

    def _signs(self):
        self.Profile._refresh(self.customer)
        self.env["c360.customer.value.score"]._score(self.customer)
        profile = self._profile()
        return profile.churn_reasons, profile.churn_risk, profile.churn_reason_text

    def _tickets(self, number, days_ago=0, **values):
        tickets = self.env["helpdesk.ticket"].create(
            [
                {
                    "name": "Warped",
                    "description": "Warped",
                    "partner_id": self.buyer.id,
                    "company_id": self.company.id,
                    **values,
                }
                for _place in range(number)
            ]
        )
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE helpdesk_ticket SET create_date = %s WHERE id = ANY(%s)",
            (self.today - timedelta(days=days_ago), tickets.ids),
        )
        return tickets

    def test_without_a_sign_there_is_no_risk(self):
        self.assertEqual(self._signs(), (False, 0.0, ""))

    def test_an_open_complaint(self):
        ticket = self._tickets(1, is_complaint=True)
        self.assertEqual(self._signs(), (",complaint,", 0.25, "a complaint is open"))
        ticket.stage_id = self.env["helpdesk.ticket.stage"].search(
            [("closed", "=", True)], limit=1
        )
        self.assertEqual(self._signs()[1], 0)

    def test_complaints_are_no_sign_while_switched_off(self):
        self._tickets(1, is_complaint=True)
        self.env.ref("base.group_user").implied_ids -= self.env.ref(
            "crm_customer360.group_use_complaint"
        )
        self.assertEqual(self._signs()[1], 0)

    def test_twice_as_many_tickets_as_before(self):
        self._tickets(2, days_ago=120)
        self._tickets(3, days_ago=10)
        self.assertEqual(self._signs()[1], 0)
        self._tickets(1, days_ago=10)
        self.assertEqual(self._signs()[:2], (",tickets,", 0.15))

    def test_an_invoice_unpaid_for_a_month(self):
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.buyer.id,
                "invoice_date": self.today - timedelta(days=60),
                "invoice_date_due": self.today - timedelta(days=29),
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "price_unit": 9,
                            "tax_ids": False,
                        }
                    )
                ],
            }
        )
        invoice.action_post()
        self.assertEqual(self._signs()[1], 0)
        invoice.line_ids.date_maturity = self.today - timedelta(days=40)
        invoice.invoice_date_due = self.today - timedelta(days=40)
        self.assertEqual(self._signs()[:2], (",late_payment,", 0.2))

    def test_messages_nobody_answers(self):
        touch = {
            "partner_id": self.buyer.id,
            "customer_id": self.customer.id,
            "company_id": self.company.id,
            "channel": "email",
            "purpose": "sales",
            "direction": "out",
            "state": "sent",
            "date": fields.Datetime.now() - timedelta(days=5),
        }
        self.env["c360.contact.touch"].create([dict(touch) for _place in range(3)])
        self.env["c360.contact.touch"].create({**touch, "purpose": "transactional"})
        self.assertEqual(self._signs()[1], 0)
        self.env["c360.contact.touch"].create(touch)
        self.assertEqual(self._signs()[:2], (",unanswered,", 0.15))
        self.env["c360.contact.touch"].create({**touch, "direction": "in"})
        self.assertEqual(self._signs()[1], 0)

    def test_signs_of_another_company_do_not_count(self):
        second, _user = self._create_second_company()
        self._tickets(5, company_id=second.id, is_complaint=True)
        self.assertEqual(self._signs()[1], 0)

    def test_signs_add_up(self):
        self._tickets(4, is_complaint=True)
        reasons, risk, words = self._signs()
        self.assertEqual(reasons, ",complaint,tickets,")
        self.assertEqual(risk, round(1 - 0.75 * 0.85, 2))
        self.assertEqual(words, "a complaint is open · twice as many tickets as before")

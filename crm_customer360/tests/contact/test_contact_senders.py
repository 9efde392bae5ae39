from datetime import timedelta

from odoo import Command, fields
from odoo.tests import tagged

from odoo.addons.mail.tests.common import MockEmail
from odoo.addons.sale.tests.common import TestSaleCommon
from odoo.addons.sms.tests.common import SMSCase

SIGNATURE = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9"
    "awAAAABJRU5ErkJggg=="
)
ANSWER = "It comes tomorrow"


@tagged("post_install", "-at_install", "c360_contact")
class TestContactSenders(TestSaleCommon, SMSCase, MockEmail):
    """Everything speaks against contacting this customer, and yet the host's own
    messages, which he needs, leave; each is on the ledger."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for group in (
            "base.group_system",
            "stock.group_stock_manager",
            "crm_customer360.group_care",
            "crm_customer360.group_service",
            "helpdesk_mgmt.group_helpdesk_manager",
        ):
            cls.env.user.group_ids += cls.env.ref(group)
        cls.belgium = cls.env.ref("base.be")
        cls.partner = cls.env["res.partner"].create(
            {
                "name": "Berta Buyer",
                "email": "berta@timber.example",
                "phone": "+32456001122",
                "country_id": cls.belgium.id,
            }
        )
        cls.env["c360.contact.policy"].search([]).active = False
        cls.env["c360.contact.policy"].create(
            [
                {"name": "Never", "limit_count": 0, "is_limited": True},
                {
                    "name": "Always quiet",
                    "kind": "quiet",
                    "hour_from": 0,
                    "hour_to": 23.99,
                },
            ]
        )
        # he wants nothing, nowhere
        cls.env["c360.contact.consent"]._record(
            [{"partner_id": cls.partner.id, "status": "refused", "source": "staff"}]
        )
        cls.env["mail.blacklist"]._add(cls.partner.email)
        cls.env["phone.blacklist"]._add([cls.partner.phone_sanitized])
        cls.env["helpdesk.ticket"].create(
            {
                "name": "Broken",
                "description": "Broken",
                "partner_id": cls.partner.id,
                "is_complaint": True,
            }
        )
        cls.board = cls.env["product.product"].create(
            {
                "name": "Larch board",
                "type": "consu",
                "is_storable": True,
                "list_price": 100,
                "invoice_policy": "order",
                "taxes_id": False,
            }
        )
        cls.order = cls.env["sale.order"].create(
            {
                "partner_id": cls.partner.id,
                "require_signature": True,
                "require_payment": False,
                "order_line": [
                    Command.create({"product_id": cls.board.id, "product_uom_qty": 1})
                ],
            }
        )

    def setUp(self):
        super().setUp()
        self.known = self.env["c360.contact.touch"].search([])

    def _get_touches(self, direction="out"):
        self.env.flush_all()
        found = self.env["c360.contact.touch"].search([("direction", "=", direction)])
        return found - self.known

    def assertReached(
        self, channel="email", address="berta@timber.example", state="sent"
    ):
        """The message left, and the ledger knows."""
        touches = self._get_touches()
        self.assertEqual(set(touches.mapped("state")), {state})
        self.assertEqual(set(touches.mapped("channel")), {channel})
        self.assertEqual(set(touches.mapped("address")), {address})
        self.assertLessEqual(
            set(touches.mapped("purpose")), {"transactional", "service"}
        )
        self.assertFalse(any(touches.mapped("is_override")))
        if channel == "email":
            sent = {to for mail in self._mails for to in mail["email_to"]}
            self.assertTrue(any(address in to for to in sent), sent)
        else:
            self.assertEqual([sms["number"] for sms in self._sms], [address])
        return touches

    def _confirm(self):
        self.order.action_confirm()
        self.env["stock.quant"]._update_available_quantity(
            self.board, self.order.warehouse_id.lot_stock_id, 10
        )
        self.order.picking_ids.action_assign()
        return self.order.picking_ids

    def test_everything_else_is_held_back(self):
        for channel in ("email", "sms", "phone"):
            for purpose in ("care", "sales", "marketing", "survey"):
                [decision] = self.env["c360.contact.gate"].check(
                    self.partner.ids, channel, purpose
                )
                self.assertEqual(decision["decision"], "blocked")

    def test_quotation(self):
        context = self.order.action_quotation_send()["context"]
        with self.mock_mail_gateway():
            self.env["mail.compose.message"].with_context(**context).create(
                {}
            ).action_send_mail()
            touches = self.assertReached()
        self.assertEqual(touches.source_model, "sale.order")

    def test_order_confirmation(self):
        with self.mock_mail_gateway():
            self.order.with_context(send_email=True).action_confirm()
            self.assertReached()

    def test_quotation_signed_in_the_portal(self):
        self.order.action_quotation_sent()
        self.order._portal_ensure_token()
        self.env.flush_all()
        with self.mock_mail_gateway():
            answer = self.make_jsonrpc_request(
                f"/my/orders/{self.order.id}/accept",
                {
                    "access_token": self.order.access_token,
                    "name": "Berta Buyer",
                    "signature": SIGNATURE,
                },
            )
            self.env.invalidate_all()
            self.assertTrue(answer.get("force_refresh"), answer)
            self.assertEqual(self.order.state, "sale")
            confirmed = self.assertReached(state="answered")
        # that he signed is something he told us
        signed = self._get_touches("in")
        self.assertEqual((signed.partner_id, signed.channel), (self.partner, "other"))
        self.assertEqual(signed.answer_to_id, confirmed)

    def _order_again(self):
        return self.order + self.order.copy()

    def test_bulk_mail_about_orders(self):
        with self.mock_mail_gateway():
            self.env["mail.compose.message"].create(
                {
                    "model": "sale.order",
                    "res_ids": self._order_again().ids,
                    "composition_mode": "mass_mail",
                    "subject": "Your order",
                    "body": "<p>It comes a day later</p>",
                }
            ).action_send_mail()
            self.env["mail.mail"].search([("state", "=", "outgoing")]).send()
            self.assertReached()

    def test_bulk_mail_that_names_a_purpose_keeps_to_the_list(self):
        with self.mock_mail_gateway():
            self.env["mail.compose.message"].create(
                {
                    "model": "sale.order",
                    "res_ids": self._order_again().ids,
                    "composition_mode": "mass_mail",
                    "subject": "More of it",
                    "body": "<p>More of it</p>",
                    "contact_purpose": "marketing",
                }
            ).action_send_mail()
            self.assertEqual(set(self._new_mails.mapped("failure_type")), {"mail_bl"})
            self.assertFalse(self._mails)

    def test_sms_of_a_server_action(self):
        for method in ("sms", "comment", "note"):
            with self.subTest(method), self.mockSMSGateway():
                self.known = self.env["c360.contact.touch"].search([])
                self.env["ir.actions.server"].create(
                    {
                        "name": "It comes",
                        "model_id": self.env["ir.model"]._get_id("sale.order"),
                        "state": "sms",
                        "sms_method": method,
                        "sms_template_id": self.env["sms.template"]
                        .create(
                            {
                                "name": "It comes",
                                "model_id": self.env["ir.model"]._get_id("sale.order"),
                                "body": ANSWER,
                            }
                        )
                        .id,
                    }
                ).with_context(
                    active_model="sale.order",
                    active_ids=self.order.ids,
                    active_id=self.order.id,
                ).run()
                self.env["sms.sms"].search([("state", "=", "outgoing")]).send()
                self.assertReached("sms", "+32456001122")

    def test_bulk_sms_about_orders(self):
        with self.mockSMSGateway():
            self.env["sms.composer"].create(
                {
                    "composition_mode": "mass",
                    "res_model": "sale.order",
                    "res_ids": repr(self.order.ids),
                    "body": ANSWER,
                    "mass_force_send": True,
                }
            ).action_send_sms()
            self.assertReached("sms", "+32456001122")

    def test_delivery(self):
        self.order.company_id.stock_move_email_validation = True
        self.order.company_id.stock_mail_confirmation_template_id = self.env.ref(
            "stock.mail_template_data_delivery_confirmation"
        )
        picking = self._confirm()
        with self.mock_mail_gateway():
            picking.button_validate()
            self.assertEqual(picking.state, "done")
            touches = self.assertReached()
        self.assertEqual(touches.source_model, "stock.picking")

    def test_delivery_by_sms(self):
        # stock_sms itself does not send in tests
        picking = self._confirm()
        with self.mockSMSGateway():
            picking._message_sms_with_template(
                template_fallback="It is on its way",
                partner_ids=picking.partner_id.ids,
                put_in_queue=False,
            )
            self.assertReached("sms", "+32456001122")

    def _invoice(self):
        self.order.action_confirm()
        invoice = self.order._create_invoices()
        invoice.action_post()
        return invoice

    def test_invoice(self):
        invoice = self._invoice()
        with self.mock_mail_gateway():
            self.env["account.move.send.wizard"].with_context(
                active_model="account.move", active_ids=invoice.ids
            ).create({"sending_methods": ["email"]}).action_send_and_print()
            touches = self.assertReached()
        self.assertEqual(touches.source_model, "account.move")

    def test_payment_receipt(self):
        payment = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=self._invoice().ids)
            .create({})
            ._create_payments()
        )
        template = self.env.ref("account.mail_template_data_payment_receipt")
        with self.mock_mail_gateway():
            template.send_mail(payment.id, force_send=True)
            self.assertReached()

    def test_ticket_stage_and_answer(self):
        ticket = self.env["helpdesk.ticket"].create(
            {"name": "Late", "description": "Late", "partner_id": self.partner.id}
        )
        model = self.env["ir.model"]._get("helpdesk.ticket")
        stage = self.env["helpdesk.ticket.stage"].create(
            {
                "name": "Looked at",
                "mail_template_id": self.env["mail.template"]
                .create(
                    {
                        "name": "Looked at",
                        "model_id": model.id,
                        "subject": "We look at it",
                        "body_html": "<p>We look at it</p>",
                        "partner_to": "{{ object.partner_id.id }}",
                    }
                )
                .id,
            }
        )
        ticket = ticket.with_context(tracking_disable=False, mail_notrack=False)
        self.cr.flush()
        with self.mock_mail_gateway():
            ticket.stage_id = stage
            self.cr.flush()
            touches = self.assertReached()
            self.assertEqual(touches.subject, "We look at it")
        with self.mock_mail_gateway():
            ticket.message_post(
                body=ANSWER,
                partner_ids=self.partner.ids,
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
            )
            self.assertEqual(len(self.assertReached()), 2)

    def test_portal_invitation_and_password(self):
        wizard = (
            self.env["portal.wizard"]
            .with_context(active_ids=self.partner.ids)
            .create({"partner_ids": [Command.link(self.partner.id)]})
        )
        with self.mock_mail_gateway():
            wizard.user_ids.action_grant_access()
            invited = self.assertReached()
        with self.mock_mail_gateway():
            self.partner.user_ids.action_reset_password()
            self.assertGreater(len(self.assertReached()), len(invited))

    def test_calendar_invitation(self):
        start = fields.Datetime.now() + timedelta(days=3)
        with self.mock_mail_gateway():
            event = self.env["calendar.event"].create(
                {
                    "name": "Visit the yard",
                    "start": start,
                    "stop": start + timedelta(hours=1),
                    "partner_ids": [Command.link(self.partner.id)],
                }
            )
            touches = self.assertReached()
        self.assertEqual(touches.source_model, "calendar.event")
        with self.mockSMSGateway():
            alarm = self.env["calendar.alarm"].create(
                {"name": "SMS", "alarm_type": "sms", "duration": 1, "interval": "hours"}
            )
            event._do_sms_reminder(alarm)
            self.assertEqual(self._sms[0]["number"], "+32456001122")

    def test_mail_of_colleagues_is_no_contact(self):
        digest = self.env["digest.digest"].create(
            {"name": "Weekly", "user_ids": [Command.link(self.env.user.id)]}
        )
        with self.mock_mail_gateway():
            digest.action_send()
            self.env["mail.mail"].search([("state", "=", "outgoing")]).send()
            self.assertTrue(self._mails)
        self.assertFalse(self._get_touches())

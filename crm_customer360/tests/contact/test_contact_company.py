from odoo import SUPERUSER_ID, Command
from odoo.tests import new_test_user, tagged

from odoo.addons.mail.tests.common import MockEmail
from odoo.addons.sms.tests.common import SMSCase

from .common import ContactCommon


@tagged("post_install", "-at_install", "c360_contact")
class TestContactCompany(ContactCommon, MockEmail, SMSCase):
    """The queue runs in the company of the system; the contacts are others'."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.company"].create({"name": "Other"})
        cls.other.partner_id.tz = "Asia/Shanghai"
        cls.colleague = new_test_user(
            cls.env,
            login="c360_other",
            email="other@company.example",
            groups="crm_customer360.group_user,"
            "sales_team.group_sale_salesman_all_leads",
            company_id=cls.other.id,
            company_ids=[Command.set(cls.other.ids)],
        )
        cls.order = cls.env["sale.order"].create(
            {
                "partner_id": cls.buyer.id,
                "company_id": cls.other.id,
                "user_id": cls.colleague.id,
            }
        )
        cls.queue = cls.env(user=SUPERUSER_ID)
        assert cls.queue.company != cls.other

    def _make_template_mail(self, record):
        template = self.env["mail.template"].create(
            {
                "name": "Offer",
                "model_id": self.env["ir.model"]._get_id(record._name),
                "subject": "Offer",
                "body_html": "<p>Offer</p>",
                "use_default_to": False,
                "email_to": "zoe@far.example",
            }
        )
        sender = template.with_user(self.colleague).with_company(self.other).sudo()
        mail = self.queue["mail.mail"].browse(sender.send_mail(record.id))
        mail.contact_purpose = "marketing"
        self.assertFalse(mail.record_company_id)
        return mail

    def _work_off(self, mail):
        mail = mail.with_env(self.queue)
        with self.mock_mail_gateway():
            mail.send()
        touch = self.env["c360.contact.touch"].search(
            [("message_id", "=", mail.mail_message_id.id)]
        )
        return touch

    def test_queued_mail_is_of_the_documents_company(self):
        for record in (self.order, self.order.with_user(SUPERUSER_ID)):
            mail = self._make_template_mail(record)
            touch = self._work_off(mail)
            self.assertEqual((touch.state, touch.company_id), ("sent", self.other))
            self.assertTrue(touch.with_user(self.colleague).has_access("read"))
            user = self.users_by_role["user"]
            self.assertFalse(touch.with_user(user).has_access("read"))

    def test_without_one_it_is_of_the_senders(self):
        # a contact that all companies share
        touch = self._work_off(self._make_template_mail(self.engineer))
        self.assertEqual(touch.company_id, self.other)
        mail = self._create_mail(self.buyer, author_id=self.colleague.partner_id.id)
        self.assertEqual(self._work_off(mail).company_id, self.other)
        mail = self._create_mail(self.engineer, author_id=False)
        self.assertEqual(self._work_off(mail).company_id, self.env.company)

    def test_policies_and_clocks_are_those_of_the_company(self):
        self._create_policy(
            limit=None,
            kind="quiet",
            hour_from=0,
            hour_to=23.99,
            purposes=(),
            company_id=self.company.id,
        )
        self.assertEqual(
            self._work_off(self._make_template_mail(self.order)).state, "sent"
        )
        self._create_policy(limit=0, purposes=("marketing",), company_id=self.other.id)
        touch = self._work_off(self._make_template_mail(self.order))
        self.assertEqual((touch.state, touch.company_id), ("blocked", self.other))

    def test_the_link_is_the_companys(self):
        mail = self._make_template_mail(self.order)
        self._work_off(mail)
        [header] = {sent["headers"]["List-Unsubscribe"] for sent in self._mails}
        link = self.env["c360.contact.link"]._read(
            header.strip("<>").rpartition("/")[2]
        )
        self.assertEqual(link.company, self.other)

    def test_queued_sms(self):
        sms = (
            self.env["sms.sms"]
            .with_user(self.colleague)
            .sudo()
            .create(
                [
                    {
                        "number": f"+3245600112{number}",
                        "body": "Hello",
                        "contact_source_model": source and source._name,
                        "contact_source_id": source and source.id,
                    }
                    for number, source in enumerate((self.order, False))
                ]
            )
        )
        with self.mockSMSGateway():
            sms.with_env(self.queue).send()
        self.assertEqual(sms.contact_touch_id.company_id, self.other)
        self.assertEqual(len(sms.contact_touch_id), 2)

    def test_answers_are_for_the_company_that_asked(self):
        asked = self.env["c360.contact.gate"].with_company(self.other)
        touch = asked._reserve(self.engineer, "email", "care", self.engineer)
        touch._move("sent")
        for record, company in (
            (self.order, self.other),
            (self.engineer, self.other),
            (self.customer, self.company),
        ):
            message = record.with_env(self.queue).message_post(
                body=record.display_name,
                message_type="email",
                author_id=self.engineer.id,
            )
            answer = self.env["c360.contact.touch"].search(
                [("message_id", "=", message.id), ("direction", "=", "in")]
            )
            self.assertEqual(answer.company_id, company)

    def test_calls_the_system_plans(self):
        call = self.engineer.with_env(self.queue).activity_schedule(
            "mail.mail_activity_data_call", user_id=self.colleague.id
        )
        self.assertEqual(call.contact_touch_id.company_id, self.other)

    def test_many_cost_as_much_as_few(self):
        counts = []
        for number in (2, 20):
            orders = self.env["sale.order"].create(
                [{"partner_id": self.buyer.id, "company_id": self.other.id}] * number
            )
            mails = self.env["mail.mail"].create(
                [
                    {"model": "sale.order", "res_id": order.id, "body_html": "x"}
                    for order in orders
                ]
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            companies = mails._get_contact_companies()
            counts.append(self.cr.sql_log_count - before)
            self.assertEqual(set(companies.values()), {self.other})
        self.assertEqual(*counts)

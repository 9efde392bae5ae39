from datetime import datetime
from importlib.util import module_from_spec, spec_from_file_location
from unittest.mock import patch

from freezegun import freeze_time

from odoo.modules import get_module_path
from odoo.tests import tagged
from odoo.tools import SQL

from odoo.addons.mail.tests.common import MockEmail

from ...models.contact import c360_contact_history
from .common import ContactCommon

THEN = datetime(2026, 1, 15, 9, 0, 0)
NOW = datetime(2026, 3, 31, 9, 0, 0)
GREETING = "Hello"


@tagged("post_install", "-at_install", "c360_contact")
@freeze_time(NOW)
class TestContactHistory(ContactCommon, MockEmail):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.history = cls.env["c360.contact.history"]
        cls.touches = cls.env["c360.contact.touch"]
        cls.order = cls.env["sale.order"].create({"partner_id": cls.buyer.id})
        cls.colleague = cls.users_by_role["user"].partner_id
        # what the database holds already is not the test's
        cls.start = cls.env["mail.message"].search([], order="id desc", limit=1).id
        cls.buyer.write(
            {"phone": "+32456001122", "country_id": cls.env.ref("base.be").id}
        )

    @classmethod
    def _create_message(cls, **values):
        return cls.env["mail.message"].create(
            {
                "model": "sale.order",
                "res_id": cls.order.id,
                "message_type": "comment",
                "subject": "Your order",
                "date": THEN,
                "author_id": cls.colleague.id,
                "record_company_id": cls.company.id,
                **values,
            }
        )

    @classmethod
    def _notify(cls, message, partner, status="sent", kind="email", **values):
        return cls.env["mail.notification"].create(
            {
                "mail_message_id": message.id,
                "res_partner_id": partner.id if partner else False,
                "notification_type": kind,
                "notification_status": status,
                **values,
            }
        )

    def _run(self, times=None, slice_=5):
        """Run the job, and return the rows it booked."""
        known = self.touches.search([])
        steps = iter(range(times or 1000))
        with (
            patch.object(c360_contact_history, "SLICE", slice_),
            patch.object(
                type(self.env["ir.cron"]),
                "_commit_progress",
                side_effect=lambda *args, **kwargs: next(steps, -1) + 1
                < (times or 999),
            ) as self.progress,
        ):
            self.history._cron_take_over()
        return self.touches.search([], order="id") - known

    def _schedule(self):
        self.history._schedule()
        rows = self.history.search([])
        rows.filtered(lambda row: row.key != "mail").last_id = self.start
        rows.filtered(lambda row: row.key == "mail").last_id = (
            self.env["mail.mail"].search([], order="id desc", limit=1).id - 3
        )

    def test_emails_calls_sms_and_answers_are_taken_over(self):
        email = self._create_message(contact_purpose="care")
        self._notify(email, self.buyer)
        self._notify(email, self.engineer, "bounce", failure_reason="Full")
        self._notify(email, self.colleague)
        self._notify(self._create_message(), self.buyer, "exception")
        text = self._create_message(message_type="sms", subject=False)
        self._notify(text, self.buyer, "pending", "sms", sms_number="+32456001122")
        call = self._create_message(
            message_type="notification",
            mail_activity_type_id=self.env.ref("mail.mail_activity_data_call").id,
        )
        answer = self._create_message(
            message_type="email",
            author_id=False,
            email_from='"New Man" <NEW@elsewhere.example>',
        )
        self._create_message(message_type="email")  # of a colleague
        self._schedule()
        touches = self._run()
        expected = [
            ("email", "out", "sent", "care", self.buyer, email),
            ("email", "out", "failed", "care", self.engineer, email),
            ("sms", "out", "sent", "transactional", self.buyer, text),
            ("phone", "out", "sent", "transactional", self.buyer, call),
            ("email", "in", "sent", "service", self.env["res.partner"], answer),
        ]
        self.assertEqual(
            [
                (
                    touch.channel,
                    touch.direction,
                    touch.state,
                    touch.purpose,
                    touch.partner_id,
                    touch.message_id,
                )
                for touch in touches
            ],
            expected,
        )
        self.assertEqual(set(touches.mapped("purpose_source")), {"import"})
        self.assertEqual(set(touches.mapped("date")), {THEN})
        self.assertEqual(
            touches.mapped("address"),
            [
                "berta@timber.example",
                "emil@timber.example",
                "+32456001122",
                "+32456001122",
                "new@elsewhere.example",
            ],
        )
        self.assertRecordValues(
            touches[0],
            [
                {
                    "customer_id": self.customer.id,
                    "partner_name": "Berta Buyer",
                    "subject": "Your order",
                    "source_model": "sale.order",
                    "source_id": self.order.id,
                    "company_id": self.company.id,
                    "user_id": self.env.uid,
                }
            ],
        )
        self.assertEqual(touches[1].reason, "Full")

    def test_addressees_stand_for_deleted_notifications(self):
        old = datetime(2025, 6, 1)
        self._create_message(date=old, partner_ids=self.buyer.ids)
        # only kept for half a year: a newer one without was never mailed
        self._create_message(partner_ids=self.buyer.ids)
        self._schedule()
        self.assertEqual(self._run().mapped("date"), [old])

    def test_mails_without_notification_find_their_people(self):
        message = self._create_message(
            message_type="email_outgoing", model=False, res_id=False
        )
        self._schedule()
        mail = self.env["mail.mail"].create(
            {
                "mail_message_id": message.id,
                "state": "sent",
                "email_to": "Berta <BERTA@timber.example>; nobody@else.example",
                "email_cc": self.colleague.email,
            }
        )
        row = self.history.search([("key", "=", "mail")])
        row.write({"last_id": mail.id - 1, "until_id": mail.id})
        touches = self._run()
        self.assertEqual(
            sorted(touches.mapped("address")),
            ["berta@timber.example", "nobody@else.example"],
        )
        self.assertEqual(touches.partner_id, self.buyer)

    def test_what_the_ledger_has_is_not_booked_twice(self):
        with self.mock_mail_gateway():
            self.order.message_post(
                body=GREETING,
                partner_ids=self.buyer.ids,
                subtype_xmlid="mail.mt_comment",
            )
        self.assertEqual(len(self._get_touches(self.buyer)), 1)
        self._schedule()
        self.assertFalse(self._run())
        self.history.search([]).write({"last_id": self.start})
        self.assertFalse(self._run())

    def test_it_goes_on_where_it_was_killed(self):
        for _number in range(12):
            self._notify(self._create_message(), self.buyer)
        self._schedule()
        first = self._run(times=1, slice_=5)
        self.assertEqual(len(first), 5)
        self.assertIn("being taken over", self.history._get_progress())
        self.assertEqual(len(self._run(slice_=5)), 7)
        self.assertFalse(self._run())
        self.assertIn("were taken over", self.history._get_progress())

    def test_it_starts_and_ends_itself(self):
        cron = self.env.ref("crm_customer360.ir_cron_contact_history")
        cron.active = False
        self._schedule()
        self.assertTrue(cron.active)
        self._run()
        self.assertTrue(self.progress.call_args.kwargs["deactivate"])

    def test_pooled_leads_are_known_to_the_rows(self):
        lead = self.env["crm.lead"].create({"name": "Timber"})
        message = self._create_message(model="crm.lead", res_id=lead.id)
        gone = self._create_message(model="crm.lead", res_id=lead.id)
        for each in message + gone:
            self._notify(each, self.buyer)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE mail_message SET res_id = %s WHERE id = %s",
            [lead.id + 1000, gone.id],
        )
        self._schedule()
        self.assertEqual(
            [touch.lead_id for touch in self._run()], [lead, lead.browse()]
        )

    def test_another_companys_namesake_is_nobody(self):
        other = self.env["res.company"].create({"name": "Other Company"})
        self.engineer.write({"parent_id": False, "company_id": other.id})
        self._create_message(
            message_type="email", author_id=False, email_from="emil@timber.example"
        )
        self._schedule()
        self.assertFalse(self._run().partner_id)

    def test_an_update_completes_the_purposes(self):
        purposes = self.env["c360.contact.purpose"].search([])
        purposes.write({"priority": 0, "keeps_quiet_hours": False})
        sales = purposes.filtered(lambda purpose: purpose.code == "sales")
        sales.priority = 7
        cron = self.env.ref("crm_customer360.ir_cron_contact_history")
        cron.active = False
        path = get_module_path("crm_customer360")
        spec = spec_from_file_location(
            "migration", f"{path}/migrations/19.0.1.1.0/post-migration.py"
        )
        script = module_from_spec(spec)
        spec.loader.exec_module(script)
        self.env.flush_all()
        script.migrate(self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()
        care = purposes.filtered(lambda purpose: purpose.code == "care")
        self.assertEqual((care.priority, care.keeps_quiet_hours), (60, True))
        self.assertEqual((sales.priority, sales.keeps_quiet_hours), (7, False))
        self.assertTrue(cron.active)

    def test_a_slice_needs_few_queries(self):
        for _number in range(40):
            self._notify(self._create_message(), self.buyer)
        self._schedule()
        row = self.history.search([("key", "=", "email")])
        [source] = [
            one for one in self.history._get_history_sources() if one.key == "email"
        ]
        self.env.flush_all()
        with self.assertQueryCount(4):
            row._take_slice(source)
            self.env.flush_all()
        self.assertEqual(row.taken_count, 40)
        self.assertTrue(row.is_done)

    def test_the_queries_use_indexes(self):
        """Looking up a namesake must not read all partners for each message."""
        self.env.flush_all()
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        for source in self.history._get_history_sources():
            plan = "\n".join(
                row[0]
                for row in self.env.execute_query(
                    SQL("EXPLAIN %s", source.select(0, 100))
                )
            )
            for table in ("res_partner", "mail_message", "mail_notification"):
                self.assertNotIn(f"Seq Scan on {table} ", plan, source.key)

from datetime import datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2.errors import SerializationFailure

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.sms.tests.common import SMSCase

from .common import ContactCommon

NOW = datetime(2026, 3, 31, 9, 0, 0)


@tagged("post_install", "-at_install", "c360_contact")
@freeze_time(NOW)
class TestContactSms(ContactCommon, SMSCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["sms.sms"].search([("state", "=", "outgoing")]).unlink()
        belgium = cls.env.ref("base.be")
        cls.buyer.write({"country_id": belgium.id, "phone": "+32456001122"})
        cls.engineer.write({"country_id": belgium.id, "phone": "+32456003344"})

    @classmethod
    def _create_sms(cls, partner=None, purpose="care", **values):
        return cls.env["sms.sms"].create(
            {
                "partner_id": partner.id if partner else False,
                "number": partner.phone_sanitized if partner else False,
                "body": "How are you?",
                "contact_purpose": purpose,
                **values,
            }
        )

    def _send(self, sms, **gateway):
        with self.mockSMSGateway(**gateway):
            sms.send()
            return [sent["number"] for sent in self._sms]

    def _process_queue(self):
        # the host commits after a batch, a test must not
        progress = patch.object(type(self.env["ir.cron"]), "_commit_progress")
        with self.mockSMSGateway(), progress:
            self.env["sms.sms"]._process_queue()
            return [sent["number"] for sent in self._sms]

    def _create_sms_policy(self, limit=1, **values):
        return self._create_policy(limit=limit, channel="sms", **values)

    def test_every_sms_leaves_a_row(self):
        self.assertEqual(
            self._send(self._create_sms(self.buyer, purpose=False)), ["+32456001122"]
        )
        self.assertRecordValues(
            self._get_touches(self.buyer),
            [
                {
                    "state": "sent",
                    "channel": "sms",
                    "purpose": "transactional",
                    "purpose_source": "system",
                    "address": "+32456001122",
                    "subject": "How are you?",
                    "customer_id": self.customer.id,
                    "company_id": self.company.id,
                    "date": NOW,
                }
            ],
        )

    def test_the_second_waits_and_leaves_in_time(self):
        policy = self._create_sms_policy()
        self._send(self._create_sms(self.buyer))
        second = self._create_sms(self.buyer)
        self.assertFalse(self._send(second))
        later = NOW + timedelta(days=7)
        self.assertEqual(second.state, "waiting")
        self.assertEqual(second.contact_scheduled_date, later)
        touch = second.contact_touch_id
        self.assertEqual((touch.state, touch.policy_id), ("deferred", policy))
        cron = self.env.ref("sms.ir_cron_sms_scheduler_action")
        self.assertTrue(
            self.env["ir.cron.trigger"].search_count(
                [("cron_id", "=", cron.id), ("call_at", "=", later)]
            )
        )
        with freeze_time(later - timedelta(seconds=1)):
            self.assertFalse(self._process_queue())
        with freeze_time(later):
            self.assertEqual(self._process_queue(), ["+32456001122"])
        self.assertEqual((touch.state, touch.date), ("sent", later))
        self.assertFalse(second.contact_scheduled_date)

    def test_the_queue_books_before_it_sends(self):
        self._create_sms_policy()
        first, second = self._create_sms(self.buyer), self._create_sms(self.buyer)
        self.assertEqual(self._process_queue(), ["+32456001122"])
        self.assertEqual((first.state, second.state), ("pending", "waiting"))
        self.assertEqual(
            (first + second).contact_touch_id.sorted("id").mapped("state"),
            ["sent", "deferred"],
        )

    def test_waiting_sms_do_not_starve_the_queue(self):
        self._create_sms_policy(limit=1)
        self._send(self._create_sms(self.buyer))
        self.env["ir.config_parameter"].set_param("sms.session.batch.size", 2)
        self._send(self._create_sms(self.buyer) + self._create_sms(self.buyer))
        self._create_sms(self.engineer)
        self.assertEqual(self._process_queue(), ["+32456003344"])

    def test_a_stopped_sms_ends_with_its_reason(self):
        self._create_sms_policy(limit=0)
        with self.mockSMSGateway():
            message = self.buyer._message_sms("Hello", contact_purpose="care")
            self.assertFalse(self._sms)
        sms = self.env["sms.sms"].search([("mail_message_id", "=", message.id)])
        self.assertEqual((sms.state, sms.failure_type), ("canceled", "sms_optout"))
        notification = message.notification_ids
        self.assertEqual(notification.notification_status, "canceled")
        self.assertIn("never", notification.failure_reason)
        touch = self._get_touches(self.buyer)
        self.assertEqual((touch.state, touch.message_id), ("blocked", message))
        self.assertEqual(
            (touch.source_model, touch.source_id), ("res.partner", self.buyer.id)
        )

    def test_a_stopped_sms_can_be_retried_once_the_reason_is_gone(self):
        policy = self._create_sms_policy(limit=0)
        sms = self._create_sms(self.buyer)
        self.assertFalse(self._send(sms))
        policy.active = False
        sms.action_set_outgoing()
        self.assertEqual(len(self._send(sms)), 1)
        self.assertEqual(
            self._get_touches(self.buyer).mapped("state"), ["blocked", "sent"]
        )

    def test_a_failed_sms_gives_its_slot_back(self):
        self._create_sms_policy()
        sms = self._create_sms(self.buyer)
        self.assertFalse(self._send(sms, sim_error="credit"))
        touch = sms.contact_touch_id
        self.assertEqual((sms.state, touch.state), ("error", "failed"))
        self.assertEqual(touch.reason, "Insufficient Credit")
        sms.action_set_outgoing()
        self.assertEqual(len(self._send(sms)), 1)
        self.assertEqual(touch.state, "sent")
        self.assertEqual(len(self._get_touches(self.buyer)), 1)

    def test_cancelling_or_deleting_ends_the_row(self):
        self._create_sms_policy()
        self._send(self._create_sms(self.buyer))
        cancelled, deleted = self._create_sms(self.buyer), self._create_sms(self.buyer)
        self._send(cancelled + deleted)
        cancelled.action_set_canceled()
        deleted.unlink()
        self.assertEqual(
            self._get_touches(self.buyer).mapped("state"),
            ["sent", "cancelled", "cancelled"],
        )

    def test_numbers_find_their_partner_and_others_count_by_number(self):
        self._create_sms_policy()
        known = self._create_sms(number="+32456001122")
        strangers = self._create_sms(number="+32456009999") + self._create_sms(
            number="+32456009999"
        )
        self.assertEqual(
            self._send(known + strangers), ["+32456001122", "+32456009999"]
        )
        self.assertEqual(known.contact_touch_id.partner_id, self.buyer)
        self.assertEqual(
            sorted(strangers.contact_touch_id.mapped("state")), ["deferred", "sent"]
        )
        self.assertFalse(strangers.contact_touch_id.partner_id)

    def test_another_companys_partner_is_nobody_here(self):
        other = self.env["res.company"].create({"name": "Other Company"})
        self.engineer.write({"parent_id": False, "company_id": other.id})
        self._send(self._create_sms(number="+32456003344"))
        self.assertFalse(self._get_touches(self.engineer))

    def test_colleagues_are_not_customers(self):
        self._create_sms_policy(limit=0)
        colleague = self.users_by_role["user"].partner_id
        colleague.write({"phone": "+32456007788"})
        for sms in (
            self._create_sms(colleague),
            self._create_sms(number="+32456007788"),
        ):
            self.assertEqual(self._send(sms), ["+32456007788"])
            self.assertFalse(sms.contact_touch_id)

    def test_messages_the_customer_needs_are_not_held_back(self):
        self._create_policy(limit=0, channel=False, purposes=())
        self.assertEqual(len(self._send(self._create_sms(self.buyer, False))), 1)

    def test_a_rival_booking_leaves_the_sms_in_the_queue(self):
        self._create_sms_policy()
        sms = self._create_sms(self.buyer)
        with patch.object(
            type(self.env["c360.contact.lock"]),
            "_take",
            side_effect=SerializationFailure,
        ):
            self.assertFalse(self._send(sms))
        self.assertEqual((sms.state, sms.contact_touch_id.id), ("outgoing", False))
        self.assertEqual(len(self._process_queue()), 1)

    def test_an_sms_that_cannot_be_decided_holds_up_no_other(self):
        bad, good = self._create_sms(self.buyer), self._create_sms(self.engineer)
        sms_class = type(bad)
        original = sms_class._get_contact_request

        def fail(sms, recipient, touch=None):
            if sms == bad:
                raise ZeroDivisionError
            return original(sms, recipient, touch)

        with (
            patch.object(sms_class, "_get_contact_request", fail),
            self.assertLogs(sms_class._book_outgoing.__module__, "ERROR"),
        ):
            self.assertEqual(self._send(bad + good), ["+32456003344"])
        self.assertEqual((bad.state, bad.contact_touch_id.id), ("outgoing", False))

    def test_an_unknown_purpose_is_refused_with_words(self):
        with self.assertRaisesRegex(UserError, "gossip.*transactional"):
            self._create_sms(self.buyer, "gossip")

    def test_a_delivery_that_fails_later_is_on_the_ledger(self):
        for is_deleted in (False, True):
            with self.subTest(is_deleted), self.mockSMSGateway():
                message = self.buyer._message_sms("Hello", contact_purpose="care")
                touch = self.env["c360.contact.touch"].search(
                    [("message_id", "=", message.id)]
                )
                self.assertEqual(touch.state, "sent")
                tracker = self.env["sms.tracker"].search(
                    [("mail_notification_id", "in", message.notification_ids.ids)]
                )
                self.env["sms.sms"].search([("uuid", "=", tracker.sms_uuid)]).filtered(
                    lambda _sms, gone=is_deleted: gone
                ).unlink()
                for _twice in range(2):
                    tracker._action_update_from_provider_error("invalid_destination")
                self.assertEqual(touch.state, "failed")
                self.assertTrue(touch.reason)

    def test_many_cost_as_much_as_few(self):
        self._create_sms_policy(limit=0)
        people = self.env["res.partner"].create(
            [{"name": f"P{i}", "phone": f"+324560050{i:02}"} for i in range(40)]
        )
        counts = []
        for some in (people[:3], people[3:]):
            sms = self.env["sms.sms"].concat(*(self._create_sms(who) for who in some))
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self._send(sms)
            self.env.flush_all()
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1] - counts[0], 5)

    def test_bookings_whose_sending_broke_off_are_settled(self):
        sent = self._create_sms(self.buyer)
        queued = self._create_sms(self.engineer)
        gone = self._create_sms(number="+32456009999")
        (sent + queued + gone)._pass_gate()
        gone_touch = gone.contact_touch_id
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM sms_sms WHERE id = %s", [gone.id])
        self.env.cr.execute(
            "UPDATE sms_sms SET state = 'pending' WHERE id = %s", [sent.id]
        )
        self.env.invalidate_all()
        with freeze_time(NOW + timedelta(hours=2)):
            self.env["c360.contact.touch"]._get_broken()._settle_broken()
        self.assertEqual(sent.contact_touch_id.state, "sent")
        self.assertEqual(queued.contact_touch_id.state, "reserved")
        self.assertEqual(gone_touch.state, "cancelled")

    # ----------------------------------------------------------------- composer

    def _compose(self, mode, records=None, **values):
        records = records if records is not None else self.buyer + self.engineer
        single = len(records) == 1
        return self.env["sms.composer"].create(
            {
                "composition_mode": mode,
                "res_model": records._name,
                "res_id": records.id if single else False,
                "res_ids": False if single else str(records.ids),
                "body": "An offer",
                "mass_force_send": True,
                **values,
            }
        )

    def _press(self, composer):
        with self.mockSMSGateway():
            composer.action_send_sms()
        return self._get_touches(self.buyer + self.engineer)

    def test_bulk_sms_of_a_person_is_sales(self):
        for keep_log in (True, False):
            composer = self._compose("mass", mass_keep_log=keep_log)
            touches = self._press(composer)[-2:]
            self.assertEqual(touches.mapped("purpose"), ["sales"] * 2)
            self.assertEqual(touches.mapped("purpose_source"), ["bulk"] * 2)
            self.assertEqual(
                touches.mapped("source_id"), (self.buyer + self.engineer).ids
            )
            self.assertEqual(len(touches.message_id), 2 if keep_log else 0)
            self.assertEqual(
                touches.message_id.mapped("contact_purpose"), ["sales"] * keep_log * 2
            )

    def test_bulk_sms_of_code_is_transactional(self):
        with self.mockSMSGateway():
            self._compose("mass")._action_send_sms()
        touches = self._get_touches(self.buyer + self.engineer)
        self.assertEqual(set(touches.mapped("purpose")), {"transactional"})
        self.assertEqual(set(touches.mapped("purpose_source")), {"system"})

    def test_sms_of_an_automation_is_no_bulk_sms_of_a_person(self):
        model = self.env["ir.model"]._get("res.partner")
        template = self.env["sms.template"].create(
            {"name": "Hello", "model_id": model.id, "body": "Hello"}
        )
        action = self.env["ir.actions.server"].create(
            {
                "name": "Say hello",
                "model_id": model.id,
                "state": "sms",
                "sms_template_id": template.id,
                "sms_method": "sms",
            }
        )
        action.with_context(
            active_model="res.partner",
            active_ids=(self.buyer + self.engineer).ids,
        ).run()
        self.assertEqual(len(self._process_queue()), 2)
        touches = self._get_touches(self.buyer + self.engineer)
        self.assertEqual(touches.mapped("purpose"), ["transactional"] * 2)
        self.assertEqual(touches.mapped("purpose_source"), ["system"] * 2)

    def test_one_sms_to_one_person_is_transactional_unless_he_says_so(self):
        touch = self._press(self._compose("comment", self.buyer))
        self.assertEqual(
            (touch.purpose, touch.purpose_source), ("transactional", "system")
        )
        touch = self._press(
            self._compose("comment", self.buyer, contact_purpose="care")
        )[-1]
        self.assertEqual((touch.purpose, touch.purpose_source), ("care", "sender"))
        self.assertEqual(touch.message_id.contact_purpose, "care")

    def test_numbers_carry_the_purpose_too(self):
        composer = self._compose(
            "numbers", self.buyer, numbers="+32456001122", contact_purpose="survey"
        )
        self.assertEqual(self._press(composer).purpose, "survey")
        both = self._compose("numbers", self.buyer, numbers="+32456001122,+32456003344")
        self.assertEqual(self._press(both)[-1].purpose_source, "bulk")

from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .common import ContactCommon

NOW = datetime(2026, 3, 31, 9, 0, 0)


@tagged("post_install", "-at_install", "c360_contact")
@freeze_time(NOW)
class TestContactPreference(ContactCommon):
    def _decide(self, partner=None, channel="email", purpose="marketing", **values):
        request = self.gate._get_requests(partner or self.buyer, channel, purpose)[0]
        return self.gate._decide([request._replace(**values)], NOW)[0]

    def _wish(self, partner=None, **values):
        return self.env["c360.contact.preference"]._record(
            [
                {
                    "partner_id": (partner or self.buyer).id,
                    "source": "customer",
                    **values,
                }
            ]
        )

    def test_a_pause_is_kept_to_the_second(self):
        until = NOW + timedelta(days=12, seconds=7)
        self._wish(pause_until=until)
        decision = self._decide()
        self.assertEqual((decision.state, decision.date), ("deferred", until))
        self.assertIn("asked for a pause until", decision.reason)
        self.assertEqual(self._decide(purpose="service").state, "allowed")
        self._wish(pause_until=False)
        self.assertEqual(self._decide().state, "allowed")

    def test_the_history_is_read_in_words(self):
        with freeze_time(NOW - timedelta(days=9)):
            self._wish(pause_until=NOW - timedelta(days=2))
        self._wish(limit_count=1, limit_unit="week", hour_from=9, hour_to=17)
        self._wish()
        rows = self.env_of("care")["c360.contact.preference"].search(
            [("partner_id", "=", self.buyer.id)]
        )
        self.assertEqual(rows.mapped("is_current"), [True, False, False])
        words = rows.mapped("summary")
        self.assertEqual(
            words[:2],
            ["No wishes", "At most: 1 a week · Reachable: 09:00 to 17:00"],
        )
        self.assertIn("Nothing until: 3/29/26", words[2], "it was wished then")

    def test_the_screen_of_the_history_reads_only_what_one_may(self):
        self.customer.user_id = self.users_by_role["leader"]
        row = self._wish(limit_count=1, limit_unit="week")
        action = "crm_customer360.c360_contact_preference_action"
        for role in ("care", "leader", "service", "analyst"):
            rows = self.env_of(role)["c360.contact.preference"]
            self.assertIn(row, rows.search([]), role)
            model = self.env_of(role)["ir.actions.actions"]._for_xml_id(action)
            self.assertEqual(model["res_model"], rows._name)
        self.assertNotIn(row, self.env_of("user")["c360.contact.preference"].search([]))
        with self.assertRaises(AccessError):
            self.env_of("stranger")["c360.contact.preference"].search([])
        for kind in ("list", "form", "kanban"):
            arch = self.env["c360.contact.preference"].get_view(view_type=kind)["arch"]
            self.assertIn('create="0"', arch)

    def test_his_hours_are_kept_on_his_clock(self):
        self.buyer.tz = "Asia/Shanghai"  # 17:00 there
        self._wish(hour_from=9, hour_to=17)
        decision = self._decide()
        self.assertEqual(decision.date, datetime(2026, 4, 1, 1, 0))
        self.assertIn("reached from 09:00 to 17:00", decision.reason)
        self._wish(hour_from=9, hour_to=18)
        self.assertEqual(self._decide().state, "allowed")

    def test_his_own_limit_is_exact(self):
        self._wish(limit_count=1, limit_unit="week")
        touches = self._reserve(self.buyer + self.buyer + self.engineer, "marketing")
        self.assertEqual(touches.mapped("state"), ["reserved", "deferred", "reserved"])
        self.assertEqual(touches[1].scheduled_date, NOW + timedelta(days=7))
        self.assertIn("The customer's own wish", touches[1].reason)

    def test_an_address_without_a_contact_has_wishes_too(self):
        self.env["c360.contact.preference"]._record(
            [
                {
                    "address": "Who@X.example",
                    "source": "customer",
                    "limit_count": 1,
                    "limit_unit": "day",
                    "pause_until": NOW + timedelta(days=1),
                }
            ]
        )
        values = {"partner_id": None, "customer_id": None, "partner_name": None}
        decision = self._decide(address="who@x.example", **values)
        self.assertEqual(decision.date, NOW + timedelta(days=1))
        self.assertEqual(
            self._decide(address="else@x.example", **values).state, "allowed"
        )

    def test_the_dialog_starts_from_what_he_wishes_today(self):
        self._wish(limit_count=2, limit_unit="month", preferred_channel="letter")
        form = Form(
            self.env_of("care")["c360.contact.preference.record"].with_context(
                default_partner_id=self.buyer.id
            )
        )
        self.assertEqual(form.limit_count, 2)
        form.hour_from, form.hour_to = 8, 12
        form.save().action_record()
        self.assertRecordValues(
            self.buyer.c360_preference_ids.filtered("is_current"),
            [{"limit_count": 2, "preferred_channel": "letter", "hour_to": 12}],
        )

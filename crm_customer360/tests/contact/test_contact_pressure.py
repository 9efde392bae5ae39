from datetime import datetime, timedelta
from unittest.mock import Mock

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import ContactCommon

NOW = datetime(2026, 3, 5, 9)


@tagged("post_install", "-at_install", "c360_contact")
@freeze_time(NOW)
class TestContactPressure(ContactCommon):
    """How often do we bother him, and when may we write again?"""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.touches = cls.env["c360.contact.touch"]
        cls.buyer.phone = "+32475123456"

    def log(self, days, purpose="care", partner=None, **values):
        partner = partner or self.buyer
        return self.touches.create(
            {
                "partner_id": partner.id,
                "customer_id": partner.commercial_partner_id.id,
                "address": partner.email_normalized,
                "channel": "email",
                "purpose": purpose,
                "state": "sent",
                "date": NOW - timedelta(days=days),
                "company_id": self.company.id,
                **values,
            }
        )

    def load(self, partner=None, role="care"):
        pressure = self.env_of(role)["c360.contact.pressure"]
        return pressure.load((partner or self.customer).id)

    def brief(self, partners, role="care", **arguments):
        return self.env_of(role)["c360.contact.pressure"].brief(
            partners.ids, **arguments
        )

    # -- the page --

    def test_weeks_end_now_and_hold_what_reached_him(self):
        self.log(0, "care")
        self.log(6.9, "sales")
        self.log(7, "marketing")
        self.log(83, "service", self.engineer)
        self.log(84.1)
        self.log(1, state="blocked")
        self.log(1, state="deferred")
        self.log(1, direction="in")
        weeks = self.load()["weeks"]
        self.assertEqual(len(weeks), 12)
        self.assertEqual(
            [week["total"] for week in weeks], [1, *[0] * 9, 1, 2], "oldest first"
        )
        self.assertEqual(weeks[-1]["counts"], {"care": 1, "selling": 1, "needed": 0})
        self.assertEqual(weeks[-1]["end"], "2026-03-05 09:00:00")

    def test_people_who_were_deleted_stay_in_the_picture(self):
        self.log(1)
        self.buyer.unlink()
        self.assertEqual(self.load()["weeks"][-1]["total"], 1)

    def test_the_strictest_weekly_limit_for_all_channels(self):
        self.assertFalse(self.load()["limit"])
        self._create_policy(limit=1, days=7)
        self._create_policy(limit=5, days=7, channel=False, name="Five")
        self._create_policy(limit=4, days=1, period_unit="week", channel=False)
        self._create_policy(limit=1, days=30, channel=False)
        self.assertEqual(self.load()["limit"], {"count": 4, "label": "4 in 1 days"})

    def test_bars_and_line_count_the_same(self):
        self._create_policy(limit=2, purposes=("sales", "marketing"), name="Two")
        self.log(1, "sales")
        for purpose, values in (
            ("service", {}),
            ("transactional", {}),
            ("care", {}),
            ("sales", {"channel": "phone"}),
        ):
            self.log(1, purpose, **values)
        found = self.load()
        week = found["weeks"][-1]
        self.assertEqual(found["limit"]["label"], "Two")
        self.assertEqual(week["counts"], {"care": 1, "selling": 2, "needed": 2})
        self.assertEqual(week["others"], {"care": 1, "selling": 1, "needed": 2})
        # a limit without purposes counts what the purposes say
        self._create_policy(limit=1, purposes=(), channel=False)
        week = self.load()["weeks"][-1]
        self.assertEqual(week["others"], {"care": 0, "selling": 0, "needed": 2})

    def test_a_limit_of_each_person_is_none_of_all_together(self):
        self._create_policy(limit=1)
        self.log(1)
        self.assertTrue(self.load()["limit"])
        self.log(1, partner=self.engineer)
        found = self.load()
        self.assertFalse(found["limit"], "two people, one contact each")
        self.assertEqual(found["weeks"][-1]["others"]["care"], 0)
        self._create_policy(limit=3, scope="customer", name="All")
        self.assertEqual(self.load()["limit"], {"count": 3, "label": "All"})

    def test_a_limit_for_others_is_no_limit(self):
        self._create_policy(limit=1, partner_domain=[("name", "=", "Somebody")])
        self.assertFalse(self.load()["limit"])

    def test_the_next_moment_per_channel(self):
        self._create_policy(limit=1, days=7, purposes=("sales",))
        self._create_policy(limit=0, channel="phone", purposes=("sales",))
        self.log(2, "sales")
        email, sms, phone = self.load(self.buyer)["channels"]
        self.assertEqual(
            (email["state"], email["date"]), ("deferred", "2026-03-10 09:00:00")
        )
        self.assertIn("1 in 7 days", email["reason"])
        self.assertEqual((sms["state"], sms["date"]), ("allowed", False))
        self.assertEqual(phone["state"], "blocked")

    def test_nobody_without_an_address_is_reached(self):
        self.assertEqual(
            [row["state"] for row in self.load(self.engineer)["channels"]],
            ["allowed", "unreachable", "unreachable"],
        )

    def test_companies_do_not_count_each_other(self):
        other = self.env["res.company"].create({"name": "Other Company"})
        self.log(1, company_id=other.id)
        self.assertEqual(self.load()["weeks"][-1]["total"], 0)

    def test_rights(self):
        self.assertIs(self.load(role="stranger"), False)
        self.assertIs(self.brief(self.buyer, role="stranger"), False)
        hidden = self.env["res.company"].create({"name": "Hidden Company"})
        self.customer.company_id = hidden
        with self.assertRaises(AccessError):
            self.load(role="user")
        with self.assertRaises(UserError):
            self.env_of("care")["c360.contact.pressure"].load(10**9)
        with self.assertRaises(UserError):
            self.env_of("care")["c360.contact.pressure"].load(
                self.buyer.id, purpose="nonsense"
            )

    def test_a_fixed_number_of_queries(self):
        self._create_policy(limit=1, days=7, purposes=("sales",))
        self.load(self.buyer)
        counts = []
        for rows in (1, 60):
            for number in range(rows):
                self.log(number / 2, "sales")
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.load(self.buyer)
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(*counts)
        # beside what the gate asks, which grows with the kinds of barriers
        self.patch(type(self.env["c360.contact.pressure"]), "_get_channels", Mock())
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        self.load(self.buyer)
        self.assertLessEqual(self.cr.sql_log_count - before, 5)

    # -- the line under the composer --

    def test_the_line_counts_a_week_and_names_what_is_in_the_way(self):
        self.assertIs(self.brief(self.buyer), False)
        self.log(1, "service")
        self.assertEqual(
            self.brief(self.buyer),
            {
                "text": "1 contact in 7 days",
                "tone": "muted",
                "partner_id": self.buyer.id,
            },
        )
        self.log(1, "sales")
        self._create_policy(limit=1, purposes=("sales",))
        found = self.brief(self.buyer)
        self.assertEqual(found["tone"], "warning")
        self.assertIn("2 contacts in 7 days · “1 in 7 days”", found["text"])

    def test_of_several_people_the_one_who_hears_most(self):
        self.log(1, partner=self.engineer)
        found = self.brief(self.buyer + self.engineer)
        self.assertEqual(found["partner_id"], self.engineer.id)
        self.assertIn("Emil Engineer: 1 contact", found["text"])

    def test_colleagues_are_not_told_about(self):
        colleague = self.users_by_role["user"].partner_id
        self.log(1, partner=colleague)
        self.assertIs(self.brief(colleague), False)

    def test_the_customer_of_a_document(self):
        self.log(1, partner=self.buyer)
        lead = self.env["crm.lead"].create(
            {"name": "Benches", "type": "opportunity", "partner_id": self.buyer.id}
        )
        found = self.env_of("care")["c360.contact.pressure"].brief(
            model="crm.lead", res_id=lead.id
        )
        self.assertEqual(found["partner_id"], self.buyer.id)

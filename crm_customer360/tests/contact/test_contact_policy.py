from contextlib import contextmanager

from psycopg2.errors import CheckViolation

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...tools.contact_limit import ContactRequest
from .common import ContactCommon

GREETING = "Hello"


@tagged("post_install", "-at_install", "c360_contact")
class TestContactPolicy(ContactCommon):
    @contextmanager
    def _refused(self, words):
        with self.assertRaisesRegex(ValidationError, words), self.cr.savepoint():
            yield

    def _create_quiet(self, **values):
        return self._create_policy(
            limit=None,
            purposes=values.pop("purposes", ()),
            **{
                "name": "Quiet",
                "kind": "quiet",
                "channel": False,
                "hour_from": 20.0,
                "hour_to": 8.0,
                **values,
            },
        )

    def test_an_empty_limit_is_not_zero(self):
        for value, is_limited in ((0, True), (3, True), (None, False), (False, False)):
            with self.subTest(value):
                policy = self._create_policy(limit=value)
                self.assertEqual(policy.is_limited, is_limited)
        policy.limit_count = 0
        self.assertTrue(policy.is_limited)

    def test_one_purpose_may_be_given_by_its_code(self):
        policy = self.env["c360.contact.policy"].create(
            {"name": "Sales", "purpose": "sales", "limit_count": 1}
        )
        self.assertEqual(policy.purpose_ids.mapped("code"), ["sales"])
        self.assertEqual(policy.purpose, "sales")
        policies = self.env["c360.contact.policy"]
        self.assertIn(policy, policies.search([("purpose", "=", "sales")]))
        self.assertNotIn(policy, policies.search([("purpose", "=", "care")]))
        policy.purpose = False
        self.assertFalse(policy.purpose_ids)
        self.assertIn(policy, policies.search([("purpose", "=", False)]))

    def test_changing_a_purpose_takes_effect_at_once(self):
        self._create_policy(limit=0, purposes=())
        self.assertEqual(self._reserve(self.buyer, "collection").state, "reserved")
        purpose = self.env.ref("crm_customer360.contact_purpose_collection")
        purpose.is_capped = True
        self.assertEqual(self._reserve(self.buyer, "collection").state, "blocked")

    # -------------------------------------------------------------------- words

    def test_a_limit_says_in_words_what_it_does(self):
        for values, words in (
            (
                {"limit": 2},
                "Each contact person gets care or marketing at most 2 times within "
                "7 days by e-mail.",
            ),
            (
                {"scope": "customer", "channel": False, "days": 1},
                "A customer with all his contact persons gets care or marketing at "
                "most 2 times within a day by any channel.",
            ),
            (
                {"limit": 1},
                "Each contact person gets care or marketing at most once within 7 days "
                "by e-mail.",
            ),
            (
                {"limit": 1, "scope": "customer"},
                "A customer with all his contact persons gets care or marketing at "
                "most once within 7 days by e-mail.",
            ),
            ({"limit": 0}, "Nobody ever gets care or marketing by e-mail."),
            ({"limit": None}, "Limits nothing."),
            (
                {"purposes": ()},
                "Each contact person gets care, sales, marketing, or survey at most 2 "
                "times within 7 days by e-mail.",
            ),
        ):
            with self.subTest(values):
                self.assertEqual(self._create_policy(**values).summary, words)

    def test_quiet_times_say_in_words_what_they_do(self):
        policy = self._create_quiet(purposes=("sales", "marketing"), channel="email")
        self.assertEqual(
            policy.summary,
            "Nobody gets sales or marketing by e-mail from 20:00 to 08:00 on his "
            "clock.",
        )
        policy.write({"quiet_sunday": True, "hour_from": 19.5, "hour_to": 24.0})
        self.assertEqual(
            policy.summary,
            "Nobody gets sales or marketing by e-mail from 19:30 to 24:00 on his clock "
            "and on Sundays.",
        )
        policy.write({"hour_from": 0, "hour_to": 0, "quiet_sunday": False})
        self.assertEqual(policy.summary, "Keeps nothing quiet.")
        policy.calendar_id = self.env.company.resource_calendar_id
        self.assertIn("on the holidays of “", policy.summary)

    def test_stops_say_in_words_what_they_do(self):
        policy = self._create_policy(
            limit=None, kind="stop", stop_kind="overdue", stop_days=12
        )
        self.assertEqual(
            policy.summary,
            "While an invoice of a customer is more than 12 days overdue, he gets no "
            "care or marketing by e-mail.",
        )
        for kind, words in (
            ("dispute", "in dispute"),
            ("undelivered", "late goods for more than 12 days"),
            ("dead_address", "3 times in a row"),
        ):
            policy.stop_kind = kind
            self.assertIn(words, policy.summary)
        policy.stop_count = 1
        self.assertIn("not be reached the last time", policy.summary)

    def test_the_words_name_for_whom_and_until_when(self):
        policy = self._create_policy(
            company_id=self.env.company.id,
            partner_domain="[('id', '>', 0)]",
            date_from="2026-03-01 08:00:00",
            date_to="2026-04-01 08:00:00",
        )
        self.assertIn(f"Only for {self.env.company.name}.", policy.summary)
        self.assertIn("of its filter. From 3/1/26", policy.summary)
        self.assertIn("Until 4/1/26", policy.summary)

    # ------------------------------------------------------------------ refusals

    @mute_logger("odoo.sql_db")
    def test_numbers_below_zero_are_refused(self):
        policy = self._create_policy()
        for field, value in (("limit_count", -1), ("period_count", 0)):
            with (
                self.subTest(field),
                self.assertRaises(CheckViolation),
                self.cr.savepoint(),
            ):
                policy[field] = value
                policy.flush_recordset()

    def test_numbers_nobody_can_mean_are_refused(self):
        policy = self._create_policy()
        for field, value, words in (
            ("limit_count", 10_000_000, "so often"),
            ("period_count", 100_000, "too long.*longest is 3660"),
        ):
            with self.subTest(field), self._refused(words):
                policy[field] = value

    def test_a_policy_cannot_end_before_it_begins(self):
        for date_to in ("2026-03-01 07:59:59", "2026-03-01 08:00:00"):
            with self._refused("end before it begins"):
                self._create_policy(date_from="2026-03-01 08:00:00", date_to=date_to)
        self._create_policy(
            date_from="2026-03-01 08:00:00", date_to="2026-03-01 08:00:01"
        )

    def test_a_stop_needs_a_reason_and_numbers_that_make_sense(self):
        for values, words in (
            ({}, "stops nothing yet"),
            ({"stop_kind": "overdue", "stop_days": -1}, "between 0 and"),
            ({"stop_kind": "overdue", "stop_days": 10**6}, "between 0 and"),
            ({"stop_kind": "dead_address", "stop_count": 0}, "at least 1"),
        ):
            with self.subTest(values), self._refused(words):
                self._create_policy(limit=None, kind="stop", **values)

    def test_unknown_words_are_answered_with_words(self):
        policies = self.env["c360.contact.policy"]
        for field, value in (
            ("channel", "pigeon"),
            ("purpose", "fun"),
            ("kind", "mood"),
            ("stop_kind", "rain"),
            ("period_unit", ["day"]),
        ):
            with self.subTest(field):
                with self._refused("is unknown for “.*one of"):
                    policies.create({"name": "X", "limit_count": 1, field: value})
                with self._refused("is unknown"):
                    self._create_policy().write({field: value})

    def test_the_gate_answers_an_unknown_purpose_with_words(self):
        request = ContactRequest("email", "fun", self.env.company.id)
        with self.assertRaisesRegex(UserError, "“fun” is unknown.*transactional"):
            self.gate._decide([request], self.env.cr.now())

    def test_a_message_with_an_unknown_purpose_is_refused_with_words(self):
        with self._refused("“fun” is unknown.*transactional"):
            self.buyer.message_post(body=GREETING, contact_purpose="fun")
        with self._refused("“fun” is unknown"):
            self._create_mail(self.buyer, purpose="fun")

    def test_a_deleted_purpose_holds_nothing_and_breaks_nothing(self):
        self._create_policy(limit=0, purposes=())
        self.env.ref("crm_customer360.contact_purpose_survey").unlink()
        self.assertEqual(self._reserve(self.buyer, "survey").state, "reserved")

    def test_a_broken_filter_is_refused(self):
        for domain in ("nonsense", "[('no_such_field', '=', 1)]", "{'a': 1}"):
            with (
                self.subTest(domain),
                self._refused("cannot be read"),
            ):
                self._create_policy(partner_domain=domain)

    def test_needed_messages_can_be_neither_limited_nor_stopped(self):
        purpose = self.env.ref("crm_customer360.contact_purpose_transactional")
        for field in ("is_capped", "stopped_by_complaint", "keeps_quiet_hours"):
            with (
                self.subTest(field),
                self._refused("needed by the customer"),
            ):
                purpose[field] = True

    def test_a_policy_says_what_it_cannot_hold_back(self):
        for values, free in (
            ({"kind": "limit", "limit": 0}, "service and collection"),
            ({"kind": "quiet"}, "service and collection"),
            # a stop may well name it: no reminders of an invoice in dispute
            ({"kind": "stop", "stop_kind": "dispute"}, "service"),
        ):
            with self.subTest(values):
                policy = self._create_policy(
                    purposes=("care", "service", "collection"), **values
                )
                self.assertIn(f"no effect on {free}: ", policy.summary)
                self.assertEqual(self._reserve(self.buyer, "service").state, "reserved")

    def test_quiet_hours_lie_within_a_day(self):
        for field, value in (("hour_from", -1), ("hour_to", 24.01)):
            with (
                self.subTest(field),
                self._refused("between 00:00 and 24:00"),
            ):
                self._create_quiet(**{field: value})
        self._create_quiet(hour_from=24.0, hour_to=8.0)

    def test_quiet_times_that_leave_no_moment_are_refused(self):
        week = {
            f"quiet_{day}": True
            for day in (
                "monday tuesday wednesday thursday friday saturday sunday".split()
            )
        }
        for values in (week, {"hour_from": 0.0, "hour_to": 24.0}):
            with (
                self.subTest(values),
                self._refused("leave no moment.*Quiet"),
            ):
                self._create_quiet(**values)
        # one that ends some day leaves every moment after it
        self._create_quiet(date_to="2026-04-01 08:00:00", **week)

    def test_an_end_beyond_the_patience_of_the_gate_is_no_end(self):
        week = {"hour_from": 0, "hour_to": 24}
        for values in (
            {"date_to": "2099-01-01 00:00:00"},
            {"date_from": "2098-01-01 00:00:00", "date_to": "2099-06-01 00:00:00"},
        ):
            with self.subTest(values), self._refused("leave no moment"):
                self._create_quiet(**values, **week)
        soon = self._create_quiet(
            date_from="2098-01-01 00:00:00", date_to="2099-01-01 00:00:00", **week
        )
        with self._refused("leave no moment"):
            soon.date_from = False
        # each leaves the moments of the other, they never meet
        self._create_quiet(date_to="2050-01-01 00:00:00")
        self._create_quiet(date_from="2051-01-01 00:00:00", hour_from=8, hour_to=20)

    def test_quiet_times_are_checked_together(self):
        self._create_quiet(name="Night")
        day = {"name": "Day", "hour_from": 7.5, "hour_to": 20.5}
        with self._refused("Night and Day"):
            self._create_quiet(**day)
        other = self.env["res.company"].create({"name": "Other Company"})
        for values in (
            {"active": False},
            {"hour_to": 19.99},
        ):
            self._create_quiet(**{**day, **values})
        self.env["c360.contact.policy"].search([("name", "=", "Day")]).unlink()
        for values in (
            {"channel": "sms"},
            {"purposes": ("sales",)},
            {"company_id": other.id},
            {"partner_domain": "[('id', '>', 0)]"},
        ):
            with self.subTest(values), self._refused("leave no moment"):
                self._create_quiet(**{**day, **values})

    def test_quiet_times_no_contact_can_meet_together_are_no_matter(self):
        other = self.env["res.company"].create({"name": "Other Company"})
        company = self.env.company
        for night, day in (
            ({"channel": "sms"}, {"channel": "email"}),
            ({"purposes": ("care",)}, {"purposes": ("sales",)}),
            ({"company_id": company.id}, {"company_id": other.id}),
            (
                {"partner_domain": "[('is_company', '=', True)]"},
                {"partner_domain": "[('is_company', '=', False)]"},
            ),
        ):
            with self.subTest(day):
                pair = self._create_quiet(**night)
                pair += self._create_quiet(hour_from=8, hour_to=20, **day)
                pair.unlink()

    def test_restoring_a_quiet_time_from_the_archive_is_checked_too(self):
        self._create_quiet()
        day = self._create_quiet(hour_from=8, hour_to=20, active=False)
        with self._refused("leave no moment"):
            day.active = True

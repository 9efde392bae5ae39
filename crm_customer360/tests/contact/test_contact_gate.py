from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import ContactCommon

NOW = datetime(2026, 3, 31, 9, 0, 0)


@tagged("post_install", "-at_install", "c360_contact")
@freeze_time(NOW)
class TestContactGate(ContactCommon):
    def test_exactly_the_limit_goes_through(self):
        self._create_policy(limit=2)
        touches = self._reserve(self.buyer + self.buyer + self.buyer)
        self.assertEqual(touches.mapped("state"), ["reserved", "reserved", "deferred"])

    def test_repeated_partners_get_a_row_each_in_their_order(self):
        touches = self._reserve(
            self.env["res.partner"].concat(self.buyer, self.engineer, self.buyer)
        )
        self.assertEqual(
            [touch.partner_id for touch in touches],
            [self.buyer, self.engineer, self.buyer],
        )

    def test_deferred_until_the_oldest_leaves_the_period(self):
        policy = self._create_policy(limit=2, days=7)
        self._reserve(self.buyer, at=NOW - timedelta(days=5))
        self._reserve(self.buyer, at=NOW - timedelta(days=2))
        touch = self._reserve(self.buyer)
        self.assertEqual(touch.state, "deferred")
        self.assertEqual(touch.scheduled_date, NOW + timedelta(days=2))
        self.assertEqual(touch.policy_id, policy)
        self.assertEqual(touch.reason, "“2 in 7 days”: 2 of 2 used in the last 7 days.")

    def test_a_single_period_is_named_without_a_number(self):
        self._create_policy(limit=1, period_count=1, period_unit="month")
        self._reserve(self.buyer)
        touch = self._reserve(self.buyer)
        self.assertEqual(touch.reason, "“1 in 7 days”: 1 of 1 used within a month.")

    def test_the_slot_is_free_at_the_edge_of_the_period_and_not_before(self):
        self._create_policy(limit=1, days=7)
        self._reserve(self.buyer, at=NOW - timedelta(days=7))
        (early,) = self.gate.check(
            self.buyer.ids, "email", "care", at=NOW - timedelta(seconds=1)
        )
        self.assertEqual(early["decision"], "deferred")
        self.assertEqual(early["date"], "2026-03-31 09:00:00")
        (now,) = self.gate.check(self.buyer.ids, "email", "care")
        self.assertEqual(now["decision"], "allowed")

    def test_deferred_and_stopped_contacts_use_no_slot(self):
        self._create_policy(limit=1, days=7)
        self._reserve(self.buyer, at=NOW - timedelta(days=3))
        self.assertEqual(self._reserve(self.buyer).state, "deferred")
        self.assertEqual(
            self._reserve(self.buyer).scheduled_date, NOW + timedelta(days=4)
        )

    def test_zero_means_never(self):
        policy = self._create_policy(limit=0)
        touch = self._reserve(self.buyer)
        self.assertEqual((touch.state, touch.policy_id), ("blocked", policy))
        self.assertIn("never", touch.reason)

    def test_an_empty_limit_limits_nothing(self):
        self._create_policy(limit=None)
        states = set(self._reserve(self.buyer + self.buyer).mapped("state"))
        self.assertEqual(states, {"reserved"})

    def test_the_strictest_policy_wins(self):
        self._create_policy(limit=2, days=1)
        strict = self._create_policy(limit=1, days=30)
        self._reserve(self.buyer, at=NOW - timedelta(days=10))
        touch = self._reserve(self.buyer)
        self.assertEqual(touch.policy_id, strict)
        self.assertEqual(touch.scheduled_date, NOW + timedelta(days=20))

    def test_colleagues_count_together_only_for_the_whole_customer(self):
        policy = self._create_policy(limit=1)
        self._reserve(self.buyer)
        self.assertEqual(self._reserve(self.engineer).state, "reserved")
        policy.scope = "customer"
        other = self._create_customer("Other Works")
        self.assertEqual(self._reserve(self.customer).state, "deferred")
        self.assertEqual(self._reserve(other).state, "reserved")

    def test_other_channels_and_purposes_do_not_count(self):
        self._create_policy(limit=1)
        self._reserve(self.buyer, purpose="sales")
        self.gate._reserve(self.buyer, "phone", "care")
        self.assertEqual(self._reserve(self.buyer).state, "reserved")
        self.assertEqual(self._reserve(self.buyer, "marketing").state, "deferred")

    def test_a_policy_without_channel_and_purpose_counts_what_counts(self):
        self._create_policy(limit=2, channel=False, purposes=())
        self.gate._reserve(self.buyer, "phone", "sales")
        self._reserve(self.buyer, "transactional")
        self.assertEqual(self._reserve(self.buyer, "survey").state, "reserved")
        self.assertEqual(self._reserve(self.buyer, "marketing").state, "deferred")

    def test_messages_the_customer_needs_are_never_held(self):
        self._create_policy(limit=0, channel=False, purposes=())
        for purpose in ("transactional", "service"):
            self.assertEqual(self._reserve(self.buyer, purpose).state, "reserved")

    def test_policy_is_only_for_those_its_filter_names(self):
        self._create_policy(limit=0, partner_domain=f"[('id', '=', {self.buyer.id})]")
        touches = self._reserve(self.buyer + self.engineer)
        self.assertEqual(touches.mapped("state"), ["blocked", "reserved"])

    def test_policy_for_a_segment_counts_whoever_writes(self):
        segment = self.env["c360.customer.segment"].create(
            {"name": "Fair", "kind": "fixed"}
        )
        segment._add_partners(self.buyer)
        self.customer.user_id = self.users_by_role["leader"]
        self._create_policy(
            limit=0, partner_domain=str([("c360_segment_ids", "in", segment.ids)])
        )
        other = self._create_customer("Paper Mill")
        gate = self.gate.with_user(self.users_by_role["user"])
        touches = gate._reserve(self.buyer + other, "email", "care")
        self.assertEqual(touches.mapped("state"), ["blocked", "reserved"])

    def test_companies_do_not_count_each_other(self):
        self._create_policy(limit=1)
        other = self.env["res.company"].create({"name": "Other Company"})
        self._reserve(self.buyer)
        touch = self.gate.with_company(other)._reserve(self.buyer, "email", "care")
        self.assertEqual((touch.state, touch.company_id), ("reserved", other))

    def test_policy_of_another_company_limits_nothing_here(self):
        other = self.env["res.company"].create({"name": "Other Company"})
        self._create_policy(limit=0, company_id=other.id)
        self.assertEqual(self._reserve(self.buyer).state, "reserved")

    def test_people_who_move_take_their_history_along(self):
        self._create_policy(limit=2)
        self._reserve(self.buyer + self.buyer)
        other = self._create_customer("Other Works")
        self.buyer.parent_id = other
        self.assertEqual(self._reserve(self.buyer).state, "deferred")

    def test_merged_people_take_their_history_along(self):
        self._create_policy(limit=2)
        single = self.env["res.partner"].create(
            {"name": "Sole", "email": "sole@timber.example"}
        )
        touches = self._reserve(single + single)
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((single + self.buyer).ids, self.buyer)
        self.assertEqual(touches.partner_id, self.buyer)
        self.assertEqual(touches.customer_id, self.customer)
        self.assertEqual(self._reserve(self.buyer).state, "deferred")

    def test_a_filter_that_broke_stops_nobody(self):
        policy = self._create_policy(limit=0, partner_domain="[('id', '>', 0)]")
        self.assertEqual(self._reserve(self.buyer).state, "blocked")
        policy.flush_recordset()
        self.cr.execute(
            "UPDATE c360_contact_policy SET partner_domain = %s WHERE id = %s",
            ["[('x_gone', '=', 1)]", policy.id],
        )
        self.env.invalidate_all()
        self.env.registry.clear_cache()
        with self.assertLogs("odoo.addons.crm_customer360", "WARNING"):
            touch = self._reserve(self.buyer)
        self.assertEqual(touch.state, "reserved")

    def test_an_archived_policy_limits_nobody_whatever_the_context(self):
        self._create_policy(limit=0).active = False
        gate = self.gate.with_context(active_test=False)
        touch = gate._reserve(self.buyer, "email", "care")
        self.assertEqual(touch.state, "reserved")

    def test_switched_off_limits_hold_nothing_but_are_booked(self):
        self._create_policy(limit=0)
        self.env.ref("base.group_user").implied_ids -= self.env.ref(
            "crm_customer360.group_use_contact"
        )
        self.assertEqual(self._reserve(self.buyer).state, "reserved")

    def test_check_changes_nothing(self):
        self._create_policy(limit=1)
        answers = self.gate.check((self.buyer + self.buyer).ids * 2, "email", "care")
        self.assertEqual(
            [answer["decision"] for answer in answers], ["allowed"] * len(answers)
        )
        self.assertFalse(self._get_touches(self.buyer))

    def test_check_answers_bad_questions_with_a_sentence(self):
        ids = self.buyer.ids
        for arguments, sentence in (
            ((ids, "pigeon", "care"), "pigeon.*email, sms"),
            ((ids, "email", "fun"), "fun.*transactional"),
            (("1", "email", "care"), "list of ids"),
            ((["1"], "email", "care"), "list of ids"),
            (([True], "email", "care"), "list of ids"),
            ((ids, ["email"], "care"), "email, sms"),
            (([2**30], "email", "care"), "do not exist"),
            ((ids, "email", "care", "tomorrow"), "YYYY-MM-DD"),
        ):
            with self.subTest(arguments), self.assertRaisesRegex(UserError, sentence):
                self.gate.check(*arguments)

    def test_the_number_of_queries_does_not_grow(self):
        self._create_policy(limit=2)
        self._create_policy(limit=5, days=30, scope="customer")
        customers = self.env["res.partner"].create(
            [{"name": f"C{i}", "email": f"c{i}@many.example"} for i in range(60)]
        )
        self._reserve(customers[:2])
        self.env.flush_all()
        counts = []
        for partners in (customers[2:4], customers[4:60]):
            self.env.invalidate_all()
            partners.mapped("email_normalized")
            partners.mapped("commercial_partner_id.name")
            before = self.cr.sql_log_count
            self._reserve(partners)
            self.env.flush_all()
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])
        self.assertLessEqual(counts[1], 6)

    def test_limits_hold_for_people_in_the_archive(self):
        self._create_policy(limit=1)
        self.buyer.active = False
        touches = self._reserve(self.buyer + self.buyer)
        self.assertEqual(touches.mapped("state"), ["reserved", "deferred"])
        self._create_policy(
            limit=0, partner_domain=f"[('id', '=', {self.engineer.id})]"
        )
        self.engineer.active = False
        self.assertEqual(self._reserve(self.engineer).state, "blocked")
        # from the archive he still counts for the whole customer
        self._create_policy(limit=1, scope="customer", purposes=("sales",))
        self._reserve(self.buyer, "sales")
        self.assertEqual(self._reserve(self.customer, "sales").state, "deferred")

    def test_consent_holds_for_people_in_the_archive(self):
        self.env["c360.contact.consent"]._record(
            [
                {
                    "partner_id": self.buyer.id,
                    "status": "refused",
                    "purpose": "marketing",
                    "source": "staff",
                    "company_id": self.company.id,
                }
            ]
        )
        self.buyer.active = False
        self.assertEqual(self._reserve(self.buyer, "marketing").state, "blocked")
        self.assertEqual(self._reserve(self.buyer, "service").state, "reserved")

    def test_history_of_thousands_is_asked_once(self):
        for limit in range(1, 11):
            self._create_policy(limit=limit, days=limit)
        self.env.cr.execute(
            """
            INSERT INTO c360_contact_touch (partner_id, customer_id, company_id,
                   channel, direction, purpose, purpose_source, state, date)
            SELECT %s, %s, %s, 'email', 'out', 'care', 'sender', 'sent',
                   %s - minute * INTERVAL '1 minute'
              FROM generate_series(0, 9999) AS minute
            """,
            [self.buyer.id, self.customer.id, self.company.id, NOW],
        )
        self.gate.check(self.buyer.ids, "email", "care")
        self.env.flush_all()
        before = self.cr.sql_log_count
        touch = self._reserve(self.buyer)
        self.env.flush_all()
        self.assertLessEqual(self.cr.sql_log_count - before, 6)
        # the tenth policy: 10 of the last 10 days are long used up
        self.assertEqual(touch.state, "deferred")


@tagged("post_install", "-at_install", "c360_contact")
class TestContactTouch(ContactCommon):
    def test_waiting_rows_stand_where_they_leave(self):
        self._create_policy(limit=1)
        sent, waiting = self._reserve(self.buyer + self.buyer)
        self.assertEqual(sent.shown_date, sent.date)
        self.assertEqual(waiting.shown_date, waiting.scheduled_date)
        both, leaves = sent + waiting, waiting.scheduled_date
        for domain, found in (
            ([("shown_date", ">=", leaves)], waiting),
            ([("shown_date", "<", leaves)], sent),
            ([("shown_date", "<=", leaves)], both),
            ([("shown_date", "=", False)], both.browse()),
        ):
            rows = both.search([("id", "in", both.ids), *domain])
            self.assertEqual(rows, found & both, domain)

    def test_columns_have_a_sensible_order(self):
        self._create_policy(limit=1)
        self._create_policy(limit=0, purposes=("sales",))
        touches = self._reserve(self.buyer + self.buyer)
        touches += self._reserve(self.buyer, "sales")
        touches += self._reserve(self.engineer, "service")
        touches[3]._move("sent")
        found = touches.with_context(read_group_expand=True).web_read_group(
            [("id", "in", touches.ids)], ["state"], ["__count"]
        )
        self.assertEqual(
            [group["state"] for group in found["groups"]],
            ["deferred", "reserved", "sent", "blocked"],
        )
        states = [state for state, _label in touches._fields["state"].selection]
        self.assertLess(states.index("deferred"), states.index("sent"))

    def test_the_state_moves_forward_only(self):
        touch = self._reserve(self.buyer)
        touch._move("sent")
        with self.assertRaisesRegex(UserError, "never rewritten"):
            touch._move("reserved")

    def test_open_source(self):
        touch = self._reserve(self.buyer, source=self.customer)
        self.assertEqual(touch.action_open_source()["res_id"], self.customer.id)
        gone = self._create_customer("Gone Ltd")
        touch.source_id = gone.id
        gone.unlink()
        with self.assertRaisesRegex(UserError, "gone"):
            touch.action_open_source()

    def test_deleting_a_partner_keeps_his_rows(self):
        touch = self._reserve(self.engineer)
        self.engineer.unlink()
        self.assertTrue(touch.exists())
        self.assertFalse(touch.partner_id)
        self.assertEqual(touch.partner_name, "Emil Engineer")

from datetime import datetime, timedelta
from itertools import permutations

from freezegun import freeze_time

from odoo.tests import tagged

from ...tools.contact_cap import Period
from ...tools.contact_limit import Cap, ContactLimit, ContactQuiet, Quiet, find_verdict
from .common import ContactCommon

NOW = datetime(2026, 3, 31, 9, 0, 0)


@tagged("post_install", "-at_install", "c360_contact")
@freeze_time(NOW)
class TestContactPriority(ContactCommon):
    """When two want the last place, the purpose of more weight gets it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        priorities = {"care": 30, "sales": 20, "marketing": 10, "survey": 10}
        for purpose in cls.env["c360.contact.purpose"].search([]):
            purpose.priority = priorities.get(purpose.code, 0)

    def test_a_booking_that_has_not_left_makes_room(self):
        self._create_policy(limit=1, days=7)
        lesser = self._reserve(self.buyer, "marketing")
        greater = self._reserve(self.buyer, "care")
        self.assertEqual(greater.state, "reserved")
        self.assertEqual(lesser.state, "deferred")
        self.assertEqual(lesser.scheduled_date, NOW + timedelta(days=7))
        self.assertEqual(
            lesser.reason, "“1 in 7 days”: 1 of 1 used in the last 7 days."
        )

    def test_a_booking_that_is_leaving_stays(self):
        self._create_policy(limit=1, days=7)
        lesser = self._reserve(self.buyer, "marketing")
        self.assertEqual(lesser._start_leaving(), lesser)
        self.assertEqual(self._reserve(self.buyer, "care").state, "deferred")
        self.assertEqual(lesser.state, "reserved")

    def test_a_sent_contact_stays(self):
        self._create_policy(limit=1, days=7)
        lesser = self._reserve(self.buyer, "marketing")
        lesser._move("sent")
        self.assertEqual(self._reserve(self.buyer, "care").state, "deferred")
        self.assertEqual(lesser.state, "sent")

    def test_equals_do_not_make_room(self):
        self._create_policy(limit=1, purposes=("marketing", "survey"))
        first = self._reserve(self.buyer, "marketing")
        self.assertEqual(self._reserve(self.buyer, "survey").state, "deferred")
        self.assertEqual(first.state, "reserved")

    def test_only_who_is_in_the_way_makes_room(self):
        self._create_policy(limit=1, purposes=("care", "sales", "marketing"))
        elsewhere = self.gate._reserve(self.buyer, "phone", "marketing")
        colleague = self._reserve(self.engineer, "marketing")
        in_the_way = self._reserve(self.buyer, "sales")
        self.assertEqual(self._reserve(self.buyer, "care").state, "reserved")
        self.assertEqual(in_the_way.state, "deferred")
        self.assertEqual((elsewhere + colleague).mapped("state"), ["reserved"] * 2)

    def test_nobody_makes_room_in_vain(self):
        self._create_policy(limit=1)
        lesser = self._reserve(self.buyer, "marketing")
        self._create_policy(limit=0, purposes=("care",))
        self.assertEqual(self._reserve(self.buyer, "care").state, "blocked")
        self.assertEqual(lesser.state, "reserved")

    def test_who_made_room_takes_one_from_who_matters_less(self):
        self._create_policy(limit=1, purposes=("care", "sales"))
        self._create_policy(limit=1, purposes=("sales", "marketing"), days=1)
        self._create_policy(limit=2, purposes=("care", "sales", "marketing"), days=2)
        sales = self._reserve(self.buyer, "sales")
        self.assertEqual(self._reserve(self.buyer, "marketing").state, "deferred")
        self.assertEqual(self._reserve(self.buyer, "care").state, "reserved")
        self.assertEqual(sales.state, "deferred")

    def test_who_waits_keeps_the_place_from_who_matters_less(self):
        self._create_policy(limit=1, days=7)
        self._reserve(self.buyer, "care", at=NOW - timedelta(days=6))._start_leaving()
        waiting = self._reserve(self.buyer, "care")
        self.assertEqual(waiting.scheduled_date, NOW + timedelta(days=1))
        later = NOW + timedelta(days=1, minutes=1)
        # the place is free, and spoken for
        self.assertEqual(
            self._reserve(self.buyer, "marketing", at=later).state, "deferred"
        )
        request = self.gate._get_touch_request(waiting)
        (decision,) = self.gate._decide([request], later)
        self.assertEqual(decision.state, "allowed")

    def test_who_waits_does_not_keep_a_place_from_who_matters_more(self):
        self._create_policy(limit=1, days=7)
        self._reserve(self.buyer, "care", at=NOW - timedelta(days=6))
        waiting = self._reserve(self.buyer, "marketing")
        later = waiting.scheduled_date
        self.assertEqual(self._reserve(self.buyer, "care", at=later).state, "reserved")

    def test_in_one_batch_who_matters_more_chooses_first(self):
        self._create_policy(limit=1)
        requests = [
            *self.gate._get_requests(self.buyer, "email", "marketing"),
            *self.gate._get_requests(self.buyer, "email", "care"),
        ]
        states = [decision.state for decision in self.gate._decide(requests, NOW)]
        self.assertEqual(states, ["deferred", "allowed"])

    def test_the_mail_of_a_booking_that_made_room_waits(self):
        self._create_policy(limit=1, days=7)
        mail = self._create_mail(self.buyer, "marketing")
        request = mail._get_contact_request(*mail._get_contact_recipients())
        decisions = self.gate._decide([request], NOW)
        lesser = self.gate._book([request], decisions, NOW)
        self._reserve(self.buyer, "care")
        mail.send()
        self.assertEqual(mail.state, "outgoing")
        self.assertEqual(mail.scheduled_date, NOW + timedelta(days=7))
        self.assertEqual(lesser.state, "deferred")
        self.assertEqual(len(self._get_touches(self.buyer)), 2)

    def test_a_booking_that_made_room_and_is_too_late_ends_with_its_mail(self):
        self._create_policy(limit=1, days=7)
        mail = self._create_mail(
            self.buyer, "marketing", contact_expire_date=NOW + timedelta(days=2)
        )
        request = mail._get_contact_request(*mail._get_contact_recipients())
        lesser = self.gate._book([request], self.gate._decide([request], NOW), NOW)
        self._reserve(self.buyer, "care")
        self.assertEqual((lesser.state, lesser.scheduled_date), ("deferred", NOW))
        mail.send()
        self.assertEqual((lesser.state, mail.state), ("blocked", "cancel"))
        self.assertIn("too late", lesser.reason)
        self.assertEqual(len(self._get_touches(self.buyer)), 2)


@tagged("post_install", "-at_install", "c360_contact")
@freeze_time(NOW)
class TestContactEnds(ContactCommon):
    """Expiry, going on nevertheless, and the moment everything agrees on."""

    def _decide(self, purpose="care", at=NOW, **values):
        requests = self.gate._get_requests(self.buyer, "email", purpose)
        (decision,) = self.gate._decide([requests[0]._replace(**values)], at)
        return decision

    def test_who_could_leave_too_late_only_is_stopped_with_words(self):
        policy = self._create_policy(limit=1, days=7)
        self._reserve(self.buyer)
        decision = self._decide(expire_date=NOW + timedelta(days=6))
        self.assertEqual((decision.state, decision.policy_id), ("blocked", policy.id))
        self.assertRegex(decision.reason, "too late.*1 of 1 used")
        on_time = self._decide(expire_date=NOW + timedelta(days=7))
        self.assertEqual(on_time.state, "deferred")

    def test_what_expired_while_it_waited_is_stopped_with_words(self):
        self._create_policy(limit=1, days=7)
        self._reserve(self.buyer)
        request = self.gate._get_requests(self.buyer, "email", "care")[0]._replace(
            expire_date=NOW + timedelta(days=8)
        )
        waiting = self.gate._book([request], self.gate._decide([request], NOW), NOW)
        self.assertEqual(waiting.state, "deferred")
        again = self.gate._get_touch_request(waiting)
        for days, state in ((8, "allowed"), (8.001, "blocked")):
            (decision,) = self.gate._decide([again], NOW + timedelta(days=days))
            self.assertEqual(decision.state, state)
        self.assertIn("expired", decision.reason)

    def test_an_expiry_the_sender_gave_holds_for_every_purpose_that_can_wait(self):
        purpose = self.env["c360.contact.purpose"].search([("code", "=", "collection")])
        purpose.write(
            {
                "is_capped": False,
                "stopped_by_complaint": False,
                "keeps_quiet_hours": False,
                "needs_consent": False,
            }
        )
        yesterday = NOW - timedelta(days=1)
        self.assertEqual(
            self._decide("collection", expire_date=yesterday).state, "blocked"
        )
        self.assertEqual(
            self._decide("transactional", expire_date=yesterday).state, "allowed"
        )

    def test_the_purpose_says_how_long_it_may_wait(self):
        purpose = self.env["c360.contact.purpose"].search([("code", "=", "care")])
        self._create_policy(limit=1, days=7)
        self._reserve(self.buyer)
        purpose.expiry_days = 6
        self.assertEqual(self._decide().state, "blocked")
        purpose.expiry_days = 7
        self.assertEqual(self._decide().state, "deferred")
        self.assertEqual(
            self._reserve(self.engineer).expire_date, NOW + timedelta(days=7)
        )

    def test_going_on_nevertheless_is_kept_with_its_reason(self):
        policy = self._create_policy(limit=0)
        request = self.gate._get_requests(self.buyer, "email", "care")[0]._replace(
            override_reason="He asked me to"
        )
        touch = self.gate._book([request], self.gate._decide([request], NOW), NOW)
        self.assertEqual((touch.state, touch.is_override), ("reserved", True))
        self.assertEqual(touch.override_reason, "He asked me to")
        self.assertEqual(touch.policy_id, policy)
        self.assertIn("never", touch.reason)

    def test_who_needs_no_reason_is_not_against_the_limits(self):
        decision = self._decide(override_reason="Just in case")
        self.assertEqual((decision.state, decision.is_override), ("allowed", False))

    def test_what_went_nevertheless_counts(self):
        self._create_policy(limit=1, days=7)
        self._reserve(self.buyer)
        request = self.gate._get_requests(self.buyer, "email", "care")[0]._replace(
            override_reason="Urgent"
        )
        at = NOW + timedelta(days=3)
        self.gate._book([request], self.gate._decide([request], at), at)
        self.assertEqual(
            self._decide(at=NOW + timedelta(days=8)).date, at + timedelta(7)
        )

    def test_the_moment_limit_and_quiet_time_agree_on(self):
        week = self._create_policy(limit=1, days=7)
        # 21:00 in Shanghai: the place is free again at the same hour
        self._reserve(self.buyer, at=datetime(2026, 3, 30, 13))
        self.env["c360.contact.policy"].create(
            {"name": "Night", "kind": "quiet", "hour_from": 20.0, "hour_to": 8.0}
        )
        self.buyer.tz = "Asia/Shanghai"
        decision = self._decide()
        self.assertEqual(decision.date, datetime(2026, 4, 7, 0))
        self.assertEqual(decision.policy_id, week.id, "not the night at its end")
        self.assertRegex(decision.reason, "Then: “Night” until 4/7/26, 8:00.AM.$")
        self.assertEqual(self._decide(at=decision.date).state, "allowed")
        self.assertEqual(
            self._decide(at=decision.date - timedelta(seconds=1)).state, "deferred"
        )

    def test_policies_that_never_agree_stop_with_words(self):
        quiets = [
            ContactQuiet(None, name, weekdays=frozenset(days))
            for name, days in (("Week", range(5)), ("Weekend", (5, 6)))
        ]
        verdict = find_verdict(
            [Quiet(quiet, quiet.get_clock("UTC")) for quiet in quiets], NOW
        )
        decision = self.gate._explain(verdict, NOW)
        self.assertEqual(decision.state, "blocked")
        self.assertIn("No moment", decision.reason)

    def test_the_policy_it_waits_for_longest_is_named(self):
        night = ContactQuiet(None, "Night", hour_from=20.0, hour_to=8.0)
        quiet = Quiet(night, night.get_clock("UTC"))
        week = ContactLimit(None, "Week", limit=1, period=Period(7, "day"))
        month = ContactLimit(None, "Month", limit=1, period=Period(30, "day"))
        used = (datetime(2026, 3, 30, 21),)
        barriers = [quiet, Cap(week, used), Cap(month, used)]
        for order in permutations(barriers):
            with self.subTest([barrier.policy.name for barrier in order]):
                decision = self.gate._explain(find_verdict(order, NOW), NOW)
                self.assertEqual(decision.date, datetime(2026, 4, 30, 8))
                self.assertIn("“Month”: 1 of 1", decision.reason)
                self.assertIn("Then: “Night” until 4/30/26", decision.reason)
                self.assertNotIn("Week", decision.reason)
        # an hour's wait, and then the whole night
        used = (datetime(2026, 3, 24, 20, 30),)
        verdict = find_verdict([Cap(week, used), quiet], NOW.replace(hour=19))
        self.assertEqual((verdict.barrier, verdict.last), (quiet, None))

    def test_the_policy_that_never_lets_through_is_named(self):
        forever = ContactQuiet(
            None,
            "Forever",
            weekdays=frozenset(range(7)),
            date_to=datetime(2099, 1, 1),
        )
        night = ContactQuiet(None, "Night", hour_from=20.0, hour_to=8.0)
        quiets = [Quiet(rule, rule.get_clock("UTC")) for rule in (forever, night)]
        for order in permutations(quiets):
            reason = self.gate._explain(find_verdict(order, NOW), NOW).reason
            self.assertIn("No moment", reason)
            self.assertIn("“Forever”", reason)
            self.assertNotIn("Night", reason)

    def test_a_policy_holds_from_its_first_second_to_the_last(self):
        begin, end = NOW + timedelta(hours=1), NOW + timedelta(hours=2)
        self._create_policy(limit=0, date_from=begin, date_to=end)
        second = timedelta(seconds=1)
        for at, state in (
            (begin - second, "allowed"),
            (begin, "deferred"),
            (end - second, "deferred"),
            (end, "allowed"),
        ):
            with self.subTest(at):
                decision = self._decide(at=at)
                self.assertEqual(
                    (decision.state, decision.date),
                    (state, max(at, end) if state == "deferred" else at),
                )

    def test_contacts_planned_for_later_take_their_places(self):
        self._create_policy(limit=1, days=7)
        self._reserve(self.buyer, at=NOW + timedelta(days=3))
        self.assertEqual(self._decide().date, NOW + timedelta(days=10))
        self.assertEqual(self._decide(at=NOW - timedelta(days=4)).state, "allowed")

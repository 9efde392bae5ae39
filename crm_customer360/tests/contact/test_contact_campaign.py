import random
from datetime import datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo.tests import tagged

from .common import ContactCommon

NOW = datetime(2026, 3, 31, 9, 0, 0)
PAST = "odoo.addons.crm_customer360.models.contact.c360_contact_gate_past"


@tagged("post_install", "-at_install", "c360_contact")
@freeze_time(NOW)
class TestContactCampaign(ContactCommon):
    """A campaign reaches a person, and an address, only once."""

    def _requests(self, partners, key="spring", **values):
        return [
            request._replace(campaign_key=key, **values)
            for request in self.gate._get_requests(partners, "email", "marketing")
        ]

    def _book(self, requests, at=NOW):
        return self.gate._book(requests, self.gate._decide(requests, at, lock=True), at)

    def test_within_a_batch_and_over_batches(self):
        touches = self._book(self._requests(self.buyer + self.engineer + self.buyer))
        states = [touch.state for touch in touches]
        self.assertEqual(states, ["reserved", "reserved", "blocked"])
        states = self._book(self._requests(self.buyer + self.engineer)).mapped("state")
        self.assertEqual(states, ["blocked", "blocked"])

    def test_twice_in_one_batch_goes_once(self):
        requests = self._requests(self.buyer) * 2
        states = [decision.state for decision in self.gate._decide(requests, NOW)]
        self.assertEqual(states, ["allowed", "blocked"])

    def test_again_later_is_stopped_with_words(self):
        self._book(self._requests(self.buyer))
        touch = self._book(self._requests(self.buyer))
        self.assertEqual(touch.state, "blocked")
        self.assertIn("already", touch.reason)
        self.assertEqual(
            self._book(self._requests(self.buyer, "summer")).state, "reserved"
        )

    def test_one_address_of_two_people_is_reached_once(self):
        twin = self._create_customer("Twin Works", email=self.buyer.email)
        requests = self._requests(self.buyer + twin)
        states = [decision.state for decision in self.gate._decide(requests, NOW)]
        self.assertEqual(states, ["allowed", "blocked"])
        self._book(self._requests(self.buyer))
        self.assertEqual(self._book(self._requests(twin)).state, "blocked")

    def test_who_was_stopped_leaves_the_address_to_the_other(self):
        twin = self._create_customer("Twin Works", email=self.buyer.email)
        self._create_policy(limit=0, partner_domain=f"[('id', '=', {self.buyer.id})]")
        requests = self._requests(self.buyer + twin)
        states = [decision.state for decision in self.gate._decide(requests, NOW)]
        self.assertEqual(states, ["blocked", "allowed"])

    def test_one_person_with_a_new_address_is_reached_once(self):
        self._book(self._requests(self.buyer))
        self.buyer.email = "new@timber.example"
        self.assertEqual(self._book(self._requests(self.buyer)).state, "blocked")

    def test_who_waits_is_reached_later_and_not_twice(self):
        self._create_policy(limit=1, days=7)
        self._reserve(self.buyer)
        waiting = self._book(self._requests(self.buyer))
        self.assertEqual(waiting.state, "deferred")
        self.assertEqual(self._book(self._requests(self.buyer)).state, "blocked")
        again = self.gate._get_touch_request(waiting)
        (decision,) = self.gate._decide([again], waiting.scheduled_date)
        self.assertEqual(decision.state, "allowed")

    def test_of_two_that_wait_for_a_merged_person_the_older_goes(self):
        self._create_policy(limit=1, days=7)
        sole = self.env["res.partner"].create({"name": "Sole", "email": "s@s.example"})
        self._reserve(self.buyer + sole)
        waiting = self._book(self._requests(self.buyer + sole))
        self.assertEqual(waiting.mapped("state"), ["deferred"] * 2)
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((sole + self.buyer).ids, self.buyer)
        later = NOW + timedelta(days=8)
        requests = [self.gate._get_touch_request(touch) for touch in waiting]
        states = [decision.state for decision in self.gate._decide(requests, later)]
        self.assertEqual(states, ["allowed", "blocked"])

    def test_a_failed_one_may_try_again(self):
        touch = self._book(self._requests(self.buyer))
        touch._move("failed")
        again = self.gate._get_touch_request(touch)
        self.assertEqual(self.gate._decide([again], NOW)[0].state, "allowed")


@tagged("post_install", "-at_install", "c360_contact")
@freeze_time(NOW)
class TestContactShared(ContactCommon):
    """Addresses shared by two, and people who are gone: each contact counts once."""

    def test_an_address_of_two_customers_counts_for_both(self):
        twin = self._create_customer("Twin Works", email=self.buyer.email)
        self._create_policy(limit=1)
        self._reserve(self.buyer)
        self.assertEqual(self._reserve(twin).state, "deferred")

    def test_an_address_of_two_colleagues_counts_once(self):
        self.engineer.email = self.buyer.email
        self._create_policy(limit=2)
        self._reserve(self.buyer)
        self.assertEqual(self._reserve(self.engineer).state, "reserved")
        self.assertEqual(self._reserve(self.engineer).state, "deferred")

    def test_a_contact_of_a_deleted_person_counts_once(self):
        self._create_policy(limit=2, scope="customer")
        old = self.env["res.partner"].create(
            {"name": "Old", "parent_id": self.customer.id, "email": self.buyer.email}
        )
        self._reserve(old)
        old.unlink()
        self.assertEqual(self._reserve(self.buyer).state, "reserved")
        self.assertEqual(self._reserve(self.buyer).state, "deferred")

    def test_a_number_called_is_no_message(self):
        self.buyer.phone = "+32 470 00 00 01"
        twin = self._create_customer("Twin Works", phone=self.buyer.phone)
        self._create_policy(limit=1, channel=False, scope="customer")
        self.gate._reserve(self.buyer, "sms", "care")
        self.assertEqual(self.gate._reserve(twin, "phone", "care").state, "reserved")
        self.assertEqual(self.gate._reserve(twin, "sms", "care").state, "deferred")


@tagged("post_install", "-at_install", "c360_contact")
@freeze_time(NOW)
class TestContactFastPath(ContactCommon):
    """Who is far from every limit is not counted: the answer stays the same."""

    CHANNELS = ("email", "sms", "phone")
    PURPOSES = ("care", "sales", "marketing", "survey", "service")

    def _create_history(self, draw):
        """People, some sharing addresses or deleted, and what they were sent."""
        companies = [self._create_customer(f"Random {i}") for i in range(12)]
        people = self.env["res.partner"].create(
            [
                {
                    "name": f"Person {i}",
                    "parent_id": draw.choice(companies).id,
                    "email": f"p{draw.randrange(30)}@random.example",
                    "phone": f"+32 470 00 00 {draw.randrange(10, 40)}",
                }
                for i in range(40)
            ]
        )
        gone = people[-4:]
        vals_list = []
        for _i in range(150):
            person = draw.choice(people)
            state = draw.choice(["sent"] * 4 + ["reserved", "deferred", "blocked"])
            channel = draw.choice(self.CHANNELS)
            vals_list.append(
                {
                    "partner_id": person.id,
                    "customer_id": draw.choice(
                        [person.commercial_partner_id.id] * 9 + [companies[0].id]
                    ),
                    "address": person.email_normalized
                    if channel == "email"
                    else person.phone_sanitized,
                    "channel": channel,
                    "purpose": draw.choice(self.PURPOSES),
                    "direction": draw.choice(["out"] * 5 + ["in"]),
                    "state": state,
                    "date": NOW - timedelta(hours=draw.randrange(-100, 900)),
                    "scheduled_date": NOW + timedelta(hours=draw.randrange(-9, 9))
                    if state == "deferred"
                    else False,
                    "company_id": self.company.id,
                    "is_leaving": draw.random() < 0.5,
                    "campaign_key": draw.choice(["spring", False, False]),
                }
            )
        touches = self.env["c360.contact.touch"].create(vals_list)
        gone.unlink()
        return people - gone, touches

    def _create_random_policies(self, draw, people):
        for _i in range(draw.randrange(1, 5)):
            self._create_policy(
                limit=draw.choice([0, 1, 1, 2, 3, 5]),
                days=draw.randrange(1, 30),
                purposes=draw.sample(self.PURPOSES[:4], draw.randrange(0, 4)),
                channel=draw.choice([False, *self.CHANNELS]),
                scope=draw.choice(["contact", "customer"]),
                partner_domain=draw.choice(
                    [False, False, f"[('id', '<', {draw.choice(people).id})]"]
                ),
            )
        if draw.random() < 0.5:
            self.env["c360.contact.policy"].create(
                {"name": "Noon", "kind": "quiet", "hour_from": 8, "hour_to": 12}
            )

    def _get_random_requests(self, draw, people, touches):
        requests = []
        for _i in range(70):
            channel = draw.choice(self.CHANNELS)
            (request,) = self.gate._get_requests(
                draw.choice(people), channel, draw.choice(self.PURPOSES)
            )
            if draw.random() < 0.1:
                request = request._replace(partner_id=None, customer_id=None)
            requests.append(
                request._replace(
                    campaign_key=draw.choice(["spring", None, None, None]),
                    expire_date=draw.choice([None, None, NOW + timedelta(days=2)]),
                    override_reason=draw.choice([None] * 9 + ["Urgent"]),
                )
            )
        requests += [
            self.gate._get_touch_request(touch)
            for touch in touches.filtered(lambda touch: touch.state == "deferred")
        ]
        return requests

    def test_fast_and_exact_agree_on_random_histories(self):
        seen = set()
        for seed in range(12):
            draw = random.Random(seed)
            self.env["c360.contact.policy"].search([]).active = False
            people, touches = self._create_history(draw)
            self._create_random_policies(draw, people)
            requests = self._get_random_requests(draw, people, touches)
            for alone in (False, True):
                with patch(f"{PAST}.FEW", 10_000):
                    exact = self.gate._decide(requests, NOW, alone=alone)
                with patch(f"{PAST}.FEW", 0):
                    fast = self.gate._decide(requests, NOW, alone=alone)
                self.assertEqual(fast, exact, f"seed {seed}")
                seen.update(decision.state for decision in exact)
        self.assertEqual(seen, {"allowed", "deferred", "blocked"})

    def test_a_big_batch_needs_as_many_queries_as_a_small_one(self):
        self._create_policy(limit=2)
        partners = self.env["res.partner"].create(
            [{"name": f"C{i}", "email": f"c{i}@many.example"} for i in range(300)]
        )
        self._reserve(partners[:60])
        self.env.flush_all()
        counts = []
        for some in (partners[60:120], partners[120:]):
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            touches = self._reserve(some)
            self.env.flush_all()
            counts.append(self.cr.sql_log_count - before)
            self.assertEqual(touches.partner_id, some)
        self.assertEqual(counts[0], counts[1])
        self.assertLessEqual(counts[1], 8)

import logging
import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from psycopg2.errors import DeadlockDetected, SerializationFailure

from odoo import fields
from odoo.tests import tagged

from .common_committed import ContactCommitted

_logger = logging.getLogger(__name__)

WORKERS = 8
CROWD = 25
MAILED = 8


@tagged("post_install", "-at_install", "c360_contact")
class TestContactLoad(ContactCommitted):
    """Eight connections want 200 customers: no limit is passed, no place is missed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.now = fields.Datetime.now()
        cls.tries = Counter()
        cls.crowds = {}
        with cls._environment() as env:
            for name in (
                "contact customer address periods quiet priority campaign mail"
            ).split():
                size = MAILED if name == "mail" else CROWD
                cls.crowds[name] = cls._create_crowd(env, name, size)
            cls._create_policies(env)
            cls.priorities = {
                purpose.code: purpose.priority
                for purpose in env["c360.contact.purpose"].search([])
            }

    @classmethod
    def _create_crowd(cls, env, name, size):
        """Create customers; of some crowds with a colleague, or a twin's address."""
        people = cls._create_people(
            env,
            [
                {"name": f"{name} {i}", "email": f"{name}{i}@load.example"}
                for i in range(size)
            ],
        )
        if name == "customer":
            people.is_company = True
            people += cls._create_people(
                env,
                [
                    {"name": f"Colleague {company.id}", "parent_id": company.id}
                    for company in people
                ],
            )
        if name in ("address", "campaign"):
            people += cls._create_people(
                env,
                [{"name": f"Twin {one.id}", "email": one.email} for one in people],
            )
        return people.ids

    @classmethod
    def _create_policies(cls, env):
        for name, vals_list in {
            "contact": [{"limit_count": 3}],
            "customer": [{"limit_count": 3, "scope": "customer"}],
            "address": [{"limit_count": 2}],
            "periods": [
                {"limit_count": 1, "period_count": 20, "period_unit": "hour"},
                {"limit_count": 3, "period_count": 4},
                {"limit_count": 4, "period_count": 1, "period_unit": "month"},
            ],
            "quiet": [
                {"kind": "quiet", "hour_from": 0, "hour_to": 0, "quiet_monday": True}
            ],
            "priority": [{"limit_count": 2, "purposes": ("care", "marketing")}],
            "campaign": [],
            "mail": [{"limit_count": 2}],
        }.items():
            people = env["res.partner"].browse(cls.crowds[name])
            for vals in vals_list:
                purposes = vals.pop("purposes", ("care",))
                cls._create_policy(env, people, purposes, **vals)

    # ------------------------------------------------------------------- workers

    def _retry(self, work):
        """Run a transaction as the host does, sooner again than the host."""
        for attempt in range(200):
            try:
                with self._environment() as env:
                    result = work(env)
                    env.flush_all()
            except SerializationFailure:
                self.tries["retries"] += 1
                time.sleep(random.uniform(0, 0.003 * min(attempt + 1, 10)))
            except DeadlockDetected:
                self.tries["deadlocks"] += 1
            else:
                self.tries["done"] += 1
                return result
        raise AssertionError("Gave up")

    def _run_worker(self, worker):
        """Want everybody once, in an order and in batches of one's own."""
        draw = random.Random(worker)
        jobs = []
        for name, ids in self.crowds.items():
            ids = draw.sample(ids, len(ids))
            while ids:
                size = draw.randrange(1, 7)
                jobs.append((name, ids[:size]))
                ids = ids[size:]
        draw.shuffle(jobs)
        for name, ids in jobs:
            if name == "mail":
                self._mail(ids)
            else:
                self._retry(lambda env, n=name, i=ids: self._want(env, worker, n, i))

    def _want(self, env, worker, name, ids):
        gate = env["c360.contact.gate"]
        partners = env["res.partner"].browse(ids)
        at, purpose = self.now, "care"
        if name == "periods":
            at += timedelta(days=worker)
        if name == "quiet":
            at = self._monday() + timedelta(hours=9)
        if name == "priority":
            purpose = ("care", "marketing")[worker % 2]
        requests = gate._get_requests(partners, "email", purpose)
        if name == "campaign":
            requests = [request._replace(campaign_key="load") for request in requests]
        gate._book(requests, gate._decide(requests, at, lock=True), at)

    def _monday(self):
        day = self.now.replace(hour=0, minute=0, second=0)
        return day + timedelta(days=7 - day.weekday())

    def _mail(self, ids):
        mail_ids = self._retry(
            lambda env: self._create_mails(env, env["res.partner"].browse(ids)).ids
        )
        with self._environment() as env:
            env["mail.mail"].browse(mail_ids).send(auto_commit=True)

    # -------------------------------------------------------------------- checks

    def test_every_kind_of_policy_is_exact(self):
        began = time.monotonic()
        # losing a race is expected here, and counted
        logging.getLogger("odoo.sql_db").setLevel(logging.CRITICAL)
        try:
            with (
                self._mail_sink() as sent,
                ThreadPoolExecutor(WORKERS) as pool,
            ):
                for _done in pool.map(self._run_worker, range(WORKERS)):
                    pass
        finally:
            logging.getLogger("odoo.sql_db").setLevel(logging.NOTSET)
        _logger.info(
            "%s transactions in %.1f s, %s retries",
            self.tries["done"],
            time.monotonic() - began,
            self.tries["retries"],
        )
        self.assertFalse(self.tries["deadlocks"])
        with self._environment() as env:
            self._check(env, sent)

    def _check(self, env, sent):
        touches = env["c360.contact.touch"].search(
            [("partner_id", "in", self.partner_ids)]
        )
        self.assertEqual(
            len(touches), WORKERS * sum(len(ids) for ids in self.crowds.values())
        )
        booked = touches.filtered(lambda touch: touch.state in ("reserved", "sent"))
        of = {
            name: booked.filtered(lambda touch, ids=ids: touch.partner_id.id in ids)
            for name, ids in self.crowds.items()
        }
        self._check_counts(of["contact"], "partner_id", 3, CROWD)
        self._check_counts(of["customer"], "customer_id", 3, CROWD)
        self._check_counts(of["address"], "address", 2, CROWD)
        self._check_counts(of["campaign"], "address", 1, CROWD)
        self._check_counts(of["priority"], "partner_id", 2, CROWD)
        if self.priorities["care"] > self.priorities["marketing"]:
            self.assertEqual(set(of["priority"].mapped("purpose")), {"care"})
        self._check_counts(of["mail"], "address", 2, MAILED)
        self.assertEqual(set(of["mail"].mapped("state")), {"sent"})
        self.assertEqual(sorted(Counter(sent).values()), [2] * MAILED)
        self.assertFalse(of["quiet"])
        quiet = touches.filtered(
            lambda touch: touch.partner_id.id in self.crowds["quiet"]
        )
        self.assertEqual(
            set(quiet.mapped("scheduled_date")), {self._monday() + timedelta(days=1)}
        )
        self._check_periods(touches)

    def _check_counts(self, touches, name, limit, subjects):
        """Exactly the limit for everybody: there was demand for more."""
        counts = Counter(
            touch[name].id if name.endswith("_id") else touch[name] for touch in touches
        )
        self.assertEqual(sorted(counts.values()), [limit] * subjects, name)

    def _check_periods(self, touches):
        """No period, wherever it begins, holds too many; who waits had to."""
        for partner_id in self.crowds["periods"]:
            mine = touches.filtered(
                lambda touch, found=partner_id: touch.partner_id.id == found
            )
            booked = [touch.date for touch in mine if touch.state == "reserved"]
            waiting = [touch.date for touch in mine if touch.state == "deferred"]
            self.assertTrue(self._fits(booked), booked)
            for date in waiting:
                self.assertFalse(self._fits([*booked, date]), (booked, date))

    def _fits(self, dates):
        """Count by brute force: 1 in 20 hours, 3 in 4 days, 4 in a month."""
        limits = ((1, timedelta(hours=20)), (3, timedelta(days=4)))
        return len(dates) <= 4 and all(
            sum(begin <= date < begin + period for date in dates) <= limit
            for limit, period in limits
            for begin in dates
        )

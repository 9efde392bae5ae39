from unittest import SkipTest

from odoo import fields
from odoo.tests import TransactionCase, tagged

NEWSLETTER = "What we pour at the fair"


@tagged("post_install", "-at_install", "c360_demo")
class TestDemoContacts(TransactionCase):
    """The story was told once, when the addon came; here it is only checked."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Telling it takes minutes, so other databases do without it.
        module = cls.env["ir.module.module"]._get("crm_customer360_demo")
        if module.state != "installed":
            raise SkipTest("The demo story has not been told in this database.")
        cls.touches = cls.env["c360.contact.touch"]
        cls.harbour = cls._person("office@harbourcoffee.example")

    @classmethod
    def _person(cls, email):
        return cls.env["res.partner"].search([("email", "=", email)])

    def _newsletter(self, email):
        """Return what became of the last newsletter to somebody."""
        return self.touches.search(
            [
                ("partner_id", "=", self._person(email).id),
                ("subject", "=", NEWSLETTER),
            ]
        )

    def test_the_ledger_has_every_kind_of_row(self):
        for domain in (
            *(
                [("channel", "=", channel), ("state", "=", state)]
                for channel, states in (
                    ("email", ("sent", "answered", "deferred", "blocked", "failed")),
                    ("sms", ("sent", "deferred", "blocked", "failed")),
                    ("phone", ("sent", "reserved")),
                    ("visit", ("sent",)),
                    ("letter", ("sent",)),
                )
                for state in states
            ),
            [("direction", "=", "in"), ("channel", "=", "email")],
            [("direction", "=", "in"), ("answer_to_id", "!=", False)],
            [("is_override", "=", True), ("override_reason", "!=", False)],
        ):
            with self.subTest(domain=domain):
                self.assertTrue(self.touches.search_count(domain))

    def test_what_is_held_says_why(self):
        held = self.touches.search([("state", "in", ("deferred", "blocked"))])
        self.assertTrue(all(held.mapped("reason")))
        waiting = held.filtered(lambda touch: touch.state == "deferred")
        self.assertTrue(all(waiting.mapped("scheduled_date")))
        # nothing should have left before the story was told
        told = min(waiting.mapped("write_date")).replace(hour=0, minute=0, second=0)
        self.assertTrue(all(date > told for date in waiting.mapped("scheduled_date")))

    def test_the_newsletter_is_stopped_for_many_reasons(self):
        for email, words in (
            ("hannah@steepandstory.example", "refused marketing"),
            ("luis@brew21.example", "refused “Newsletter”"),
            ("amy@clocktowercafes.example", "overdue"),
            ("wu.guodong@yuqian-tea.example", "complaint"),
            ("julien@thesdumarais.example", "could not be reached"),
        ):
            with self.subTest(email=email):
                touch = self._newsletter(email)
                self.assertEqual(touch.state, "blocked")
                self.assertIn(words, touch.reason)

    def test_who_wants_nothing_is_on_the_blacklist_of_the_host(self):
        partner = self._person("iker@tostaderobilbao.example")
        self.assertTrue(partner.is_blacklisted)
        # the composer of the host leaves him out before anything could be booked
        self.assertFalse(self._newsletter(partner.email))

    def test_the_newsletter_waits_where_it_has_to(self):
        for email in (
            "camille@cafelumiere.example",
            "sanne@hotelstadspark.example",
            "olivia@harbourcoffee.example",
        ):
            with self.subTest(email=email):
                self.assertEqual(self._newsletter(email).state, "deferred")
        back = self._newsletter("sanne@hotelstadspark.example").scheduled_date
        self.assertGreater(back, fields.Datetime.now())
        sent = self.touches.search_count(
            [("subject", "=", NEWSLETTER), ("state", "=", "sent")]
        )
        self.assertGreater(sent, 20)

    def test_answers_are_tied_to_what_they_answer(self):
        answers = self.touches.search([("answer_to_id", "!=", False)])
        self.assertGreaterEqual(len(answers), 6)
        for answer in answers:
            self.assertEqual(answer.answer_to_id.state, "answered")
            self.assertEqual(answer.customer_id, answer.answer_to_id.customer_id)
            self.assertEqual(answer.answer_to_id.outcome, answer.outcome)

    def test_consent_has_proof(self):
        consents = self.env["c360.contact.consent"].search([])
        self.assertEqual(set(consents.mapped("status")), {"given", "refused"})
        self.assertLessEqual(
            {"writing", "staff", "order", "customer"}, set(consents.mapped("source"))
        )
        self.assertTrue(all(consents.mapped("proof")))
        wishes = self.env["c360.contact.preference"].search([("is_current", "=", True)])
        self.assertTrue(wishes.filtered("pause_until"))
        self.assertTrue(wishes.filtered("limit_count"))
        self.assertIn("phone", wishes.mapped("preferred_channel"))

    def test_policies_can_be_tried(self):
        cora = self.env["res.users"].search([("login", "=", "cora")])
        for kind in ("limit", "quiet", "stop"):
            policy = self.env["c360.contact.policy"].search([("kind", "=", kind)])[:1]
            action = policy.with_user(cora).action_simulate()
            simulation = self.env[action["res_model"]].browse(action["res_id"])
            with self.subTest(policy=policy.name):
                self.assertGreater(simulation.total, 20)
                self.assertGreater(simulation.waited + simulation.stopped, 0)

    def test_flagship_heard_from_us_every_other_week(self):
        touches = self.touches.search(
            [
                ("customer_id", "=", self.harbour.id),
                ("date", ">", fields.Datetime.subtract(fields.Datetime.now(), days=84)),
            ]
        )
        weeks = {touch.date.isocalendar()[1] for touch in touches}
        self.assertGreaterEqual(len(weeks), 7)
        self.assertLessEqual(
            {"email", "sms", "phone", "letter", "visit"}, set(touches.mapped("channel"))
        )
        self.assertLessEqual(
            {"sent", "answered", "deferred"}, set(touches.mapped("state"))
        )

from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import ContactCommon

NOW = datetime(2026, 3, 31, 9, 0, 0)
INVITATION = "Come!"


@tagged("post_install", "-at_install", "c360_contact")
@freeze_time(NOW)
class TestContactConsent(ContactCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.consents = cls.env["c360.contact.consent"]
        cls.topic = cls.env.ref("crm_customer360.contact_topic_event")

    def _say(self, status, partner=None, **values):
        vals = {"status": status, "source": "staff", **values}
        if "address" not in values:
            vals["partner_id"] = (partner or self.buyer).id
        return self.consents._record([vals])

    def _decide(self, partner=None, channel="email", purpose="marketing", **values):
        request = self.gate._get_requests(partner or self.buyer, channel, purpose)[0]
        return self.gate._decide([request._replace(**values)], NOW)[0]

    # --------------------------------------------------------------- precedence

    def test_a_refusal_stops_what_it_names_and_nothing_else(self):
        self._say("refused", purpose="marketing", channel="email")
        decision = self._decide()
        self.assertEqual(decision.state, "blocked")
        self.assertEqual(
            decision.reason, "Berta Buyer refused marketing by E-mail on 03/31/2026."
        )
        self.assertEqual(self._decide(channel="sms").state, "allowed")
        self.assertEqual(self._decide(purpose="care").state, "allowed")
        self.assertEqual(self._decide(self.engineer).state, "allowed")

    def test_the_narrower_word_weighs_more(self):
        self._say("given", topic_id=self.topic.id)
        self._say("refused", purpose="marketing")
        self.assertEqual(self._decide().state, "blocked")
        self.assertEqual(self._decide(topic_id=self.topic.id).state, "allowed")
        self._say("refused", topic_id=self.topic.id)
        decision = self._decide(topic_id=self.topic.id)
        self.assertIn("refused “Events”", decision.reason)

    def test_stopping_everything_withdraws_what_was_given_before(self):
        self._say("given", purpose="marketing", channel="email", date=NOW)
        self._say("refused")
        for purpose in ("care", "sales", "marketing", "survey"):
            decision = self._decide(purpose=purpose)
            self.assertEqual(
                decision.reason,
                "Berta Buyer asked on 03/31/2026 not to be contacted.",
            )
        self._say("given", purpose="marketing", channel="email")
        self.assertEqual(self._decide().state, "allowed")
        self.assertEqual(self._decide(purpose="care").state, "blocked")

    def test_messages_he_needs_are_never_held(self):
        self._say("refused")
        for purpose in ("transactional", "service", "collection"):
            self.assertEqual(self._decide(purpose=purpose).state, "allowed", purpose)

    def test_switched_off_nothing_is_held(self):
        self._say("refused")
        self.env.ref("base.group_user").implied_ids -= self.env.ref(
            "crm_customer360.group_use_contact"
        )
        self.assertEqual(self._decide().state, "allowed")

    def test_a_purpose_that_needs_consent_waits_for_it(self):
        self.env.ref("crm_customer360.contact_purpose_marketing").needs_consent = True
        self.assertEqual(
            self._decide().reason,
            "Berta Buyer has not agreed to marketing by E-mail, which is needed.",
        )
        self._say("given", purpose="marketing")
        self.assertEqual(self._decide().state, "allowed")
        self._say("unknown", purpose="marketing")
        self.assertEqual(self._decide().state, "blocked")

    def test_an_address_speaks_for_whoever_has_it(self):
        self._say("refused", address="Berta@Timber.example", channel="email")
        self.assertEqual(self._decide().state, "blocked")
        twin = self._create_customer("Twin", email="berta@timber.example")
        self.assertEqual(self._decide(twin).state, "blocked")
        nobody = self._decide(
            partner_id=None, customer_id=None, address="berta@timber.example"
        )
        self.assertEqual(nobody.state, "blocked")

    def test_somebody_elses_consent_overrides_nobodys_refusal(self):
        self._say("refused", purpose="marketing")
        twin = self._create_customer("Twin", email="berta@timber.example")
        self._say("given", twin, purpose="marketing", date=NOW)
        self.assertEqual(self._decide().state, "blocked")
        self.assertEqual(self._decide(twin).state, "allowed")

    def test_a_company_speaks_where_the_person_is_silent(self):
        self._say("refused", self.customer, purpose="marketing")
        self.assertEqual(self._decide().state, "allowed", "not everything")
        self._say("refused", self.customer)
        decision = self._decide()
        self.assertEqual(
            decision.reason,
            "The company of Berta Buyer asked on 03/31/2026 not to be contacted.",
        )
        self._say("given", purpose="marketing")
        self.assertEqual(self._decide().state, "allowed")

    def test_companies_do_not_hear_each_others_customers(self):
        other = self.env["res.company"].create({"name": "Other"})
        self._say("refused", purpose="marketing", company_id=other.id)
        self.assertEqual(self._decide().state, "allowed")
        self.assertEqual(self._decide(company_id=other.id).state, "blocked")

    def test_a_colleague_can_go_on_with_a_reason(self):
        self._say("refused", purpose="sales")
        decision = self._decide(purpose="sales", override_reason="He asked me to call")
        self.assertEqual((decision.state, decision.is_override), ("allowed", True))
        self.assertTrue(decision.reason)

    # ------------------------------------------------------------------- ledger

    def test_the_newest_is_current_and_history_stays(self):
        rows = self._say("refused", purpose="care")
        rows += self._say("given", purpose="care")
        rows += self._say("refused", purpose="marketing")
        self.assertEqual(rows.mapped("is_current"), [False, True, True])
        old = self._say("refused", purpose="care", date=NOW - timedelta(days=9))
        self.assertFalse(old.is_current, "what is recorded late is not news")
        self.assertEqual(self._decide(purpose="care").state, "allowed")

    def test_rows_carry_who_when_and_how(self):
        row = self._say("given", purpose="care", proof="Form 17", channel="sms")
        self.buyer.phone = "+32470123456"
        later = self._say("given", purpose="care", channel="sms")
        self.assertRecordValues(
            row + later,
            [
                {
                    "partner_name": "Berta Buyer",
                    "address": False,
                    "date": NOW,
                    "user_id": self.env.uid,
                    "proof": "Form 17",
                },
                {
                    "partner_name": "Berta Buyer",
                    "address": "+32470123456",
                    "date": NOW,
                    "user_id": self.env.uid,
                    "proof": False,
                },
            ],
        )

    def test_nobody_rewrites_the_ledgers(self):
        rows = self._say("refused")
        wish = self.env["c360.contact.preference"]._record(
            [{"partner_id": self.buyer.id, "source": "staff"}]
        )
        for row, vals in ((rows, {"status": "given"}), (wish, {"limit_count": 2})):
            with self.assertRaises(UserError):
                row.sudo().write(vals)
            with self.assertRaises(UserError):
                row.sudo().unlink()
            for role in self.ROLES:
                with self.subTest(role), self.assertRaises(AccessError):
                    row.with_env(self.env_of(role)).unlink()
                with self.subTest(role), self.assertRaises(AccessError):
                    row.with_env(self.env_of(role)).create(
                        {"partner_id": self.buyer.id, "source": "staff", **vals}
                    )

    def test_nonsense_is_refused_with_words(self):
        for vals, words in (
            ({"address": False, "partner_id": False}, "Name the contact"),
            ({"date": NOW + timedelta(days=1)}, "future"),
            ({"status": "maybe"}, "unknown"),
            ({"source": "rumour"}, "unknown"),
            ({"channel": "pigeon"}, "unknown"),
            ({"purpose": "transactional"}, "unknown"),
        ):
            row = {"partner_id": self.buyer.id, "status": "given", "source": "staff"}
            with self.subTest(vals), self.assertRaisesRegex(UserError, words):
                self.consents._record([{**row, **vals}])
        with self.assertRaisesRegex(UserError, "Name the contact"):
            self.env["c360.contact.preference"]._record([{"source": "staff"}])

    def test_rows_outlive_and_follow_their_contact(self):
        twin = self._create_customer("Twin", email="twin@x.example")
        rows = self._say("refused", twin, purpose="care", date=NOW - timedelta(days=3))
        rows += self._say("given", purpose="care")
        wish = self.env["c360.contact.preference"]._record(
            [
                {"partner_id": partner.id, "source": "staff", "limit_count": 0}
                for partner in (twin, self.buyer)
            ]
        )
        self.env["base.partner.merge.automatic.wizard"]._merge(
            [twin.id, self.buyer.id], self.buyer, extra_checks=False
        )
        self.assertEqual(rows.partner_id, self.buyer)
        self.assertEqual(rows.mapped("is_current"), [False, True])
        self.assertEqual(wish.mapped("is_current"), [False, True])
        self.buyer.unlink()
        self.assertEqual(rows.exists().mapped("address")[1], "berta@timber.example")
        self.assertFalse(rows.partner_id)

    def test_a_batch_costs_what_one_costs(self):
        partners = self.env["res.partner"].create(
            [{"name": f"P{n}", "email": f"p{n}@x.example"} for n in range(30)]
        )
        self.consents._record(
            [
                {"partner_id": partner.id, "status": "refused", "source": "import"}
                for partner in partners[:15]
            ]
        )
        self.env["c360.contact.preference"]._record(
            [
                {"partner_id": partner.id, "source": "import", "pause_until": NOW}
                for partner in partners
            ]
        )
        requests = self.gate._get_requests(partners, "email", "marketing")
        self.gate._decide(requests[:1], NOW)
        self.env.flush_all()
        with self.assertQueryCount(2):
            decisions = self.gate._decide(requests, NOW)
        self.assertEqual(
            [decision.state for decision in decisions],
            ["blocked"] * 15 + ["allowed"] * 15,
        )

    # -------------------------------------------------------------------- staff

    def test_staff_record_what_they_are_told(self):
        for role in ("user", "care", "service", "manager"):
            env = self.env_of(role)
            form = Form(
                env["c360.contact.consent.record"].with_context(
                    default_partner_id=self.buyer.id
                )
            )
            form.status = "refused"
            form.purpose = "marketing"
            self.assertEqual(
                form.summary, "Berta Buyer refused Marketing by every channel."
            )
            form.save().action_record()
            row = self.consents.search([("user_id", "=", env.uid)])
            self.assertEqual(row.status, "refused")
            self.assertEqual(row.company_id, self.company)

    def test_consent_needs_a_proof(self):
        wizard = self.env["c360.contact.consent.record"].create(
            {"partner_id": self.buyer.id, "status": "given", "proof": " "}
        )
        with self.assertRaisesRegex(UserError, "proved"):
            wizard.action_record()
        wizard.proof = "Signed at the fair"
        wizard.action_record()
        self.assertEqual(self.buyer.c360_consent_ids.proof, "Signed at the fair")

    def test_analysts_and_strangers_record_nothing(self):
        for role in ("analyst", "stranger"):
            for name in ("consent", "preference"):
                with self.subTest(role), self.assertRaises(AccessError):
                    self.env_of(role)[f"c360.contact.{name}.record"].create(
                        {"partner_id": self.buyer.id}
                    )
        with self.assertRaises(AccessError):
            self.env_of("stranger")["c360.contact.consent"].search([])

    def test_salespeople_read_their_own_customers_history(self):
        self.customer.user_id = self.users_by_role["leader"]
        row = self._say("refused")
        self.assertNotIn(row, self.env_of("user")["c360.contact.consent"].search([]))
        for role in ("leader", "care", "service", "analyst", "manager"):
            self.assertIn(row, self.env_of(role)["c360.contact.consent"].search([]))
        self.customer.user_id = self.users_by_role["user"]
        self.assertIn(row, self.env_of("user")["c360.contact.consent"].search([]))

    def test_only_care_officers_and_managers_write_topics(self):
        for role in self.ROLES:
            topic = self.topic.with_env(self.env_of(role))
            with self.subTest(role):
                if role in ("care", "manager"):
                    topic.name = "Fairs"
                else:
                    with self.assertRaises(AccessError):
                        topic.name = "Fairs"

    def test_the_contact_says_in_words_what_holds(self):
        self._say("refused", channel="email")
        self._say("given", purpose="care", channel="phone")
        self.env["c360.contact.preference"]._record(
            [
                {
                    "partner_id": self.buyer.id,
                    "source": "staff",
                    "limit_count": 1,
                    "limit_unit": "week",
                    "hour_from": 9,
                    "hour_to": 17,
                    "preferred_channel": "phone",
                    "pause_until": NOW + timedelta(days=10),
                }
            ]
        )
        summary = self.buyer.with_env(self.env_of("user")).c360_consent_summary
        for words in (
            "Refused on 03/31/2026: E-mail",
            "Agreed on 03/31/2026: Phone call",
            "Not asked: SMS, Letter",
            "09:00 to 17:00",
            "1 a week",
            "Phone call",
            "4/10/26",
        ):
            self.assertIn(words, summary)
        with self.assertRaises(AccessError):
            self.buyer.with_env(self.env_of("stranger")).read(["c360_consent_summary"])

    # --------------------------------------------------------------------- mail

    def test_a_mail_he_refused_does_not_leave(self):
        self._say("refused", topic_id=self.topic.id)
        self._create_policy(limit=100)
        mails = self._create_mail(
            self.buyer + self.engineer, contact_topic_id=self.topic.id
        )
        mails._pass_gate(auto_commit=False)
        self.assertEqual(mails.recipient_ids, self.engineer)
        touch = self._get_touches(self.buyer)
        self.assertEqual(touch.state, "blocked")
        self.assertIn("refused “Events”", touch.reason)

    def test_a_message_posted_carries_its_topic(self):
        message = self.buyer.message_post(
            body=INVITATION,
            contact_purpose="marketing",
            contact_topic_id=self.topic.id,
            partner_ids=self.buyer.ids,
        )
        self.assertEqual(message.contact_topic_id, self.topic)

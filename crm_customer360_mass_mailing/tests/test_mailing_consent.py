from odoo import Command
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .common import MailingCommon


@tagged("post_install", "-at_install", "c360_contact")
class TestMailingConsent(MailingCommon):
    """Opting out of a list refuses its topic, and refusing a topic opts out."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.topic, cls.other_topic = cls.env["c360.contact.topic"].create(
            [{"name": "News"}, {"name": "Events"}]
        )
        cls.list.contact_topic_id = cls.topic
        cls.consents = cls.env["c360.contact.consent"]
        cls.subscription = cls.zoe.subscription_ids

    def _get_words(self, address="zoe@far.example"):
        rows = self.consents.search([("address", "=", address)], order="id")
        return [(row.status, row.topic_id, row.channel, row.source) for row in rows]

    def test_opting_out_refuses_the_topic(self):
        self.subscription.opt_out = True
        self.assertEqual(
            self._get_words(), [("refused", self.topic, "email", "mailing_list")]
        )
        self.subscription.opt_out = True
        self.assertEqual(len(self._get_words()), 1, "what is known is not said again")

    def test_coming_back_takes_the_refusal_back(self):
        self.subscription.opt_out = True
        self.subscription.opt_out = False
        self.assertEqual(self._get_words()[-1][0], "unknown")

    def test_who_comes_back_himself_agrees(self):
        visitor = new_test_user(self.env, "c360_visitor", groups="base.group_portal")
        subscription_sudo = self.subscription.with_user(visitor).sudo()
        subscription_sudo.opt_out = True
        subscription_sudo.opt_out = False
        self.assertEqual([word[0] for word in self._get_words()], ["refused", "given"])

    def test_the_hosts_reason_is_the_proof(self):
        reason = self.env["mailing.subscription.optout"].create({"name": "Too often"})
        self.subscription.opt_out_reason_id = reason
        consent = self.consents.search([("address", "=", "zoe@far.example")])
        self.assertIn("News", consent.proof)
        self.assertIn("Too often", consent.proof)

    def test_being_put_on_a_list_says_nothing(self):
        self.assertFalse(self._get_words())

    def test_opting_out_of_one_list_ends_all_of_the_topic(self):
        second = self.env["mailing.list"].create(
            {"name": "More news", "contact_topic_id": self.topic.id}
        )
        third = self.env["mailing.list"].create(
            {"name": "Events", "contact_topic_id": self.other_topic.id}
        )
        self.zoe.list_ids = [Command.link(second.id), Command.link(third.id)]
        self.subscription.opt_out = True
        self.assertEqual(
            self.zoe.subscription_ids.filtered("opt_out").list_id, self.list + second
        )

    def test_a_list_without_a_topic_says_nothing(self):
        plain = self.env["mailing.list"].create({"name": "Plain"})
        self.zoe.list_ids = [Command.link(plain.id)]
        self.zoe.subscription_ids.filtered(
            lambda subscription: subscription.list_id == plain
        ).opt_out = True
        self.assertFalse(self._get_words())

    def test_refusing_a_topic_opts_out(self):
        for vals, expected in (
            ({"status": "refused"}, True),
            ({"status": "given"}, False),
            ({"status": "refused", "channel": "sms"}, False),
            ({"status": "refused", "topic_id": self.other_topic.id}, False),
            ({"status": "refused", "purpose": "survey"}, False),
            ({"status": "refused", "channel": "email"}, True),
        ):
            with self.subTest(vals):
                self.consents._record(
                    [
                        {
                            "partner_id": self.buyer.id,
                            "topic_id": self.topic.id,
                            "source": "staff",
                            **vals,
                        }
                    ]
                )
                self.assertEqual(self.berta.subscription_ids.opt_out, expected)

    def test_a_topic_set_later_learns_what_was_said_before(self):
        mailing_list = self.env["mailing.list"].create({"name": "Old"})
        contact = self._subscribe("old@far.example", lists=mailing_list)
        contact.subscription_ids.opt_out = True
        self._subscribe("berta@timber.example", lists=mailing_list)
        self.consents._record(
            [
                {
                    "address": "berta@timber.example",
                    "topic_id": self.other_topic.id,
                    "status": "refused",
                    "source": "staff",
                }
            ]
        )
        mailing_list.contact_topic_id = self.other_topic
        self.assertEqual(self._get_words("old@far.example")[0][1], self.other_topic)
        self.assertTrue(all(mailing_list.subscription_ids.mapped("opt_out")))

    def test_a_mailing_knows_the_topic_of_its_lists(self):
        mailing = self._create_mailing(keep_archives=True)
        self.assertEqual(mailing.contact_topic_id, self.topic)
        self._send(mailing)
        messages = self.env["mail.message"].search(
            [("contact_topic_id", "=", self.topic.id)]
        )
        self.assertEqual(set(messages.mapped("contact_purpose")), {"marketing"})
        request = mailing._get_contact_requests(
            mailing._get_contact_recipients(self.zoe.ids)
        )
        self.assertEqual(next(iter(request.values())).topic_id, self.topic.id)

    def test_customers_who_refused_marketing_get_no_mailing(self):
        self.consents._record(
            [
                {
                    "partner_id": self.buyer.id,
                    "purpose": "marketing",
                    "status": "refused",
                    "source": "staff",
                }
            ]
        )
        for model, record in (
            ("res.partner", self.buyer),
            (
                "crm.lead",
                self.env["crm.lead"].create(
                    {"name": "Oak", "email_from": self.buyer.email}
                ),
            ),
        ):
            with self.subTest(model):
                mailing = self._create_mailing(
                    mailing_model_id=self.env["ir.model"]._get_id(model),
                    mailing_domain=f"[('id', '=', {record.id})]",
                )
                self.assertEqual(mailing._get_opt_out_list(), {self.buyer.email})
                self.assertFalse(self._send(mailing))
                self.assertEqual(mailing.mailing_trace_ids.failure_type, "mail_optout")
                survey = self._create_mailing(
                    mailing_model_id=mailing.mailing_model_id.id,
                    mailing_domain=mailing.mailing_domain,
                    contact_purpose="survey",
                )
                self.assertEqual(self._send(survey), [self.buyer.email])


@tagged("post_install", "-at_install", "c360_contact")
class TestMailingUnsubscribe(MailingCommon, HttpCase):
    @mute_logger("odoo.http")
    def test_one_click_of_the_host_is_heard(self):
        topic = self.env["c360.contact.topic"].create({"name": "News"})
        self.list.contact_topic_id = topic
        mailing = self._create_mailing()
        self._send(mailing)
        url = mailing._get_unsubscribe_oneclick_url("zoe@far.example", self.zoe.id)
        response = self.opener.post(
            url.replace(mailing.get_base_url(), self.base_url())
        )
        self.assertEqual(response.status_code, 200)
        consent = self.env["c360.contact.consent"].search(
            [("address", "=", "zoe@far.example")]
        )
        self.assertEqual((consent.status, consent.topic_id), ("refused", topic))
        self.assertTrue(self.zoe.subscription_ids.opt_out)

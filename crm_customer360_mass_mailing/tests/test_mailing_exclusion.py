from odoo import Command
from odoo.tests import tagged

from .common import MailingCommon


@tagged("post_install", "-at_install", "c360_contact")
class TestMailingExclusion(MailingCommon):
    """Lists asked for a few addresses say what the host's whole lists say."""

    def test_opt_outs_are_the_hosts(self):
        other = self.env["mailing.list"].create({"name": "Other"})
        third = self.env["mailing.list"].create({"name": "Third"})
        both = self._subscribe("both@far.example", lists=self.list + other)
        out = self._subscribe("out@far.example", lists=self.list + other)
        twin, twin2 = self._subscribe("twin@far.example", "twin@far.example")
        elsewhere = self._subscribe("elsewhere@far.example", lists=self.list + third)
        both.subscription_ids[0].opt_out = True
        out.subscription_ids.opt_out = True
        twin.subscription_ids.opt_out = True
        elsewhere.subscription_ids.filtered(
            lambda subscription: subscription.list_id == self.list
        ).opt_out = True
        mailing = self._create_mailing(
            contact_list_ids=[Command.set((self.list + other).ids)]
        )
        contacts = both + out + twin + twin2 + elsewhere + self.contacts
        addresses = set(contacts.mapped("email_normalized"))
        whole = mailing._get_opt_out_list()
        self.assertEqual(whole, {"out@far.example", "elsewhere@far.example"})
        self.assertEqual(mailing._get_opt_out_among(addresses), whole)
        self.assertEqual(
            mailing._get_opt_out_among({"out@far.example", "zoe@far.example"}),
            {"out@far.example"},
        )

    def test_seen_ones_are_the_hosts(self):
        mailing = self._create_mailing()
        self._send(mailing)
        other = self._create_mailing()
        addresses = set(self.contacts.mapped("email_normalized")) | {"x@far.example"}
        self.assertEqual(mailing._get_seen_among(addresses), mailing._get_seen_list())
        self.assertEqual(len(mailing._get_seen_among(addresses)), 2)
        self.assertFalse(other._get_seen_among(addresses))

    def test_seen_ones_of_a_test_are_the_hosts(self):
        first = self._create_mailing(ab_testing_enabled=True, ab_testing_pc=100)
        self._send(first)
        second = self._create_mailing(
            ab_testing_enabled=True, campaign_id=first.campaign_id.id
        )
        addresses = set(self.contacts.mapped("email_normalized"))
        self.assertEqual(second._get_seen_among(addresses), second._get_seen_list())
        self.assertEqual(len(second._get_seen_among(addresses)), 2)

    def test_the_blacklist_holds_unless_switched_off(self):
        self.env["mail.blacklist"]._add("zoe@far.example")
        mailing = self._create_mailing()
        self.assertEqual(self._send(mailing), ["berta@timber.example"])
        self.assertEqual(self._get_trace(mailing, self.zoe).failure_type, "mail_bl")
        everybody = self._create_mailing(
            subject="Recall", use_exclusion_list=False, contact_purpose="service"
        )
        self.assertEqual(len(self._send(everybody)), 2)

    def test_an_archived_entry_is_no_blacklist(self):
        self.env["mail.blacklist"]._add("zoe@far.example")
        self.env["mail.blacklist"]._remove("zoe@far.example")
        self.assertEqual(len(self._send(self._create_mailing())), 2)

    def test_opted_out_ones_get_nothing(self):
        self.zoe.subscription_ids.opt_out = True
        mailing = self._create_mailing()
        self.assertEqual(self._send(mailing), ["berta@timber.example"])
        self.assertEqual(self._get_trace(mailing, self.zoe).failure_type, "mail_optout")

    def test_one_address_in_two_batches_gets_it_once(self):
        self._subscribe("Zoe <zoe@far.example>")
        self.env["ir.config_parameter"].set_param("mail.batch_size", "1")
        mailing = self._create_mailing()
        self.assertEqual(
            self._send(mailing), ["berta@timber.example", "zoe@far.example"]
        )
        self.assertEqual(
            mailing.mailing_trace_ids.filtered("failure_type").failure_type, "mail_dup"
        )

    def test_a_batch_asks_as_often_on_a_long_list(self):
        def count():
            mailing = self._create_mailing()
            composer = self.env["mail.compose.message"].create(
                {
                    "composition_mode": "mass_mail",
                    "model": "mailing.contact",
                    "mass_mailing_id": mailing.id,
                    "subject": "Spring sale",
                    "body": "<p>Oak</p>",
                }
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            composer._prepare_mail_values(self.contacts.ids)
            return self.env.cr.sql_log_count - before

        count()
        few = count()
        self._subscribe(*[f"long{i}@far.example" for i in range(80)])
        self.assertEqual(count(), few)

from datetime import datetime
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.service.model import get_public_method
from odoo.tests import tagged

from odoo.addons.mail.tests.common import MockEmail

from .common import ContactLinkCommon


@tagged("post_install", "-at_install", "c360_contact")
class TestContactLink(ContactLinkCommon, MockEmail):
    """The link in the mail."""

    def _send(self, mail):
        with self.mock_mail_gateway(mail_unlink_sent=False):
            mail.send()
        return {sent["email_to"][0]: sent for sent in self._mails}

    def test_each_customer_gets_a_link_of_his_own(self):
        mail = self._create_mail(self.buyer + self.engineer, "marketing")
        sent = list(self._send(mail).values())
        self.assertEqual(len(sent), 2)
        tokens = set()
        for email in sent:
            header = email["headers"]["List-Unsubscribe"]
            self.assertEqual(
                email["headers"]["List-Unsubscribe-Post"],
                "List-Unsubscribe=One-Click",
            )
            token = header.strip("<>").rpartition("/")[2]
            tokens.add(token)
            self.assertIn(f"/contact/preferences/{token}", email["body"])
            self.assertIn(f"/contact/preferences/{token}", email["body_alternative"])
            link = self.links._read(token)
            self.assertEqual(link.purpose, "marketing")
            self.assertIn(link.address, email["email_to"][0])
        self.assertEqual(len(tokens), 2)

    def test_the_line_speaks_his_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.buyer.lang = "fr_FR"
        calls = []
        mail_class = self.env.registry["mail.mail"]
        original = mail_class._add_contact_link

        def add(mail, email, who, *args):
            calls.append(who.partner.lang)
            return original(mail, email, who, *args)

        with patch.object(mail_class, "_add_contact_link", add):
            self._send(self._create_mail(self.buyer, "care"))
        self.assertEqual(calls, ["fr_FR"])

    def test_messages_he_needs_carry_no_link(self):
        for purpose in (False, "transactional", "service", "collection"):
            with self.subTest(purpose):
                sent = self._send(self._create_mail(self.buyer, purpose))
                for email in sent.values():
                    self.assertNotIn("List-Unsubscribe", email["headers"])
                    self.assertNotIn("/contact/preferences", email["body"])

    def test_colleagues_get_no_link(self):
        colleague = self.users_by_role["user"].partner_id
        sent = self._send(self._create_mail(colleague + self.buyer, "care"))
        found = {
            "c360_user" in address: "List-Unsubscribe" in email["headers"]
            for address, email in sent.items()
        }
        self.assertEqual(found, {True: False, False: True})

    def test_switched_off_there_is_no_link(self):
        self.env.ref("base.group_user").implied_ids -= self.env.ref(
            "crm_customer360.group_use_contact"
        )
        for email in self._send(self._create_mail(self.buyer, "care")).values():
            self.assertNotIn("List-Unsubscribe", email["headers"])

    def test_an_address_without_a_contact_gets_a_link_two_do_not(self):
        mail = self._create_mail(
            self.env["res.partner"], "care", email_to="who@x.example"
        )
        (email,) = self._send(mail).values()
        token = email["headers"]["List-Unsubscribe"].strip("<>").rpartition("/")[2]
        link = self.links._read(token)
        self.assertEqual((link.address, link.partner.id), ("who@x.example", False))
        mail = self._create_mail(
            self.env["res.partner"], "care", email_to="a@x.example, b@x.example"
        )
        (email,) = self._send(mail).values()
        self.assertNotIn("List-Unsubscribe", email["headers"])

    def test_a_way_out_that_is_there_is_not_doubled(self):
        mail = self._create_mail(self.buyer, "marketing")
        mail.headers = "{'List-Unsubscribe': '<https://lists.example/out>'}"
        (email,) = self._send(mail).values()
        self.assertEqual(
            email["headers"]["List-Unsubscribe"], "<https://lists.example/out>"
        )
        self.assertNotIn("List-Unsubscribe-Post", email["headers"])

    def test_forged_links_open_nothing(self):
        token = self._sign()
        self.assertTrue(self.links._read(token))
        other = self._sign(self.engineer, "emil@timber.example")
        for wrong in (
            token[:-4],
            token[:20] + other[20:],
            other[:58] + token[58:],
            "A" * 80,
            "x",
            "",
            "%%%",
            "é" * 10,
        ):
            with self.subTest(wrong):
                self.assertFalse(self.links._read(wrong))

    def test_the_link_survives_the_contact(self):
        partner = self._create_customer("Gone")
        token = self._sign(partner, "gone@x.example")
        partner.unlink()
        link = self.links._read(token)
        self.assertFalse(link.partner)
        self.links._stop(link, "click")
        row = self.consents.search([("address", "=", "gone@x.example")])
        self.assertRecordValues(row, [{"status": "refused", "partner_id": False}])

    def test_only_what_he_changed_is_recorded(self):
        link = self.links._read(self._sign())
        self.consents._record(
            [
                {
                    "partner_id": self.buyer.id,
                    "company_id": self.company.id,
                    "status": "refused",
                    "channel": "sms",
                    "source": "staff",
                }
            ]
        )
        before = self.consents.search([])
        self.links._save(
            link,
            {
                f"topic_{self.topic.id}": "given",
                "topic_999999": "given",
                "channel_sms": "refused",
                "channel_email": "maybe",
                "channel_phone": "given",
                "limit_unit": "month",
                "hour_from": "9",
                "hour_to": "99",
                "pause_until": "not a day",
            },
            "click",
        )
        rows = self.consents.search([]) - before
        self.assertEqual(
            set(rows.mapped(lambda row: (row.status, row.channel, row.topic_id.id))),
            {("given", False, self.topic.id), ("given", "phone", False)},
        )
        self.assertEqual(set(rows.mapped("source")), {"customer"})
        self.assertEqual(set(rows.mapped("proof")), {"click"})
        self.assertFalse(rows.user_id)
        wish = self.env["c360.contact.preference"].search(
            [("partner_id", "=", self.buyer.id)]
        )
        self.assertRecordValues(
            wish,
            [
                {
                    "limit_count": 1,
                    "limit_unit": "month",
                    "hour_from": 0,
                    "hour_to": 0,
                    "pause_until": False,
                }
            ],
        )
        self.links._save(link, {"limit_unit": "month"}, "click")
        self.assertEqual(
            self.env["c360.contact.preference"].search_count(
                [("partner_id", "=", self.buyer.id)]
            ),
            1,
            "nothing changed, nothing recorded",
        )

    def test_what_the_page_does_not_show_in_full_stays(self):
        wish = self.env["c360.contact.preference"]._record(
            [
                {
                    "partner_id": self.buyer.id,
                    "source": "staff",
                    "limit_count": 3,
                    "limit_unit": "week",
                    "hour_from": 8.5,
                    "hour_to": 17,
                    "preferred_channel": "visit",
                    "pause_until": datetime(2100, 3, 31, 9, 17),
                }
            ]
        )
        link = self.links._read(self._sign())
        page = self.links._prepare_page(link)
        form = {
            name: str(page[name])
            for name in (
                "preferred_channel",
                "limit_unit",
                "hour_from",
                "hour_to",
                "pause_until",
            )
        }
        self.links._save(link, form, "click")
        wishes = self.buyer.c360_preference_ids
        self.assertEqual(wishes, wish)
        self.links._save(link, {**form, "limit_unit": "month"}, "click")
        self.buyer.invalidate_recordset()
        self.assertRecordValues(
            (self.buyer.c360_preference_ids - wish),
            [
                {
                    "limit_count": 1,
                    "limit_unit": "month",
                    "hour_from": 8.5,
                    "preferred_channel": "visit",
                    "pause_until": datetime(2100, 3, 31, 9, 17),
                }
            ],
        )

    def test_he_pauses_until_his_own_morning(self):
        self.buyer.tz = "Asia/Shanghai"
        link = self.links._read(self._sign())
        with freeze_time(datetime(2026, 3, 31, 9)):
            self.links._save(link, {"pause_until": "2026-05-01"}, "click")
            decision = self.gate.check(self.buyer.ids, "email", "care")[0]
            self.assertEqual(decision["date"], "2026-04-30 16:00:00")
            page = self.links._prepare_page(link)
            self.assertEqual(page["pause_until"], "2026-05-01")
            self.links._save(link, {"pause_until": "2026-03-30"}, "click")
            self.assertEqual(self._decide("care"), "allowed")

    def test_nobody_makes_links_over_rpc(self):
        for model, name in (
            (self.links, "_sign"),
            (self.links, "_read"),
            (self.links, "_save"),
            (self.links, "_record_words"),
            (self.consents, "_record"),
        ):
            with self.subTest(name), self.assertRaises(AccessError):
                get_public_method(model, name)

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import EMAIL, ContactLinkCommon


@tagged("post_install", "-at_install", "c360_contact")
class TestContactLinkPage(HttpCase, ContactLinkCommon):
    """The page, as a browser and a mail program meet it."""

    def _post(self, token, **form):
        page = self.url_open(f"/contact/preferences/{token}")
        csrf = page.text.partition('name="csrf_token" value="')[2].partition('"')[0]
        return self.url_open(
            f"/contact/preferences/{token}", data={"csrf_token": csrf, **form}
        )

    def test_the_page_opens_without_login_and_saves(self):
        token = self._sign()
        page = self.url_open(f"/contact/preferences/{token}")
        self.assertEqual(page.status_code, 200)
        for words in ("Newsletter", "E-mail", "Once a month", EMAIL, "<html"):
            self.assertIn(words, page.text)
        self.assertNotIn("<script", page.text)
        self.assertEqual(page.headers["Referrer-Policy"], "no-referrer")
        self.assertEqual(page.headers["Cache-Control"], "no-store")
        saved = self._post(token, **{f"topic_{self.topic.id}": "refused"})
        self.assertIn("Saved", saved.text)
        row = self.consents.search([("partner_id", "=", self.buyer.id)])
        self.assertRecordValues(
            row,
            [
                {
                    "status": "refused",
                    "topic_id": self.topic.id,
                    "source": "customer",
                    "address": EMAIL,
                    "company_id": self.company.id,
                    "user_id": False,
                }
            ],
        )
        self.assertIn("IP 127.0.0.1", row.proof)

    def test_topics_kept_inside_are_not_shown(self):
        self.topic.is_public = False
        page = self.url_open(f"/contact/preferences/{self._sign()}")
        self.assertNotIn("Newsletter", page.text)

    def test_stop_everything_and_think_again(self):
        token = self._sign()
        stopped = self._post(token, action="stop")
        self.assertIn("You hear nothing more from us", stopped.text)
        self.assertEqual(self._decide("care"), "blocked")
        self.assertEqual(self._decide("service"), "allowed")
        self.assertTrue(self.buyer.is_blacklisted)
        again = self._post(token, action="allow")
        self.assertIn("What you hear from us", again.text)
        self.assertEqual(self._decide("care"), "allowed")
        self.buyer.invalidate_recordset(["is_blacklisted"])
        self.assertFalse(self.buyer.is_blacklisted)

    def test_it_speaks_his_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.buyer.lang = "fr_FR"
        self.topic.with_context(lang="fr_FR").name = "Lettre"
        page = self.url_open(f"/contact/preferences/{self._sign()}")
        self.assertIn("Lettre", page.text)
        self.assertIn('lang="fr', page.text)

    def test_a_wrong_link_says_the_same_whatever_is_wrong(self):
        token = self._sign()
        gone = self._create_customer("Gone")
        gone_token = self._sign(gone, address=None)
        gone.unlink()
        texts = set()
        for wrong in (token[:-3], token + "AAAA", "x" * 100, gone_token):
            for path in ("preferences", "unsubscribe"):
                page = self.url_open(f"/contact/{path}/{wrong}")
                self.assertEqual(page.status_code, 404)
                texts.add(page.text)
            self.assertEqual(
                self.url_open(
                    f"/contact/unsubscribe/{wrong}",
                    data={"List-Unsubscribe": "One-Click"},
                ).status_code,
                404,
            )
        self.assertEqual(len(texts), 1)
        self.assertIn("This link does not work", texts.pop())
        self.assertFalse(self.consents.search([("source", "=", "customer")]))

    def test_saving_needs_the_page_s_own_form(self):
        with mute_logger("odoo.http"):
            answer = self.url_open(
                f"/contact/preferences/{self._sign()}", data={"action": "stop"}
            )
        self.assertEqual(answer.status_code, 400)
        self.assertEqual(self._decide("care"), "allowed")

    def test_one_click_in_the_mail_program(self):
        path = f"/contact/unsubscribe/{self._sign()}"
        self.assertEqual(self.url_open(path).status_code, 200)
        self.assertEqual(self._decide(), "allowed", "looking changes nothing")
        self.assertEqual(self.url_open(path, data={"x": "y"}).status_code, 400)
        done = self.url_open(path, data={"List-Unsubscribe": "One-Click"})
        self.assertEqual(done.status_code, 200)
        self.assertEqual(self._decide(), "blocked")
        self.assertEqual(self._decide(channel="sms"), "allowed")
        self.assertEqual(self._decide("care"), "allowed")

    def test_one_click_on_a_topic_refuses_the_topic(self):
        self.url_open(
            f"/contact/unsubscribe/{self._sign(topic=self.topic)}",
            data={"List-Unsubscribe": "One-Click"},
        )
        row = self.consents.search([("partner_id", "=", self.buyer.id)])
        self.assertRecordValues(
            row,
            [{"topic_id": self.topic.id, "purpose": False, "channel": "email"}],
        )
        self.assertEqual(self._decide(), "allowed")

    def test_one_click_is_seen_and_undone_on_the_page(self):
        topic_kept_inside = self.topic.copy({"name": "Inside", "is_public": False})
        for link in (
            {},
            {"topic": self.topic},
            {"topic": topic_kept_inside},
            {"purpose": "care"},
        ):
            with self.subTest(link):
                token = self._sign(**link)
                purpose = link.get("purpose", "marketing")
                self.url_open(
                    f"/contact/unsubscribe/{token}",
                    data={"List-Unsubscribe": "One-Click"},
                )
                page = self.url_open(f"/contact/preferences/{token}")
                self.assertIn("You have said no to", page.text)
                self.assertNotIn("No more e-mails about", page.text)
                opened = self.links._read(token)
                [entry] = self.links._prepare_page(opened)["refusals"]
                self.assertIn(entry["name"], page.text)
                self.assertIn("E-mail", entry["name"])
                self.assertEqual(entry["status"], "refused")
                # saved as it stands, nothing is said
                before = self.consents.search([])
                self._post(token, **{entry["key"]: "refused"})
                self.assertEqual(self.consents.search([]), before)
                again = self._post(token, **{entry["key"]: "given"})
                self.assertNotIn("You have said no to", again.text)
                self.assertIn("No more e-mails about", again.text)
                row = self.consents.search([]) - before
                self.assertEqual((row.status, row.source), ("given", "customer"))
                self.assertEqual(
                    (row.channel, row.topic_id.id or row.purpose),
                    ("email", link["topic"].id if "topic" in link else purpose),
                )
                self.assertEqual(self._decide(purpose), "allowed")

    def test_topics_kept_inside_are_not_among_what_he_refused(self):
        self.topic.is_public = False
        token = self._sign(topic=self.topic)
        self.url_open(
            f"/contact/unsubscribe/{token}", data={"List-Unsubscribe": "One-Click"}
        )
        page = self.url_open(f"/contact/preferences/{self._sign()}")
        self.assertNotIn("You have said no to", page.text)

    def test_what_makes_no_sense_is_no_wish(self):
        token = self._sign()
        page = self.url_open(f"/contact/preferences/{token}")
        csrf = page.text.partition('name="csrf_token" value="')[2].partition('"')[0]
        names = [
            *("preferred_channel", "limit_unit", "hour_from", "hour_to"),
            *("pause_until", "channel_sms", f"topic_{self.topic.id}", "action"),
        ]
        for name in names:
            for data, files in (
                ({}, {name: ("x.txt", b"9")}),
                ({name: "9" * 5000}, None),
                ({name: "9999-12-31"}, None),
                ({name: "0001-01-01"}, None),
            ):
                with self.subTest(name, data=data):
                    answer = self.url_open(
                        f"/contact/preferences/{token}",
                        data={"csrf_token": csrf, **data},
                        files=files,
                    )
                    self.assertEqual(answer.status_code, 200)
        self.buyer.tz = "Asia/Shanghai"
        self.assertEqual(self._post(token, pause_until="0001-01-01").status_code, 200)
        self.assertFalse(self.buyer.c360_preference_ids.filtered("hour_from"))

    def test_the_page_is_his_even_when_a_colleague_is_logged_in(self):
        self.authenticate("c360_user", "c360_user")
        self._post(self._sign(), action="unsubscribe")
        row = self.consents.search([("partner_id", "=", self.buyer.id)])
        self.assertRecordValues(row, [{"source": "customer", "user_id": False}])

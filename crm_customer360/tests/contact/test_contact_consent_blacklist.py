from odoo.tests import tagged

from .common import ContactCommon

EMAIL = "berta@timber.example"
NUMBER = "+32470123456"


@tagged("post_install", "-at_install", "c360_contact")
class TestContactConsentBlacklist(ContactCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.country_id = cls.env.ref("base.be")
        cls.buyer.phone = NUMBER
        cls.consents = cls.env["c360.contact.consent"]
        cls.emails = cls.env["mail.blacklist"]
        cls.numbers = cls.env["phone.blacklist"]

    def _say(self, status, partner=None, **values):
        return self.consents._record(
            [
                {
                    "partner_id": (partner or self.buyer).id,
                    "status": status,
                    "source": "staff",
                    **values,
                }
            ]
        )

    def _rows(self, address=EMAIL):
        return self.consents.search([("address", "=", address)], order="id")

    def _state(self, channel="email"):
        return self.gate.check(self.buyer.ids, channel, "marketing")[0]["decision"]

    # ------------------------------------------------------- ledger to blacklist

    def test_refusing_all_email_blacklists_the_address(self):
        self._say("refused", channel="email")
        entry = self.emails.search([("email", "=", EMAIL)])
        self.assertTrue(entry.active)
        self.assertTrue(self.buyer.is_blacklisted)
        self.assertFalse(self.numbers.search([("number", "=", NUMBER)]))
        self.assertEqual(len(self._rows()), 1, "the blacklist does not answer back")
        self._say("given", channel="email")
        self.assertFalse(entry.active)
        self._say("refused", channel="email")
        self.assertTrue(entry.active)
        self.assertEqual(len(self._rows()), 3)

    def test_refusing_everything_blacklists_mail_and_number(self):
        self._say("refused")
        self.assertTrue(self.emails.search([("email", "=", EMAIL)]))
        self.assertTrue(self.numbers.search([("number", "=", NUMBER)]))
        self._say("unknown")
        self.assertFalse(self.emails.search([("email", "=", EMAIL)]))
        self.assertFalse(self.numbers.search([("number", "=", NUMBER)]))

    def test_refusing_one_purpose_blacklists_nobody(self):
        self._say("refused", purpose="marketing")
        self._say("refused", channel="phone")
        self.assertFalse(self.emails.search([("email", "=", EMAIL)]))
        self.assertFalse(self.numbers.search([("number", "=", NUMBER)]))

    def test_lifting_the_general_stop_keeps_the_narrower_one(self):
        self._say("refused", channel="email")
        self._say("refused")
        self._say("unknown")
        self.assertTrue(self.emails.search([("email", "=", EMAIL)]))

    def test_refusing_one_company_blacklists_for_no_other(self):
        other = self.env["res.company"].create({"name": "Other"})
        self._say("refused", company_id=other.id)
        self.assertFalse(self.emails.search([("email", "=", EMAIL)]))
        self.assertFalse(self.numbers.search([("number", "=", NUMBER)]))
        self.assertEqual(self._state(), "allowed")
        # all of them, one after the other: what the list means
        everybody = self.env["res.company"].search([])
        for company in everybody - other:
            self._say("refused", company_id=company.id)
        self.assertTrue(self.emails.search([("email", "=", EMAIL)]))
        self._say("unknown", company_id=other.id)
        self.assertFalse(self.emails.search([("email", "=", EMAIL)]))
        self.assertEqual(self._state(), "blocked")
        # the host says it to all, which is news to one
        self.emails._add(EMAIL)
        self.assertFalse(self._rows()[-1].company_id)
        self.assertEqual(self._rows()[-1].status, "refused")

    def test_a_shared_address_stays_while_somebody_wants_it(self):
        twin = self._create_customer("Twin", email=EMAIL)
        self._say("refused", channel="email")
        self._say("given", twin, channel="email")
        self.assertTrue(self.emails.search([("email", "=", EMAIL)]))
        self._say("given", channel="email")
        self.assertFalse(self.emails.search([("email", "=", EMAIL)]))

    def test_salespeople_without_rights_on_the_blacklist_can_record(self):
        wizard = self.env_of("user")["c360.contact.consent.record"].create(
            {"partner_id": self.buyer.id, "status": "refused"}
        )
        wizard.action_record()
        self.assertTrue(self.emails.search([("email", "=", EMAIL)]))

    def test_many_at_once_cost_what_one_costs(self):
        partners = self.env["res.partner"].create(
            [{"name": f"P{n}", "email": f"p{n}@x.example"} for n in range(40)]
        )
        vals_list = [
            {"partner_id": partner.id, "status": "refused", "source": "import"}
            for partner in partners
        ]
        self.consents._record(vals_list[:20])
        vals_list = [
            {**vals, "status": "unknown"} for vals in vals_list[:20]
        ] + vals_list[20:]
        self.consents._record(vals_list)
        entries = self.emails.with_context(active_test=False).search(
            [("email", "in", partners.mapped("email"))]
        )
        self.assertEqual(len(entries.filtered("active")), 20)
        self.assertEqual(len(entries), 40)

    # ------------------------------------------------------- blacklist to ledger

    def test_every_road_onto_the_mail_blacklist_is_recorded(self):
        entry = self.emails.create({"email": "Berta@Timber.example"})
        row = self._rows()
        self.assertRecordValues(
            row,
            [
                {
                    "status": "refused",
                    "channel": "email",
                    "purpose": False,
                    "source": "blacklist",
                    "partner_id": False,
                    "company_id": False,
                }
            ],
        )
        self.assertEqual(self._state(), "blocked")
        self.assertEqual(self._state("sms"), "allowed")
        roads = (
            (lambda: self.emails._remove(EMAIL), "allowed"),
            (lambda: self.emails._add(EMAIL, message="Again"), "blocked"),
            (lambda: entry.write({"active": False}), "allowed"),
            (lambda: entry.action_unarchive(), "blocked"),
            (lambda: entry.write({"email": "else@timber.example"}), "allowed"),
            (lambda: entry.write({"email": EMAIL}), "blocked"),
            (lambda: entry.unlink(), "allowed"),
        )
        for number, (road, state) in enumerate(roads):
            with self.subTest(number):
                road()
                self.assertEqual(self._state(), state)
                self.assertEqual(len(self._rows()), number + 2)
                self.assertEqual(
                    self._rows()[-1].status,
                    "refused" if state == "blocked" else "unknown",
                )

    def test_what_is_known_already_is_no_news(self):
        self.emails._add(EMAIL)
        self.emails._add(EMAIL)
        self.emails.create([{"email": EMAIL}, {"email": EMAIL}])
        self.assertEqual(len(self._rows()), 1)
        self.emails._remove("nobody@x.example")
        self.assertFalse(self._rows("nobody@x.example"))

    def test_the_host_can_take_a_persons_refusal_back(self):
        self._say("refused", channel="email")
        self.emails._remove(EMAIL)
        self.assertEqual(self._rows().mapped("status"), ["refused", "unknown"])
        self.assertEqual(self._state(), "allowed")

    def test_the_phone_blacklist_is_about_text_messages_and_calls(self):
        self.numbers.add(NUMBER)
        self.assertEqual(set(self._rows(NUMBER).mapped("channel")), {"sms", "phone"})
        self.assertEqual(self._state("sms"), "blocked")
        self.assertEqual(self._state("phone"), "blocked")
        self.assertEqual(self._state("email"), "allowed")
        self.numbers.remove(NUMBER)
        self.assertEqual(self._state("sms"), "allowed")
        self.assertEqual(len(self._rows(NUMBER)), 4)
        self.numbers.search([("active", "=", False)]).unlink()
        self.assertEqual(len(self._rows(NUMBER)), 4)

    def test_blacklists_of_before_are_taken_over_once(self):
        self.emails.with_context(c360_from_consent=True).create({"email": EMAIL})
        self.assertFalse(self._rows())
        self.consents._take_over_blacklists()
        self.consents._take_over_blacklists()
        self.assertEqual(self._rows().mapped("status"), ["refused"])

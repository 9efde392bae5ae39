import json

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from odoo.addons.crm_customer360.tests.contact.common import ContactCommon

EMAIL = "berta@timber.example"
LEDGERS = ("c360.contact.touch", "c360.contact.consent", "c360.contact.preference")


class PrivacyCommon(ContactCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.country_id = cls.env.ref("base.be")
        cls.buyer.phone = "+32470123456"
        cls.touch = cls._reserve(cls.buyer)
        cls.touch.sudo()._move("blocked", reason="Berta Buyer refused")
        cls.consents = cls.env["c360.contact.consent"]._record(
            [
                {
                    "partner_id": cls.buyer.id,
                    "status": "refused",
                    "source": "staff",
                    "proof": "Berta said so",
                    "company_id": cls.company.id,
                },
                {
                    "address": cls.buyer.phone_sanitized,
                    "status": "refused",
                    "channel": "phone",
                    "source": "staff",
                },
            ]
        )
        cls.wish = cls.env["c360.contact.preference"]._record(
            [{"partner_id": cls.buyer.id, "source": "staff", "proof": "She told me"}]
        )
        cls.other = cls._reserve(cls.engineer)

    def _look_up(self):
        wizard = self.env["privacy.lookup.wizard"].create(
            {"name": "Berta Buyer", "email": EMAIL}
        )
        wizard.action_lookup()
        return wizard.line_ids

    def _get_found(self, lines):
        return {
            (line.res_model, line.res_id) for line in lines if line.res_model in LEDGERS
        }


@tagged("post_install", "-at_install", "c360_contact")
class TestPrivacyLookup(PrivacyCommon):
    def test_the_ledgers_are_found_once(self):
        lines = self._look_up()
        expected = {(row._name, row.id) for rows in self._get_rows() for row in rows}
        self.assertEqual(self._get_found(lines), expected)
        keys = [(line.res_model, line.res_id) for line in lines]
        self.assertEqual(len(keys), len(set(keys)), "nothing comes twice")

    def _get_rows(self):
        return self.touch, self.consents, self.wish

    def test_they_are_found_when_the_contact_is_gone(self):
        expected = self._get_found(self._look_up())
        self.buyer.unlink()
        found = self._get_found(self._look_up())
        # a number alone leads to nobody any more
        self.assertEqual(
            expected - found, {("c360.contact.consent", self.consents[1].id)}
        )

    def test_erasing_leaves_rows_without_a_face(self):
        lines = self._look_up()
        lines.filtered(lambda line: line.res_model in LEDGERS).action_unlink_all()
        self.assertRecordValues(
            self.touch,
            [
                {
                    "partner_id": False,
                    "partner_name": False,
                    "address": False,
                    "subject": False,
                    "reason": False,
                    "customer_id": self.customer.id,
                    "state": "blocked",
                    "purpose": "care",
                }
            ],
        )
        for row in (*self.consents, self.wish):
            self.assertFalse(row.partner_id or row.partner_name or row.address)
            self.assertFalse(row.proof or row.is_current)
        self.assertEqual(self.consents.mapped("status"), ["refused"] * 2)
        self.assertEqual(self.other.partner_name, "Emil Engineer")
        self.assertIn("Anonymized", lines.wizard_id.execution_details)
        self.assertFalse(self._get_found(self._look_up()))

    def test_a_private_customer_vanishes_altogether(self):
        private = self.env["res.partner"].create({"name": "Pia", "email": EMAIL})
        touch = self._reserve(private)
        self.env["c360.privacy.erasure"]._anonymize(touch._name, touch.ids)
        self.assertFalse(touch.customer_id)

    def test_erasing_twice_is_told(self):
        line = self._look_up().filtered(lambda line: line.res_model == LEDGERS[0])
        line.action_unlink()
        with self.assertRaises(UserError):
            line.action_unlink()

    def test_a_wrong_address_is_told(self):
        wizard = self.env["privacy.lookup.wizard"].create(
            {"name": "Berta", "email": "nonsense"}
        )
        with self.assertRaises(UserError):
            wizard.action_lookup()

    def test_the_rest_is_deleted_as_before(self):
        line = self._look_up().filtered(lambda line: line.res_model == "res.partner")
        line.action_unlink()
        self.assertFalse(self.buyer.exists())

    def test_only_managers_export(self):
        for role in self.ROLES:
            partner = self.buyer.with_env(self.env_of(role))
            with self.subTest(role):
                self.users_by_role[role].group_ids += self.env.ref(
                    "base.group_allow_export"
                )
                if role == "manager":
                    action = partner.action_export_personal_data()
                    self.assertIn(str(self.buyer.id), action["url"])
                else:
                    with self.assertRaises(AccessError):
                        partner.action_export_personal_data()
        manager = self.users_by_role["manager"]
        manager.group_ids -= self.env.ref("base.group_allow_export")
        with self.assertRaises(AccessError):
            self.buyer.with_user(manager).action_export_personal_data()


@tagged("post_install", "-at_install", "c360_contact")
class TestPrivacyExport(HttpCase, PrivacyCommon):
    def _download(self, role):
        self.authenticate(f"c360_{role}", f"c360_{role}")
        return self.url_open(f"/crm_customer360/personal_data/{self.buyer.id}")

    def test_the_file_holds_everything_about_one_person(self):
        self.users_by_role["manager"].group_ids += self.env.ref(
            "base.group_allow_export"
        )
        answer = self._download("manager")
        self.assertEqual(answer.status_code, 200)
        self.assertIn("attachment", answer.headers["Content-Disposition"])
        data = json.loads(answer.text)
        self.assertEqual(data["contact"]["email"], EMAIL)
        self.assertEqual(
            [row["reason"] for row in data["contact_touch"]], ["Berta Buyer refused"]
        )
        self.assertEqual(len(data["contact_consent"]), 2)
        self.assertEqual(data["contact_preference"][0]["proof"], "She told me")
        self.assertEqual(data["care_task"], [])
        self.assertNotIn("Emil", answer.text)

    def test_nobody_else_downloads_it(self):
        for role in ("user", "care", "analyst", "stranger"):
            self.assertEqual(self._download(role).status_code, 404, role)
        self.authenticate(None, None)
        answer = self.url_open(f"/crm_customer360/personal_data/{self.buyer.id}")
        self.assertIn("/web/login", answer.url)

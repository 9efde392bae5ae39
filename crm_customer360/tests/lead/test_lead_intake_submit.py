import json
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, freeze_time, tagged
from odoo.tools import mute_logger

from ..common import Customer360Common

URL = "/json/2/c360.lead.intake/submit"
NOW = "2026-03-02 09:00:00"
ADA = {"contact_name": "Ada Byron", "email_from": "ada@engines.example"}


class IntakeCommon(Customer360Common):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        callers = cls.env["c360.lead.intake.caller"].with_user(
            cls.users_by_role["manager"]
        )
        cls.source = cls.env["utm.source"].create({"name": "Call centre"})
        cls.caller = callers.create(
            {"name": "Leipzig", "limit_count": 20, "source_id": cls.source.id}
        )
        cls.interface = cls.caller.sudo().user_id

    def _submit(self, *leads, key=None):
        with self.enter_registry_test_mode():
            model = self.env["c360.lead.intake"].with_user(self.interface)
            return model.submit(list(leads), key=key)

    def _get_created(self, answer):
        return self.env["crm.lead"].browse([row["id"] for row in answer["created"]])


@tagged("post_install", "-at_install", "c360_lead")
class TestLeadIntakeSubmit(IntakeCommon):
    def test_leads_are_taken_each_by_itself(self):
        campaign = self.env["utm.campaign"].create({"name": "Spring"})
        with freeze_time(NOW):
            answer = self._submit(
                ADA
                | {
                    "reference": "a1",
                    "country": "Deutschland",
                    "campaign": "spring",
                    "medium": "Telemarketing",
                    "tags": "Warm, New",
                    "description": "Wants <b>two</b>\ntables",
                    "date": "2026-03-01T08:30:00+01:00",
                },
                ADA | {"email": "x"},
                {"name": "Nobody"},
                {"contact_name": "Bo", "country": "Atlantis"},
                {"contact_name": 5},
                {"partner_name": "Sawmill", "source": "Fair"},
            )
        self.assertEqual([row["index"] for row in answer["created"]], [0, 5])
        self.assertEqual(answer["created"][0]["reference"], "a1")
        reasons = [row["reason"] for row in answer["refused"]]
        for words, reason in zip(
            ("“email”", "Nobody to contact", "“Atlantis” is no country", "a text"),
            reasons,
            strict=True,
        ):
            self.assertIn(words, reason)
        ada, sawmill = self._get_created(answer)
        self.assertEqual(ada.name, "Ada Byron")
        self.assertEqual(ada.country_id.code, "DE")
        self.assertEqual(ada.campaign_id, campaign)
        self.assertEqual(ada.medium_id.name, "Telemarketing")
        self.assertEqual(ada.tag_ids.mapped("name"), ["Warm", "New"])
        self.assertIn("&lt;b&gt;two", ada.description)
        self.assertEqual(str(ada.capture_date), "2026-03-01 07:30:00")
        self.assertEqual(ada.source_id, self.source)
        self.assertEqual(sawmill.source_id.name, "Fair")
        for lead in ada + sawmill:
            self.assertEqual(lead.capture_channel, "api")
            self.assertEqual(lead.collector_id, self.interface)
            self.assertFalse(lead.user_id)

    def test_interests_are_found_by_name(self):
        pump = self.env["product.template"].create({"name": "C360 Pump"})
        answer = self._submit(ADA | {"interest": "C360 Pump, Gates"})
        lead = self._get_created(answer)
        self.assertEqual(lead.interest_product_ids, pump)
        self.assertIn("Interested in: Gates", lead.description)

    def test_a_name_is_created_once(self):
        self._submit(*(ADA | {"source": name} for name in ("Ad A", "ad a", "AD A ")))
        self.assertEqual(
            self.env["utm.source"].search_count([("name", "=ilike", "ad a")]), 1
        )

    def test_calls(self):
        self.buyer.phone = "+49 30 1234567"
        self.env["crm.lead"].create({"name": "Open", "phone": "+49 30 7654321"})
        answer = self._submit(
            {"kind": "call", "phone": "+49 30 1234567", "name": "Asks for a price"},
            {"kind": "call", "phone": "+49307654321", "direction": "out"},
            {"kind": "call", "phone": "+49 30 1112223", "contact_name": "Ida"},
            {"kind": "call", "contact_name": "Without"},
            {"kind": "fax", "phone": "1"},
        )
        self.assertEqual([row["index"] for row in answer["logged"]], [0, 1])
        self.assertEqual([row["index"] for row in answer["refused"]], [3, 4])
        lead = self._get_created(answer)
        self.assertEqual(lead.capture_channel, "call")
        touches = self.env["c360.contact.touch"].search(
            [("channel", "=", "phone")], order="id desc", limit=3
        )
        unknown, known_lead, customer = touches
        self.assertEqual(customer.partner_id, self.buyer)
        self.assertEqual(customer.subject, "Asks for a price")
        self.assertEqual(customer.direction, "in")
        self.assertEqual(known_lead.lead_id.name, "Open")
        self.assertEqual(known_lead.direction, "out")
        self.assertEqual(unknown.lead_id, lead)
        self.assertEqual(unknown.partner_name, "Ida")

    def test_the_same_request_again(self):
        first = self._submit(ADA, key="k1")
        self.assertEqual(self._submit(ADA, key="k1"), first)
        self.assertEqual(len(self._get_created(first)), 1)
        self.assertEqual(
            self.env["crm.lead"].search_count([("email_from", "=", ADA["email_from"])]),
            1,
        )
        # another caller may use the same key
        other = self.caller.copy({"name": "Dresden"})
        self.interface = other.sudo().user_id
        self.assertNotEqual(self._submit(ADA, key="k1"), first)

    def test_bad_requests(self):
        for leads in ([], {}, "x", [1], [ADA] * 101):
            with self.subTest(leads), self.assertRaisesRegex(UserError, "1 to 100"):
                self.env["c360.lead.intake"].with_user(self.interface).submit(leads)
        for key in ("", 5, "x" * 201):
            with self.subTest(key), self.assertRaisesRegex(UserError, "1 to 200"):
                self._submit(ADA, key=key)

    def test_one_that_cannot_be_saved_stops_only_itself(self):
        logger = "odoo.addons.crm_customer360.models.lead.c360_lead_intake"
        leads = type(self.env["crm.lead"])
        create = leads.create

        def fail(records, vals_list):
            vals = vals_list if isinstance(vals_list, dict) else vals_list[0]
            if vals.get("contact_name") == "Bad":
                raise ValueError("no")
            return create(records, vals_list)

        self.patch(leads, "create", fail)
        with mute_logger(logger):
            answer = self._submit(ADA, ADA | {"contact_name": "Bad"}, ADA)
        self.assertEqual([row["index"] for row in answer["created"]], [0, 2])
        self.assertEqual(answer["refused"][0]["reason"], "This lead cannot be saved.")

    def test_signs_that_are_none_stop_only_their_lead(self):
        answer = self._submit(
            ADA,
            ADA | {"name": "a\x00"},
            ADA | {"name": "\ud83d"},
            ADA | {"reference": "a\x00"},
            ADA | {"\ud83d": "x"},
            key="signs",
        )
        self.assertEqual([row["index"] for row in answer["created"]], [0])
        self.assertEqual([row["index"] for row in answer["refused"]], [1, 2, 3, 4])
        self.assertIn("name", answer["refused"][0]["reason"])
        for key in ("a\x00", "\ud83d"):
            with self.assertRaisesRegex(UserError, "1 to 200"):
                self._submit(ADA, key=key)

    def test_only_interfaces(self):
        for role in ("user", "leader", "manager"):
            with self.subTest(role), self.assertRaisesRegex(AccessError, "interface"):
                self.env_of(role)["c360.lead.intake"].submit([ADA])
        self.caller.active = False
        self.assertFalse(self.interface.active)
        with self.assertRaisesRegex(AccessError, "interface"):
            self._submit(ADA)

    def test_switched_off(self):
        self.env.ref("base.group_user").implied_ids -= self.env.ref(
            "crm_customer360.group_use_lead"
        )
        with self.assertRaisesRegex(AccessError, "switched off"):
            self._submit(ADA)

    def test_only_managers_set_interfaces_up(self):
        for role in ("user", "leader", "care", "stranger"):
            with self.subTest(role), self.assertRaises(AccessError):
                self.caller.with_env(self.env_of(role)).read(["name"])
        # no person's user becomes an interface, nor the other way round
        person = self.users_by_role["user"]
        self.caller.user_id = person
        self.assertEqual(self.caller.user_id, self.interface)
        with self.assertRaisesRegex(UserError, "over HTTP"):
            self.caller.action_create_key()

    def test_old_keys_are_forgotten(self):
        keys = self.env["c360.lead.intake.key"]
        with freeze_time(NOW):
            self._submit(ADA, key="old")
        with freeze_time(fields.Datetime.to_datetime(NOW) + timedelta(days=6)):
            keys._gc_keys()
            self.assertTrue(keys.search([("key", "=", "old")]))
        with freeze_time(fields.Datetime.to_datetime(NOW) + timedelta(days=8)):
            keys._gc_keys()
            self.assertFalse(keys.search([("key", "=", "old")]))


@tagged("post_install", "-at_install", "c360_lead")
class TestLeadIntakeHttp(IntakeCommon, HttpCase):
    """As the other system sees it."""

    def setUp(self):
        super().setUp()
        self.authenticate(None, None)
        self.key = self.caller._create_key()

    def _post(self, url=URL, api_key=None, **body):
        return self.url_open(
            url,
            data=json.dumps(body),
            headers={
                "Authorization": f"bearer {api_key or self.key}",
                "Content-Type": "application/json",
            },
        )

    def test_submit(self):
        answer = self._post(leads=[ADA])
        self.assertEqual(answer.status_code, 200)
        lead = self._get_created(answer.json())
        self.assertEqual(lead.contact_name, "Ada Byron")
        self.assertEqual(lead.create_uid, self.interface)

    def test_same_key_other_body(self):
        first = self._post(leads=[ADA], key="k1")
        self.assertEqual(self._post(leads=[ADA], key="k1").json(), first.json())
        with mute_logger("odoo.http"):
            answer = self._post(leads=[{"contact_name": "Bo"}], key="k1")
        self.assertEqual(answer.status_code, 409)
        self.assertIn("another request", answer.json()["message"])

    def test_limit(self):
        self.caller.limit_count = 2
        with freeze_time(NOW):
            for _call in range(2):
                self.assertEqual(self._post(leads=[ADA]).status_code, 200)
        with mute_logger("odoo.http"), freeze_time("2026-03-02 09:00:40"):
            answer = self._post(leads=[ADA])
        self.assertEqual(answer.status_code, 429)
        self.assertEqual(answer.headers["Retry-After"], "20")
        self.assertIn("in 20 seconds", answer.json()["message"])
        with freeze_time("2026-03-02 09:01:00"):
            self.assertEqual(self._post(leads=[ADA]).status_code, 200)

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_model")
    def test_may_do_nothing_else(self):
        self._post(leads=[ADA])
        for model, method, body in (
            ("crm.lead", "search_read", {"domain": []}),
            ("crm.lead", "create", {"vals_list": [{"name": "x"}]}),
            ("res.partner", "search_read", {"domain": []}),
            ("res.users", "create", {"vals_list": [{"name": "x", "login": "x"}]}),
            ("c360.contact.touch", "search_read", {"domain": []}),
            ("c360.lead.intake.caller", "search_read", {"domain": []}),
            ("c360.lead.intake.key", "search_read", {"domain": []}),
            ("utm.source", "search_read", {"domain": []}),
            # not to be called from outside
            ("c360.lead.reader", "_find_names", {"vals_list": []}),
        ):
            with self.subTest(f"{model}.{method}"):
                answer = self._post(f"/json/2/{model}/{method}", **body)
                self.assertEqual(answer.status_code, 403, answer.text[:300])
        answer = self._post("/json/2/ir.attachment/search_read", domain=[])
        self.assertEqual(answer.json(), [])

    @mute_logger("odoo.http")
    def test_a_former_key_ends(self):
        former, self.key = self.key, self.caller._create_key()
        self.assertEqual(self._post(leads=[ADA], api_key=former).status_code, 401)
        self.assertEqual(self._post(leads=[ADA]).status_code, 200)

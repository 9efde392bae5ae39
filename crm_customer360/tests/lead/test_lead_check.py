from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import Customer360Common

GOOD = {
    "name": "Pumps",
    "contact_name": "Paula Private",
    "email_from": "paula@private.example",
    "phone": "+32 470 12 34 56",
    "type": "lead",
    "user_id": False,
}

ANSWER = "And lamps"


@tagged("post_install", "-at_install", "c360_lead")
class TestLeadCheck(Customer360Common):
    """What the rules find, each with its reason."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.checks = cls.env["c360.lead.check"]
        cls.checks.search([]).active = False
        cls.belgium = cls.env.ref("base.be")

    def _rule(self, kind, **values):
        return self.checks.create({"name": kind, "kind": kind, **values})

    def _reason(self, **values):
        """Return the reason for one lead, asked before it exists and after."""
        vals = {**GOOD, **values}
        [before] = self.checks._find_reasons([vals])
        lead = self.env["crm.lead"].with_context(tracking_disable=True).create(vals)
        [after] = self.checks._find_reasons(lead)
        self.assertEqual(before, after)
        return after and after[1]

    def test_no_way_to_reach(self):
        rule = self._rule("unreachable")
        [(check, reason)] = self.checks._find_reasons(
            [{**GOOD, "email_from": " ", "phone": False}]
        )
        self.assertEqual((check, bool(reason)), (rule, True))
        self.assertFalse(self._reason(phone=False))
        self.assertFalse(self._reason(email_from=False))
        # a contact of the address book can be reached
        self.assertFalse(
            self._reason(email_from=False, phone=False, partner_id=self.buyer.id)
        )
        self.assertFalse(
            self._reason(email_from=False, phone=False, website="https://a.example")
        )

    def test_what_somebody_wrote_is_read(self):
        self._rule("unreachable")
        leads = self.env["crm.lead"]
        mail = leads.message_new(
            {"subject": "Two tables", "email_from": False, "body": "", "author_id": 0}
        )
        self.assertTrue(mail.active)
        old = leads.create({"name": "Chairs", "type": "lead", "user_id": False})
        self.assertFalse(old.active)
        old.message_post(body=ANSWER, message_type="email")
        self.assertFalse(old._judge())
        self.assertTrue(old.active)

    def test_malformed_email(self):
        self._rule("email_malformed", unless_reachable=False)
        self.assertIn("paula@@", self._reason(email_from="paula@@private.example"))
        self.assertFalse(self._reason())
        self.assertFalse(self._reason(email_from=False))
        self.assertFalse(self._reason(email_from="Paula <p@private.example>"))

    def test_a_working_phone_excuses_the_email(self):
        rule = self._rule("email_malformed")
        self.assertFalse(self._reason(email_from="paula"))
        self.assertTrue(self._reason(email_from="paula", phone="12"))
        rule.unless_reachable = False
        self.assertTrue(self._reason(email_from="paula"))

    def test_disposable_email(self):
        self._rule(
            "email_disposable",
            unless_reachable=False,
            words="spam.example",
            except_words="yopmail.com",
        )
        self.assertIn("mailinator.com", self._reason(email_from="a@mailinator.com"))
        self.assertTrue(self._reason(email_from="a@eu.mailinator.com"))
        self.assertTrue(self._reason(email_from="a@spam.example"))
        self.assertFalse(self._reason(email_from="a@yopmail.com"))
        self.assertFalse(self._reason())

    def test_role_email(self):
        self._rule("email_role", unless_reachable=False, words="noreply, info")
        self.assertTrue(self._reason(email_from="No-Reply@private.example"))
        self.assertTrue(self._reason(email_from="info@private.example"))
        self.assertFalse(self._reason(email_from="ingo@private.example"))

    def test_free_email(self):
        self._rule("email_free", unless_reachable=False, except_words="gmx.de")
        self.assertTrue(self._reason(email_from="paula@gmail.com"))
        self.assertFalse(self._reason(email_from="paula@gmx.de"))

    def test_dead_email_by_bounces(self):
        self._rule("email_dead", unless_reachable=False, failures=3)
        self.buyer.message_bounce = 2
        self.assertFalse(self._reason(email_from=self.buyer.email))
        self.buyer.message_bounce = 3
        self.assertIn("3 messages back", self._reason(email_from=self.buyer.email))

    def test_dead_email_by_the_contact_ledger(self):
        self._rule("email_dead", unless_reachable=False, failures=2)
        touch = {
            "partner_id": self.buyer.id,
            "address": "dead@private.example",
            "channel": "email",
            "purpose": "sales",
            "state": "failed",
            "company_id": self.company.id,
        }
        touches = self.env["c360.contact.touch"]
        touches.create(
            [{**touch, "date": f"2026-03-0{day} 09:00:00"} for day in (1, 2)]
        )
        self.assertIn("2 messages", self._reason(email_from="dead@private.example"))
        touches.create({**touch, "state": "sent", "date": "2026-03-03 09:00:00"})
        self.assertFalse(self._reason(email_from="dead@private.example"))

    def test_blacklisted_is_told_apart_from_dead(self):
        self.env["mail.blacklist"]._add("paula@private.example")
        self._rule("email_dead", unless_reachable=False)
        self.assertFalse(self._reason())
        self._rule("email_blacklisted", unless_reachable=False)
        self.assertIn("Asked", self._reason())

    def test_impossible_phone(self):
        self._rule("phone_impossible", unless_reachable=False)
        belgian = {"country_id": self.belgium.id}
        self.assertIn("12", self._reason(phone="12", **belgian))
        self.assertTrue(self._reason(phone="0000000000", **belgian))
        self.assertFalse(self._reason(phone="0470 12 34 56", **belgian))
        self.assertFalse(self._reason(phone=False, **belgian))

    def test_test_words(self):
        rule = self._rule("test", words="test\n测试", unless_reachable=False)
        self.assertIn("Test", self._reason(contact_name="Test Test"))
        self.assertTrue(self._reason(partner_name="测试", contact_name="test"))
        self.assertTrue(self._reason(name="test 3", contact_name=False))
        self.assertFalse(self._reason(name="Test"))
        self.assertFalse(self._reason(partner_name="Test"))
        self.assertFalse(self._reason(partner_name="Test Equipment Ltd"))
        rule.anywhere = True
        self.assertTrue(self._reason(partner_name="Test Equipment Ltd"))
        self.assertFalse(self._reason(partner_name="Testa Ltd"))

    def test_what_else_speaks_for_a_lead_with_a_test_name(self):
        self._rule("test", words="test")
        no_phone = {"contact_name": "Test", "phone": False}
        self.assertFalse(self._reason(contact_name="Test", email_from=False))
        self.assertFalse(self._reason(**no_phone))
        self.assertTrue(self._reason(**no_phone, email_from="test@private.example"))
        self.assertTrue(self._reason(**no_phone, email_from=False))
        self.assertFalse(
            self._reason(**no_phone, email_from=False, partner_id=self.buyer.id)
        )

    def test_leads_as_people_write_them_are_valid(self):
        for kind in ("test", "phone_impossible"):
            self.env.ref(f"crm_customer360.c360_lead_check_{kind}").active = True
        for values in (
            {"name": "Testing", "partner_name": "Siemens"},
            {"partner_name": "ABC", "email_from": False},
            {"contact_name": "Tester", "partner_name": "Q", "phone": False},
            {"contact_name": False, "name": "Test", "phone": False},
            {"phone": "+49 171 2345678 abends", "email_from": False},
            {"phone": "+49 171 2345678 +49 30 901820", "email_from": False},
            {"phone": "+49 30 901820 (ask for Ann)", "email_from": False},
        ):
            self.assertFalse(self._reason(**values), values)

    def test_out_of_scope(self):
        self._rule(
            "out_of_scope", lead_domain=f"[('country_id', '=', {self.belgium.id})]"
        )
        self.assertTrue(self._reason(country_id=self.belgium.id))
        self.assertFalse(self._reason(country_id=self.env.ref("base.fr").id))

    def test_the_first_rule_that_finds_something_wins(self):
        last = self._rule("test", words="test", unless_reachable=False, sequence=2)
        first = self._rule("email_free", unless_reachable=False, sequence=1)
        vals = {**GOOD, "contact_name": "test", "email_from": "a@gmail.com"}
        self.assertEqual(self.checks._find_reasons([vals])[0][0], first)
        first.active = False
        self.assertEqual(self.checks._find_reasons([vals])[0][0], last)

    def test_rules_of_another_company_do_not_apply(self):
        other = self.env["res.company"].create({"name": "Other"})
        rule = self._rule(
            "test", words="test", unless_reachable=False, company_id=other.id
        )
        vals = {**GOOD, "contact_name": "test", "company_id": self.company.id}
        self.assertEqual(self.checks._find_reasons([vals]), [None])
        rule.company_id = self.company
        self.assertEqual(self.checks._find_reasons([vals])[0][0], rule)

    def test_a_broken_rule_stops_no_lead(self):
        rule = self._rule("out_of_scope", lead_domain="[('city', '=', 'Nowhere')]")
        # as after an update that took the field away
        self.env.cr.execute(
            "UPDATE c360_lead_check SET lead_domain = %s WHERE id = %s",
            ("[('no_such_field', '=', 1)]", rule.id),
        )
        self.env.invalidate_all()
        self.env.registry.clear_cache()
        with mute_logger(
            "odoo.addons.crm_customer360.models.lead.c360_lead_check_kind"
        ):
            self.assertFalse(self._reason())

    def test_nonsense_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "cannot be read"):
            self._rule("out_of_scope", lead_domain="[('no_such_field', '=', 1)]")
        with self.assertRaisesRegex(ValidationError, "every lead"):
            self._rule("out_of_scope", lead_domain="[]")
        with self.assertRaisesRegex(ValidationError, "without a list"):
            self._rule("test", words=" , ")

    def test_a_thousand_leads_cost_one_query(self):
        for kind in ("unreachable", "email_disposable", "phone_impossible"):
            self._rule(kind)
        self._rule("test", words="test")
        vals_list = [
            {**GOOD, "email_from": f"p{n}@private.example"} for n in range(1000)
        ]
        self.checks._find_reasons(vals_list[:1])
        with self.assertQueryCount(0):
            self.assertEqual(self.checks._find_reasons(vals_list), [None] * 1000)
        self._rule("email_dead", unless_reachable=False)
        self.checks._find_reasons(vals_list[:1])
        with self.assertQueryCount(1):
            self.checks._find_reasons(vals_list)

    def test_try_before_switching_on(self):
        leads = self.env["crm.lead"].create(
            [{**GOOD, "contact_name": name} for name in ("Test", "Paula")]
        )
        rule = self._rule("test", words="test", unless_reachable=False, active=False)
        action = rule.action_try()
        found = self.env["crm.lead"].search(action["domain"])
        self.assertEqual(found & leads, leads[0])
        self.assertIn(f"{len(found)} of the latest", action["display_name"])
        self.assertTrue(leads[0].active)
        # the reason of this check, whatever another one said; and nothing to press
        leads[0].sudo().check_reason = "Another reason"
        tried = found.with_context(**action["context"]) & leads[0]
        self.assertEqual(
            tried.tried_reason, rule._judge(tried, (rule._prepare_rule(),))[0][1]
        )
        self.assertFalse(leads[0].tried_reason)
        for view_id, kind in action["views"][:2]:
            arch = self.env["crm.lead"].get_view(view_id, kind)["arch"]
            self.assertIn("tried_reason", arch)
            self.assertNotIn("<button", arch)

    def test_try_without_leads(self):
        rule = self._rule("test", words="test", active=False)
        self.env["crm.lead"].search([]).active = False
        with self.assertRaisesRegex(UserError, "no open leads"):
            rule.action_try()

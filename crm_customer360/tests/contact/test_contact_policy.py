from psycopg2.errors import CheckViolation

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ContactCommon


@tagged("post_install", "-at_install", "c360_contact")
class TestContactPolicy(ContactCommon):
    def test_an_empty_limit_is_not_zero(self):
        for value, is_limited in ((0, True), (3, True), (None, False), (False, False)):
            with self.subTest(value):
                policy = self._create_policy(limit=value)
                self.assertEqual(policy.is_limited, is_limited)
        policy.limit_count = 0
        self.assertTrue(policy.is_limited)

    def test_the_policy_says_in_words_what_it_does(self):
        self.assertEqual(
            self._create_policy(limit=2).summary,
            "Each contact person gets at most 2 within 7 days: "
            "E-mail (Care, Marketing).",
        )
        self.assertEqual(
            self._create_policy(scope="customer", channel=False, purposes=()).summary,
            "The whole customer gets at most 2 within 7 days: contacts by any channel "
            "(all purposes that count).",
        )
        self.assertEqual(
            self._create_policy(limit=0).summary, "Never: E-mail (Care, Marketing)."
        )
        self.assertEqual(self._create_policy(limit=None).summary, "Limits nothing.")

    def test_one_purpose_may_be_given_by_its_code(self):
        policy = self.env["c360.contact.policy"].create(
            {"name": "Sales", "purpose": "sales", "limit_count": 1}
        )
        self.assertEqual(policy.purpose_ids.mapped("code"), ["sales"])
        self.assertEqual(policy.purpose, "sales")
        policies = self.env["c360.contact.policy"]
        self.assertIn(policy, policies.search([("purpose", "=", "sales")]))
        self.assertNotIn(policy, policies.search([("purpose", "=", "care")]))
        policy.purpose = False
        self.assertFalse(policy.purpose_ids)
        self.assertIn(policy, policies.search([("purpose", "=", False)]))

    def test_a_broken_filter_is_refused(self):
        for domain in ("nonsense", "[('no_such_field', '=', 1)]"):
            with (
                self.subTest(domain),
                self.assertRaisesRegex(ValidationError, "cannot be read"),
            ):
                self._create_policy(partner_domain=domain)

    @mute_logger("odoo.sql_db")
    def test_numbers_that_make_no_sense_are_refused(self):
        policy = self._create_policy()
        for field, value in (("limit_count", -1), ("period_count", 0)):
            with (
                self.subTest(field),
                self.assertRaises(CheckViolation),
                self.cr.savepoint(),
            ):
                policy[field] = value
                policy.flush_recordset()

    def test_needed_messages_can_be_neither_limited_nor_stopped(self):
        purpose = self.env.ref("crm_customer360.contact_purpose_transactional")
        for field in ("is_capped", "stopped_by_complaint"):
            with (
                self.subTest(field),
                self.assertRaisesRegex(ValidationError, "needed by the customer"),
            ):
                purpose[field] = True

    def test_changing_a_purpose_takes_effect_at_once(self):
        self._create_policy(limit=0, purposes=())
        self.assertEqual(self._reserve(self.buyer, "collection").state, "reserved")
        purpose = self.env.ref("crm_customer360.contact_purpose_collection")
        purpose.is_capped = True
        self.assertEqual(self._reserve(self.buyer, "collection").state, "blocked")

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..common import Customer360Common
from .test_lead_profile import make_profile


@tagged("post_install", "-at_install", "c360_lead")
class TestLeadCheckRights(Customer360Common):
    """People read the rules they are judged by; managers write them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.profile = make_profile(cls.env["c360.lead.profile"])
        cls.check = cls.env.ref("crm_customer360.c360_lead_check_test")
        cls.role = cls.env.ref("crm_customer360.c360_lead_buyer_role_gift")
        cls.records = (cls.check, cls.profile, cls.profile.condition_ids, cls.role)

    def test_everybody_in_the_house_reads(self):
        for role in ("user", "leader", "care", "analyst"):
            for record in self.records:
                self.assertTrue(record.with_env(self.env_of(role)).read(["id"]))

    def test_only_managers_write(self):
        for role in ("user", "leader", "care", "service", "analyst", "stranger"):
            for record in self.records:
                theirs = record.with_env(self.env_of(role))
                for method in (
                    lambda theirs=theirs: theirs.write({"name": "Mine"}),
                    lambda theirs=theirs: theirs.create({"name": "Mine"}),
                    theirs.unlink,
                ):
                    with self.assertRaises(AccessError):
                        method()
        for record in self.records:
            record.with_env(self.env_of("manager")).write({"name": "Ours"})

    def test_the_stranger_reads_nothing(self):
        for record in self.records:
            with self.assertRaises(AccessError):
                record.with_env(self.env_of("stranger")).read(["name"])

    def test_checking_everything_is_for_managers(self):
        with self.assertRaises(AccessError):
            self.env_of("leader")["c360.lead.check"].action_check_all()
        runs = self.env_of("manager")["c360.lead.recheck"]
        runs.check_access("read")
        for operation in ("write", "create", "unlink"):
            with self.assertRaises(AccessError):
                runs.check_access(operation)
        with self.assertRaises(AccessError):
            self.env_of("leader")["c360.lead.recheck"].check_access("read")

    def test_rules_of_another_company_are_hidden(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.check.company_id = other
        self.profile.company_id = other
        manager = self.env_of("manager")
        for record in (self.check, self.profile, self.profile.condition_ids):
            with self.assertRaises(AccessError):
                record.with_env(manager).read(["name"])

    def test_trying_shows_only_what_one_may_see(self):
        lead, other = self.env["crm.lead"].create(
            [
                {
                    "name": "test",
                    "type": "opportunity",
                    "email_from": "test@private.example",
                    "user_id": self.users_by_role[role].id,
                }
                for role in ("user", "leader")
            ]
        )
        action = self.check.with_env(self.env_of("user")).action_try()
        self.assertIn(lead.id, action["domain"][0][2])
        self.assertNotIn(other.id, action["domain"][0][2])

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import LeadCommon


@tagged("post_install", "-at_install", "c360_lead")
class TestLeadDerived(LeadCommon):
    """Nobody states what follows from what is done with a lead."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lead = cls._create_lead(user_id=cls.user.id)
        cls.other = cls._create_lead(user_id=cls.user.id)
        now = fields.Datetime.now()
        cls.derived = {
            "merged_into_id": cls.other.id,
            "next_step": "Golf",
            "next_step_date": now.date(),
            "step_gone_date": now,
            "entered_as": "0",
        }
        cls.found = {
            **cls.derived,
            "grade": "key",
            "grade_points": 100,
            "check_reason": "So",
            "first_response_date": now,
        }

    def test_nobody_writes_them(self):
        for role in ("user", "leader"):
            lead = self.lead.with_env(self.env_of(role))
            for name, value in self.derived.items():
                with self.subTest(role=role, name=name):
                    with self.assertRaises(AccessError):
                        lead.write({name: value})
                    with self.assertRaises(AccessError):
                        lead.create({"name": "New", name: value})
                    with self.assertRaises(AccessError):
                        lead.write({name: False})

    def test_no_default_states_them(self):
        leads = self.lead.with_env(self.env_of("user")).browse()
        for name, value in self.found.items():
            with self.subTest(name):
                lead = leads.with_context(**{f"default_{name}": value}).create(
                    {"name": "New", "user_id": self.user.id}
                )
                self.assertNotEqual(lead.read([name], load=False)[0][name], value)
                self.assertFalse(lead.merged_into_id)

    def test_their_owner_goes_on_working(self):
        lead = self.lead.with_env(self.env_of("user"))
        lead.activity_schedule("mail.mail_activity_data_call", summary="Call back")
        self.assertEqual(lead.next_step, "Call back")
        lead.phone = "0470 65 43 21"
        self.assertEqual(lead.entered_as, "0470 65 43 21")
        head = (lead | self.other.with_env(lead.env))._merge_opportunity()
        tail = (self.lead | self.other) - head.with_env(self.env)
        self.assertEqual(tail.merged_into_id, head)

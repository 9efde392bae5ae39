from odoo.tests import tagged

from .common import PoolCommon


@tagged("post_install", "-at_install", "c360_pool")
class TestPoolTouch(PoolCommon):
    """Contacts about a pooled lead stay hidden when the lead goes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.leader = cls.users_by_role["leader"]
        cls.partner = cls.env["res.partner"].create({"name": "Paula Private"})
        cls.leads = cls._create_leads(2, partner_id=cls.partner.id)
        cls.touches = cls.env["c360.contact.touch"]._log(
            [
                {
                    "channel": "email",
                    "partner_id": cls.partner.id,
                    "address": lead.email_from,
                    "subject": "Pumps",
                    "source_model": "crm.lead",
                    "source_id": lead.id,
                    "user_id": cls.leader.id,
                }
                for lead in cls.leads
            ]
        )

    def _read(self, role, touches=None):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env_of(role)["c360.contact.touch"].search(
            [("id", "in", (touches or self.touches).ids)]
        )

    def test_merging_keeps_them_hidden_and_with_the_lead(self):
        self.assertFalse(self._read("user"))
        head = self.leads.merge_opportunity()
        self.assertEqual(head.pool_state, "pooled")
        self.assertFalse(self._read("user"))
        self.assertFalse(self._read("care"))
        self.assertEqual(len(self._read("leader")), 2)
        self.assertEqual(self.touches.mapped("source_id"), [head.id] * 2)
        self.assertEqual(self.touches.lead_id, head)
        self._claim(head)
        self.assertEqual(len(self._read("user")), 2)

    def test_a_planned_call_follows_the_merge_once(self):
        self.env["mail.activity"].create(
            [
                {
                    "activity_type_id": self.env.ref("mail.mail_activity_data_call").id,
                    "res_model_id": self.env["ir.model"]._get_id("crm.lead"),
                    "res_id": lead.id,
                    "user_id": self.leader.id,
                }
                for lead in self.leads
            ]
        )
        head = self.leads.with_user(self.leader).merge_opportunity()
        rows = self.env["c360.contact.touch"].search(
            [("channel", "=", "phone"), ("partner_id", "=", self.partner.id)]
        )
        self.assertEqual(set(rows.mapped("source_id")), {head.id})
        self.assertEqual(
            head.activity_ids.contact_touch_id,
            rows.filtered(lambda row: row.state == "reserved"),
        )

    def test_deleting_a_lead_shows_them_to_nobody_new(self):
        own = self.touches.create(
            {
                "channel": "phone",
                "purpose": "sales",
                "source_model": "crm.lead",
                "source_id": self.leads[0].id,
                "user_id": self.user.id,
            }
        )
        self.leads.unlink()
        touches = self.touches + own
        self.assertEqual(self._read("user", touches), own)
        for role in ("leader", "manager", "care"):
            self.assertEqual(len(self._read(role, touches)), 3, role)

    def test_without_pools_they_are_history_like_any_other(self):
        self.leads.unlink()
        self.env.ref("base.group_user").implied_ids -= self.env.ref(
            "crm_customer360.group_use_pool"
        )
        self.assertEqual(len(self._read("user")), 2)

    def test_contacts_about_other_documents_and_leads_are_shown(self):
        self._claim(self.leads)
        other = self.env["c360.contact.touch"]._log(
            [{"channel": "letter", "partner_id": self.partner.id, "user_id": False}]
        )
        self.assertEqual(len(self._read("user", self.touches + other)), 3)

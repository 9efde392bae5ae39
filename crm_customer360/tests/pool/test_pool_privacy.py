from markupsafe import Markup

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import PoolCommon


@tagged("post_install", "-at_install", "c360_pool")
class TestPoolPrivacy(PoolCommon):
    """A member reads no contact data of a pooled lead, by any road."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user.group_ids += cls.env.ref("base.group_allow_export")
        cls.lead = cls._create_leads(
            name="Pumps for Paula Private, paula@private.example",
            partner_id=cls.customer.id,
            team_id=False,
        )
        comment = Markup("<p>Call Paula on 0470</p>")
        cls.lead.message_post(body=comment, message_type="comment")
        cls.attachment = cls.env["ir.attachment"].create(
            {
                "name": "card.txt",
                "raw": b"Paula",
                "res_model": "crm.lead",
                "res_id": cls.lead.id,
            }
        )
        cls.event = cls.env["calendar.event"].create(
            {
                "name": "Visit",
                "start": "2026-03-31 09:00:00",
                "stop": "2026-03-31 10:00:00",
                "opportunity_id": cls.lead.id,
                "partner_ids": [Command.set(cls.user.partner_id.ids)],
            }
        )
        activity = cls.lead.activity_schedule("mail.mail_activity_data_call")
        activity.action_feedback("Paula said yes")

    def setUp(self):
        super().setUp()
        self.env.flush_all()
        self.env.invalidate_all()
        self.mine = self.lead.with_user(self.user)
        self.leads = self.env_of("user")["crm.lead"]

    def assertHidden(self, method, *args, **kwargs):
        with self.assertRaises(AccessError):
            method(*args, **kwargs)

    def test_not_by_reading(self):
        self.assertHidden(self.mine.read, ["email_from"])
        self.assertHidden(self.mine.web_read, {"name": {}})
        self.assertHidden(self.mine.export_data, ["name"])
        self.assertHidden(self.mine.write, {"user_id": self.user.id})
        self.assertHidden(self.mine.copy)

    def test_not_by_searching(self):
        self.assertFalse(self.leads.search([("id", "=", self.lead.id)]))
        for domain in (
            [("email_from", "ilike", "paula")],
            [("phone", "ilike", "470")],
            [("contact_name", "=", "Paula Private")],
        ):
            self.assertFalse(self.leads.search_count(domain))
            self.assertFalse(
                self.leads.formatted_read_group(domain, ["email_from"], ["__count"])
            )
        self.assertFalse(self.leads.name_search("Pumps for Paula"))

    def test_not_by_the_chatter(self):
        env = self.env_of("user")
        self.assertFalse(
            env["mail.message"].search(
                [("model", "=", "crm.lead"), ("res_id", "=", self.lead.id)]
            )
        )
        self.assertFalse(env["mail.message"].search([("body", "ilike", "Call Paula")]))
        self.assertHidden(self.lead.message_ids.with_user(self.user).read, ["body"])
        self.assertHidden(self.attachment.with_user(self.user).read, ["raw"])
        self.assertFalse(env["ir.attachment"].search([("id", "=", self.attachment.id)]))
        self.assertHidden(self.mine.message_post, body="Hello")
        self.assertFalse(self.mine.message_subscribe(self.user.partner_id.ids))

    def test_not_by_the_activity_report(self):
        report = self.env_of("user")["crm.activity.report"]
        self.assertFalse(report.search([("lead_id", "=", self.lead.id)]))
        self.assertFalse(report.search([("body", "ilike", "Paula")]))
        self.assertTrue(
            self.env_of("leader")["crm.activity.report"].search(
                [("lead_id", "=", self.lead.id)]
            )
        )

    def test_not_by_a_link_from_elsewhere(self):
        event = self.event.with_user(self.user)
        [values] = event.read(["opportunity_id"])
        self.assertNotIn("Paula", str(values))
        [values] = event.web_read({"opportunity_id": {"fields": {"display_name": {}}}})
        self.assertNotIn("Paula", str(values))
        self.assertHidden(
            event.web_read, {"opportunity_id": {"fields": {"email_from": {}}}}
        )
        self.assertFalse(
            self.env_of("user")["calendar.event"].search(
                [("opportunity_id.email_from", "ilike", "paula")]
            )
        )

    def test_not_by_similar_leads(self):
        twin = self.leads.create(
            {"name": "Twin", "email_from": "paula0@private.example"}
        )
        self.env.invalidate_all()
        spec = {"duplicate_lead_ids": {"fields": {"email_from": {}}}}
        [values] = twin.web_read({**spec, "duplicate_lead_count": {}})
        self.assertEqual([row["id"] for row in values["duplicate_lead_ids"]], twin.ids)
        self.assertEqual(values["duplicate_lead_count"], 0)
        leader = twin.with_user(self.users_by_role["leader"])
        self.assertEqual(leader.duplicate_lead_ids, twin + self.lead)
        self.assertEqual(leader.duplicate_lead_count, 1)
        action = twin.action_show_potential_duplicates()
        self.assertEqual(self.leads.search(action["domain"]), twin)

    def test_not_by_the_pool_screen(self):
        pooled = self.env_of("user")["c360.pool.lead"]
        fields = set(pooled._fields)
        self.assertFalse(
            fields
            & {
                "name",
                "contact_name",
                "partner_id",
                "partner_name",
                "email_from",
                "phone",
                "website",
                "street",
                "zip",
                "description",
                "user_id",
            }
        )
        [values] = pooled.browse(self.lead.id).read()
        self.assertNotIn("Paula", str(values))
        self.assertNotIn("private", str(values))
        self.assertFalse(pooled.search([("topic", "ilike", "paula")]))
        self.assertFalse(pooled.name_search("paula"))
        self.assertNotIn(
            "Paula",
            str(
                pooled.browse(self.lead.id).export_data(
                    ["topic", "pool_id/name", "display_name"]
                )
            ),
        )
        with self.assertRaises(ValueError):
            pooled.search([("pool_id.member_ids.pool_id.secret", "=", 1)])

    def test_not_by_the_ledger(self):
        self._claim(self.lead)
        self.lead.user_id = False
        self.env.invalidate_all()
        moves = self.env_of("user")["c360.pool.move"].search([])
        self.assertTrue(moves)
        self.assertNotIn("Paula", str(moves.read()))
        self.assertHidden(moves.read, ["lead_name"])
        self.assertHidden(moves.read, ["partner_id"])
        self.assertHidden(moves.search, [("lead_name", "ilike", "a")])
        self.assertFalse(moves.search([("lead_id.email_from", "ilike", "paula")]))

    def test_after_the_claim_everything_is_his(self):
        self._claim(self.lead)
        [values] = self.mine.read(["email_from", "contact_name", "display_name"])
        self.assertIn("Paula", values["contact_name"])
        self.assertIn("Paula", values["display_name"])
        self.assertTrue(self.attachment.with_user(self.user).raw)
        self.assertIn("Call Paula", str(self.mine.message_ids.mapped("body")))
        self.assertFalse(
            self.lead.with_user(self.rival).search([("id", "=", self.lead.id)])
        )

    def test_leaders_see_it_waiting(self):
        lead = self.lead.with_user(self.users_by_role["leader"])
        self.assertIn("Paula", lead.display_name)
        self.assertTrue(lead.email_from)

    def test_other_roles_of_sales_do_not(self):
        self.assertHidden(
            self.lead.with_user(self.users_by_role["care"]).read, ["email_from"]
        )

    def test_switched_off_leads_are_seen_as_before(self):
        self.assertHidden(self.mine.read, ["email_from"])
        self.env.ref("base.group_user").implied_ids -= self.env.ref(
            "crm_customer360.group_use_pool"
        )
        self.assertTrue(self.mine.read(["email_from"]))
        self.assertIn("Paula", self.mine.display_name)

    def test_topic_without_contacts(self):
        for name, hidden, kept in (
            ("Ask kim.lee+x@mail.example today", "kim.lee", "today"),
            ("Ring +32 (470) 12.34.56 please", "470", "please"),
            ("电话１３８００１３８０００急", "１３８", "急"),
            ("联系 zhang＠例子．公司", "例子", "联系"),
            ("联系zhang@qq.com谢谢", "zhang", "谢谢"),
            ("微信：paula_88 要水泵", "paula_88", "要水泵"),
            ("See www.private.example/x now", "private", "now"),
            ("٠٤٧٠١٢٣٤٥٦ call", "٠٤٧٠", "call"),
            ("paula private wants 120 pumps", "private", "120 pumps"),
            ("A+B (C) pumps [x]", "no such", "A+B (C) pumps [x]"),
        ):
            with self.subTest(name):
                self.lead.name = name
                self.env.flush_all()
                topic = self.env["c360.pool.lead"].browse(self.lead.id)
                topic.invalidate_recordset()
                self.assertNotIn(hidden, topic.topic)
                self.assertIn(kept, topic.topic)

    def test_names_with_signs_are_cut_out_literally(self):
        self.lead.write(
            {"name": "From A.B. (x) * Ltd", "partner_name": "A.B. (x) * Ltd"}
        )
        self.env.flush_all()
        pooled = self.env["c360.pool.lead"].browse(self.lead.id)
        self.assertEqual(pooled.topic, "From …")

    def test_members_see_the_pools_they_belong_to(self):
        large = self._create_leads(expected_revenue=10000)
        both = self.lead + large
        pooled = self.env_of("user")["c360.pool.lead"]
        domain = [("id", "in", both.ids)]
        self.assertEqual(set(pooled.search(domain).ids), set(both.ids))
        members = self.key_pool.member_ids
        members.filtered(lambda member: member.user_id == self.user).active = False
        self.assertEqual(pooled.search(domain).ids, self.lead.ids)
        self.assertEqual(
            pooled.with_context(active_test=False).search(domain).ids, self.lead.ids
        )
        self.assertEqual(len(self.env_of("leader")["c360.pool.lead"].search(domain)), 2)
        for role in ("stranger", "service", "analyst", "care"):
            with self.subTest(role):
                self.assertHidden(self.env_of(role)["c360.pool.lead"].search, [])

    def test_companies_do_not_see_each_others_leads(self):
        company = self.env["res.company"].create({"name": "Other"})
        lead = self._create_leads()
        lead.company_id = company
        for role in ("user", "leader"):
            self.assertFalse(
                self.env_of(role)["c360.pool.lead"].search([("id", "=", lead.id)])
            )

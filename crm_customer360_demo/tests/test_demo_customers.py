from unittest import SkipTest

from odoo import fields
from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install", "c360_demo")
class TestDemoCustomers(TransactionCase):
    """What the house knows about its customers is found in each of its states."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        module = cls.env["ir.module.module"]._get("crm_customer360_demo")
        if module.state != "installed":
            raise SkipTest("The demo story has not been told in this database.")
        cls.profiles = cls.env["c360.customer.profile"]
        cls.losses = cls.env["c360.customer.loss"]

    def _user(self, login):
        users = self.env["res.users"].with_context(active_test=False)
        return users.search([("login", "=", login)])

    def _profile(self, name):
        profile = self.profiles.search(
            [("partner_id.name", "=", name), ("company_id", "=", self.env.company.id)]
        )
        self.assertEqual(len(profile), 1, name)
        return profile

    def test_tiers_scores_and_margins(self):
        tiers = dict(self.profiles._read_group([], ["tier"], ["__count"]))
        for tier in "abcd":
            self.assertGreaterEqual(tiers.get(tier, 0), 3, tier)
        earning = self.profiles.search([("revenue", ">", 0)])
        self.assertTrue(all(profile.rfm_recency for profile in earning))
        losing = earning.filtered(lambda profile: profile.margin < 0)
        self.assertEqual(losing.partner_id.mapped("name"), ["Kyobashi Coffee Works"])

    def test_who_pays_late(self):
        prompt = self._profile("North Bean Company")
        slow = self._profile("Hotel Stadspark BV")
        self.assertLess(prompt.payment_days, 0)
        self.assertGreater(slow.payment_days, 14)

    def test_an_order_given_back_never_happened(self):
        order = self.env["sale.order"].search([("client_order_ref", "=", "PH-118")])
        self.assertEqual(order.order_line.mapped("qty_delivered"), [0])
        refunds = order.invoice_ids.filtered(lambda m: m.move_type == "out_refund")
        self.assertEqual(refunds.amount_total, order.amount_total)
        orders = self.env["sale.order"].search_count(
            [("partner_id", "=", order.partner_id.id), ("state", "=", "sale")]
        )
        profile = self.profiles.search([("partner_id", "=", order.partner_id.id)])
        self.assertEqual(profile.order_count, orders - 1)

    def test_forecast_says_what_it_lacks(self):
        model = self.env["c360.customer.value.model"].search(
            [("company_id", "=", self.env.company.id)]
        )
        self.assertEqual((model.state, model.lack), ("lack", "customers"))
        self.assertTrue(model.verdict)

    def test_some_are_at_risk_for_reasons(self):
        risky = self.profiles.search(
            [("churn_risk", ">=", 0.3), ("lifecycle", "in", ("retained", "won_back"))]
        )
        self.assertGreaterEqual(len(risky), 4)
        self.assertTrue(all(risky.mapped("churn_reason_text")))
        self.assertTrue(self.profiles.search_count([("next_order_date", "!=", False)]))

    def test_losses_have_causes(self):
        causes = self.losses.search([("cause", "!=", False)])
        self.assertGreaterEqual(len(causes), 5)
        self.assertEqual(set(causes.mapped("said_by")), {"customer", "colleague"})
        gone = causes.filtered("competitor_id")
        self.assertEqual((gone.said_by, gone.cause), ("customer", "competitor"))
        self.assertTrue(gone.contact_id)

    def test_questions_wait_for_sam(self):
        kind = self.env.ref("crm_customer360.mail_activity_type_loss")
        open_questions = self.env["mail.activity"].search(
            [
                ("activity_type_id", "=", kind.id),
                ("user_id", "=", self._user("sam").id),
            ]
        )
        self.assertGreaterEqual(len(open_questions), 2)
        asked = self.losses.browse(open_questions.mapped("res_id"))
        self.assertFalse(any(asked.mapped("cause")))

    def test_care_won_one_back_and_works_on_another(self):
        tasks = self.env["c360.care.task"].search(
            [("source_model", "=", "c360.customer.loss")]
        )
        called = tasks.filtered(lambda task: task.state == "done")
        states = self.losses.browse(called.mapped("source_id")).mapped("state")
        self.assertEqual(sorted(states), ["winning", "won_back"])
        winning = self.losses.search([("state", "=", "winning")])
        self.assertTrue(
            tasks.filtered(
                lambda task: task.source_id == winning.id and task.state == "todo"
            ),
            "the next step is due",
        )

    def test_segments(self):
        segments = self.env["c360.customer.segment"].search([])
        self.assertEqual(len(segments), 4)
        self.assertFalse(any(segments.mapped("refresh_error")))
        for segment in segments:
            with self.subTest(segment=segment.name):
                self.assertGreaterEqual(segment.partner_count, 2)
        members = self.env["c360.customer.segment.member"].search([])
        self.assertTrue(members.filtered("date_to"), "somebody left")
        days = set(members.mapped("date_from"))
        self.assertGreater(len(days), 4, "they entered over the months")
        self.assertEqual(segments.filtered(lambda s: s.kind == "fixed").left_count, 1)

    def test_handovers(self):
        left, leave = self.env["c360.customer.handover"].search([], order="id")
        self.assertEqual((left.user_ids.login, left.state), ("tom", "done"))
        self.assertFalse(self._user("tom").active)
        self.assertGreaterEqual(left.done_count, 6)
        self.assertFalse(left.problem_count)
        self.assertLess(
            left.date_done, fields.Datetime.subtract(fields.Datetime.now(), months=5)
        )
        self.assertEqual((leave.user_ids.login, leave.state), ("kit", "asked"))
        self.assertTrue(leave.count)
        self.assertTrue(leave.with_user(self._user("mia")).may_start)
        self.assertFalse(leave.with_user(self._user("kit")).may_start)

    def test_the_address_book(self):
        pairs = self.env["c360.lead.duplicate"].search(
            [("contact_id", "!=", False), ("state", "=", "open")]
        )
        customers = pairs.filtered(lambda pair: pair.contact_id.is_company)
        self.assertEqual(len(customers), 3)
        merge = self.env["c360.customer.merge"].search([])
        self.assertEqual(merge.partner_id.name, "Fjord & Bønne AS")
        self.assertGreater(merge.date_expire, fields.Datetime.now())
        poor = self.profiles.search([("completeness", "<", 70)])
        self.assertGreaterEqual(len(poor), 3)

    def test_an_export_is_on_record(self):
        audit = self.env["c360.customer.audit"].search([("kind", "=", "export")])
        self.assertIn("nina", audit.user_id.mapped("login"))

    def test_who_brought_whom(self):
        referrals = self.env["c360.customer.referral"]
        harbour = self._profile("Harbour Coffee Roasters").partner_id
        root = referrals.browse(harbour.id)
        self.assertEqual((root.referred_count, root.branch_count), (1, 2))
        self.assertGreater(root.branch_revenue, 0)

    def test_the_flagship_is_alive(self):
        page = self.env["c360.customer.page"].with_user(self._user("sam"))
        harbour = self._profile("Harbour Coffee Roasters").partner_id
        answer = page.load(harbour.id)
        header = answer["header"]
        self.assertTrue(header["health"]["reasons"])
        self.assertTrue(header["due"]["items"])
        panels = {card["key"]: card for card in answer["panels"]}
        self.assertTrue([key for key, card in panels.items() if card.get("chart")])

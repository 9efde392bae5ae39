from markupsafe import Markup

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import SQL

from ..common import Customer360Common

SAME = "2026-02-01 09:00:00"


@tagged("post_install", "-at_install", "c360_customer")
class TestCustomerTimeline(Customer360Common):
    """Every event once, newest first, page after page."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.salesman = cls.users_by_role["user"]
        dates = [SAME] * 6 + [f"2026-02-{day:02} 09:00:00" for day in range(2, 8)]
        cls.orders = cls._create_orders(dates)
        cls.leads = cls.env["crm.lead"].create(
            [
                {"name": f"Lead {n}", "partner_id": cls.engineer.id, "type": "lead"}
                for n in range(5)
            ]
        )
        cls.tickets = cls.env["helpdesk.ticket"].create(
            [
                {"name": f"T{n}", "description": "x", "partner_id": cls.customer.id}
                for n in range(4)
            ]
        )
        cls.env.flush_all()
        # the creation date is the database's: two models at the very same moment
        for records in (cls.leads, cls.tickets):
            cls.env.cr.execute(
                SQL(
                    "UPDATE %s SET create_date = %s WHERE id IN %s",
                    SQL.identifier(records._table),
                    SAME,
                    records._ids,
                )
            )
        cls.env.invalidate_all()

    @classmethod
    def _create_orders(cls, dates, **values):
        contacts = [cls.customer, cls.buyer]
        return cls.env["sale.order"].create(
            [
                {
                    "partner_id": contacts[n % 2].id,
                    "user_id": cls.salesman.id,
                    "date_order": date,
                    **values,
                }
                for n, date in enumerate(dates)
            ]
        )

    def _page(self, role="manager", before=None, limit=200, partner=None):
        return self.env_of(role)["c360.customer.page"].load_timeline(
            (partner or self.customer).id, before, limit
        )

    def _walk(self, limit, role="manager"):
        entries, before = [], None
        while True:
            page = self._page(role, before, limit)
            self.assertLessEqual(len(page["entries"]), limit)
            entries += page["entries"]
            before = page["next"]
            if not before:
                return entries

    def test_nonsense_is_answered_with_a_sentence(self):
        for limit in (None, "x", 1.5):
            with (
                self.subTest(limit=limit),
                self.assertRaisesRegex(UserError, "whole number"),
            ):
                self._page(limit=limit)
        for before in ([SAME, "sale.order", float("inf")], [SAME, "\0", 1], "x", 5):
            with (
                self.subTest(before=before),
                self.assertRaisesRegex(UserError, "cannot go on"),
            ):
                self._page(before=before)

    def test_pages_neither_skip_nor_repeat(self):
        everything = self._page()["entries"]
        keys = [entry["key"] for entry in everything]
        kinds = [entry["kind"] for entry in everything]
        self.assertEqual(kinds.count("order"), 12)
        self.assertEqual(kinds.count("opportunity"), 5)
        self.assertEqual(kinds.count("ticket"), 4)
        dates = [entry["date"] for entry in everything]
        self.assertEqual(dates, sorted(dates, reverse=True))
        for limit in (1, 2, 5, 7):
            with self.subTest(limit):
                walked = [entry["key"] for entry in self._walk(limit)]
                self.assertEqual(walked, keys)
                self.assertEqual(len(walked), len(set(walked)))

    def test_new_events_do_not_disturb_the_pages_below(self):
        first = self._page(limit=5)
        rest = self._page(before=first["next"])["entries"]
        self._create_orders(["2026-03-01 09:00:00"])
        self.assertEqual(self._page(before=first["next"])["entries"], rest)

    def test_any_contact_shows_the_history_of_the_customer(self):
        self.assertEqual(
            self._page(partner=self.buyer)["entries"], self._page()["entries"]
        )

    def test_entries_say_what_happened(self):
        order = self.orders[-1]
        order.write({"state": "sale"})
        entries = {
            entry["key"].split(",")[0]: entry for entry in self._page()["entries"]
        }
        self.assertEqual(entries["helpdesk.ticket"]["id"], self.tickets[0].id)
        [entry] = [e for e in self._page()["entries"] if e["id"] == order.id][:1]
        self.assertEqual(entry["model"], "sale.order")
        self.assertEqual(entry["title"], f"Order {order.name}")
        self.assertEqual(entry["date"], "2026-02-07 09:00:00")
        self.assertEqual(entry["amount"], order.amount_total)

    def test_messages_and_done_calls_of_the_customer(self):
        mail = Markup("<p>The boards are wet</p>")
        self.buyer.message_post(body=mail, message_type="email")
        self.customer.activity_schedule(
            "mail.mail_activity_data_call", user_id=self.salesman.id
        ).action_feedback(feedback="All fine")
        noise = Markup("<p>Tracking noise</p>")
        self.customer.message_post(body=noise, message_type="notification")
        entries = [
            e for e in self._page("analyst")["entries"] if e["kind"] == "message"
        ]
        self.assertEqual(len(entries), 2)
        texts = " ".join(entry["subtitle"] for entry in entries)
        self.assertIn("The boards are wet", texts)
        self.assertIn("All fine", texts)
        self.assertEqual(
            {(entry["model"], entry["id"]) for entry in entries},
            {("res.partner", self.buyer.id), ("res.partner", self.customer.id)},
        )

    def test_rights_hold(self):
        colleague = self.users_by_role["leader"]
        [secret] = self._create_orders(["2026-02-20 09:00:00"], user_id=colleague.id)
        kinds = {entry["kind"] for entry in self._page("service")["entries"]}
        self.assertEqual(kinds, {"ticket"})
        seen = [e["id"] for e in self._page("user")["entries"] if e["kind"] == "order"]
        self.assertEqual(len(seen), 12)
        self.assertNotIn(secret.id, seen)
        seen = [
            e["id"] for e in self._page("leader")["entries"] if e["kind"] == "order"
        ]
        self.assertIn(secret.id, seen)

    def test_companies_are_kept_apart(self):
        other = self.env["res.company"].create({"name": "Other"})
        self._create_orders(["2026-02-20 09:00:00"], company_id=other.id)
        page = self.env(context={"allowed_company_ids": self.company.ids}, su=True)[
            "c360.customer.page"
        ]
        entries = page.load_timeline(self.customer.id, limit=200)["entries"]
        self.assertEqual(len([e for e in entries if e["kind"] == "order"]), 12)

    def test_cost_does_not_grow_with_history(self):
        page = self.env_of("manager")["c360.customer.page"]

        def count(before):
            page.load_timeline(self.customer.id, before, 10)
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            answer = page.load_timeline(self.customer.id, before, 10)
            return self.env.cr.sql_log_count - start, answer

        few, answer = count(None)
        # six orders in February stay on top: the page reads the same kinds of rows
        self._create_orders(["2025-06-01 09:00:00"] * 200)
        many, _answer = count(None)
        self.assertEqual(many, few)
        self.assertLessEqual(many, 20)
        later, _answer = count(answer["next"])
        self.assertLessEqual(later, 20)

    def test_every_source_has_its_index(self):
        """The plans were measured with these; without one, a page reads it all."""
        self.env.cr.execute(
            "SELECT tablename FROM pg_indexes WHERE indexname LIKE '%c360_timeline_idx'"
        )
        tables = {name for (name,) in self.env.cr.fetchall()}
        self.assertLessEqual(
            {
                "sale_order",
                "stock_picking",
                "account_move",
                "account_payment",
                "helpdesk_ticket",
                "mail_message",
            },
            tables,
        )

    def test_a_select_of_a_panel_is_paged_too(self):
        def select(panel, customer, partner_ids):
            return SQL(
                """SELECT day AS date, 'res.partner' AS model, partner.id AS res_id,
                          'birthday' AS kind
                     FROM res_partner AS partner
               CROSS JOIN generate_series(
                          '2026-02-01 09:00:00'::timestamp, '2026-02-05', '1 day') day
                    WHERE partner.id IN %s""",
                tuple(partner_ids),
            )

        def describe(panel, model, ids):
            return {id_: {"title": "Birthday", "subtitle": False} for id_ in ids}

        panel = self.registry["c360.customer.panel.message"]
        self.patch(panel, "_get_timeline_select", select)
        self.patch(panel, "_get_timeline_entries", describe)
        everything = [entry["key"] for entry in self._page()["entries"]]
        self.assertEqual(sum(key.startswith("res.partner") for key in everything), 12)
        self.assertEqual([entry["key"] for entry in self._walk(4)], everything)

    def test_a_broken_position_is_told(self):
        for before in (["yesterday", "sale.order", 1], [SAME], "x", [SAME, "m", "x"]):
            with self.subTest(before), self.assertRaisesRegex(UserError, "reload"):
                self._page(before=before)

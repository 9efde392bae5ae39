from unittest.mock import patch

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import SQL, mute_logger

from ...models.customer import c360_customer_segment_preview
from .common import CustomerCommon

REFRESH_LOG = (
    "odoo.addons.crm_customer360.models.customer.c360_customer_segment_refresh"
)


@tagged("post_install", "-at_install", "c360_customer")
class TestCustomerSegment(CustomerCommon):
    """Who is in a segment, who entered and who left."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enterClassContext(freeze_time("2026-06-01"))
        cls.Segment = cls.env["c360.customer.segment"]
        cls.Member = cls.env["c360.customer.segment.member"]
        cls.mill = cls._create_customer("Paper Mill", city="Trier")
        cls.yard = cls._create_customer("Boat Yard", city="Trier")
        cls._order("2026-05-20", price=100)
        cls._order("2026-05-10", partner=cls.buyer, price=400)
        cls._order("2025-01-10", partner=cls.mill, price=1000)
        cls.Profile._refresh()

    @classmethod
    def _segment(cls, *conditions, **values):
        segment = cls.Segment.create(
            {
                "name": "Test",
                "reach": "all",
                "domain": str([("id", "in", (cls.customer + cls.mill + cls.yard).ids)]),
                "condition_ids": [Command.create(vals) for vals in conditions],
                **values,
            }
        )
        segment._refresh()
        return segment

    def _rows(self, segment):
        rows = self.Member.search([("segment_id", "=", segment.id)], order="id")
        return [
            (row.partner_id.name, str(row.date_from), str(row.date_to or ""))
            for row in rows
        ]

    def _cron_refresh(self):
        crons = type(self.env["ir.cron"])
        with patch.object(crons, "_commit_progress", return_value=9):
            self.Segment._cron_refresh()

    def assertMembers(self, segment, partners):
        self.assertFalse(segment.refresh_error)
        self.assertEqual(segment._get_partners(), partners)
        self.assertEqual(segment.partner_count, len(partners))

    # ---------------------------------------------------------------- conditions

    def test_only_customers_are_members_not_their_people(self):
        self.buyer.function = self.mill.function = self.yard.function = "Sawyer"
        segment = self._segment(domain=str([("function", "=", "Sawyer")]))
        self.assertMembers(segment, self.mill + self.yard)

    def test_colleagues_and_our_companies_are_no_customers(self):
        colleague = self.users_by_role["user"].partner_id
        ids = (colleague + self.company.partner_id + self.mill).ids
        self.assertMembers(self._segment(domain=str([("id", "in", ids)])), self.mill)

    def test_reach(self):
        self.assertMembers(
            self._segment(reach="all"), self.customer + self.mill + self.yard
        )
        self.env["crm.lead"].create({"name": "Hull", "partner_id": self.yard.id})
        self.Profile._refresh()
        self.assertMembers(
            self._segment(reach="profile"), self.customer + self.mill + self.yard
        )
        self.assertMembers(self._segment(reach="customer"), self.customer + self.mill)

    def test_orders_of_contacts_count_for_the_customer(self):
        twice = {"subject": "order", "count_min": 2}
        self.assertMembers(
            self._segment({"subject": "order"}), self.customer + self.mill
        )
        self.assertMembers(self._segment(twice), self.customer)

    def test_orders_in_the_last_days(self):
        recent = {"subject": "order", "within_days": 30}
        segment = self._segment(recent)
        self.assertMembers(segment, self.customer)
        silent = self._segment({**recent, "presence": "has_not"})
        self.assertMembers(silent, self.mill + self.yard)
        with freeze_time("2026-06-19"):
            segment._refresh()
            self.assertMembers(segment, self.customer)
        with freeze_time("2026-06-20"):
            segment._refresh()
            self.assertMembers(segment, self.Segment.env["res.partner"])

    def test_relative_dates_in_filters(self):
        lately = {"domain": "[('date_order', '>', 'today -30d')]"}
        self.assertMembers(self._segment(lately), self.customer)

    def test_orders_in_total(self):
        self.assertMembers(
            self._segment({"subject": "order", "total_min": 500}),
            self.customer + self.mill,
        )
        self.assertMembers(self._segment({"total_min": 501}), self.mill)
        self.assertMembers(
            self._segment({"subject": "product", "total_min": 501}), self.mill
        )

    def test_totals_are_in_the_currency_of_the_company(self):
        currency = self.env["res.currency"].create(
            {"name": "DBL", "symbol": "D", "rate_ids": [Command.create({"rate": 2})]}
        )
        order = self._order("2026-05-01", partner=self.yard, price=1000)
        order.currency_id = currency
        order.currency_rate = 2
        for subject in ("order", "product"):
            with self.subTest(subject):
                half = self._segment({"subject": subject, "total_min": 500})
                self.assertIn(self.yard, half._get_partners())
                more = self._segment({"subject": subject, "total_min": 501})
                self.assertNotIn(self.yard, more._get_partners())

    def test_products(self):
        other = self.product.copy({"name": "Oak beam"})
        bought = {"subject": "product", "domain": str([("product_id", "=", other.id)])}
        segment = self._segment(bought)
        self.assertFalse(segment._get_partners())
        order = self._order("2026-05-30", partner=self.yard)
        order.order_line.product_id = other
        segment._refresh()
        self.assertMembers(segment, self.yard)

    def test_quotations_leads_people_and_profiles(self):
        self._order("2026-05-30", partner=self.yard, state="draft")
        self.assertMembers(self._segment({"subject": "quotation"}), self.yard)
        self.env["crm.lead"].create({"name": "Hull", "partner_id": self.mill.id})
        self.assertMembers(self._segment({"subject": "lead"}), self.mill)
        boss = {"subject": "person", "domain": str([("name", "ilike", "berta")])}
        self.assertMembers(self._segment(boss), self.customer)
        churned = {"subject": "profile", "domain": "[('lifecycle', '=', 'churned')]"}
        self.assertMembers(self._segment(churned), self.mill)

    def test_every_subject_can_be_asked(self):
        """What rooms and bridges add names columns that exist."""
        subjects = self.env["c360.customer.segment.condition"]._get_subjects()
        self.assertLessEqual({"order", "touch", "ticket", "segment"}, subjects.keys())
        for code, subject in subjects.items():
            with self.subTest(code):
                if not subject.model:
                    continue
                segment = self._segment(
                    {
                        "subject": code,
                        "count_min": 2,
                        "within_days": 10,
                        "total_min": 10,
                    }
                )
                self.assertFalse(segment.refresh_error)

    def test_all_or_any(self):
        conditions = (
            {"subject": "order", "within_days": 30},
            {"subject": "lead", "presence": "has_not"},
        )
        self.env["crm.lead"].create({"name": "Hull", "partner_id": self.yard.id})
        self.assertMembers(self._segment(*conditions), self.customer)
        self.assertMembers(
            self._segment(*conditions, match="any"), self.customer + self.mill
        )

    def test_the_profile_is_that_of_the_company(self):
        company, _user = self._create_second_company()
        self._order("2026-05-20", partner=self.yard, company_id=company.id)
        self.Profile._refresh()
        domain = str([("c360_profile_ids.order_count", ">=", 1)])
        self.assertMembers(self._segment(domain=domain), self.customer + self.mill)
        there = self._segment(domain=domain, company_id=company.id)
        self.assertMembers(there, self.yard)
        ordered = self._segment({"subject": "order"}, company_id=company.id)
        self.assertMembers(ordered, self.yard)

    # ------------------------------------------------------------------- nesting

    def test_a_segment_of_segments(self):
        inner = self._segment({"subject": "order"})
        outer = self._segment(
            {"subject": "segment", "other_segment_ids": [Command.set(inner.ids)]}
        )
        self.assertMembers(outer, self.customer + self.mill)
        rest = self._segment(excluded_segment_ids=[Command.set(outer.ids)])
        self.assertMembers(rest, self.yard)
        # the order of the refresh is that of the nesting, whatever was asked for
        self._order("2026-05-30", partner=self.yard)
        (rest + outer + inner)._refresh()
        self.assertMembers(outer, self.customer + self.mill + self.yard)
        self.assertMembers(rest, self.env["res.partner"])

    def test_a_change_reaches_what_is_built_on_it(self):
        inner = self._segment({"subject": "order"})
        middle = self._segment(excluded_segment_ids=[Command.set(inner.ids)])
        outer = self._segment(
            {"subject": "segment", "other_segment_ids": [Command.set(middle.ids)]}
        )
        inner.condition_ids.count_min = 2
        self.assertFalse((inner + middle + outer).filtered("date_refreshed"))
        self._cron_refresh()
        self.assertMembers(outer, self.mill + self.yard)

    def test_circles_are_refused(self):
        inner = self._segment()
        outer = self._segment(excluded_segment_ids=[Command.set(inner.ids)])
        with self.assertRaisesRegex(UserError, "circle"):
            inner.excluded_segment_ids = outer
        with self.assertRaisesRegex(UserError, "circle"):
            inner.condition_ids = [
                Command.create(
                    {
                        "subject": "segment",
                        "other_segment_ids": [Command.set(outer.ids)],
                    }
                )
            ]

    def test_what_others_are_built_on_stays(self):
        inner = self._segment()
        outer = self._segment(excluded_segment_ids=[Command.set(inner.ids)])
        with self.assertRaisesRegex(UserError, "built on"):
            inner.unlink()
        with self.assertRaisesRegex(UserError, "built on"):
            inner.active = False
        (outer + inner).unlink()

    def test_nesting_stays_in_the_company(self):
        company, _user = self._create_second_company()
        inner = self._segment(company_id=company.id)
        with self.assertRaisesRegex(UserError, "segments of its company"):
            self._segment(
                {"subject": "segment", "other_segment_ids": [Command.set(inner.ids)]}
            )
        with self.assertRaisesRegex(ValidationError, "which segments"):
            self._segment({"subject": "segment"})

    # ------------------------------------------------------------------- refresh

    def test_a_second_refresh_writes_nothing(self):
        segment = self._segment({"subject": "order"})
        ids = segment.member_ids.ids
        self.assertEqual(segment._refresh(), 0)
        self.assertEqual(segment.member_ids.ids, ids)

    def test_entered_and_left_are_kept(self):
        segment = self._segment({"subject": "order", "within_days": 30})
        with freeze_time("2026-07-01"):
            self._order("2026-06-30", partner=self.yard)
            self.assertEqual(segment._refresh(), 2)
            self.assertEqual(
                self._rows(segment),
                [
                    ("Harbour Timber", "2026-06-01", "2026-07-01"),
                    ("Boat Yard", "2026-07-01", ""),
                ],
            )
            self.assertEqual(
                (segment.partner_count, segment.entered_count, segment.left_count),
                (1, 1, 1),
            )
            # he comes back on the same day: he never was away
            order = self._order("2026-06-30")
            segment._refresh()
            self.assertMembers(segment, self.customer + self.yard)
            self.assertEqual(len(self._rows(segment)), 2)
            order.state = "cancel"
            segment._refresh()
        with freeze_time("2026-07-02"):
            order.state = "sale"
            segment._refresh()
            self.assertEqual(
                self._rows(segment)[-1], ("Harbour Timber", "2026-07-02", "")
            )
        history = self.env["c360.customer.segment.history"]._read_group(
            [("segment_id", "=", segment.id)], ["kind"], ["change:sum"]
        )
        self.assertEqual(dict(history), {"entered": 3, "left": -1})

    def test_a_stay_of_hours_never_was(self):
        segment = self._segment({"subject": "order"})
        segment.condition_ids.count_min = 9
        segment._refresh()
        self.assertFalse(self._rows(segment))

    def test_archived_customers_leave(self):
        segment = self._segment({"subject": "order"})
        self.mill.active = False
        segment._refresh()
        self.assertMembers(segment, self.customer)

    def test_a_broken_segment_does_not_stop_the_others(self):
        broken, sound = self._segment(), self._segment()
        self.env.cr.execute(
            "UPDATE c360_customer_segment SET domain = %s WHERE id = %s",
            ["[('gone', '=', 1)]", broken.id],
        )
        self.env.invalidate_all()
        self.yard.active = False
        (broken + sound).write({"date_refreshed": False})
        with mute_logger(REFRESH_LOG, "odoo.sql_db"):
            self._cron_refresh()
        self.assertIn("gone", broken.refresh_error)
        self.assertTrue(broken.date_refreshed, "not again and again on one day")
        self.assertIn(self.mill, broken._get_partners(), "members stay as they were")
        self.assertMembers(sound, self.customer + self.mill)
        broken.domain = "[]"
        self.assertFalse(broken.refresh_error)

    def test_conditions_that_cannot_be_asked_are_refused(self):
        for domain in ("[('gone', '=', 1)]", "nonsense(", "[('id', '=', 'x')]"):
            with (
                self.subTest(domain),
                self.assertRaisesRegex(ValidationError, "cannot be used"),
            ):
                self._segment(domain=domain)
            with (
                self.subTest(domain),
                self.assertRaisesRegex(ValidationError, "cannot be used"),
            ):
                self._segment({"subject": "order", "domain": domain})

    def test_the_night_refreshes_what_was_not_refreshed_today(self):
        segment = self._segment({"subject": "order"})
        self._order("2026-05-30", partner=self.yard)
        self._cron_refresh()
        self.assertEqual(segment.partner_count, 2)
        with freeze_time("2026-06-02 01:00:00"):
            self._cron_refresh()
        self.assertEqual(segment.partner_count, 3)

    def test_the_night_passes_over_what_somebody_refreshes(self):
        busy, free = self._segment(name="Busy"), self._segment(name="Free")
        (busy + free).write({"date_refreshed": False})
        lock = self.registry["c360.customer.segment"].try_lock_for_update

        def locked(segments, **options):
            return lock(segments - busy.with_env(segments.env), **options)

        self.patch(
            self.registry["c360.customer.segment"], "try_lock_for_update", locked
        )
        self._cron_refresh()
        self.assertFalse(busy.date_refreshed)
        self.assertTrue(free.date_refreshed)
        with self.assertRaisesRegex(UserError, "being refreshed already"):
            busy._refresh()

    def test_figures(self):
        segment = self._segment({"subject": "order"})
        self.assertEqual(segment.revenue, 1500)
        self._order("2026-05-30", price=70)
        self.Profile._refresh()
        segment._refresh()
        self.assertEqual(segment.revenue, 1570)

    def test_the_number_of_queries_does_not_grow(self):
        segment = self._segment({"subject": "order"}, domain="[]")

        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            segment._refresh()
            self.env.flush_all()
            return self.env.cr.sql_log_count - start

        self._order("2026-05-01", partner=self.yard)
        few = count()
        partners = self.env["res.partner"].create(
            [{"name": f"Customer {n}", "is_company": True} for n in range(50)]
        )
        for partner in partners:
            self._order("2026-05-01", partner=partner)
        many = count()
        self.assertIn(partners[0], segment._get_partners())
        self.assertLessEqual(many, few)
        self.assertLessEqual(few, 16)

    def test_switched_off_nothing_happens(self):
        segment = self._segment({"subject": "order"})
        self.env.ref("base.group_user").implied_ids -= self.env.ref(
            "crm_customer360.group_use_segment"
        )
        self._order("2026-05-30", partner=self.yard)
        self.assertEqual(segment._refresh(), 0)
        segment.date_refreshed = False
        self._cron_refresh()
        self.assertFalse(segment.date_refreshed)
        header = self.env["c360.customer.page"].load(self.customer.id)["header"]
        self.assertEqual(header["segments"], [])

    # -------------------------------------------------------------------- screen

    def test_the_preview_follows_what_is_typed(self):
        other = self._segment({"subject": "order", "within_days": 30}, name="Active")
        segment = self._segment({"subject": "order"}, name="Buyers")
        with Form(segment) as form:
            self.assertEqual(form.preview_count, 2)
            self.assertEqual(form.preview_new_count, 0)
            self.assertEqual(form.preview_revenue, 1500)
            self.assertIn("Active", form.preview_overlap)
            self.assertIn("50 %", form.preview_overlap)
            form.domain = str([("id", "=", self.mill.id)])
            self.assertEqual(form.preview_count, 1)
            self.assertEqual(form.preview_revenue, 1000)
            self.assertFalse(form.preview_overlap)
            form.domain = "[('gone', '=', 1)]"
            self.assertEqual(form.preview_count, 0)
            self.assertIn("not complete", form.preview_error)
            form.domain = "[]"
        self.assertTrue(other.date_refreshed)
        self.assertFalse(segment.date_refreshed)

    def test_the_preview_of_a_new_segment(self):
        with Form(self.Segment) as form:
            form.name = "Buyers"
            form.reach = "all"
            form.domain = str([("id", "in", (self.mill + self.yard).ids)])
            self.assertEqual(form.preview_count, 2)
            with form.condition_ids.new() as condition:
                condition.subject = "order"
                condition.within_days = 700
                self.assertEqual(condition.model_name, "sale.order")
            self.assertEqual(form.preview_count, 1)
        self.assertIn("700 days", form.record.condition_ids.sentence)

    def test_a_slow_preview_gives_up(self):
        segment = self._segment({"subject": "order"})

        def slow(segment):
            return SQL("SELECT 1 AS id FROM pg_sleep(5)")

        self.patch(self.registry["c360.customer.segment"], "_select_partners", slow)
        self.patch(c360_customer_segment_preview, "PREVIEW_MS", 50)
        segment.invalidate_recordset()
        self.assertIn("Too many", segment.preview_error)
        self.assertTrue(segment.name, "the transaction goes on")

    def test_the_page_names_the_segments(self):
        segment = self._segment({"subject": "order"}, name="Buyers")
        self._segment({"subject": "order", "presence": "has_not"})
        header = self.env["c360.customer.page"].load(self.buyer.id)["header"]
        self.assertEqual(header["segments"], [{"id": segment.id, "name": "Buyers"}])

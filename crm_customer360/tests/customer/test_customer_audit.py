from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ...models.customer import c360_customer_reading
from .common import CustomerCommon


@tagged("post_install", "-at_install", "c360_customer")
class TestCustomerAudit(CustomerCommon):
    """Exports and mass changes go on record, and not everybody may do them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Audit = cls.env["c360.customer.audit"]
        cls.many = cls.env["res.partner"].create(
            [{"name": f"Customer {i}", "email": f"c{i}@x.example"} for i in range(25)]
        )
        contact_right = cls.env.ref("base.group_partner_manager")
        for role in ("user", "leader"):
            cls.users_by_role[role].group_ids += contact_right

    def setUp(self):
        super().setUp()
        self.last = self.Audit.search([], limit=1)

    def _rows(self):
        rows = self.Audit.search([("id", ">", self.last.id or 0)], order="id")
        return [(row.kind, row.model, row.record_count, row.detail) for row in rows]

    # -- mass changes --

    def test_a_mass_change_is_on_record(self):
        self.many.with_env(self.env_of("leader")).write({"city": "Hull", "zip": "1"})
        self.assertEqual(self._rows(), [("change", "res.partner", 25, "city, zip")])
        row = self.Audit.search([], limit=1)
        self.assertEqual(row.user_id, self.users_by_role["leader"])
        self.assertEqual(row.user_name, "Test leader")

    def test_without_the_right_nothing_changes(self):
        with self.assertRaisesRegex(AccessError, "fewer than 20"):
            self.many.with_env(self.env_of("user")).write({"city": "Hull"})
        self.assertFalse(any(self.many.mapped("city")))

    def test_a_few_may_be_changed_by_anybody(self):
        self.many[:19].with_env(self.env_of("user")).write({"city": "Hull"})
        self.assertFalse(self._rows())

    def test_deleting_many_needs_the_right(self):
        with self.assertRaisesRegex(AccessError, "fewer than 20"):
            self.many.with_env(self.env_of("user")).unlink()
        self.many.with_env(self.env_of("leader")).unlink()
        self.assertEqual(self._rows(), [("delete", "res.partner", 25, "")])

    def test_leads_are_watched_too(self):
        leads = self.env["crm.lead"].create([{"name": f"Lead {i}"} for i in range(20)])
        with self.assertRaisesRegex(AccessError, "fewer than 20"):
            leads.with_env(self.env_of("user")).write({"priority": "1"})

    def test_the_number_is_a_setting(self):
        self.env["res.config.settings"].create({"c360_mass_change": 5}).execute()
        with self.assertRaisesRegex(AccessError, "fewer than 5"):
            self.many[:5].with_env(self.env_of("user")).write({"city": "Hull"})
        self.env["res.config.settings"].create({"c360_mass_change": 0}).execute()
        self.many.with_env(self.env_of("user")).write({"city": "Hull"})

    def test_the_system_is_not_asked(self):
        self.many.with_env(self.env_of("user")).sudo().write({"city": "Hull"})
        self.assertFalse(self._rows())

    def test_an_import_is_on_record(self):
        Partner = self.env_of("leader")["res.partner"]
        Partner.load(["name", "email"], [["One", "a@x.example"], ["Two", ""]])
        self.assertEqual(self._rows(), [("import", "res.partner", 2, "email, name")])

    # -- exports --

    def test_exports_are_on_record(self):
        self.users_by_role["user"].group_ids += self.env.ref("base.group_allow_export")
        env = self.env_of("user")
        self.many.with_env(env).export_data(["name", "email"])
        env["sale.order"].browse().export_data(["name"])
        self.assertEqual(
            self._rows(),
            [
                ("export", "res.partner", 25, "email, name"),
                ("export", "sale.order", 0, "name"),
            ],
        )

    def test_what_names_no_customer_is_nobodys_business(self):
        self.env["res.country"].search([], limit=3).export_data(["name"])
        self.assertFalse(self._rows())

    def test_without_the_right_there_is_no_export(self):
        with self.assertRaisesRegex(UserError, "rights to export"):
            self.many.with_env(self.env_of("user")).export_data(["name"])
        self.assertFalse(self._rows())

    # -- the log --

    def test_the_log_cannot_be_changed(self):
        row = self.Audit._record("export", "res.partner", 1)
        with self.assertRaisesRegex(UserError, "stays on record"):
            row.record_count = 0
        with self.assertRaisesRegex(UserError, "stays on record"):
            row.unlink()

    def test_old_rows_are_forgotten(self):
        with freeze_time("2020-01-01"):
            old = self.Audit._record("export", "res.partner", 1)
        new = self.Audit._record("export", "res.partner", 1)
        self.Audit._gc_old()
        self.assertEqual((old | new).exists(), new)

    def test_only_managers_read_the_log(self):
        self.Audit._record("export", "res.partner", 1)
        self.assertTrue(self.env_of("manager")["c360.customer.audit"].search_count([]))
        for role in ("user", "leader", "care", "service", "analyst", "stranger"):
            with self.subTest(role), self.assertRaises(AccessError):
                self.env_of(role)["c360.customer.audit"].search_count([])

    def test_other_companies_do_not_read_it(self):
        company, _user = self._create_second_company()
        row = self.Audit.with_company(company)._record("export", "res.partner", 1)
        Audit = self.env_of("manager")["c360.customer.audit"]
        self.assertFalse(Audit.search([("id", "=", row.id)]))


@tagged("post_install", "-at_install", "c360_customer")
@freeze_time("2026-03-02 09:30:00")
class TestCustomerReading(CustomerCommon):
    """Reading in bulk is counted, whatever road it takes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Reading = cls.env["c360.customer.reading"]
        cls.many = cls.env["res.partner"].create(
            [{"name": f"Customer {i}", "email": f"c{i}@x.example"} for i in range(120)]
        )
        cls.env["ir.config_parameter"].set_param("crm_customer360.read_limit", "300")

    def setUp(self):
        super().setUp()
        # the short transactions of the counter become parts of this one
        self.registry_enter_test_mode()
        self.startPatcher(patch.object(c360_customer_reading, "_pending", new={}))
        c360_customer_reading._pending = c360_customer_reading.Counter()
        self.startPatcher(patch.object(c360_customer_reading, "_over", new=set()))

    def _read_count(self, role="user"):
        rows = self.Reading.search([("user_id", "=", self.users_by_role[role].id)])
        return sum(rows.mapped("record_count"))

    def _partners(self, role="user"):
        return self.many.with_env(self.env_of(role))

    def test_every_road_is_counted(self):
        partners = self._partners()
        domain = [("id", "in", self.many.ids)]
        for name, read in {
            "read": lambda: partners.read(["email"]),
            "search_read": lambda: partners.search_read(domain, ["phone"]),
            "web_read": lambda: partners.web_read({"email": {}}),
            "web_search_read": lambda: partners.web_search_read(
                domain, {"email": {}}, limit=200
            ),
            "group": lambda: partners.formatted_read_group(domain, ["email"]),
            "sets": lambda: partners.formatted_read_grouping_sets(
                domain, [["email"]], ["__count"]
            ),
        }.items():
            with self.subTest(name):
                self.Reading.search([]).unlink()
                read()
                self.assertGreaterEqual(self._read_count(), 120)

    def test_names_alone_are_not_counted(self):
        self._partners().read(["name", "city"])
        self.assertFalse(self._read_count())

    def test_small_reads_add_up(self):
        for partner in self._partners()[:110]:
            partner.read(["email"])
        self.assertEqual(self._read_count(), 100)

    def test_beyond_the_limit_lists_are_refused(self):
        partners = self._partners()
        partners.read(["email"])
        partners.read(["email"])
        with self.assertRaisesRegex(AccessError, "360 contacts within this hour"):
            partners.read(["email"])
        with self.assertRaises(AccessError):
            partners[:2].read(["email"])
        # the customer on the phone
        self.assertTrue(partners[:1].read(["email"]))
        refused = self.env["c360.customer.audit"].search([("kind", "=", "refused")])
        self.assertEqual(refused.user_id, self.users_by_role["user"])
        self.assertEqual(refused.record_count, 360)

    def test_the_next_hour_begins_anew(self):
        partners = self._partners()
        partners.read(["email"])
        partners.read(["email"])
        with freeze_time("2026-03-02 10:01:00"):
            self.assertEqual(len(partners.read(["email"])), 120)

    def test_who_may_export_reads_on_but_on_record(self):
        user = self.users_by_role["leader"]
        user.group_ids += self.env.ref("base.group_allow_export")
        for _time in range(4):
            self._partners("leader").read(["email"])
        rows = self.env["c360.customer.audit"].search([("user_id", "=", user.id)])
        self.assertEqual(rows.mapped("kind"), ["reading"])

    def test_no_limit(self):
        self.env["ir.config_parameter"].set_param("crm_customer360.read_limit", "0")
        for _time in range(4):
            self._partners().read(["email"])
        self.assertEqual(self._read_count(), 480)

    def test_the_system_is_not_counted(self):
        self._partners().sudo().read(["email"])
        self.assertFalse(self._read_count())

    def test_counting_costs_the_reader_no_query(self):
        partners = self._partners()[:80]
        partners.read(["email"])
        partners.invalidate_recordset(["email"])
        with self.assertQueryCount(1):
            partners[:10].read(["email"])

    def test_old_hours_are_forgotten(self):
        row = self.Reading.create(
            {
                "user_id": self.env.uid,
                "hour": fields.Datetime.to_datetime("2025-01-01"),
                "record_count": 1,
            }
        )
        self.Reading._gc_old()
        self.assertFalse(row.exists())

    def test_profiles_and_pages_are_counted(self):
        self.Profile._refresh(self.many)
        profiles = self.Profile.with_env(self.env_of("user"))
        profiles.search_read([("partner_id", "in", self.many.ids)], ["partner_id"])
        Page = self.env_of("user")["c360.customer.page"]
        before = self._read_count()
        for _time in range(100):
            Page.load(self.many[0].id)
        self.assertEqual(self._read_count() - before, 100)

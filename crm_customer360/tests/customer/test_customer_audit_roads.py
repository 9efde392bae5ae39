from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ...models.customer import c360_customer_reading
from .common import CustomerCommon


class AuditRoadsCommon(CustomerCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Audit = cls.env["c360.customer.audit"]
        cls.many = cls.env["res.partner"].create(
            [
                {
                    "name": f"Customer {i}",
                    "email": f"c{i}@x.example",
                    "street": f"Quay {i}",
                }
                for i in range(120)
            ]
        )
        cls.domain = [("id", "in", cls.many.ids)]
        for role in ("user", "leader"):
            cls.users_by_role[role].group_ids += cls.env.ref(
                "base.group_partner_manager"
            )

    def setUp(self):
        super().setUp()
        self.last = self.Audit.search([], limit=1)

    def _rows(self):
        rows = self.Audit.search([("id", ">", self.last.id or 0)], order="id")
        return [(row.kind, row.model, row.record_count) for row in rows]


@tagged("post_install", "-at_install", "c360_customer")
@freeze_time("2026-03-02 09:30:00")
class TestCustomerReadingRoads(AuditRoadsCommon):
    """An address is counted on every road that leads to it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param("crm_customer360.read_limit", "300")
        cls.orders = cls.env["sale.order"].create(
            [
                {"partner_id": partner.id, "user_id": cls.users_by_role["user"].id}
                for partner in cls.many
            ]
        )

    def setUp(self):
        super().setUp()
        # the short transactions of the counter become parts of this one
        self.registry_enter_test_mode()
        counter, over = c360_customer_reading.Counter(), set()
        self.startPatcher(patch.object(c360_customer_reading, "_pending", new=counter))
        self.startPatcher(patch.object(c360_customer_reading, "_over", new=over))
        self.counter = counter

    def _count_read(self, read):
        Reading = self.env["c360.customer.reading"]
        before = sum(Reading.search([]).mapped("record_count"))
        self.counter.clear()
        self.env.invalidate_all()
        read()
        told = sum(Reading.search([]).mapped("record_count")) - before
        return told + sum(self.counter.values())

    def _partners(self, role="user", **context):
        return self.many.with_env(self.env_of(role)).with_context(**context)

    def test_groups_of_addresses_are_counted(self):
        self.env["ir.config_parameter"].set_param("crm_customer360.read_limit", "0")
        partners, domain = self._partners(), self.domain
        orders = self.orders.with_env(self.env_of("user"))
        order_domain = [("id", "in", orders.ids)]
        for name, read in {
            "array": lambda: partners.formatted_read_group(
                domain, [], ["email:array_agg"]
            ),
            "array in sets": lambda: partners.formatted_read_grouping_sets(
                domain, [[]], ["email:array_agg_distinct"]
            ),
            "path": lambda: partners.formatted_read_group(
                domain, ["commercial_partner_id.email"], ["__count"]
            ),
            "path of a document": lambda: orders.formatted_read_group(
                order_domain, ["partner_id.email"], ["__count"]
            ),
            "sets of documents": lambda: orders.formatted_read_grouping_sets(
                order_domain, [["partner_id.email"]], ["__count"]
            ),
            "list": lambda: orders.web_read_group(order_domain, ["partner_id.email"]),
            "old": lambda: partners.read_group(domain, ["x:array_agg(email)"], []),
            "bar": lambda: partners.read_progress_bar(
                domain, "email", {"field": "active", "colors": {True: "success"}}
            ),
        }.items():
            with self.subTest(name):
                self.assertEqual(self._count_read(read), 120)

    def test_groups_without_addresses_are_not_counted(self):
        orders = self.orders.with_env(self.env_of("user"))
        read = orders.formatted_read_group
        self.assertFalse(
            self._count_read(
                lambda: read([], ["partner_id", "date_order:month"], ["__count"])
            )
        )
        self.assertFalse(
            self._count_read(
                lambda: self._partners().formatted_read_group(
                    self.domain, ["country_id.code"], ["id:array_agg"]
                )
            )
        )

    def test_names_with_addresses_are_counted(self):
        self.env["ir.config_parameter"].set_param("crm_customer360.read_limit", "0")
        orders = self.orders.with_env(self.env_of("user"))
        for key in ("show_email", "show_address", "show_vat"):
            partners = self._partners(**{key: True})
            for name, read in {
                "read": lambda partners=partners: partners.read(["display_name"]),
                "search": lambda partners=partners: partners.search_read(
                    self.domain, ["display_name"]
                ),
                "name": lambda partners=partners: partners.name_search(
                    "", self.domain, limit=None
                ),
                "group": lambda key=key: orders.with_context(
                    **{key: True}
                ).formatted_read_group([("id", "in", orders.ids)], ["partner_id"]),
                "many2one": lambda key=key: orders.with_context(**{key: True}).read(
                    ["partner_id"]
                ),
            }.items():
                with self.subTest(name, key=key):
                    self.assertEqual(self._count_read(read), 120)

    def test_plain_names_are_not_counted(self):
        for context in (
            {},
            {"show_email": False},
            # the suggestions of a field: the web client asks for the name alone
            {"formatted_display_name": True, "show_address": True, "show_vat": True},
        ):
            partners = self._partners(**context)
            with self.subTest(context):
                self.assertFalse(
                    self._count_read(lambda p=partners: p.read(["display_name"]))
                )

    def test_the_system_and_visitors_are_not_counted_for_names(self):
        for env in (self.env(user=1), self.env(user=self.env.ref("base.public_user"))):
            partners = self.many.with_env(env).sudo().with_context(show_email=True)
            self.assertFalse(
                self._count_read(lambda p=partners: p.mapped("display_name"))
            )

    def test_cards_are_counted(self):
        partners = self._partners()

        def read():
            for partner in partners[:90]:
                partner._get_vcard_file()

        self.assertEqual(self._count_read(read), 90)

    # -- the limit --

    def _is_refused(self, read):
        """A savepoint would take back what the counter has committed."""
        self.env.invalidate_all()
        try:
            read()
        except UserError as error:
            self.assertIn("within this hour", str(error))
            return True
        return False

    def test_refused_on_every_road(self):
        partners = self._partners(show_email=True)
        partners.read(["email"])
        partners.read(["email"])
        for read in (
            lambda: partners.formatted_read_group(self.domain, [], ["email:array_agg"]),
            lambda: partners.name_search("", self.domain, limit=50),
            lambda: partners.read(["display_name"]),
        ):
            self.assertTrue(self._is_refused(read))

    def test_single_records_pass_twice_the_number(self):
        partners = self._partners()
        read = 0
        with self.assertRaisesRegex(AccessError, "more than twice 300"):
            for _time in range(10):
                for partner in partners:
                    partner.read(["email"])
                    read += 1
        self.assertEqual(read, 600)

    def test_no_list_slips_between_single_records(self):
        partners = self._partners()
        for _time in range(3):
            partners[:100].read(["email"])
        partners[:1].read(["email"])
        for count in (99, 50, 2):
            self.assertTrue(
                self._is_refused(lambda n=count: partners[:n].read(["email"]))
            )
            self.assertFalse(self._is_refused(lambda: partners[:1].read(["email"])))

    def test_what_was_refused_is_not_counted_as_read(self):
        partners = self._partners()
        for _time in range(20):
            self._is_refused(lambda: partners.read(["email"]))
        # the customer on the phone
        self.assertFalse(self._is_refused(lambda: partners[:1].read(["email"])))

    def test_who_may_export_reads_single_records_without_limit(self):
        user = self.users_by_role["leader"]
        user.group_ids += self.env.ref("base.group_allow_export")
        for _time in range(6):
            self._partners("leader").read(["email"])
        self.assertTrue(self._partners("leader")[:1].read(["email"]))

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import CustomerCommon


@tagged("post_install", "-at_install", "c360_customer")
class TestCustomerAccess(CustomerCommon):
    """Own, team, all; companies; and nothing for those outside."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team_user = new_test_user(
            cls.env, login="c360_team", groups="crm_customer360.group_team"
        )
        cls.colleague, cls.foreigner = (
            new_test_user(cls.env, login=login, groups="crm_customer360.group_user")
            for login in ("c360_colleague", "c360_foreigner")
        )
        teams = cls.env["crm.team"].create([{"name": "North"}, {"name": "South"}])
        cls.env["crm.team.member"].create(
            [
                {"crm_team_id": teams[0].id, "user_id": cls.team_user.id},
                {"crm_team_id": teams[0].id, "user_id": cls.colleague.id},
                {"crm_team_id": teams[1].id, "user_id": cls.foreigner.id},
            ]
        )
        cls.teams = teams
        cls.owned = {}
        for user in (cls.team_user, cls.colleague, cls.foreigner):
            customer = cls._create_customer(f"Of {user.login}", user_id=user.id)
            cls._order(
                "2026-01-05", customer, user_id=user.id, team_id=user.sale_team_id.id
            )
            cls.owned[user] = customer
        cls.Profile._refresh()

    def _seen(self, user):
        customers = self.env["res.partner"].union(*self.owned.values())
        profiles = self.Profile.with_user(user).search(
            [("partner_id", "in", customers.ids)]
        )
        return profiles.partner_id

    def test_own(self):
        self.assertEqual(self._seen(self.colleague), self.owned[self.colleague])

    def test_team(self):
        expected = self.owned[self.team_user] | self.owned[self.colleague]
        self.assertEqual(self._seen(self.team_user), expected)
        orders = self.env["sale.order"].with_user(self.team_user)
        orders = orders.search([("partner_id", "in", self._all().ids)])
        self.assertEqual(orders.partner_id, expected)
        self.assertEqual(orders.order_line.order_id, orders)

    def test_team_of_what_hangs_on_customers(self):
        Loss = self.env["c360.customer.loss"]
        Touch = self.env["c360.contact.touch"]
        for customer in self._all():
            Loss.create({"partner_id": customer.id, "company_id": self.company.id})
            Touch._log([{"partner_id": customer.id, "channel": "phone"}])
        expected = self.owned[self.team_user] | self.owned[self.colleague]
        domain = [("partner_id", "in", self._all().ids)]
        for model in (Loss, Touch):
            with self.subTest(model._name):
                seen = model.with_user(self.team_user).search(domain)
                self.assertEqual(seen.partner_id, expected)

    def test_team_of_leads(self):
        leads = self.env["crm.lead"].create(
            [
                {"name": "L", "user_id": user.id, "team_id": user.sale_team_id.id}
                for user in self.owned
            ]
        )
        seen = self.env["crm.lead"].with_user(self.team_user)
        self.assertEqual(
            seen.search([("id", "in", leads.ids)]).user_id,
            self.team_user | self.colleague,
        )

    def _of_the_team(self):
        """Return a confirmed and invoiced order and a lead of the colleague."""
        customer = self.owned[self.colleague]
        values = {
            "user_id": self.colleague.id,
            "team_id": self.colleague.sale_team_id.id,
        }
        order = self._order("2026-01-06", customer, **values)
        order.order_line.qty_delivered = 1
        invoice = order._create_invoices()
        invoice.action_post()
        lead = self.env["crm.lead"].create(
            {"name": "L", "partner_id": customer.id, **values}
        )
        self.env.flush_all()
        return order, invoice, lead

    def test_the_page_of_a_colleagues_customer_agrees_with_itself(self):
        order, invoice, _lead = self._of_the_team()
        customer = self.owned[self.colleague]
        for user, expected in ((self.team_user, True), (self.foreigner, False)):
            for model, domain in (
                ("sale.order", [("id", "=", order.id)]),
                ("sale.order.line", [("order_id", "=", order.id)]),
                ("sale.report", [("commercial_partner_id", "=", customer.id)]),
                ("account.move", [("id", "=", invoice.id)]),
                ("account.move.line", [("move_id", "=", invoice.id)]),
            ):
                with self.subTest(model, user=user.login):
                    seen = self.env[model].with_user(user).search(domain)
                    self.assertEqual(bool(seen), expected)
        pages = self.env["c360.customer.page"].with_user(self.team_user)
        entries = pages.load_timeline(customer.id)["entries"]
        self.assertLessEqual({"order", "invoice"}, {row["kind"] for row in entries})

    def test_documents_of_the_team_are_seen_not_changed(self):
        for document in self._of_the_team():
            seen = document.with_user(self.team_user)
            with self.subTest(document._name):
                self.assertTrue(seen.has_access("read"))
                self.assertFalse(seen.has_access("write"))
                self.assertFalse(seen.has_access("unlink"))
                mine = document.with_user(self.colleague)
                # the host lets salespeople change orders and leads, not invoices
                self.assertEqual(
                    mine.has_access("write"), mine.browse().has_access("write")
                )
                with self.assertRaises(AccessError):
                    seen.write({"team_id": False})
        own = self.env["sale.order"].with_user(self.team_user)
        own = own.search([("partner_id", "=", self.owned[self.team_user].id)])
        self.assertTrue(own.has_access("write"))

    def test_who_leaves_the_team_sees_less_at_once(self):
        self.teams[0].crm_team_member_ids.filtered(
            lambda member: member.user_id == self.team_user
        ).active = False
        self.assertEqual(self._seen(self.team_user), self.owned[self.team_user])

    def test_all(self):
        for role in ("leader", "manager", "care", "service", "analyst"):
            with self.subTest(role):
                self.assertEqual(self._seen(self.users_by_role[role]), self._all())

    def _all(self):
        return self.env["res.partner"].union(*self.owned.values())

    def test_analysts_change_nothing(self):
        Partner = self.env_of("analyst")["res.partner"]
        with self.assertRaises(AccessError):
            Partner.browse(self.customer.id).name = "Mine"
        for name in self._our_models():
            model = self.env_of("analyst")[name]
            with self.subTest(name):
                for operation in ("create", "unlink"):
                    self.assertFalse(
                        model.has_access(operation) and not model.is_transient()
                    )

    def _our_models(self):
        return sorted(
            name
            for name in self.registry
            if name.startswith("c360.") and not self.env[name]._abstract
        )

    def test_nobody_outside_reads_anything_of_ours(self):
        portal = new_test_user(self.env, "c360_portal", groups="base.group_portal")
        public = self.env.ref("base.public_user")
        for user in (portal, public):
            for name in self._our_models():
                with self.subTest(name, user=user.login):
                    self.assertFalse(self.env[name].with_user(user).has_access("read"))
        with self.assertRaises(AccessError):
            self.env["c360.customer.page"].with_user(portal).load(self.customer.id)
        with self.assertRaises(AccessError):
            self.env["c360.customer.page"].with_user(portal).load_timeline(
                self.customer.id
            )

    def test_every_table_with_a_company_keeps_companies_apart(self):
        Rule = self.env["ir.rule"]
        for name in self._our_models():
            model = self.env[name]
            field = model._fields.get("company_id")
            if not field or not field.store or model.is_transient():
                continue
            if not model._auto:
                # a report: the rules of what it reads are in its query
                continue
            with self.subTest(name):
                rules = Rule.search([("model_id.model", "=", name)])
                domains = rules.filtered(lambda rule: not rule.groups).mapped(
                    "domain_force"
                )
                readers = self.env["ir.model.access"].search(
                    [
                        ("model_id.model", "=", name),
                        ("perm_read", "=", True),
                        ("active", "=", True),
                    ]
                )
                self.assertTrue(
                    not readers or any("company_ids" in domain for domain in domains)
                )

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from odoo.addons.base.tests.test_ir_cron import CronMixinCase

from .common import CustomerCommon

SWITCHES = ("lifecycle", "pool", "contact", "care", "complaint")
WINDOWS = ("c360_new_days", "c360_won_back_days", "c360_churn_days")


@tagged("post_install", "-at_install", "c360_customer")
class TestCustomerSettings(CronMixinCase, CustomerCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cron = cls.env.ref("crm_customer360.ir_cron_customer_profile")

    def _settings(self, **values):
        self.env["res.config.settings"].create(values).execute()

    def _is_on(self, switch):
        return self.env["res.groups"]._is_feature_enabled(
            f"crm_customer360.group_use_{switch}"
        )

    def test_every_switch_works_both_ways(self):
        for switch in SWITCHES:
            with self.subTest(switch):
                self.assertTrue(self._is_on(switch), "on after installation")
                self._settings(**{f"group_use_{switch}": False})
                self.assertFalse(self._is_on(switch))
                self._settings(**{f"group_use_{switch}": True})
                self.assertTrue(self._is_on(switch))

    def test_the_menus_go_with_the_switch(self):
        names = ("c360_customer_profile_menu", "customer360_menu_lifecycle")
        menus = [f"crm_customer360.{name}" for name in names]

        def visible():
            manager = self.users_by_role["manager"]
            shown = self.env["ir.ui.menu"].with_user(manager)._visible_menu_ids()
            return [self.env.ref(menu).id in shown for menu in menus]

        self.assertEqual(visible(), [True, True])
        self._settings(group_use_lifecycle=False)
        self.assertEqual(visible(), [False, False])

    def test_switching_on_again_catches_up(self):
        self._settings(group_use_lifecycle=False)
        with self.capture_triggers(self.cron.id) as capture:
            self._settings(group_use_lifecycle=True)
            self.assertEqual(len(capture.records), 1)
            self._settings(group_use_lifecycle=True)
            self.assertEqual(len(capture.records), 1, "nothing changed")

    def test_a_changed_window_wakes_the_refresh(self):
        with self.capture_triggers(self.cron.id) as capture:
            self._settings(c360_churn_days=365)
        self.assertEqual(self.company.c360_churn_days, 365)
        self.assertEqual(len(capture.records), 1)
        with self.capture_triggers(self.cron.id) as capture:
            self.company.write({"c360_churn_days": 365, "phone": "1"})
        self.assertFalse(capture.records)

    def test_a_window_is_between_a_day_and_a_century(self):
        for name in WINDOWS:
            for days in (0, -1, 36501):
                with (
                    self.subTest(name=name, days=days),
                    self.assertRaisesRegex(ValidationError, "between 1 and 36500"),
                ):
                    self.company[name] = days
            self.company[name] = 1

    def test_neutralising_empties_the_outbox(self):
        from odoo.modules.neutralize import get_neutralization_queries

        event = self.env["c360.customer.event"]._record(
            "order_confirmed", self._order("2026-01-10")
        )
        self.env.flush_all()
        for query in get_neutralization_queries(["crm_customer360"]):
            self.env.cr.execute(query)
        self.assertFalse(event.exists())

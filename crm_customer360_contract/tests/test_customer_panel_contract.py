from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.crm_customer360.tests.common import Customer360Common


@tagged("post_install", "-at_install", "c360_customer")
@freeze_time("2026-06-10 12:00:00")
class TestCustomerPanelContract(Customer360Common):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.service = cls.env["product.product"].create(
            {"name": "Upkeep", "type": "service"}
        )
        cls.endless = cls._create_contract("Endless", False)
        cls.ending = cls._create_contract("Ending", "2026-07-31")
        cls.ended = cls._create_contract("Ended", "2026-06-09")
        cls.accountant = cls.users_by_role["leader"]
        cls.accountant.group_ids = [
            Command.link(cls.env.ref("account.group_account_invoice").id)
        ]

    @classmethod
    def _create_contract(cls, name, end, **values):
        return cls.env["contract.contract"].create(
            {
                "name": name,
                "partner_id": cls.buyer.id,
                "contract_line_ids": [
                    Command.create(
                        {
                            "name": name,
                            "product_id": cls.service.id,
                            "date_start": "2026-01-01",
                            "recurring_next_date": "2026-06-01",
                            "date_end": end,
                        }
                    )
                ],
                **values,
            }
        )

    def _panel(self, role="leader", **context):
        context.setdefault("allowed_company_ids", self.company.ids)
        panel = self.env_of(role)["c360.customer.panel.contract"].with_context(
            **context
        )
        contacts = self.customer + self.buyer
        return panel._load_panel(self.customer.with_env(panel.env), contacts.ids)

    def test_running_contracts_and_those_that_end_soon(self):
        panel = self._panel()
        running, ending, _next = panel["figures"]
        self.assertEqual((running["value"], ending["value"]), (2, 1))
        for figure, contracts in (
            (running, self.endless + self.ending),
            (ending, self.ending),
        ):
            found = self.env["contract.contract"].search(figure["action"]["domain"])
            self.assertEqual(set(found.ids), set(contracts.ids))
        self.assertEqual([row["title"] for row in panel["rows"]], ["Ending", "Endless"])
        [due] = panel["due"]
        self.assertEqual(
            (due["label"], due["date"]), ("Contract Ending ends", "2026-07-31")
        )

    def test_who_reads_no_contracts_sees_no_card(self):
        self.assertIsNone(self._panel("service"))

    def test_contracts_of_another_company_do_not_count(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.accountant.company_ids = [Command.link(other.id)]
        self.assertIsNone(self._panel(allowed_company_ids=other.ids))

    def test_without_a_running_contract_there_is_no_card(self):
        (self.endless + self.ending).unlink()
        self.assertIsNone(self._panel())

    def test_one_query(self):
        panel = self.env_of("leader")["c360.customer.panel.contract"]
        customer = self.customer.with_env(panel.env)
        panel._load_panel(customer, self.buyer.ids)
        with self.assertQueryCount(1):
            panel._load_panel(customer, self.buyer.ids)

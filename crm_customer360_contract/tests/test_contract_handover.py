from odoo import Command
from odoo.tests import freeze_time, tagged

from odoo.addons.crm_customer360.tests.customer.test_customer_handover import (
    HandoverCommon,
)


@tagged("post_install", "-at_install", "c360_customer")
class TestContractHandover(HandoverCommon):
    @freeze_time("2026-06-10")
    def test_contracts_that_run(self):
        service = self.env["product.product"].create({"name": "Upkeep"})
        runs, ended = self.env["contract.contract"].create(
            [
                {
                    "name": "Upkeep",
                    "partner_id": self.customer.id,
                    "user_id": self.leaver.id,
                    "contract_line_ids": [
                        Command.create(
                            {
                                "name": "Upkeep",
                                "product_id": service.id,
                                "date_start": "2026-01-01",
                                "recurring_next_date": "2026-06-01",
                                "date_end": end,
                            }
                        )
                    ],
                }
                for end in ("2026-07-31", "2026-06-09")
            ]
        )
        handover = self._hand_over()
        self.assertEqual(handover.problem_count, 0)
        self.assertEqual((runs.user_id, ended.user_id), (self.anna, self.leaver))

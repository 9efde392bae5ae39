from datetime import datetime

from odoo.tests import tagged

from odoo.addons.crm_customer360.tests.pool.recycle_common import RecycleCommon


@tagged("post_install", "-at_install", "c360_pool")
class TestPoolContract(RecycleCommon):
    def _contract(self, end, **values):
        return self.env["contract.contract"].create(
            {
                "name": "Upkeep",
                "partner_id": self.customer.id,
                "contract_line_ids": [
                    (
                        0,
                        0,
                        {
                            "name": "Upkeep",
                            "product_id": self.env["product.product"]
                            .create({"name": "Upkeep", "type": "service"})
                            .id,
                            "date_start": "2026-03-01",
                            "date_end": end,
                            "recurring_next_date": "2026-03-01",
                        },
                    )
                ],
                **values,
            }
        )

    def test_contract_that_ended(self):
        rule = self._rule("contract_end", 3)
        self.assertIn("contract ended 3 working days ago", rule.sentence)
        lead = self._held(partner_id=self.buyer.id)
        other = self._held()
        self.assertFalse(lead.recycle_date)
        contract = self._contract("2027-03-09")
        self.assertEqual(contract.date_end.isoformat(), "2027-03-09")
        # Wednesday to Friday
        self.assertEqual(lead.recycle_date, datetime(2027, 3, 12, 16))
        self.at(2027, 3, 12, 16)
        self._run()
        self.assertEqual(
            self._moves(lead)[-1].reason, "The contract ended without renewal"
        )
        self.assertEqual(other.pool_state, "held")

    def test_contract_that_ended_before(self):
        self._rule("contract_end", 3)
        self._contract("2027-02-09")
        lead = self._create_leads(1, partner_id=self.buyer.id)
        self._claim(lead)
        # Tuesday to Thursday: nothing before the claim counts against the owner
        self.assertEqual(lead.recycle_date, datetime(2027, 3, 4, 16))
        self.assertEqual(self._moves(lead)[-1].deadline, lead.recycle_date)

    def test_customer_that_becomes_known(self):
        self._rule("contract_end", 3)
        self._contract("2027-03-09")
        lead = self._create_leads(1)
        self._claim(lead)
        self.assertFalse(lead.recycle_date)
        lead.with_user(self.user).partner_id = self.buyer
        self.assertEqual(lead.recycle_date, datetime(2027, 3, 12, 16))
        lead.with_user(self.user).partner_id = False
        self.assertFalse(lead.recycle_date)

    def test_renewed_contract_keeps_the_lead(self):
        self._rule("contract_end", 3)
        lead = self._held(partner_id=self.buyer.id)
        self._contract("2027-03-09")
        renewal = self._contract(False)
        self.assertFalse(lead.recycle_date)
        renewal.active = False
        self.assertEqual(lead.recycle_date, datetime(2027, 3, 12, 16))
        self._contract("2028-03-09")
        self.assertEqual(lead.recycle_date, datetime(2028, 3, 14, 16))

    def test_line_that_gets_an_end(self):
        self._rule("contract_end", 3)
        lead = self._held(partner_id=self.buyer.id)
        contract = self._contract("2028-03-09")
        self.assertEqual(lead.recycle_date, datetime(2028, 3, 14, 16))
        contract.contract_line_ids.write(
            {"date_end": "2027-03-09", "recurring_next_date": "2026-03-01"}
        )
        self.env.flush_all()
        self.assertEqual(lead.recycle_date, datetime(2027, 3, 12, 16))

from odoo.tests import new_test_user

from ..common import Customer360Common


class CustomerCommon(Customer360Common):
    """Orders on given days, the ledger as tuples, a second company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Profile = cls.env["c360.customer.profile"]
        cls.Ledger = cls.env["c360.customer.lifecycle"]
        cls.product = cls.env["product.product"].create(
            {"name": "Larch board", "type": "service", "list_price": 100}
        )

    @classmethod
    def _create_second_company(cls):
        company = cls.env["res.company"].create({"name": "Second Sawmill"})
        user = new_test_user(
            cls.env,
            login="c360_second",
            groups="crm_customer360.group_leader",
            company_id=company.id,
            company_ids=[company.id],
        )
        return company, user

    @classmethod
    def _order(cls, day, partner=None, price=100, **values):
        """Return a confirmed order of the given day, as an import would leave it."""
        return cls.env["sale.order"].create(
            {
                "partner_id": (partner or cls.customer).id,
                "state": "sale",
                "date_order": f"{day} 12:00:00",
                "order_line": [
                    (
                        0,
                        0,
                        {
                            "product_id": cls.product.id,
                            "price_unit": price,
                            "tax_ids": False,
                        },
                    )
                ],
                **values,
            }
        )

    def _profile(self, partner=None, company=None):
        return self.Profile.search(
            [
                ("partner_id", "=", (partner or self.customer).id),
                ("company_id", "=", (company or self.company).id),
            ]
        )

    def _ledger(self, partner=None):
        """Return the ledger of a customer, in the order it was written."""
        rows = self.Ledger.search(
            [("partner_id", "=", (partner or self.customer).id)], order="id"
        )
        return [(str(row.date), row.old, row.new) for row in rows]

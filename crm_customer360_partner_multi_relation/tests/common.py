from odoo.addons.crm_customer360.tests.common import Customer360Common


class RelationCommon(Customer360Common):
    """Customers, what they bought, and how they are related."""

    @classmethod
    def _set_revenue(cls, customer, revenue, company=None):
        cls.env["c360.customer.profile"].create(
            {
                "partner_id": customer.id,
                "company_id": (company or cls.company).id,
                "lifecycle": "retained",
                "revenue": revenue,
            }
        )

    @classmethod
    def _relate(cls, kind, left, right, **values):
        type_ = cls.env.ref(
            f"crm_customer360_partner_multi_relation.relation_type_{kind}"
        )
        return cls.env["res.partner.relation"].create(
            {
                "type_id": type_.id,
                "left_partner_id": left.id,
                "right_partner_id": right.id,
                **values,
            }
        )

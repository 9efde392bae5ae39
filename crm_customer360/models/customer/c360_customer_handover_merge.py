from odoo import api, models
from odoo.tools import SQL


class C360CustomerMergeMixin(models.AbstractModel):
    _inherit = "c360.customer.merge.mixin"

    @api.model
    def _c360_reparent(self, src_partners, dst_partner):
        """A customer who was merged is handed over as the one he became."""
        result = super()._c360_reparent(src_partners, dst_partner)
        self.env["c360.customer.handover.item"].flush_model(["res_model", "res_id"])
        # Plain SQL: whoever merges need not see any handover.
        self.env.execute_query(
            SQL(
                """
                UPDATE c360_customer_handover_item AS item
                   SET res_id = %(dst_id)s
                 WHERE item.res_model = 'res.partner'
                   AND item.res_id = ANY(%(src_ids)s)
                   AND NOT EXISTS (
                        SELECT FROM c360_customer_handover_item AS other
                         WHERE other.handover_id = item.handover_id
                           AND other.res_model = 'res.partner'
                           AND other.res_id = %(dst_id)s)
             RETURNING item.id
                """,
                src_ids=src_partners.ids,
                dst_id=dst_partner.id,
            )
        )
        self.env["c360.customer.handover.item"].invalidate_model(["res_id"])
        return result

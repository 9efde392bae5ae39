from odoo import api, models
from odoo.tools import SQL


class C360CustomerMergeMixin(models.AbstractModel):
    _inherit = "c360.customer.merge.mixin"

    @api.model
    def _c360_fold(self, src_partners, dst_partner):
        """Leave one open loss in each company to whoever stays.

        The host moves the rows. Of several open ones his own goes on, else the oldest;
        the others were the same loss and say so. None is deleted.
        """
        result = super()._c360_fold(src_partners, dst_partner)
        Loss = self.env["c360.customer.loss"]
        Loss.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id
                  FROM (SELECT id,
                               ROW_NUMBER() OVER (
                                   PARTITION BY company_id
                                       ORDER BY partner_id <> %(dst)s, date, id
                               ) AS place
                          FROM c360_customer_loss
                         WHERE state IN ('open', 'winning')
                           AND (partner_id = %(dst)s
                                OR partner_id = ANY(%(src)s))) AS loss
                 WHERE place > 1
                """,
                src=src_partners.ids,
                dst=dst_partner.id,
            )
        )
        doubles_sudo = Loss.sudo().browse(row_id for (row_id,) in rows)
        for loss in doubles_sudo:
            loss.message_post(
                body=self.env._(
                    "The same loss as that of %(customer)s: they were merged.",
                    customer=dst_partner.name,
                )
            )
        if doubles_sudo:
            doubles_sudo._close("void", self.env.cr.now().date())
        return result

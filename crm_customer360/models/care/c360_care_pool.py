from odoo import api, models


class C360Pool(models.Model):
    """Care in the name of somebody who lost the lead pauses until the next owner."""

    _inherit = "c360.pool"

    @api.model
    def _after_recycle(self, recycled):
        result = super()._after_recycle(recycled)
        owners = {row.lead.id: row.lead.user_id for row in recycled}
        leads = self.env["crm.lead"].browse(owners).filtered("partner_id")
        if leads:
            self.env["c360.care.task"]._pause(
                {
                    (lead.partner_id.commercial_partner_id.id, owners[lead.id]): lead
                    for lead in leads
                }
            )
        return result

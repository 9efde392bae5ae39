from odoo import api, fields, models
from odoo.tools import SQL


class C360LeadReport(models.Model):
    """Lead results by the pool the leads came through."""

    _inherit = "c360.lead.report"
    _depends = {"crm.lead": ["pool_id"]}

    pool_id = fields.Many2one(comodel_name="c360.pool", readonly=True)

    @api.model
    def _get_lead_columns(self):
        return {
            **super()._get_lead_columns(),
            "pool_id": SQL.identifier("crm_lead", "pool_id"),
        }

from odoo import api, fields, models
from odoo.tools import SQL


class C360LeadResult(models.Model):
    """What a collector may not know of a lead that waits in a pool."""

    _inherit = "c360.lead.result"
    _depends = {"crm.lead": ["pool_state"]}

    state = fields.Selection(selection_add=[("pooled", "In a pool"), ("open",)])

    @api.model
    def _get_topic(self):
        topic = super()._get_topic()
        if not self.env["c360.pool"]._hides_from_me():
            return topic
        return SQL(
            "CASE WHEN crm_lead.pool_state = 'pooled' "
            "THEN %s || crm_lead.id ELSE %s END",
            self.env._("Lead") + " ",
            topic,
        )

    @api.model
    def _get_state(self):
        state = super()._get_state()
        return SQL(
            """
            CASE WHEN crm_lead.pool_state = 'pooled' AND crm_lead.active
                  AND crm_lead.won_status = 'pending'
                 THEN 'pooled' ELSE %s
            END
            """,
            state,
        )

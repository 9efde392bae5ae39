from odoo import api, models
from odoo.exceptions import ValidationError


class C360PoolActivityMixin(models.AbstractModel):
    """An activity names its document to whoever has to do it."""

    _name = "c360.pool.activity.mixin"
    _description = "Activity on a Lead in a Pool"

    @api.constrains("res_model_id", "res_id", "user_id")
    def _check_pooled_lead(self):
        """Keep activities on pooled leads with those who may see the leads."""
        pools = self.env["c360.pool"]
        on_leads = self.filtered(
            lambda act: act.res_model == "crm.lead" and act.user_id
        )
        if not on_leads or not pools._is_enabled():
            return
        # Who schedules the activity need not see the lead.
        leads_sudo = self.env["crm.lead"].sudo().browse(on_leads.mapped("res_id"))
        waiting_sudo = leads_sudo.filtered(lambda lead: lead.pool_state == "pooled")
        for activity in on_leads:
            user = activity.user_id
            lead_sudo = waiting_sudo.filtered(
                lambda lead, act=activity: lead.id == act.res_id
            )
            if lead_sudo.with_user(user)._filter_hidden():
                # A colleague's name is no secret inside the company.
                user_sudo = user.sudo()
                raise ValidationError(
                    self.env._(
                        "This lead waits in a pool, where %(name)s cannot see it. "
                        "Make %(name)s its salesperson first.",
                        name=user_sudo.name,
                    )
                )

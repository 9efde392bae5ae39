from odoo import api, models

# What a step is: when, what, and on which document.
STEP_FIELDS = {
    "active",
    "activity_type_id",
    "date_deadline",
    "res_id",
    "res_model",
    "res_model_id",
    "summary",
}


class C360LeadActivityMixin(models.AbstractModel):
    """Activities are the next steps of leads: planned, moved, done or dropped.

    Mount it before the model it extends; one statement for any number of activities,
    none where no lead is concerned.
    """

    _name = "c360.lead.activity.mixin"
    _description = "Next Step of a Lead"

    @api.model_create_multi
    def create(self, vals_list):
        activities = super().create(vals_list)
        activities._get_step_leads()._refresh_next_steps()
        return activities

    def write(self, vals):
        if not STEP_FIELDS & vals.keys():
            return super().write(vals)
        # an activity that moves leaves the lead it was on without it
        leads = self._get_step_leads()
        result = super().write(vals)
        (leads | self._get_step_leads())._refresh_next_steps()
        return result

    def unlink(self):
        leads = self._get_step_leads()
        result = super().unlink()
        leads._refresh_next_steps()
        return result

    def _get_step_leads(self):
        # Who does an activity need not be allowed to read it any more.
        on_leads_sudo = self.sudo().filtered(
            lambda activity: activity.res_model == "crm.lead" and activity.res_id
        )
        return self.env["crm.lead"].browse(set(on_leads_sudo.mapped("res_id")))

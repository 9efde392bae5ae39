from odoo import api, models
from odoo.fields import Domain

SWITCH = "crm_customer360.group_use_care"


class C360CustomerHandoverSourceCareTask(models.AbstractModel):
    _name = "c360.customer.handover.source.care.task"
    _inherit = "c360.customer.handover.source"
    _description = "Handover: Care Tasks"

    _source_key = "care_task"
    _source_sequence = 60
    _source_model = "c360.care.task"
    _source_switch = SWITCH
    _source_is_load = True
    _source_groups = ("crm_customer360.group_user", "crm_customer360.group_care")

    @api.model
    def _get_label(self):
        return self.env._("Care tasks")

    @api.model
    def _get_open_domain(self):
        return Domain("state", "in", ("planned", "todo", "waiting"))


class C360CustomerHandoverSourceCareRule(models.AbstractModel):
    """Rules that give every task to one person: the next ones go to the successor."""

    _name = "c360.customer.handover.source.care.rule"
    _inherit = "c360.customer.handover.source"
    _description = "Handover: Care Rules"

    _source_key = "care_rule"
    _source_sequence = 97
    _source_model = "c360.care.rule"
    _source_partner = None
    _source_switch = SWITCH
    _source_groups = ("crm_customer360.group_user", "crm_customer360.group_care")

    @api.model
    def _get_label(self):
        return self.env._("Care rules that name him")

    @api.model
    def _get_open_domain(self):
        return Domain([("active", "=", True), ("user_mode", "=", "fixed")])

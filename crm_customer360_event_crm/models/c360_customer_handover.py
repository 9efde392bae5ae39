from odoo import api, fields, models
from odoo.fields import Domain


class C360CustomerHandoverSourceEvent(models.AbstractModel):
    """Events to come, and those that run."""

    _name = "c360.customer.handover.source.event"
    _inherit = "c360.customer.handover.source"
    _description = "Handover: Events"

    _source_key = "event"
    _source_sequence = 86
    _source_model = "event.event"
    _source_partner = None
    _source_groups = (
        "event.group_event_user",
        "event.group_event_registration_desk",
    )

    @api.model
    def _get_label(self):
        return self.env._("Events to come")

    @api.model
    def _get_open_domain(self):
        return Domain("date_end", ">=", fields.Datetime.now()) & Domain(
            "kanban_state", "!=", "cancel"
        )


class C360CustomerHandoverSourceEventRule(models.AbstractModel):
    """Rules that give every lead of an event to one person."""

    _name = "c360.customer.handover.source.event.rule"
    _inherit = "c360.customer.handover.source"
    _description = "Handover: Rules for Leads of Events"

    _source_key = "event_rule"
    _source_sequence = 98
    _source_model = "event.lead.rule"
    _source_user = "lead_user_id"
    _source_partner = None
    _source_groups = ("sales_team.group_sale_salesman",)

    @api.model
    def _get_label(self):
        return self.env._("Rules for leads of events that name him")

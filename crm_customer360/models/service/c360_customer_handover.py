from odoo import api, models
from odoo.fields import Domain


class C360CustomerHandoverSourceTicket(models.AbstractModel):
    _name = "c360.customer.handover.source.ticket"
    _inherit = "c360.customer.handover.source"
    _description = "Handover: Tickets"

    _source_key = "ticket"
    _source_sequence = 50
    _source_model = "helpdesk.ticket"
    _source_is_load = True
    _source_groups = (
        "helpdesk_mgmt.group_helpdesk_user_own",
        "helpdesk_mgmt.group_helpdesk_user",
    )

    @api.model
    def _get_label(self):
        return self.env._("Tickets")

    @api.model
    def _get_open_domain(self):
        return Domain("stage_id.closed", "!=", True)


class C360CustomerHandoverSourceTicketTeam(models.AbstractModel):
    _name = "c360.customer.handover.source.ticket.team"
    _inherit = "c360.customer.handover.source"
    _description = "Handover: Helpdesk Teams Led"

    _source_key = "ticket_team"
    _source_sequence = 91
    _source_model = "helpdesk.ticket.team"
    _source_partner = None
    _source_groups = (
        "helpdesk_mgmt.group_helpdesk_user_own",
        "helpdesk_mgmt.group_helpdesk_user",
    )

    @api.model
    def _get_label(self):
        return self.env._("Helpdesk teams led")


class C360CustomerHandoverSourceTicketTeamMember(models.AbstractModel):
    """The successor is put in his place."""

    _name = "c360.customer.handover.source.ticket.team.member"
    _inherit = "c360.customer.handover.source.ticket.team"
    _description = "Handover: Memberships in Helpdesk Teams"

    _source_key = "ticket_team_member"
    _source_sequence = 101
    _source_user = "user_ids"
    # a membership is no work that waits
    _source_is_work = False

    @api.model
    def _get_label(self):
        return self.env._("Memberships in helpdesk teams")

from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    group_use_lifecycle = fields.Boolean(
        string="Customer lifecycle",
        implied_group="crm_customer360.group_use_lifecycle",
    )
    group_use_value = fields.Boolean(
        string="Value and churn", implied_group="crm_customer360.group_use_value"
    )
    group_use_segment = fields.Boolean(
        string="Segments", implied_group="crm_customer360.group_use_segment"
    )
    group_use_relation = fields.Boolean(
        string="Relations and referrals",
        implied_group="crm_customer360.group_use_relation",
    )
    group_use_handover = fields.Boolean(
        string="Handover", implied_group="crm_customer360.group_use_handover"
    )
    group_use_lead = fields.Boolean(
        string="Lead cleaning", implied_group="crm_customer360.group_use_lead"
    )
    group_use_pool = fields.Boolean(
        string="Lead pools", implied_group="crm_customer360.group_use_pool"
    )
    group_use_contact = fields.Boolean(
        string="Contact limits", implied_group="crm_customer360.group_use_contact"
    )
    group_use_care = fields.Boolean(
        string="Customer care", implied_group="crm_customer360.group_use_care"
    )
    group_use_complaint = fields.Boolean(
        string="Complaints", implied_group="crm_customer360.group_use_complaint"
    )
    c360_mass_change = fields.Integer(
        string="A mass change begins at (records)",
        help="0: everybody may change as many as he likes, and nothing is recorded.",
    )
    c360_read_limit = fields.Integer(
        string="Contacts read an hour without the right to export",
        help="0: as many as they like.",
    )
    c360_new_days = fields.Integer(related="company_id.c360_new_days", readonly=False)
    c360_won_back_days = fields.Integer(
        related="company_id.c360_won_back_days", readonly=False
    )
    c360_churn_days = fields.Integer(
        related="company_id.c360_churn_days", readonly=False
    )
    c360_score_days = fields.Integer(
        related="company_id.c360_score_days", readonly=False
    )

    c360_loss_ask = fields.Boolean(related="company_id.c360_loss_ask", readonly=False)
    c360_loss_ask_limit = fields.Integer(
        related="company_id.c360_loss_ask_limit", readonly=False
    )
    c360_ticket_cost = fields.Monetary(
        related="company_id.c360_ticket_cost",
        readonly=False,
        currency_field="currency_id",
    )
    c360_visit_cost = fields.Monetary(
        related="company_id.c360_visit_cost",
        readonly=False,
        currency_field="currency_id",
    )
    c360_call_cost = fields.Monetary(
        related="company_id.c360_call_cost",
        readonly=False,
        currency_field="currency_id",
    )
    c360_message_cost = fields.Monetary(
        related="company_id.c360_message_cost",
        readonly=False,
        currency_field="currency_id",
    )
    c360_lead_normalise = fields.Boolean(
        related="company_id.c360_lead_normalise", readonly=False
    )
    c360_lead_title_case = fields.Boolean(
        related="company_id.c360_lead_title_case", readonly=False
    )
    c360_duplicate_surely = fields.Float(
        related="company_id.c360_duplicate_surely", readonly=False
    )
    c360_duplicate_maybe = fields.Float(
        related="company_id.c360_duplicate_maybe", readonly=False
    )
    c360_duplicate_action = fields.Selection(
        related="company_id.c360_duplicate_action", readonly=False
    )
    c360_duplicate_progress = fields.Char(compute="_compute_c360_duplicate_progress")

    # Customers: value
    c360_value_months = fields.Integer(
        related="company_id.c360_value_months", readonly=False
    )
    c360_value_discount = fields.Float(
        related="company_id.c360_value_discount", readonly=False
    )
    c360_value_base = fields.Selection(
        related="company_id.c360_value_base", readonly=False
    )

    # Leads: follow-up
    c360_response_hours = fields.Float(
        related="company_id.c360_response_hours", readonly=False
    )
    c360_step_days = fields.Integer(related="company_id.c360_step_days", readonly=False)
    c360_lead_summary = fields.Boolean(
        related="company_id.c360_lead_summary", readonly=False
    )
    c360_collector_mail = fields.Boolean(
        related="company_id.c360_collector_mail", readonly=False
    )
    c360_handover_block = fields.Boolean(
        related="company_id.c360_handover_block", readonly=False
    )
    c360_handover_approval = fields.Boolean(
        related="company_id.c360_handover_approval", readonly=False
    )

    c360_contact_history = fields.Char(compute="_compute_c360_contact_history")

    def _compute_c360_contact_history(self):
        self.c360_contact_history = self.env["c360.contact.history"]._get_progress()

    def _compute_c360_duplicate_progress(self):
        progress = self.env["c360.lead.identity.progress"]._get_progress()
        self.c360_duplicate_progress = progress

    @api.model
    def get_values(self):
        # not by ``config_parameter``: it takes 0 for "not set"
        return {
            **super().get_values(),
            "c360_mass_change": self.env["c360.customer.audit"]._get_mass_size(),
            "c360_read_limit": self.env["c360.customer.reading"]._get_limit(),
        }

    def set_values(self):
        for name in ("mass_change", "read_limit"):
            self.env["ir.config_parameter"].set_param(
                f"crm_customer360.{name}", str(max(self[f"c360_{name}"], 0))
            )
        profiles = self.env["c360.customer.profile"]
        was_used = profiles._is_used()
        was_valued = profiles._is_value_used()
        scores = self.env["c360.customer.value.score"]
        was_scored = scores._is_used()
        identities = self.env["c360.lead.identity"]
        were_compared = identities._is_used()
        result = super().set_values()
        if identities._is_used() and not were_compared:
            self.env["c360.lead.identity.progress"]._restart()
        is_newly_valued = profiles._is_value_used() and not was_valued
        if profiles._is_used() and (not was_used or is_newly_valued):
            # What happened while it was off
            profiles._wake_refresh()
        if scores._is_used() and not was_scored:
            scores._wake_fit()
        return result

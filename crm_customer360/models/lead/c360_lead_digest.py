from odoo import fields, models
from odoo.exceptions import AccessError

SALESPERSON = "crm_customer360.group_user"
ACTION = "crm_customer360.c360_lead_followup_action"


class C360LeadDigestMixin(models.AbstractModel):
    """What is overdue, in the digest the host sends to salespeople."""

    _name = "c360.lead.digest.mixin"
    _description = "Overdue Leads in the Digest"

    kpi_c360_lead_answer = fields.Boolean("Leads Waiting for an Answer")
    kpi_c360_lead_answer_value = fields.Integer(
        compute="_compute_kpi_c360_lead_answer_value"
    )
    kpi_c360_lead_step = fields.Boolean("Leads without a Next Step")
    kpi_c360_lead_step_value = fields.Integer(
        compute="_compute_kpi_c360_lead_step_value"
    )

    def _compute_kpi_c360_lead_answer_value(self):
        self._check_kpi_c360_lead()
        self._calculate_company_based_kpi(
            "crm.lead",
            "kpi_c360_lead_answer_value",
            date_field="response_due_date",
            additional_domain=self.env["crm.lead"]._get_response_overdue_domain(),
        )

    def _compute_kpi_c360_lead_step_value(self):
        self._check_kpi_c360_lead()
        self._calculate_company_based_kpi(
            "crm.lead",
            "kpi_c360_lead_step_value",
            date_field="date_open",
            additional_domain=[("followup_state", "=", "missing")],
        )

    def _check_kpi_c360_lead(self):
        """Leave the figure out for those who have nothing to do with leads.

        :raise AccessError: the host skips the figure then
        """
        if (
            not self.env.user.has_group(SALESPERSON)
            or not self.env["crm.lead"]._is_followup_enabled()
        ):
            raise AccessError(
                self.env._("These figures are for salespeople who follow leads.")
            )

    def _compute_kpis_actions(self, company, user):
        actions = super()._compute_kpis_actions(company, user)
        menu = self.env.ref("crm_customer360.customer360_menu_root")
        for kpi in ("kpi_c360_lead_answer", "kpi_c360_lead_step"):
            actions[kpi] = f"{ACTION}?menu_id={menu.id}"
        return actions

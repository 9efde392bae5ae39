from odoo import api, models

LIFECYCLE_TONES = {
    "prospect": "info",
    "new": "success",
    "retained": "success",
    "won_back": "success",
    "churned": "danger",
}


class C360CustomerPanelProfile(models.AbstractModel):
    """Where the customer stands with us, in figures kept by the profile."""

    _name = "c360.customer.panel.profile"
    _inherit = "c360.customer.panel"
    _description = "Customer Panel: Profile"

    _panel_key = "profile"
    _panel_sequence = 10
    _panel_switch = "crm_customer360.group_use_lifecycle"
    _panel_models = ("c360.customer.profile",)

    @api.model
    def _get_panel(self, customer, partner_ids):
        profile = self.env["c360.customer.profile"].search_fetch(
            [
                ("partner_id", "=", customer.id),
                ("company_id", "=", self.env.company.id),
            ],
            [
                "lifecycle",
                "lifecycle_date",
                "first_order_date",
                "last_order_date",
                "order_count",
                "revenue",
            ],
            limit=1,
        )
        panel = {
            "title": self.env._("Relationship"),
            "icon": "fa-heartbeat",
            "empty": self.env._("No orders yet: this is a prospect."),
        }
        if not profile:
            return panel
        label = self._get_labels(profile._name, "lifecycle").get(profile.lifecycle)
        return {
            **panel,
            "badges": self._get_lifecycle_badges(profile, label),
            "figures": self._get_figures(profile),
            "rows": [],
            "empty": False if profile.order_count else panel["empty"],
        }

    def _get_lifecycle_badges(self, profile, label):
        if not label:
            return []
        tone = LIFECYCLE_TONES.get(profile.lifecycle, "muted")
        badge = self._prepare_badge(label, tone)
        badge["since"] = str(profile.lifecycle_date or "") or False
        return [badge]

    def _get_figures(self, profile):
        return [
            self._prepare_figure(self.env._("Revenue"), profile.revenue, "money"),
            self._prepare_figure(self.env._("Orders"), profile.order_count, "integer"),
            self._prepare_figure(
                self.env._("First order"), str(profile.first_order_date or ""), "date"
            ),
            self._prepare_figure(
                self.env._("Last order"), str(profile.last_order_date or ""), "date"
            ),
        ]

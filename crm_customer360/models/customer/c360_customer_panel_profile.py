from functools import partial

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.misc import format_date, formatLang

LIFECYCLE_TONES = {
    "prospect": "info",
    "new": "success",
    "retained": "success",
    "won_back": "success",
    "churned": "danger",
}

VALUE_SWITCH = "crm_customer360.group_use_value"
PROFILE_FIELDS = (
    "lifecycle",
    "lifecycle_date",
    "first_order_date",
    "last_order_date",
    "order_count",
    "revenue",
)
VALUE_FIELDS = (
    "margin",
    "tier",
    "payment_days",
    "paid_count",
    "value_basis",
    "expected_orders",
    "lifetime_value",
    "next_order_date",
    "churn_risk",
    "churn_reasons",
    # what the reasons say is computed from these
    "order_gap",
    "order_gap_late",
)
# From this risk on the relationship is in question, or as good as over.
RISK_FAIR, RISK_POOR = 0.4, 0.7
# Fewer paid invoices say nothing about how he pays.
PAID_TELLING = 3
SLOW_DAYS = 15


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
            self._get_readable_fields(),
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
            "figures": self._get_figures(
                customer, profile, self._get_order_totals(profile, partner_ids)
            ),
            "rows": [],
            "empty": False if profile.order_count else panel["empty"],
            "due": self._get_due(customer, profile),
            "health": self._get_health(profile),
        }

    def _get_readable_fields(self):
        """Return the columns the user may read; costs and finance have their rights."""
        Profile = self.env["c360.customer.profile"]
        names = [*PROFILE_FIELDS]
        if self.env["res.groups"]._is_feature_enabled(VALUE_SWITCH):
            names += VALUE_FIELDS
        return [
            name
            for name in names
            if Profile._has_field_access(Profile._fields[name], "read")
        ]

    # -- figures --

    def _get_orders_action(self, customer):
        """Return the orders behind the figures, where the user may read orders."""
        if not self.env["sale.order"].has_access("read"):
            return False
        return self._prepare_documents_action(
            self.env._("Orders"),
            "sale.order",
            customer,
            Domain([("state", "=", "sale"), ("company_id", "=", self.env.company.id)]),
        )

    def _get_invoices_action(self, customer):
        """Return the invoices behind the days he pays late."""
        if not self.env["account.move"].has_access("read"):
            return False
        return self._prepare_documents_action(
            self.env._("Invoices"),
            "account.move",
            customer,
            Domain(
                [
                    ("move_type", "=", "out_invoice"),
                    ("state", "=", "posted"),
                    ("company_id", "=", self.env.company.id),
                ]
            ),
        )

    def _get_figures(self, customer, profile, totals):
        """Return the figures, those first that say most; the page folds the others."""
        names = set(self._get_readable_fields())
        orders = self._get_orders_action(customer)
        figure = partial(self._prepare_figure, action=orders)
        figures = [figure(self.env._("Revenue"), totals["revenue"], "money")]
        # of some orders only it would be a mix of two truths
        if "margin" in names and profile.order_count and totals["is_whole"]:
            tone = "danger" if profile.margin < 0 else None
            figures.append(figure(self.env._("Margin"), profile.margin, "money", tone))
        first, last = (
            str(totals[name] or "") for name in ("first_order_date", "last_order_date")
        )
        return [
            *figures,
            figure(self.env._("Orders"), totals["order_count"], "integer"),
            figure(self.env._("Last order"), last, "date"),
            *self._get_forecast_figures(profile, names, figure),
            *self._get_payment_figures(customer, profile, names),
            figure(self.env._("First order"), first, "date"),
        ]

    def _get_forecast_figures(self, profile, names, figure):
        """Return what the customer may do next."""
        figures = []
        if "next_order_date" in names and profile.next_order_date:
            late = profile.next_order_date < fields.Date.context_today(self)
            figures.append(
                figure(
                    self.env._("Next order"),
                    str(profile.next_order_date),
                    "date",
                    "warning" if late else None,
                )
            )
        if "value_basis" in names and profile.value_basis:
            figures.append(
                figure(
                    self.env._("Orders expected in 12 months"),
                    formatLang(self.env, profile.expected_orders, digits=1),
                )
            )
        if "lifetime_value" in names and profile.lifetime_value:
            figures.append(
                figure(self.env._("Expected value"), profile.lifetime_value, "money")
            )
        return figures

    def _get_payment_figures(self, customer, profile, names):
        if "payment_days" not in names or not profile.paid_count:
            return []
        days = round(profile.payment_days, 1)
        return [
            self._prepare_figure(
                self.env._("Pays after due (days)"),
                formatLang(self.env, days, digits=1),
                tone="warning" if days > SLOW_DAYS else None,
                action=self._get_invoices_action(customer),
            )
        ]

    # -- what the header takes --

    def _get_due(self, customer, profile):
        if "next_order_date" not in self._get_readable_fields():
            return []
        day = profile.next_order_date
        if not day or day > fields.Date.context_today(self):
            return []
        if profile.lifecycle == "churned":
            return []
        return [
            self._prepare_due(
                self.env._("The next order is due by the customer's rhythm"),
                {"model": "res.partner", "id": customer.id},
                date=str(day),
                tone="info",
                priority=65,
            )
        ]

    def _get_health(self, profile):
        names = self._get_readable_fields()
        signals = []
        risk = profile.churn_risk if "churn_risk" in names else 0
        if profile.lifecycle == "churned":
            reason = self.env._("No order for longer than the churn window")
            signals.append(self._prepare_health("poor", reason, 60))
        elif risk >= RISK_FAIR:
            reason = self.env._(
                "Risk of leaving %(percent)d %%: %(reasons)s",
                percent=100 * risk,
                reasons=profile.churn_reason_text or "",
            ).rstrip(": ")
            tone, weight = ("poor", 50) if risk >= RISK_POOR else ("fair", 40)
            signals.append(self._prepare_health(tone, reason, weight))
        if profile.lifecycle in ("retained", "won_back"):
            since = format_date(self.env, profile.first_order_date)
            reason = self.env._("Customer since %(day)s", day=since)
            signals.append(self._prepare_health("good", reason, 20))
        if "payment_days" in names and profile.paid_count >= PAID_TELLING:
            days = profile.payment_days
            if days <= 0:
                reason = self.env._("Pays on time")
                signals.append(self._prepare_health("good", reason, 15))
            elif days > SLOW_DAYS:
                reason = self.env._(
                    "Pays %(days)d days late on average", days=round(days)
                )
                signals.append(self._prepare_health("fair", reason, 20))
        return signals

    def _get_lifecycle_badges(self, profile, label):
        if not label:
            return []
        tone = LIFECYCLE_TONES.get(profile.lifecycle, "muted")
        badge = self._prepare_badge(label, tone)
        badge["since"] = str(profile.lifecycle_date or "") or False
        badges = [badge]
        if "tier" in self._get_readable_fields() and profile.tier:
            tier = self._get_labels(profile._name, "tier")[profile.tier]
            badges.append(self._prepare_badge(self.env._("Tier %(tier)s", tier=tier)))
        return badges

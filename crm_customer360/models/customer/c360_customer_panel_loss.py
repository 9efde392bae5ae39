from odoo import api, models

from .c360_customer_loss import OPEN

TONES = {
    "open": "danger",
    "winning": "warning",
    "won_back": "success",
    "gone": "muted",
    "void": "muted",
}


class C360CustomerPanelLoss(models.AbstractModel):
    """Why we lost him: a card only customers have who are lost, or once were."""

    _name = "c360.customer.panel.loss"
    _inherit = "c360.customer.panel"
    _description = "Customer Panel: Losses"

    _panel_key = "loss"
    _panel_sequence = 15
    _panel_switch = "crm_customer360.group_use_value"
    _panel_models = ("c360.customer.loss",)

    @api.model
    def _get_panel(self, customer, partner_ids):
        domain = self._get_documents_domain("c360.customer.loss", partner_ids)
        losses = (
            self.env["c360.customer.loss"]
            .search_fetch(
                domain,
                ["date", "cause", "said_by", "state", "lost_revenue", "company_id"],
                limit=6,
            )
            .filtered(lambda loss: loss.state != "void")[:5]
        )
        if not losses:
            return None
        open_losses = losses.filtered(lambda loss: loss.state in OPEN)
        causes = self._get_labels(losses._name, "cause")
        panel = {
            "title": self.env._("Lost Customer")
            if open_losses
            else self.env._("Was Lost"),
            "icon": "fa-sign-out",
            "figures": [],
            "rows": [self._prepare_loss_row(loss, causes) for loss in losses],
            "count": len(losses),
            "action": self._prepare_list_action(
                self.env._("Losses"), losses._name, domain
            ),
        }
        if open_losses:
            panel.update(self._get_open_loss(open_losses[0], causes))
        return panel

    @api.model
    def _get_open_loss(self, loss, causes):
        """Return what an open loss adds to the card: figures, and what is due."""
        cause = causes.get(loss.cause)
        values = {
            "figures": [
                self._prepare_figure(
                    self.env._("Cause"),
                    cause or self.env._("unknown"),
                    "text",
                    None if cause else "warning",
                ),
                self._prepare_figure(
                    self.env._("Bought a Year"), loss.lost_revenue, "money"
                ),
            ],
            "health": [
                {
                    "tone": "poor",
                    "reason": self.env._("Lost; cause: %(cause)s", cause=cause)
                    if cause
                    else self.env._("Lost, nobody knows why"),
                    "weight": 90,
                }
            ],
        }
        if not cause:
            values["due"] = [
                {
                    "label": self.env._("Find out why he left"),
                    "date": str(loss.date),
                    "tone": "warning",
                    "action": {
                        "type": "ir.actions.act_window",
                        "res_model": loss._name,
                        "res_id": loss.id,
                        "views": [[False, "form"]],
                    },
                    "priority": 40,
                }
            ]
        return values

    @api.model
    def _prepare_loss_row(self, loss, causes):
        states = self._get_labels(loss._name, "state")
        speakers = self._get_labels(loss._name, "said_by")
        return self._prepare_row(
            loss,
            causes.get(loss.cause) or self.env._("Cause unknown"),
            subtitle=speakers.get(loss.said_by, False),
            date=str(loss.date),
            badges=[self._prepare_badge(states[loss.state], TONES[loss.state])],
        )

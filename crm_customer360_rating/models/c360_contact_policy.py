from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import ValidationError

BEST_RATING = 5


class C360ContactPolicy(models.Model):
    """A low rating stops contacts for a while."""

    _inherit = "c360.contact.policy"

    stop_kind = fields.Selection(
        selection_add=[("satisfaction", "The customer was not satisfied")],
        ondelete={"satisfaction": "cascade"},
    )
    stop_rating = fields.Float(
        string="Rated at Most",
        default=2,
        digits=(2, 1),
        help="From 1, very dissatisfied, to 5, very satisfied.",
    )

    @api.depends("stop_rating")
    def _compute_summary(self):
        return super()._compute_summary()

    @api.constrains("kind", "stop_kind", "stop_days", "stop_rating")
    def _check_satisfaction(self):
        for policy in self:
            if policy.kind != "stop" or policy.stop_kind != "satisfaction":
                continue
            if not 1 <= policy.stop_rating <= BEST_RATING:
                raise ValidationError(
                    self.env._(
                        "“%(policy)s”: a rating lies between 1 and %(best)s.",
                        policy=policy.name,
                        best=BEST_RATING,
                    )
                )
            if policy.stop_days < 1:
                raise ValidationError(
                    self.env._(
                        "“%(policy)s”: say for how many days after a low rating the "
                        "customer is left alone.",
                        policy=policy.name,
                    )
                )

    def _get_rule_stop(self):
        rule = super()._get_rule_stop()
        return replace(rule, value=self.stop_rating)

    def _get_stop_words(self):
        if self.stop_kind != "satisfaction":
            return super()._get_stop_words()
        return self.env._(
            "a customer has rated us %(rating)s or less within the last %(days)s days",
            rating=f"{self.stop_rating:g}",
            days=self.stop_days,
        )

from odoo import api, fields, models
from odoo.exceptions import ValidationError

LIFECYCLE_WINDOWS = ("c360_new_days", "c360_won_back_days", "c360_churn_days")
CENTURY = 36500


class ResCompany(models.Model):
    _inherit = "res.company"

    c360_new_days = fields.Integer(
        string="New for (days)",
        default=90,
        required=True,
        help="A customer stays new for this long, unless he orders again before.",
    )
    c360_won_back_days = fields.Integer(
        string="Won back for (days)",
        default=90,
        required=True,
        help="A customer who returned counts as won back for this long.",
    )
    c360_churn_days = fields.Integer(
        string="Churned after (days)",
        default=180,
        required=True,
        help="A customer has churned when he has not ordered for this long.",
    )
    c360_lead_normalise = fields.Boolean(
        string="Contact data of leads in one spelling",
        default=True,
        help="E-mail addresses in lower case, phone numbers in international form, "
        "names in half width with single spaces.",
    )
    c360_lead_title_case = fields.Boolean(
        string="Names in capitals as names",
        help="ANNA MÜLLER becomes Anna Müller.",
    )

    @api.constrains(*LIFECYCLE_WINDOWS)
    def _check_lifecycle_windows(self):
        for company in self:
            for name in LIFECYCLE_WINDOWS:
                if not 1 <= company[name] <= CENTURY:
                    raise ValidationError(
                        self.env._(
                            "%(field)s: between 1 and %(maximum)s days, please.",
                            field=self._fields[name]._description_string(self.env),
                            maximum=CENTURY,
                        )
                    )

    def write(self, vals):
        changed = any(
            name in vals and any(company[name] != vals[name] for company in self)
            for name in LIFECYCLE_WINDOWS
        )
        result = super().write(vals)
        if changed:
            self.env["c360.customer.profile"]._wake_refresh()
        return result

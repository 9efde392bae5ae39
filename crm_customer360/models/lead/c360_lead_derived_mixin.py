from odoo import api, models
from odoo.exceptions import AccessError

from .c360_lead_check_mixin import VERDICT
from .c360_lead_followup import STEP_FIELDS
from .c360_lead_profile_mixin import GRADE_FIELDS
from .c360_lead_response import CLOCK_FIELDS

# They follow from what is done with a lead: a merge, its activities, its spelling.
DERIVED = {"entered_as", "merged_into_id", *STEP_FIELDS}
# As these do, each guarded where it is found.
GUARDED = DERIVED | VERDICT | GRADE_FIELDS | CLOCK_FIELDS


class C360LeadDerivedMixin(models.AbstractModel):
    """Facts of a lead that nobody states: read-only fields stop no call from outside.

    A lead said to be merged, for one, would be in no figure of those who lose leads.
    Mount it before the mixins that find out these facts.
    """

    _name = "c360.lead.derived.mixin"
    _description = "Lead with Derived Facts"

    @api.model
    def default_get(self, fields):
        # A default, of the context or of the user, states them as well.
        values = super().default_get(fields)
        return {name: value for name, value in values.items() if name not in GUARDED}

    @api.model_create_multi
    def create(self, vals_list):
        self._check_derived_fields(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        self._check_derived_fields([vals])
        return super().write(vals)

    @api.model
    def _check_derived_fields(self, vals_list):
        """Refuse facts that somebody states.

        :raise AccessError: somebody but the system does
        """
        if not self.env.su and any(DERIVED & vals.keys() for vals in vals_list):
            raise AccessError(
                self.env._(
                    "Merges, next steps and spellings are noted as they happen: nobody "
                    "writes them by hand."
                )
            )

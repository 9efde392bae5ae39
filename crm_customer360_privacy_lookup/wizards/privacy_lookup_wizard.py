from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL, email_normalize

from ..models.c360_privacy_erasure import PERSONAL_COLUMNS


class PrivacyLookupWizard(models.TransientModel):
    _inherit = "privacy.lookup.wizard"

    def _get_query_models_blacklist(self):
        # the ledgers are searched below: also by name and by address
        return [*super()._get_query_models_blacklist(), *PERSONAL_COLUMNS]

    def _get_query(self):
        """Find a person in the ledgers too, also where no contact is left of him."""
        email = email_normalize(self.email.strip())
        if not email:
            raise UserError(
                self.env._("Invalid email address “%(email)s”", email=self.email)
            )
        parts = [super()._get_query()]
        for model_name in PERSONAL_COLUMNS:
            model = self.env[model_name]
            conditions = [
                # the host's query names the contacts it has found so
                SQL("partner_id IN (SELECT id FROM indirect_references)")
            ]
            if "partner_name" in model._fields:
                conditions.append(SQL("partner_name ILIKE %s", self.name.strip()))
            if "address" in model._fields:
                conditions.append(SQL("address = %s", email))
                conditions.append(
                    SQL(
                        "address IN (SELECT phone_sanitized FROM res_partner WHERE id"
                        " IN (SELECT id FROM indirect_references))"
                    )
                )
            parts.append(
                SQL(
                    "SELECT %s AS res_model_id, id AS res_id, TRUE AS is_active"
                    " FROM %s WHERE %s",
                    self.env["ir.model"]._get_id(model_name),
                    SQL.identifier(model._table),
                    SQL(" OR ").join(conditions),
                )
            )
        return SQL(" UNION ALL ").join(parts)

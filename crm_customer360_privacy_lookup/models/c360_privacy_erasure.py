from odoo import api, models
from odoo.tools import SQL

# What of a ledger tells who it was: these columns are emptied, the rows stay.
PERSONAL_COLUMNS = {
    "c360.contact.touch": (
        "partner_id",
        "partner_name",
        "address",
        "subject",
        "reason",
        "outcome",
        "override_reason",
        "message_id",
    ),
    "c360.contact.consent": ("partner_id", "partner_name", "address", "proof"),
    "c360.contact.preference": ("partner_id", "partner_name", "address", "proof"),
    "c360.customer.lifecycle": ("partner_id", "partner_name"),
    "c360.pool.move": ("partner_id", "lead_name"),
}


class C360PrivacyErasure(models.AbstractModel):
    """How a person leaves the ledgers: without a face, but still a number.

    Limits, figures and ownership count rows, so none may go. In SQL, because the
    ledgers refuse to be written.
    """

    _name = "c360.privacy.erasure"
    _description = "Erasure from the Ledgers"

    @api.model
    def _anonymize(self, model_name, ids):
        """Empty what tells who a row is about.

        :param str model_name: a ledger of :data:`PERSONAL_COLUMNS`
        :param list ids: its rows
        """
        model = self.env[model_name]
        model.flush_model()
        columns = [
            SQL("%s = NULL", SQL.identifier(name))
            for name in PERSONAL_COLUMNS[model_name]
            if name in model._fields
        ]
        if "customer_id" in model._fields:
            # the company of a contact person stays, a private customer does not
            columns.append(
                SQL(
                    "customer_id = CASE WHEN customer_id IS DISTINCT FROM partner_id"
                    " THEN customer_id END"
                )
            )
        if "source_id" in model._fields:
            columns.append(
                SQL(
                    "source_id = CASE WHEN source_model <> 'res.partner'"
                    " THEN source_id END"
                )
            )
        if "is_current" in model._fields:
            # it speaks for nobody any more
            columns.append(SQL("is_current = FALSE"))
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET %s WHERE id = ANY(%s)",
                SQL.identifier(model._table),
                SQL(", ").join(columns),
                list(ids),
            )
        )
        model.invalidate_model()

from odoo import api, models

# What tells whom a record is about, of leads and of contacts.
TELLING = frozenset(
    (
        "name",
        "contact_name",
        "partner_name",
        "commercial_company_name",
        "is_company",
        "email",
        "email_from",
        "phone",
        "street",
        "street2",
        "zip",
        "city",
        "country_id",
        "vat",
        "partner_id",
        "active",
    )
)


class C360LeadIdentityMixin(models.AbstractModel):
    """A record whose changes are noted for the search of duplicates.

    No column and no query here: what reaches the database through the ORM, typed or
    computed, is collected and noted once, when the transaction ends.
    """

    _name = "c360.lead.identity.mixin"
    _description = "Compared Record"

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        self.env["c360.lead.identity"]._mark(self._name, records._ids)
        return records

    def _write_multi(self, vals_list):  # pylint: disable=missing-return
        # the host's returns nothing
        super()._write_multi(vals_list)
        changed = [
            record_id
            for record_id, vals in zip(self._ids, vals_list, strict=True)
            if not TELLING.isdisjoint(vals)
        ]
        if changed:
            self.env["c360.lead.identity"]._mark(self._name, changed)

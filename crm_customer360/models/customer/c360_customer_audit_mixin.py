from odoo import api, models

# What an address book is made of, in the models it stands in.
CONTACT_FIELDS = frozenset(
    (
        "email",
        "email_normalized",
        "email_from",
        "email_formatted",
        "email_cc",
        "phone",
        "phone_sanitized",
        "phone_mobile_search",
        "street",
        "contact_address",
        "contact_address_complete",
        "contact_address_inline",
    )
)


class C360CustomerAuditMixin(models.AbstractModel):
    """Exports and mass changes go on record; reading in bulk has a limit.

    Mounted on the models that make an address book. ``_read_format`` is where every
    road of reading ends: ``read``, ``search_read``, ``web_read``, over any interface.
    Groups are counted on ``base``: those of other models lead to an address too.
    """

    _name = "c360.customer.audit.mixin"
    _description = "Exports and Mass Changes on Record"

    # The fields whose reading is counted.
    _audit_fields = CONTACT_FIELDS

    def _read_format(self, fnames, load="_classic_read"):
        if not self.env.su and not self._audit_fields.isdisjoint(fnames):
            self.env["c360.customer.reading"]._count(self._name, len(self))
        return super()._read_format(fnames, load)

    @api.model
    def load(self, fields, data):
        result = super().load(fields, data)
        if ids := result.get("ids"):
            self.env["c360.customer.audit"]._record(
                "import", self._name, len(ids), fields
            )
        return result

    def write(self, vals):
        self.env["c360.customer.audit"]._allow_change("change", self, vals)
        return super().write(vals)

    def unlink(self):
        self.env["c360.customer.audit"]._allow_change("delete", self)
        return super().unlink()

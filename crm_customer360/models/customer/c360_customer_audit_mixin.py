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

    def _get_audit_size(self):
        """Return how many a change of these records counts for."""
        return len(self)

    @api.model
    def load(self, fields, data):
        """Existing records that an import overwrites are changed like any others."""
        changed = set()
        watched = self.with_context(c360_audit_changed=changed)
        result = super(C360CustomerAuditMixin, watched).load(fields, data)
        self.env["c360.customer.audit"]._allow_change(
            "change", self.browse(changed), fields
        )
        if ids := result.get("ids"):
            self.env["c360.customer.audit"]._record(
                "import", self._name, len(ids), fields
            )
        return result

    def _load_records_write(self, values):
        changed = self.env.context.get("c360_audit_changed")
        if isinstance(changed, set):
            changed.update(self.ids)
        return super()._load_records_write(values)

    def web_save_multi(self, vals_list, specification):
        names = set().union(*vals_list)
        self.env["c360.customer.audit"]._allow_change("change", self, names)
        return super().web_save_multi(vals_list, specification)

    def write(self, vals):
        self.env["c360.customer.audit"]._allow_change("change", self, vals)
        return super().write(vals)

    def unlink(self):
        self.env["c360.customer.audit"]._allow_change("delete", self)
        return super().unlink()

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
    def read_group(self, domain, fields, groupby, **kwargs):
        groups = super().read_group(domain, fields, groupby, **kwargs)
        self._count_groups((groupby, fields), [groups])
        return groups

    @api.model
    def formatted_read_group(self, domain, groupby=(), aggregates=(), **kwargs):
        groups = super().formatted_read_group(domain, groupby, aggregates, **kwargs)
        self._count_groups((groupby, aggregates), [groups])
        return groups

    @api.model
    def formatted_read_grouping_sets(
        self, domain, grouping_sets, aggregates=(), **kwargs
    ):
        sets = super().formatted_read_grouping_sets(
            domain, grouping_sets, aggregates, **kwargs
        )
        self._count_groups((*grouping_sets, aggregates), sets)
        return sets

    @api.model
    def _count_groups(self, specs, sets):
        """Group by an address, and every group is an address that was read."""
        if self.env.su:
            return
        names = {
            spec.split(":")[0].split(".")[0]
            for part in specs
            for spec in ([part] if isinstance(part, str) else part)
        }
        if not self._audit_fields.isdisjoint(names):
            count = sum(len(groups) for groups in sets)
            self.env["c360.customer.reading"]._count(self._name, count)

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

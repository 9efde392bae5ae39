from datetime import date, datetime

from odoo import api, fields, models
from odoo.fields import Domain

# What the product holds about a person: ledger -> the columns handed out.
EXPORTED_FIELDS = {
    "c360.contact.touch": (
        "date",
        "direction",
        "channel",
        "purpose",
        "subject",
        "address",
        "state",
        "reason",
        "outcome",
        "scheduled_date",
        "user_id",
        "company_id",
    ),
    "c360.contact.consent": (
        "date",
        "status",
        "channel",
        "purpose",
        "topic_id",
        "address",
        "source",
        "proof",
        "is_current",
        "user_id",
        "company_id",
    ),
    "c360.contact.preference": (
        "date",
        "preferred_channel",
        "hour_from",
        "hour_to",
        "pause_until",
        "limit_count",
        "limit_unit",
        "address",
        "source",
        "proof",
        "is_current",
        "company_id",
    ),
    "c360.care.task": (
        "date",
        "rule_id",
        "reason",
        "state",
        "outcome",
        "note",
        "date_done",
        "user_id",
        "company_id",
    ),
    "c360.customer.lifecycle": ("date", "old", "new", "company_id"),
    "c360.customer.profile": (
        "lifecycle",
        "lifecycle_date",
        "first_order_date",
        "last_order_date",
        "order_count",
        "revenue",
        "company_id",
    ),
}
CONTACT_FIELDS = (
    "name",
    "email",
    "phone",
    "street",
    "street2",
    "zip",
    "city",
    "country_id",
    "lang",
    "tz",
    "parent_id",
    "create_date",
)


class C360PrivacyExport(models.AbstractModel):
    """What the product holds about one person, as he may ask for it."""

    _name = "c360.privacy.export"
    _description = "Export of Personal Data"

    @api.model
    def _get_data(self, partner):
        """Return everything about a person that the user may read, as plain values.

        :param partner: one contact
        """
        return {
            "exported_on": self._to_plain(fields.Datetime.now()),
            "contact": self._get_values(partner, CONTACT_FIELDS),
            **{
                self.env[name]._table.removeprefix("c360_"): [
                    self._get_values(row, names)
                    for row in self.env[name]
                    .with_context(active_test=False)
                    .search(self._get_domain(name, partner), order="id")
                ]
                for name, names in EXPORTED_FIELDS.items()
            },
        }

    @api.model
    def _get_domain(self, model_name, partner):
        """Return the rows about a person: by name, or at an address of his."""
        domain = Domain("partner_id", "=", partner.id)
        if "address" in self.env[model_name]._fields:
            addresses = {partner.email_normalized, partner.phone_sanitized}
            domain |= Domain("partner_id", "=", False) & Domain(
                "address", "in", list(addresses - {False})
            )
        return domain

    @api.model
    def _get_values(self, record, names):
        return {
            name: self._to_plain(record[name])
            for name in names
            if name in record._fields
        }

    @api.model
    def _to_plain(self, value):
        if isinstance(value, models.BaseModel):
            return value.display_name or None
        if isinstance(value, datetime | date):
            return value.isoformat()
        return value or None

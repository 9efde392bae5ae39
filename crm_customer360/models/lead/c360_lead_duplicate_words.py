from odoo import api, models

# What is shown of a lead and of a contact, side by side.
LEAD_FIELDS = (
    "contact_name",
    "partner_name",
    "email_from",
    "phone",
    "street",
    "zip",
    "city",
    "country_id",
    "website",
    "name",
    "stage_id",
    "user_id",
    "source_id",
    "expected_revenue",
    "create_date",
)
# Of two contacts.
CONTACT_FIELDS = (
    "name",
    "commercial_company_name",
    "email",
    "phone",
    "street",
    "zip",
    "city",
    "country_id",
    "vat",
    "website",
    "ref",
    "user_id",
    "company_id",
    "create_date",
)
PARTNER_FIELDS = {
    "contact_name": "name",
    "partner_name": "commercial_company_name",
    "email_from": "email",
    "name": None,
    "stage_id": None,
    "source_id": None,
    "expected_revenue": None,
}
# The part of the score that belongs to a line of the comparison.
PARTS = {
    "contact_name": "person",
    "partner_name": "company",
    "email_from": "email",
    "phone": "phone",
    "street": "street",
    "zip": "zip",
    "city": "city",
    "country_id": "country",
    "name": "person",
    "commercial_company_name": "company",
    "email": "email",
    "vat": "vat",
}
# Said first what weighs most; the others only fill a line.
TOLD = 4


class C360LeadDuplicate(models.Model):
    """What people read about a pair."""

    _inherit = "c360.lead.duplicate"

    @api.depends("parts")
    @api.depends_context("lang")
    def _compute_reason(self):
        """Say in words what the score is made of, what weighs most first."""
        for pair in self:
            told = sorted(pair.parts or [], key=lambda part: -abs(part[2]))
            phrases = [
                self._get_phrase(field, level)
                for field, level, weight in told[:TOLD]
                if weight
            ]
            text = "; ".join(phrase for phrase in phrases if phrase)
            pair.reason = text[:1].upper() + text[1:]

    @api.model
    def _get_phrase(self, field, level):
        """Return "same phone", "name with a typing error" ..."""
        names = {
            "person": self.env._("name"),
            "company": self.env._("company name"),
            "email": self.env._("e-mail"),
            "phone": self.env._("phone"),
            "street": self.env._("street"),
            "zip": self.env._("postcode"),
            "city": self.env._("city"),
            "country": self.env._("country"),
            "vat": self.env._("tax number"),
            "birthdate": self.env._("birthday"),
        }
        name = names.get(field)
        if not name:
            return ""
        if level == "same":
            return self.env._("same %(field)s", field=name)
        if level == "typing error":
            return self.env._("%(field)s with a typing error", field=name)
        if level == "different":
            return self.env._("different %(field)s", field=name)
        return self.env._("%(field)s alike", field=name)

    @api.depends("lead_id", "other_lead_id", "contact_id", "partner_id", "parts")
    @api.depends_context("uid", "lang", "allowed_company_ids", "tz")
    def _compute_comparison(self):
        """Return the values of both, line by line, as the current user may see them."""
        for pair in self:
            lead = pair.lead_id or pair.contact_id
            other = pair.other_lead_id or pair.partner_id
            if not (lead._filtered_access("read") and other._filtered_access("read")):
                pair.comparison = {"titles": [], "rows": []}
                continue
            levels = {field: level for field, level, _weight in pair.parts or []}
            pair.comparison = {
                "titles": [lead.display_name, other.display_name],
                "kinds": [
                    self.env._("Lead") if pair.lead_id else self.env._("Contact"),
                    self.env._("Lead") if pair.other_lead_id else self.env._("Contact"),
                ],
                "rows": [
                    row
                    for name in (LEAD_FIELDS if pair.lead_id else CONTACT_FIELDS)
                    if (row := self._get_row(name, lead, other, levels))
                ],
            }

    @api.model
    def _get_row(self, name, lead, other, levels):
        """Return one line of the comparison, ``None`` when both are empty."""
        label = lead._fields[name].get_description(self.env, ["string"])["string"]
        other_name = name
        if other._name != lead._name:
            other_name = PARTNER_FIELDS.get(name, name)
            if other_name and other_name not in other._fields:
                other_name = None
        left = self._get_text(lead, name)
        right = self._get_text(other, other_name) if other_name else ""
        if not left and not right:
            return None
        level = levels.get(PARTS.get(name))
        if name == "name" and lead._name == "res.partner" and lead.is_company:
            level = levels.get("company")
        if level is None and left and right:
            level = "same" if left == right else "different"
        return {
            "name": name,
            "label": label,
            "left": left,
            "right": right,
            "level": {"typing error": "typo"}.get(level, level) or "",
            "scored": name in PARTS and bool(left and right),
        }

    @api.model
    def _get_text(self, record, name):
        """Return a value as people read it."""
        field, value = record._fields[name], record[name]
        if field.type == "many2one":
            return value.display_name or ""
        if field.type == "datetime":
            return self.env["ir.qweb.field.datetime"].value_to_html(
                value, {"date_only": True}
            )
        if field.type in ("float", "monetary"):
            currency = record[field.get_currency_field(record) or "currency_id"]
            return currency.format(value) if value and currency else ""
        return value or ""

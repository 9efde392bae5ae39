from odoo import api, fields, models

from ...tools.lead_normalise import clean_email, clean_name, clean_phone

NAMES = ("contact_name", "partner_name")


class C360LeadNormaliseMixin(models.AbstractModel):
    """A lead whose contact data are written in one way, whoever brings it.

    Only the spelling changes: width, spaces, case of an e-mail address, and a number
    gets the form the whole world dials. Where that took a guess, the country of a
    number without one, what was typed stays readable in ``entered_as``.
    """

    _name = "c360.lead.normalise.mixin"
    _description = "Lead in One Spelling"

    entered_as = fields.Char(
        readonly=True,
        copy=False,
        help="The phone number as it was typed, before it got its international form.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        if self._is_normalising():
            vals_list = self._normalise_vals(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        if self and self._is_normalising() and vals.keys() & self._get_spelled_fields():
            if vals.get("phone") and "country_id" not in vals:
                # each number in the country of its lead
                for country, leads in self.grouped("country_id").items():
                    [clean] = self._normalise_vals([vals], country)
                    super(C360LeadNormaliseMixin, leads).write(clean)
                return True
            [vals] = self._normalise_vals([vals])
        return super().write(vals)

    @api.model
    def _is_normalising(self):
        checks = self.env["c360.lead.check"]
        # a visitor of the website brings leads as well
        company_sudo = self.env.company.sudo()
        return company_sudo.c360_lead_normalise and checks._is_enabled()

    @api.model
    def _get_spelled_fields(self):
        return {"email_from", "phone", *NAMES}

    @api.model
    def _normalise_vals(self, vals_list, country=None):
        """Return the values of leads with their contact data in one spelling.

        :param vals_list: as for ``create``; left as they are
        :param country: of the leads, when the values do not say it
        :return: new dictionaries, in the same order
        """
        # a visitor of the website brings leads as well
        company_sudo = self.env.company.sudo()
        title_case = company_sudo.c360_lead_title_case
        result = []
        for vals in vals_list:
            clean = dict(vals)
            for name in NAMES:
                if isinstance(vals.get(name), str):
                    clean[name] = clean_name(vals[name], title_case) or False
            if isinstance(vals.get("email_from"), str):
                clean["email_from"] = clean_email(vals["email_from"]) or False
            if isinstance(vals.get("phone"), str):
                region = self._get_phone_region(vals, country)
                clean["phone"] = clean_phone(vals["phone"], region) or False
                clean["entered_as"] = self._get_entered_as(
                    vals["phone"], clean["phone"]
                )
            result.append(clean)
        return result

    @api.model
    def _get_phone_region(self, vals, country):
        if vals.get("country_id"):
            country = self.env["res.country"].browse(int(vals["country_id"]))
        if not country:
            # a visitor of the website brings leads as well
            company_sudo = self.env.company.sudo()
            country = company_sudo.country_id
        # an interface may not read countries, but a country is no secret
        country_sudo = country.sudo()
        return country_sudo.code or ""

    @api.model
    def _get_entered_as(self, typed, clean):
        """Return what was typed when signs were added to it, not only moved."""

        def get_digits(text):
            return "".join(sign for sign in text or "" if sign.isdecimal())

        return typed if get_digits(typed) != get_digits(clean) else False

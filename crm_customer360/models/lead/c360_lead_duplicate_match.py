from odoo import api, models
from odoo.tools import SQL
from odoo.tools.misc import split_every

from ...tools.lead_identity import Identity, get_identity, get_keys
from ...tools.lead_match import compare
from .c360_lead_duplicate_scan import PER_KEY, SLICE

CANDIDATES = """
    SELECT DISTINCT wanted.place, item.lead_id, item.partner_id, item.identity
      FROM unnest(%(places)s::int[], %(keys)s::int4[]) AS wanted(place, key)
CROSS JOIN LATERAL (
           SELECT id, lead_id, partner_id, identity
             FROM c360_lead_identity AS found
            WHERE found.keys @> ARRAY[wanted.key] AND found.stale IS NOT TRUE
            LIMIT %(per_key)s) AS item
 LEFT JOIN crm_lead AS lead ON lead.id = item.lead_id
 LEFT JOIN res_partner AS contact ON contact.id = item.partner_id
     WHERE (lead.active AND lead.won_status = 'pending'
            AND COALESCE(lead.company_id, %(company)s) = %(company)s)
        OR (contact.active AND contact.partner_share
            AND COALESCE(contact.company_id, %(company)s) = %(company)s)
"""


class C360LeadDuplicate(models.Model):
    """Looking for whom values resemble before they are a lead."""

    _inherit = "c360.lead.duplicate"

    @api.model
    def _find_matches(self, vals_list):
        """Return whom each of these surely resembles, also with typing errors.

        One query per ``SLICE`` values; what was written a moment ago has no keys yet.

        :param list vals_list: values of leads of the current company
        :return: list, in that order, of a lead or contact in sudo, or None
        """
        countries_sudo = self.env["res.country"].sudo()
        _maybe, surely = self._get_limits()[self.env.company.id]
        found = []
        for vals_slice in split_every(SLICE, vals_list, list):
            identities = [
                self._get_vals_identity(vals, countries_sudo) for vals in vals_slice
            ]
            best = {}
            for place, lead_id, partner_id, texts in self._get_candidates(identities):
                score = compare(identities[place], Identity(*texts)).score
                if score >= surely and score > best.get(place, (0,))[0]:
                    best[place] = (score, lead_id, partner_id)
            for place in range(len(vals_slice)):
                _score, lead_id, partner_id = best.get(place, (0, None, None))
                model = "crm.lead" if lead_id else "res.partner"
                # Whom he may not see, is for the caller to keep to himself.
                record_sudo = self.env[model].sudo().browse(lead_id or partner_id or [])
                found.append(record_sudo or None)
        return found

    @api.model
    def _get_vals_identity(self, vals, countries):
        country = countries.browse(vals.get("country_id") or [])
        return get_identity(
            person=vals.get("contact_name"),
            company=vals.get("partner_name"),
            email=vals.get("email_from"),
            phone=vals.get("phone"),
            street=vals.get("street"),
            street2=vals.get("street2"),
            zip=vals.get("zip"),
            city=vals.get("city"),
            country=country.code,
        )

    @api.model
    def _get_candidates(self, identities):
        pairs = [
            (place, key)
            for place, identity in enumerate(identities)
            for key in get_keys(identity)
        ]
        if not pairs:
            return []
        places, keys = zip(*pairs, strict=True)
        self.env["crm.lead"].flush_model(["active", "company_id", "won_status"])
        self.env["res.partner"].flush_model(["active", "company_id", "partner_share"])
        # Plain SQL: arrays; compared are values of everybody, as by the scan.
        return self.env.execute_query(
            SQL(
                CANDIDATES,
                places=list(places),
                keys=list(keys),
                company=self.env.company.id,
                per_key=PER_KEY,
            )
        )

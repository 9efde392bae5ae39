import json

from odoo import api, fields, models
from odoo.tools import SQL, ormcache
from odoo.tools.misc import split_every

from ...tools.lead_identity import Identity
from ...tools.lead_match import MAYBE, SURELY, compare

# Leads compared at once; bounds the memory.
SLICE = 500
# A key that more have says little (a number of a switchboard): no further.
PER_KEY = 200

CANDIDATES = """
    WITH wanted AS MATERIALIZED (
        SELECT id, lead_id, keys, identity
          FROM c360_lead_identity
         WHERE lead_id = ANY(%(ids)s) AND stale IS NOT TRUE
    ), hit AS MATERIALIZED (
        SELECT DISTINCT wanted.id AS wanted_id, found.id
          FROM wanted
    CROSS JOIN unnest(wanted.keys) AS key(value)
    CROSS JOIN LATERAL (
               SELECT item.id
                 FROM c360_lead_identity AS item
                WHERE item.keys @> ARRAY[key.value]
                LIMIT %(per_key)s) AS found
         WHERE found.id <> wanted.id
    )
    SELECT lead.id, wanted.identity, item.lead_id, item.partner_id, item.identity,
           COALESCE(lead.company_id, other.company_id, contact.company_id)
      FROM hit
      JOIN wanted ON wanted.id = hit.wanted_id
      JOIN c360_lead_identity AS item ON item.id = hit.id
      JOIN crm_lead AS lead ON lead.id = wanted.lead_id
 LEFT JOIN crm_lead AS other ON other.id = item.lead_id
 LEFT JOIN res_partner AS contact ON contact.id = item.partner_id
 LEFT JOIN res_partner AS customer ON customer.id = lead.partner_id
     WHERE lead.active
       AND lead.won_status = 'pending'
       AND lead.merged_into_id IS NULL
       AND ((other.active AND other.won_status = 'pending'
             AND other.merged_into_id IS NULL
             AND (lead.company_id IS NULL OR other.company_id IS NULL
                  OR other.company_id = lead.company_id))
            OR (contact.active AND contact.partner_share
                AND contact.commercial_partner_id
                    IS DISTINCT FROM customer.commercial_partner_id
                AND (lead.company_id IS NULL OR contact.company_id IS NULL
                     OR contact.company_id = lead.company_id)))
"""
SAVE = """
    WITH found AS (
        SELECT *
          FROM unnest(%(leads)s::int[], %(others)s::int[], %(partners)s::int[],
                      %(companies)s::int[], %(scores)s::float[], %(levels)s::varchar[],
                      %(parts)s::jsonb[])
               AS pair(lead_id, other_lead_id, partner_id, company_id, score, level,
                       parts)
    ), gone AS (
        DELETE FROM c360_lead_duplicate AS pair
         WHERE state = 'open'
           AND (lead_id = ANY(%(ids)s) OR other_lead_id = ANY(%(ids)s))
           AND NOT EXISTS (
               SELECT
                 FROM found
                WHERE found.lead_id = pair.lead_id
                  AND (found.other_lead_id = pair.other_lead_id
                       OR found.partner_id = pair.partner_id))
    ), lead_pair AS (
        INSERT INTO c360_lead_duplicate AS pair
               (lead_id, other_lead_id, company_id, score, level, parts, state,
                create_uid, create_date, write_uid, write_date)
        SELECT lead_id, other_lead_id, company_id, score, level, parts, 'open',
               %(uid)s, %(now)s, %(uid)s, %(now)s
          FROM found
         WHERE other_lead_id IS NOT NULL
   ON CONFLICT (lead_id, other_lead_id) DO UPDATE
           SET score = excluded.score, level = excluded.level, parts = excluded.parts
         WHERE pair.state = 'open'
     RETURNING pair.id
    ), partner_pair AS (
        INSERT INTO c360_lead_duplicate AS pair
               (lead_id, partner_id, company_id, score, level, parts, state,
                create_uid, create_date, write_uid, write_date)
        SELECT lead_id, partner_id, company_id, score, level, parts, 'open',
               %(uid)s, %(now)s, %(uid)s, %(now)s
          FROM found
         WHERE partner_id IS NOT NULL
   ON CONFLICT (lead_id, partner_id) DO UPDATE
           SET score = excluded.score, level = excluded.level, parts = excluded.parts
         WHERE pair.state = 'open'
     RETURNING pair.id
    )
    SELECT id FROM lead_pair UNION ALL SELECT id FROM partner_pair
"""


class C360LeadDuplicate(models.Model):
    """Looking for duplicates.

    Plain SQL on the keys, with all rights: who may see a pair, is decided when it is
    read. Four queries for any number of leads up to ``SLICE``.
    """

    _inherit = "c360.lead.duplicate"

    @api.model
    def _scan(self, leads=None):
        """Compare leads with all open leads and all contacts of their companies.

        :param leads: the leads to compare now; ``None``: every open lead, in the
            background
        :return: the open pairs found, or the number of leads queued
        """
        if leads is None:
            return self.env["c360.lead.identity"]._queue_all()
        self.env.flush_all()
        pairs = self.browse()
        for ids in split_every(SLICE, leads.ids, list):
            self.env["c360.lead.identity"]._refresh("crm.lead", ids)
            self.env["c360.lead.identity"]._unmark("crm.lead", ids)
            pairs |= self._scan_slice(ids)
        return pairs

    @api.model
    def _scan_slice(self, lead_ids):
        """Compare leads whose keys are written, and keep the pairs in line.

        Open pairs that do not resemble each other any more go away; what people have
        decided stays.

        :return: the open pairs, in sudo
        """
        limits = self._get_limits()
        pairs = {}
        for (
            lead_id,
            identity,
            other_id,
            partner_id,
            other_identity,
            company_id,
        ) in self.env.execute_query(
            SQL(CANDIDATES, ids=list(lead_ids), per_key=PER_KEY)
        ):
            if partner_id:
                key = (lead_id, None, partner_id)
            else:
                # the newer one resembles the older one
                key = (max(lead_id, other_id), min(lead_id, other_id), None)
            if key in pairs:
                continue
            match = compare(Identity(*identity), Identity(*other_identity))
            maybe, surely = limits.get(company_id) or limits[self.env.company.id]
            if match.score >= maybe:
                level = "surely" if match.score >= surely else "maybe"
                parts = [[p.field, p.level, round(p.weight, 2)] for p in match.parts]
                pairs[key] = (*key, company_id, match.score, level, json.dumps(parts))
        return self._save_pairs(lead_ids, pairs.values())

    @api.model
    @ormcache()
    def _get_limits(self):
        """Return ``{company id: (maybe, surely)}``; a change clears the cache."""
        # Whoever enters a lead need not be allowed to read companies.
        companies_sudo = self.env["res.company"].sudo().search_fetch([], limit=1000)
        return {
            company.id: (
                company.c360_duplicate_maybe or MAYBE,
                company.c360_duplicate_surely or SURELY,
            )
            for company in companies_sudo
        }

    @api.model
    def _save_pairs(self, lead_ids, pairs):
        columns = list(zip(*pairs, strict=True)) or [[]] * 7
        leads, others, partners, companies, scores, levels, parts = map(list, columns)
        rows = self.env.execute_query(
            SQL(
                SAVE,
                ids=list(lead_ids),
                leads=leads,
                others=others,
                partners=partners,
                companies=companies,
                scores=scores,
                levels=levels,
                parts=parts,
                uid=self.env.uid,
                now=fields.Datetime.now(),
            )
        )
        self.invalidate_model(flush=False)
        # Who enters a lead may not see all it resembles; the settings act on all.
        pairs_sudo = self.sudo()
        return pairs_sudo.browse(pair_id for [pair_id] in rows)

import json

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ...tools.lead_identity import Identity, get_keys
from ...tools.lead_match import compare
from .c360_lead_duplicate import LEADER
from .c360_lead_duplicate_scan import PER_KEY

# Whether two contacts are worth comparing: a company with a company, a person with a
# person; addresses, employees of ours and a company's own people with it are not.
COMPARABLE = """
           other.active AND other.partner_share
       AND other.c360_merged_into_id IS NULL
       AND (other.parent_id IS NULL OR other.type = 'contact')
"""
CANDIDATES = f"""
    WITH wanted AS MATERIALIZED (
        SELECT id, partner_id, keys, identity
          FROM c360_lead_identity
         WHERE partner_id = ANY(%(ids)s) AND stale IS NOT TRUE
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
    SELECT contact.id, wanted.identity, other.id, item.identity,
           COALESCE(contact.company_id, other.company_id),
           contact.parent_id IS NOT NULL AND contact.parent_id = other.parent_id
      FROM hit
      JOIN wanted ON wanted.id = hit.wanted_id
      JOIN c360_lead_identity AS item ON item.id = hit.id
      JOIN res_partner AS contact ON contact.id = wanted.partner_id
      JOIN res_partner AS other ON other.id = item.partner_id
     WHERE item.stale IS NOT TRUE
       AND {COMPARABLE.replace("other.", "contact.")}
       AND {COMPARABLE}
       AND COALESCE(contact.is_company, FALSE) = COALESCE(other.is_company, FALSE)
       AND contact.parent_id IS DISTINCT FROM other.id
       AND other.parent_id IS DISTINCT FROM contact.id
       AND (contact.company_id IS NULL OR other.company_id IS NULL
            OR other.company_id = contact.company_id)
"""
SIMILAR = f"""
    SELECT DISTINCT other.id, item.identity,
           other.parent_id IS NOT NULL AND other.parent_id = %(parent_id)s
      FROM unnest(%(keys)s::int4[]) AS key(value)
CROSS JOIN LATERAL (
           SELECT partner_id, identity
             FROM c360_lead_identity AS found
            WHERE found.keys @> ARRAY[key.value] AND found.stale IS NOT TRUE
            LIMIT %(per_key)s) AS item
      JOIN res_partner AS other ON other.id = item.partner_id
     WHERE {COMPARABLE}
       AND COALESCE(other.is_company, FALSE) = %(is_company)s
       AND other.id <> %(id)s AND other.id <> %(parent_id)s
       AND other.parent_id IS DISTINCT FROM %(id)s
       AND (%(company_id)s = 0 OR COALESCE(other.company_id, %(company_id)s)
            = %(company_id)s)
       AND NOT EXISTS (
           SELECT
             FROM c360_lead_duplicate AS pair
            WHERE pair.state = 'rejected'
              AND ((pair.contact_id = other.id AND pair.partner_id = %(id)s)
                   OR (pair.partner_id = other.id AND pair.contact_id = %(id)s)))
"""
SAVE = """
    WITH found AS (
        SELECT *
          FROM unnest(%(contacts)s::int[], %(partners)s::int[], %(companies)s::int[],
                      %(scores)s::float[], %(levels)s::varchar[], %(parts)s::jsonb[])
               AS pair(contact_id, partner_id, company_id, score, level, parts)
    ), gone AS (
        DELETE FROM c360_lead_duplicate AS pair
         WHERE state = 'open'
           AND (contact_id = ANY(%(ids)s)
                OR (contact_id IS NOT NULL AND partner_id = ANY(%(ids)s)))
           AND NOT EXISTS (
               SELECT
                 FROM found
                WHERE found.contact_id = pair.contact_id
                  AND found.partner_id = pair.partner_id)
    )
    INSERT INTO c360_lead_duplicate AS pair
           (contact_id, partner_id, company_id, score, level, parts, state,
            create_uid, create_date, write_uid, write_date)
    SELECT contact_id, partner_id, company_id, score, level, parts, 'open',
           %(uid)s, %(now)s, %(uid)s, %(now)s
      FROM found
     WHERE NOT EXISTS (
           SELECT
             FROM c360_lead_duplicate AS turned
            WHERE turned.contact_id = found.partner_id
              AND turned.partner_id = found.contact_id)
ON CONFLICT (contact_id, partner_id) DO UPDATE
       SET score = excluded.score, level = excluded.level, parts = excluded.parts
     WHERE pair.state = 'open'
 RETURNING id
"""


class C360LeadDuplicate(models.Model):
    """Two contacts that look alike: compared by the same job with the same keys."""

    _inherit = "c360.lead.duplicate"

    # Of two contacts the newer one; ``partner_id`` is the older one.
    contact_id = fields.Many2one(
        comodel_name="res.partner",
        readonly=True,
        ondelete="cascade",
        index="btree_not_null",
    )

    _contact_pair_unique = models.Constraint(
        "UNIQUE (contact_id, partner_id)", "Two contacts make one pair."
    )
    _one_side_check = models.Constraint(
        # A pair of two leads has neither contact: NULL, which a check lets pass.
        "CHECK ((lead_id IS NULL) <> (contact_id IS NULL)"
        " AND contact_id <> partner_id)",
        "A pair compares a lead or a contact with another one.",
    )

    # ------------------------------------------------------------
    # Looking
    # ------------------------------------------------------------

    @api.model
    def _scan_contacts(self, partner_ids):
        """Compare contacts whose keys are written, and keep the pairs in line.

        Open pairs that do not resemble each other any more go away; what people have
        decided stays. Two queries for any number of contacts.

        :return: the open pairs, in sudo
        """
        limits = self._get_limits()
        pairs = {}
        for (
            one,
            identity,
            other,
            other_identity,
            company,
            family,
        ) in self.env.execute_query(
            SQL(CANDIDATES, ids=list(partner_ids), per_key=PER_KEY)
        ):
            # the newer one resembles the older one
            key = (max(one, other), min(one, other))
            if key in pairs:
                continue
            match = self._compare_contacts(identity, other_identity, family)
            maybe, surely = limits.get(company) or limits[self.env.company.id]
            if match and match.score >= maybe:
                level = "surely" if match.score >= surely else "maybe"
                parts = [[p.field, p.level, round(p.weight, 2)] for p in match.parts]
                pairs[key] = (*key, company, match.score, level, json.dumps(parts))
        return self._save_contact_pairs(partner_ids, pairs.values())

    @api.model
    def _compare_contacts(self, identity, other_identity, family):
        """Return the match of two contacts, ``None`` when they cannot be the same.

        :param bool family: both belong to one company, whose address and phone they
            share: only the name tells them apart
        """
        match = compare(Identity(*identity), Identity(*other_identity))
        levels = {part.field: part.level for part in match.parts}
        if family and levels.get("person", "different") in ("different", "family"):
            return None
        return match

    @api.model
    def _save_contact_pairs(self, partner_ids, pairs):
        columns = list(zip(*pairs, strict=True)) or [[]] * 6
        contacts, partners, companies, scores, levels, parts = map(list, columns)
        rows = self.env.execute_query(
            SQL(
                SAVE,
                ids=list(partner_ids),
                contacts=contacts,
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
        # who looks may not see all that is found
        pairs_sudo = self.sudo()
        return pairs_sudo.browse(pair_id for [pair_id] in rows)

    @api.model
    def _find_similar_contacts(self, partner, identity):
        """Return the contacts that one resembles, the most alike first, in sudo.

        For whoever is being typed: one query, nothing is written.

        :param partner: a contact, also one not saved yet
        :param identity: his ``Identity``
        """
        keys = get_keys(identity)
        if not keys:
            return self.env["res.partner"]
        rows = self.env.execute_query(
            SQL(
                SIMILAR,
                keys=list(keys),
                per_key=PER_KEY,
                id=partner._origin.id or 0,
                parent_id=partner.parent_id._origin.id or 0,
                company_id=partner.company_id._origin.id or 0,
                is_company=bool(partner.is_company),
            )
        )
        maybe, _surely = self._get_limits()[self.env.company.id]
        scores = {}
        for other_id, other_identity, family in rows:
            match = self._compare_contacts(identity, other_identity, family)
            if match and match.score >= maybe:
                scores[other_id] = match.score
        # Whom the reader may not see, is for the caller to keep to himself.
        partners_sudo = self.env["res.partner"].sudo()
        return partners_sudo.browse(sorted(scores, key=scores.get, reverse=True))

    # ------------------------------------------------------------
    # Decisions
    # ------------------------------------------------------------

    def _check_contacts(self):
        """Refuse decisions about contacts of others.

        :raise AccessError: a salesperson decides about his own contacts only
        """
        partners = self.contact_id | self.filtered("contact_id").partner_id
        partners.check_access("write")
        if not self.env.su and not self.env.user.has_group(LEADER):
            if any(partner.user_id != self.env.user for partner in partners):
                raise AccessError(
                    self.env._("You decide about your own contacts; ask a team leader.")
                )

    def _merge_contacts(self):
        """Open the merge of the contacts of these pairs, with its preview.

        :raise UserError: several groups of contacts at once
        """
        partners = (self.contact_id | self.partner_id)._get_c360_merge_target()
        if len(partners) < 2:
            raise UserError(self.env._("These were merged already."))
        groups = []
        for pair in self:
            members = (pair.contact_id | pair.partner_id)._get_c360_merge_target()
            joined = [group for group in groups if group & members]
            for group in joined:
                groups.remove(group)
                members |= group
            groups.append(members)
        if len(groups) > 1:
            raise UserError(
                self.env._("These are several customers: merge one after the other.")
            )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "base.action_partner_merge"
        )
        action["context"] = {"active_model": "res.partner", "active_ids": partners.ids}
        return action

    @api.model
    def action_scan_contacts(self):
        """Compare every contact again, in the background."""
        if not self.env.user.has_group(LEADER):
            raise AccessError(self.env._("Only team leaders compare all contacts."))
        count = self.env["c360.lead.identity"]._queue_contacts()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.env._("Compare All Contacts"),
                "message": self.env._(
                    "%(count)s contacts are compared in the background.", count=count
                ),
                "type": "info",
            },
        }


class C360LeadIdentity(models.Model):
    _inherit = "c360.lead.identity"

    @api.model
    def _queue_contacts(self):
        """Have every contact compared again, in the background.

        :return: the number of contacts
        """
        # Anybody may be in the queue, it is the system's.
        self.env.cr.execute(
            SQL(
                """
                UPDATE c360_lead_identity AS item
                   SET is_waiting = TRUE
                  FROM res_partner AS other
                 WHERE other.id = item.partner_id
                   AND %s
                   AND item.stale IS NOT TRUE
                   AND item.is_waiting IS NOT TRUE
                """,
                SQL(COMPARABLE),
            )
        )
        count = self.env.cr.rowcount
        self._wake()
        return count

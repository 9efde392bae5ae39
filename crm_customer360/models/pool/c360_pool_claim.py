from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...tools.pool_day import day_start

# beyond PostgreSQL's integer no record can exist
MAX_ID = 2**31 - 1
# whose cached values a claim makes old
TOUCHED = (
    "c360.pool",
    "c360.pool.lead",
    "c360.pool.member",
    "c360.pool.move",
    "crm.lead",
    "mail.followers",
    "mail.message",
)


class Terms(NamedTuple):
    """What a member may still take from a pool."""

    pool_name: str
    claim_limit: int
    hold_limit: int
    claimed: int
    held: int


class Member(NamedTuple):
    """Who claims, as his locked membership tells."""

    partner_id: int
    name: str
    email: str | None
    tz: str | None
    pool_ids: list


class C360Pool(models.Model):
    """Claiming: exactly one owner, exact limits, few statements for any batch.

    The order of locks is the same for everyone, so claims cannot block each other for
    good: first the member's own rows (written, so that his parallel claims queue up),
    then the leads by id. Cursors are REPEATABLE READ: whoever waited for a row that
    changed meanwhile fails with a serialisation error, the host starts his request
    again, and the second time he reads who was faster.
    """

    _name = "c360.pool"
    _inherit = ["c360.pool", "c360.pool.grant.mixin"]

    @api.model
    def claim(self, lead_ids):
        """Take leads out of their pools, each on its own merit, for the current user.

        :param list lead_ids: ids of ``crm.lead``; limits are used up in this order
        :return: ``{"granted": [id], "refused": [{"id": id, "reason": text}]}``
        :raise UserError: when this is not a list of ids, or pools are switched off
        :raise AccessError: for users who have nothing to do with pools
        """
        self.browse().check_access("read")
        if not self._is_enabled():
            raise UserError(self.env._("Lead pools are switched off."))
        ids = self._check_lead_ids(lead_ids)
        known = [lead_id for lead_id in ids if 0 < lead_id <= MAX_ID]
        self.env.flush_all()
        member = self._lock_membership(known)
        terms = self._get_terms(member) if member else {}
        leads = self._lock_leads(known, terms) if terms else {}
        granted, reasons = self._decide(ids, leads, terms)
        if granted:
            self._grant([leads[lead_id] for lead_id in granted])
            self._announce(granted, member)
            for model in TOUCHED:
                self.env[model].invalidate_model(flush=False)
        unexplained = [
            lead_id for lead_id in ids if lead_id not in leads and lead_id in known
        ]
        reasons.update(self._explain(unexplained, terms))
        gone = self.env._("This lead no longer exists.")
        return {
            "granted": granted,
            "refused": [
                {"id": lead_id, "reason": reasons.get(lead_id, gone)}
                for lead_id in ids
                if lead_id not in set(granted)
            ],
        }

    @api.model
    def _check_lead_ids(self, lead_ids):
        if not isinstance(lead_ids, list | tuple) or not all(
            isinstance(lead_id, int) and not isinstance(lead_id, bool)
            for lead_id in lead_ids
        ):
            raise UserError(self.env._("Give the leads to claim as a list of ids."))
        return list(dict.fromkeys(lead_ids))

    # ------------------------------------------------------------
    # Locks. Plain SQL throughout: a member may not see the leads he claims, and the
    # ORM has no lock in id order. Every statement is tied to the current user.
    # ------------------------------------------------------------

    @api.model
    def _lock_membership(self, lead_ids):
        """Write, and so lock, the user's memberships in the pools of these leads.

        :return: the ``Member``, or None when he belongs to none of them
        """
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE c360_pool_member AS member
                   SET last_claim_date = %(now)s
                  FROM res_users AS claimer
                  JOIN res_partner AS partner ON partner.id = claimer.partner_id
                 WHERE claimer.id = member.user_id
                   AND member.id IN (
                       SELECT mine.id
                         FROM c360_pool_member AS mine
                        WHERE mine.user_id = %(uid)s
                          AND mine.active
                          AND mine.pool_id IN (
                              SELECT pool_id FROM crm_lead WHERE id = ANY(%(ids)s)
                              )
                     ORDER BY mine.id
                          FOR NO KEY UPDATE
                       )
             RETURNING partner.id, partner.name, partner.email, partner.tz,
                       member.pool_id
                """,
                now=fields.Datetime.now(),
                uid=self.env.uid,
                ids=lead_ids,
            )
        )
        if not rows:
            return None
        return Member(*rows[0][:4], [row[4] for row in rows])

    @api.model
    def _get_terms(self, member):
        """Return ``{pool id: Terms}`` of the active pools of the member.

        Counting comes after the lock and in a statement of its own: one statement that
        locks and counts would count what it saw before it waited.
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT pool.id,
                       COALESCE(pool.name ->> %(lang)s, pool.name ->> 'en_US'),
                       COALESCE(pool.claim_limit_day, 0),
                       COALESCE(pool.hold_limit, 0),
                       CASE WHEN pool.claim_limit_day > 0 THEN (
                            SELECT COUNT(*)
                              FROM c360_pool_move AS move
                             WHERE move.user_id = %(uid)s
                               AND move.pool_id = pool.id
                               AND move.kind = 'claim'
                               AND move.date >= %(midnight)s
                       ) ELSE 0 END,
                       CASE WHEN pool.hold_limit > 0 THEN (
                            SELECT COUNT(*)
                              FROM crm_lead AS lead
                             WHERE lead.user_id = %(uid)s
                               AND lead.pool_id = pool.id
                               AND lead.pool_state = 'held'
                               AND lead.active
                               AND lead.won_status = 'pending'
                       ) ELSE 0 END
                  FROM c360_pool AS pool
                 WHERE pool.id = ANY(%(pools)s) AND pool.active
                """,
                uid=self.env.uid,
                lang=self.env.lang or "en_US",
                midnight=day_start(fields.Datetime.now(), member.tz),
                pools=member.pool_ids,
            )
        )
        return {pool_id: Terms(*terms) for pool_id, *terms in rows}

    @api.model
    def _lock_leads(self, lead_ids, terms):
        """Lock what waits in the user's pools, in id order.

        :return: ``{lead id: row}``, a row tells pool, company, team and whether the
            user works for that team
        """
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT lead.id, lead.pool_id, lead.company_id, lead.team_id, lead.type,
                       EXISTS (
                       SELECT FROM crm_team AS team
                             WHERE team.id = lead.team_id AND team.user_id = %(uid)s
                       ) OR EXISTS (
                       SELECT FROM crm_team_member AS member
                             WHERE member.crm_team_id = lead.team_id
                               AND member.user_id = %(uid)s
                               AND member.active
                       ) AS team_fits
                  FROM crm_lead AS lead
                 WHERE lead.id = ANY(%(ids)s)
                   AND lead.pool_id = ANY(%(pools)s)
                   AND lead.pool_state = 'pooled'
                   AND lead.user_id IS NULL
                   AND lead.active
                   AND lead.won_status = 'pending'
                   AND (lead.company_id IS NULL OR lead.company_id = ANY(%(companies)s))
              ORDER BY lead.id
                   FOR NO KEY UPDATE OF lead
                """,
                uid=self.env.uid,
                ids=lead_ids,
                pools=list(terms),
                companies=list(self.env.user._get_company_ids()),
            )
        )
        return {row["id"]: row for row in rows}

    # ------------------------------------------------------------
    # Decision
    # ------------------------------------------------------------

    @api.model
    def _decide(self, ids, leads, terms):
        """Use up the limits in the order of the request.

        :return: ids granted, and ``{id: reason}`` of those a limit stops
        """
        granted, reasons = [], {}
        claimed = {pool_id: term.claimed for pool_id, term in terms.items()}
        held = {pool_id: term.held for pool_id, term in terms.items()}
        for lead_id in ids:
            if lead_id not in leads:
                continue
            pool_id = leads[lead_id]["pool_id"]
            term = terms[pool_id]
            if 0 < term.claim_limit <= claimed[pool_id]:
                reasons[lead_id] = self.env._(
                    "You have claimed %(limit)s leads of “%(pool)s” today, the limit "
                    "of a day.",
                    limit=term.claim_limit,
                    pool=term.pool_name,
                )
            elif 0 < term.hold_limit <= held[pool_id]:
                reasons[lead_id] = self.env._(
                    "You hold %(limit)s leads of “%(pool)s”. Close one or give it back "
                    "first.",
                    limit=term.hold_limit,
                    pool=term.pool_name,
                )
            else:
                claimed[pool_id] += 1
                held[pool_id] += 1
                granted.append(lead_id)
        return granted, reasons

    @api.model
    def _explain(self, ids, terms):
        """Tell why leads were not there to claim: ``{id: reason}``.

        The owner's name is told to members of the lead's pool, nothing to others.
        """
        if not ids:
            return {}
        rows = self.env.execute_query(
            SQL(
                """
                SELECT lead.id, lead.pool_id, lead.user_id, partner.name
                  FROM crm_lead AS lead
             LEFT JOIN res_users AS owner ON owner.id = lead.user_id
             LEFT JOIN res_partner AS partner ON partner.id = owner.partner_id
                 WHERE lead.id = ANY(%(ids)s)
                   AND (lead.company_id IS NULL OR lead.company_id = ANY(%(companies)s))
                """,
                ids=ids,
                companies=list(self.env.user._get_company_ids()),
            )
        )
        reasons = {}
        for lead_id, pool_id, owner_id, owner in rows:
            if owner_id == self.env.uid:
                reason = self.env._("You have this lead already.")
            elif not pool_id:
                reason = self.env._("This lead is in no pool.")
            elif pool_id not in terms:
                reason = self.env._("You are not a member of its pool.")
            elif owner_id:
                reason = self.env._("%(name)s has this lead already.", name=owner)
            else:
                reason = self.env._("This lead was closed meanwhile.")
            reasons[lead_id] = reason
        return reasons

from datetime import timedelta
from typing import NamedTuple

from odoo import api, fields, models, tools
from odoo.tools import SQL

from ...tools.pool_day import day_start
from ...tools.pool_limit import Limits, Meter

# A deal under way need not fill the places of a member.
HOLD_EXCLUDES = {
    "opportunity": SQL("AND lead.type = 'lead'"),
    "quotation": SQL(
        """
        AND NOT EXISTS (
            SELECT FROM sale_order AS quotation
                  WHERE quotation.opportunity_id = lead.id
                    AND quotation.state <> 'cancel'
            )
        """
    ),
}


class Terms(NamedTuple):
    """What a pool demands of those who take leads from it."""

    company_id: int | bool
    limits: Limits
    cooldown_days: int
    hold_excludes: str | bool
    lease_blocks: bool
    protect_limit: int
    protect_days: int
    reveal_limit: int
    # where its day begins: nothing a member can write
    tz: str | bool


class C360Pool(models.Model):
    """The terms of the pools, and what their members have used up.

    The terms change rarely: they are cached. What is used up is counted under a lock
    on the memberships. Cursors are REPEATABLE READ and every grant writes the
    membership: whoever gets the lock counts what no other transaction has changed
    since, even in the same statement; whoever comes second fails with a serialisation
    error, the host starts his request again, and then he reads who was faster.
    """

    _inherit = "c360.pool"

    limit_ids = fields.One2many(
        comodel_name="c360.pool.limit",
        inverse_name="pool_id",
        string="Limits for a Grade",
    )
    hold_excludes = fields.Selection(
        selection=[
            ("opportunity", "All opportunities"),
            ("quotation", "Leads with a quotation"),
        ],
        string="Not Counted as Held",
        help="What a member holds without filling one of his places. "
        "Empty: every open lead counts.",
    )
    cooldown_days = fields.Integer(
        string="Cool-down",
        help="For how many days somebody who gave a lead back, or lost it for want of "
        "follow-up, may not claim it again. 0: at once.",
    )
    lease_blocks_claim = fields.Boolean(
        string="Open Card Blocks Claims",
        help="While somebody has the card of a lead open, others cannot claim it.",
    )

    _cooldown_positive = models.Constraint(
        "CHECK (cooldown_days >= 0)", "A cool-down is a number of days."
    )

    @api.model
    @tools.ormcache()
    def _get_terms(self):
        """Return ``{pool id: Terms}`` of the active pools."""
        # Cached for everyone: rules of the current user must not thin it out.
        pools_sudo = self.sudo().search([("active", "=", True)])
        return {
            pool.id: Terms(
                pool.company_id.id,
                Limits(
                    pool.claim_limit_day,
                    pool.hold_limit,
                    {
                        limit.grade: (limit.claim_limit_day, limit.hold_limit)
                        for limit in pool.limit_ids
                    },
                ),
                pool.cooldown_days,
                pool.hold_excludes,
                pool.lease_blocks_claim,
                pool.protect_limit,
                pool.protect_days,
                pool.reveal_limit_day,
                pool._get_tz(),
            )
            for pool in pools_sudo
        }

    def _get_tz(self):
        """Return the time zone in which the days of this pool begin and end."""
        self.ensure_one()
        company = self.company_id or self.env["res.company"].search(
            [], order="id", limit=1
        )
        calendar = self.calendar_id or company.resource_calendar_id
        return calendar.tz or company.partner_id.tz

    @api.model
    def _get_midnight(self, pool_id):
        """Return when today began for a pool, naive UTC."""
        terms = self._get_terms().get(pool_id)
        return day_start(fields.Datetime.now(), terms and terms.tz)

    @api.model
    @tools.ormcache("user_id")
    def _get_memberships(self, user_id):
        """Return the ids of the pools a user claims from."""
        # a member reads only himself, an allocation reads many
        members_sudo = (
            self.env["c360.pool.member"]
            .sudo()
            .search([("user_id", "=", user_id), ("active", "=", True)])
        )
        return tuple(members_sudo.pool_id.ids)

    @api.model
    def _get_members_sql(self, user_ids, pool_ids):
        """Return SQL that locks memberships and tells what was claimed and is held.

        Columns: user_id, pool_id, own_limits, claim_limit_day, hold_limit, ``claimed``
        today and ``held``: objects of counts by grade (NULL without rows), or simple
        counts where no pool has limits for a grade, which is faster.
        """
        return SQL(
            """
            SELECT member.user_id, member.pool_id, member.own_limits,
                   member.claim_limit_day, member.hold_limit,
                   (%(claimed)s) AS claimed, (%(held)s) AS held
              FROM (SELECT mine.user_id, mine.pool_id, mine.own_limits,
                           mine.claim_limit_day, mine.hold_limit, day.midnight
                      FROM c360_pool_member AS mine
                      JOIN unnest(%(pools)s::int[], %(midnights)s::timestamp[])
                           AS day (pool_id, midnight) USING (pool_id)
                     WHERE mine.active AND mine.user_id = ANY(%(users)s)
                  ORDER BY mine.id
                       FOR NO KEY UPDATE OF mine) AS member
            """,
            claimed=self._count_by_grade(
                pool_ids,
                SQL("move.grade"),
                SQL(
                    """
                      FROM c360_pool_move AS move
                     WHERE move.user_id = member.user_id
                       AND move.pool_id = member.pool_id
                       AND move.kind = 'claim'
                       AND move.date >= member.midnight
                    """
                ),
            ),
            held=self._count_by_grade(
                pool_ids,
                self._get_grade_sql(),
                SQL(
                    """
                      FROM crm_lead AS lead
                     WHERE lead.user_id = member.user_id
                       AND lead.pool_id = member.pool_id
                       AND lead.pool_state = 'held'
                       AND lead.active
                       AND lead.won_status = 'pending'
                       %s
                    """,
                    self._get_excluded_sql(pool_ids),
                ),
            ),
            users=list(user_ids),
            midnights=[self._get_midnight(pool_id) for pool_id in pool_ids],
            pools=list(pool_ids),
        )

    @api.model
    def _count_by_grade(self, pool_ids, grade, rows):
        """Return SQL that counts rows, by grade where it matters."""
        terms = self._get_terms()
        if not any(
            terms[pool_id].limits.grades for pool_id in pool_ids if pool_id in terms
        ):
            return SQL("SELECT COUNT(*) %s", rows)
        return SQL(
            """
            SELECT jsonb_object_agg(COALESCE(grade, ''), number)
              FROM (SELECT %s AS grade, COUNT(*) AS number %s GROUP BY 1) AS counted
            """,
            grade,
            rows,
        )

    @api.model
    def _get_grade_sql(self):
        """Return SQL for the grade of ``lead``."""
        return SQL("lead.grade")

    @api.model
    def _get_excluded_sql(self, pool_ids):
        """Return SQL for leads that do not count as held; nothing where all count."""
        terms = self._get_terms()
        kinds = {}
        for pool_id in pool_ids:
            if pool_id in terms and terms[pool_id].hold_excludes:
                kinds.setdefault(terms[pool_id].hold_excludes, []).append(pool_id)
        return SQL(" ").join(
            SQL(
                "AND (member.pool_id <> ALL(%s) OR (TRUE %s))",
                pools,
                HOLD_EXCLUDES[kind],
            )
            for kind, pools in kinds.items()
        )

    @api.model
    def _lock_members(self, user_ids, pool_ids):
        """Lock memberships, in one order for everybody, and count.

        :return: ``{(user id, pool id): Meter}`` of those who are members
        """
        self.env.flush_all()
        return {
            (row["user_id"], row["pool_id"]): self._get_meter(row)
            for row in self.env.execute_query_dict(
                self._get_members_sql(user_ids, pool_ids)
            )
        }

    @api.model
    def _get_meter(self, row):
        """Return the ``Meter`` of a row of ``_get_members_sql``."""
        limits = self._get_terms()[row["pool_id"]].limits
        if row["own_limits"]:
            limits = limits._replace(
                day=row["claim_limit_day"] or 0, hold=row["hold_limit"] or 0
            )
        return Meter(limits, _by_grade(row["claimed"]), _by_grade(row["held"]))

    @api.model
    def _get_cooldowns(self, lead_ids, user_ids):
        """Return until when former owners may not have these leads again.

        :return: ``{(lead id, user id): datetime}``, only moments to come
        """
        now = fields.Datetime.now()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT move.lead_id, move.previous_user_id, MAX(
                       move.date + pool.cooldown_days * INTERVAL '1 day') AS until
                  FROM c360_pool_move AS move
                  JOIN crm_lead AS lead ON lead.id = move.lead_id
                  JOIN c360_pool AS pool ON pool.id = lead.pool_id
                 WHERE move.lead_id = ANY(%(leads)s)
                   AND move.previous_user_id = ANY(%(users)s)
                   AND move.kind IN ('return', 'recycle')
                   AND pool.cooldown_days > 0
              GROUP BY move.lead_id, move.previous_user_id
                """,
                leads=list(lead_ids),
                users=list(user_ids),
            )
        )
        return {(lead, user): until for lead, user, until in rows if until > now}

    @api.model
    def _get_cooldown_end(self, row):
        """Return until when the current user may not have the lead of a row again."""
        days = self._get_terms()[row["pool_id"]].cooldown_days
        if not days or not row["released"]:
            return None
        return row["released"] + timedelta(days=days)

    @api.model
    def _get_first_deadlines(self, rows, now):
        """Return ``(deadline, rule id)`` for leads that just get an owner; or Nones.

        Part of the claim: warm, it must not cost a query.

        :param rows: dicts with id, pool_id, type, grade, and user_id of the new owner
        :param datetime now: the moment of the change, naive UTC
        """
        return [(None, None)] * len(rows)


def _by_grade(counts):
    """Return ``{grade: number}``; no grade is written “” in the database's object."""
    if isinstance(counts, int):
        return {None: counts}
    return {grade or None: number for grade, number in (counts or {}).items()}

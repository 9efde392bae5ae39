from odoo import api, fields, models, tools
from odoo.tools import SQL


class C360PoolGrantMixin(models.AbstractModel):
    """What a grant changes at once: owner, ledger, membership; the rest is noted.

    Set-based SQL on rows the caller has locked: through the ORM one change of owner
    costs fourteen queries and a mail. Followers, notices, tracking and automation
    rules follow a moment later, see ``c360.pool.arrival``.
    """

    _name = "c360.pool.grant.mixin"
    _description = "Granting of Leads"

    @api.model
    def _grant_rows(self, rows, user_ids, kind, reason=None):
        """Give many leads to many users, in one statement whatever their number.

        It sets what the host derives from a new owner: assignment date, team and
        company. The stage stays; the host's nightly run rates the chances again.
        Limits are the caller's business.

        :param list rows: dicts of leads the caller has locked in this transaction,
            with id, pool_id, company_id, team_id, type and grade (``_lock_rows``)
        :param list user_ids: the new owner of each, in the order of the rows
        :param str kind: of the ledger's row: claim, assign
        :param str reason: goes to the ledger
        """
        if not rows:
            return
        now = fields.Datetime.now()
        rows = [
            {**row, "user_id": user_id}
            for row, user_id in zip(rows, user_ids, strict=True)
        ]
        places = [self._get_place(row) for row in rows]
        deadlines = self.env["c360.pool"]._get_first_deadlines(rows, now)
        self.env.execute_query(
            SQL(
                """
                WITH granted AS (
                    UPDATE crm_lead AS lead
                       SET user_id = item.user_id,
                           pool_state = 'held',
                           pool_date = %(now)s,
                           date_open = %(now)s,
                           day_open = ABS(FLOOR(EXTRACT(EPOCH FROM
                               %(now)s - DATE_TRUNC('second', lead.create_date)
                           ) / 86400)),
                           team_id = item.team_id,
                           company_id = item.company_id,
                           protected_until = NULL,
                           protected_lead_id = NULL,
                           recycle_date = item.deadline,
                           recycle_rule_id = item.rule_id,
                           recycle_warned = NULL,
                           write_uid = %(uid)s,
                           write_date = %(now)s
                      FROM unnest(%(ids)s::int[], %(users)s::int[],
                                  %(grades)s::varchar[], %(teams)s::int[],
                                  %(companies)s::int[], %(deadlines)s::timestamp[],
                                  %(rules)s::int[], %(old_teams)s::int[],
                                  %(old_companies)s::int[])
                           AS item(id, user_id, grade, team_id, company_id, deadline,
                                   rule_id, old_team_id, old_company_id)
                     WHERE lead.id = item.id
                 RETURNING item.*, lead.name, lead.partner_id, lead.pool_id
                ), member AS (
                    UPDATE c360_pool_member AS member
                       SET last_claim_date = CASE WHEN %(claims)s THEN %(now)s
                                             ELSE member.last_claim_date END
                      FROM granted
                     WHERE member.user_id = granted.user_id
                       AND member.pool_id = granted.pool_id
                ), move AS (
                    INSERT INTO c360_pool_move
                           (kind, date, reason, create_uid, create_date, lead_id,
                            lead_name, partner_id, pool_id, company_id, user_id, grade,
                            deadline)
                    SELECT %(kind)s, %(now)s, %(reason)s, %(uid)s, %(now)s, id, name,
                           partner_id, pool_id, company_id, user_id, grade, deadline
                      FROM granted
                )
                INSERT INTO c360_pool_arrival
                       (lead_id, user_id, granted_by, kind, date, team_id, company_id)
                SELECT id, user_id, %(uid)s, %(kind)s, %(now)s, old_team_id,
                       old_company_id
                  FROM granted
             RETURNING id
                """,
                uid=self.env.uid,
                now=now,
                kind=kind,
                claims=kind == "claim",
                reason=reason or None,
                ids=[row["id"] for row in rows],
                users=user_ids,
                grades=[row.get("grade") for row in rows],
                teams=[team for team, _company in places],
                companies=[company for _team, company in places],
                old_teams=[row["team_id"] for row in rows],
                old_companies=[row["company_id"] for row in rows],
                deadlines=[deadline for deadline, _rule in deadlines],
                rules=[rule for _deadline, rule in deadlines],
            )
        )
        self.env["c360.pool.arrival"]._wake(pending=rows[0].get("woken"))
        self.env.invalidate_all(flush=False)

    @api.model
    def _lock_rows(self, lead_ids, pool_ids):
        """Lock the leads that wait in these pools, in id order.

        Plain SQL: whoever allocates may not see the leads, and the ORM has no lock in
        id order.

        :return: list of dicts for ``_grant_rows``
        """
        self.env.flush_all()
        return self.env.execute_query_dict(
            SQL(
                """
                SELECT %s
                  FROM crm_lead AS lead
                 WHERE lead.id = ANY(%s)
                   AND lead.pool_id = ANY(%s)
                   AND %s
              ORDER BY lead.id
                   FOR NO KEY UPDATE OF lead
                """,
                self._get_row_sql(),
                list(lead_ids),
                list(pool_ids),
                self._get_waiting_sql(),
            )
        )

    @api.model
    def _get_row_sql(self):
        """Return SQL for the columns a grant needs to know of ``lead``."""
        return SQL(
            "lead.id, lead.pool_id, lead.company_id, lead.team_id, lead.type,"
            " lead.priority, lead.grade, lead.protected_until, lead.protected_lead_id"
        )

    @api.model
    def _get_waiting_sql(self):
        """Return SQL that tells whether ``lead`` waits for an owner."""
        return SQL(
            """
            lead.pool_state = 'pooled'
            AND lead.user_id IS NULL
            AND lead.active
            AND lead.won_status = 'pending'
            """
        )

    # ------------------------------------------------------------
    # Where a lead goes with its new owner, as the host would choose
    # ------------------------------------------------------------

    @api.model
    def _get_place(self, row):
        """Return the team and the company of a lead under its new owner."""
        team_id, company_id, user_id = row["team_id"], row["company_id"], row["user_id"]
        companies = self._get_companies(user_id)
        if not team_id or team_id not in self._get_own_teams(user_id):
            new_team_id, team_company_id = self._get_default_team(
                user_id, companies, row["type"]
            )
            if not company_id or team_company_id in (None, company_id):
                team_id = new_team_id
                company_id = company_id or team_company_id
        return team_id, company_id or self._get_company(user_id)

    @api.model
    def _get_companies(self, user_id):
        # the companies of a colleague are no secret; only their ids are used
        users_sudo = self.env["res.users"].sudo()
        allowed = users_sudo.browse(user_id)._get_company_ids()
        if user_id == self.env.uid and self.env.context.get("allowed_company_ids"):
            chosen = self.env.companies.ids
            return tuple(company for company in chosen if company in allowed)
        return tuple(allowed)

    @api.model
    def _get_company(self, user_id):
        if user_id == self.env.uid:
            return self.env.company.id
        user_sudo = self.env["res.users"].sudo().browse(user_id)
        return user_sudo.company_id.id

    @api.model
    @tools.ormcache("user_id")
    def _get_own_teams(self, user_id):
        """Return the ids of the teams a user leads or works for."""
        # Plain SQL: rules on teams do not matter, the host asks the lead's team too.
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id FROM crm_team WHERE user_id = %(user)s
                 UNION
                SELECT crm_team_id FROM crm_team_member
                 WHERE user_id = %(user)s AND active
                """,
                user=user_id,
            )
        )
        return frozenset(team_id for [team_id] in rows)

    @api.model
    @tools.ormcache("user_id", "companies", "kind")
    def _get_default_team(self, user_id, companies, kind):
        """Return ``(team id, its company id)`` for a new owner of leads of a kind.

        The order of ``crm.team._get_default_team_id`` (teams of mine first, among them
        those that take this kind), in one statement instead of reading the teams.
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT team.id, team.company_id
                  FROM crm_team AS team
                 WHERE team.active
                   AND (team.company_id IS NULL OR team.company_id = ANY(%(companies)s))
              ORDER BY team.id = ANY(%(mine)s) DESC,
                       COALESCE(%(takes_kind)s, FALSE) DESC,
                       team.sequence, team.create_date DESC, team.id DESC
                 LIMIT 1
                """,
                companies=list(companies),
                mine=list(self._get_own_teams(user_id)),
                takes_kind=SQL.identifier(
                    "team", "use_leads" if kind == "lead" else "use_opportunities"
                ),
            )
        )
        return rows[0] if rows else (None, None)

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.mail import formataddr, generate_tracking_message_id


class C360PoolGrantMixin(models.AbstractModel):
    """What a granted claim changes: owner, ledger, followers, a note.

    Set-based SQL on rows the claim has locked: through the ORM one change of owner
    costs fourteen queries and a mail. Automated actions on leads do not see a claim.
    """

    _name = "c360.pool.grant.mixin"
    _description = "Granting of Claims"

    @api.model
    def _grant(self, leads):
        """Write the owner and the ledger, in one statement.

        It sets what the host derives from a new owner: assignment date, team and
        company. The stage stays; the host's nightly run rates the chances again.

        :param list leads: rows of ``_lock_leads``
        """
        teams, companies = self._get_teams_and_companies(leads)
        self.env.execute_query(
            SQL(
                """
                WITH claimed AS (
                    UPDATE crm_lead AS lead
                       SET user_id = %(uid)s,
                           pool_state = 'held',
                           pool_date = %(now)s,
                           date_open = %(now)s,
                           day_open = ABS(FLOOR(EXTRACT(EPOCH FROM
                               %(now)s - DATE_TRUNC('second', lead.create_date)
                           ) / 86400)),
                           team_id = item.team_id,
                           company_id = item.company_id,
                           write_uid = %(uid)s,
                           write_date = %(now)s
                      FROM unnest(%(ids)s::int[], %(teams)s::int[],
                                  %(companies)s::int[])
                           AS item(id, team_id, company_id)
                     WHERE lead.id = item.id
                 RETURNING lead.id, lead.name, lead.partner_id, lead.pool_id,
                           lead.company_id
                )
                INSERT INTO c360_pool_move
                       (kind, date, create_uid, create_date, write_uid, write_date,
                        user_id, lead_id, lead_name, partner_id, pool_id, company_id)
                SELECT 'claim', %(now)s, %(uid)s, %(now)s, %(uid)s, %(now)s,
                       %(uid)s, claimed.*
                  FROM claimed
                """,
                uid=self.env.uid,
                now=fields.Datetime.now(),
                ids=[lead["id"] for lead in leads],
                teams=teams,
                companies=companies,
            )
        )

    def _lock_held_count(self, user_id):
        """Return how many open leads of this pool a user holds.

        His membership is written first, as a claim does, so that claims and hand-overs
        of the same person wait for each other. Plain SQL: the leads of somebody else
        may be hidden from the current user, only their number is used.
        """
        self.ensure_one()
        self.env.flush_all()
        self.env.execute_query(
            SQL(
                """
                UPDATE c360_pool_member
                   SET last_claim_date = last_claim_date
                 WHERE pool_id = %(pool)s AND user_id = %(user)s
             RETURNING id
                """,
                pool=self.id,
                user=user_id,
            )
        )
        [[count]] = self.env.execute_query(
            SQL(
                """
                SELECT COUNT(*)
                  FROM crm_lead
                 WHERE user_id = %(user)s
                   AND pool_id = %(pool)s
                   AND pool_state = 'held'
                   AND active
                   AND won_status = 'pending'
                """,
                pool=self.id,
                user=user_id,
            )
        )
        return count

    @api.model
    def _get_teams_and_companies(self, leads):
        """Return the team and the company of each row, as the host would choose."""
        default_teams, teams, companies = {}, [], []
        for lead in leads:
            team_id, company_id = lead["team_id"], lead["company_id"]
            if not lead["team_fits"]:
                kind = lead["type"]
                if kind not in default_teams:
                    default_teams[kind] = self._get_default_team(kind)
                new_team_id, team_company_id = default_teams[kind]
                if not company_id or team_company_id in (None, company_id):
                    team_id = new_team_id
                    company_id = company_id or team_company_id
            teams.append(team_id)
            companies.append(company_id or self.env.company.id)
        return teams, companies

    @api.model
    def _get_default_team(self, kind):
        """Return ``(team id, its company id)`` for a new owner of leads of a kind.

        The order of ``crm.team._get_default_team_id`` (teams of mine first, among them
        those that take this kind), in one statement instead of reading the teams.
        """
        allowed = set(self.env.user._get_company_ids())
        rows = self.env.execute_query(
            SQL(
                """
                SELECT team.id, team.company_id
                  FROM crm_team AS team
                 WHERE team.active
                   AND (team.company_id IS NULL OR team.company_id = ANY(%(companies)s))
              ORDER BY (team.user_id IS NOT DISTINCT FROM %(uid)s OR EXISTS (
                       SELECT
                         FROM crm_team_member AS member
                        WHERE member.crm_team_id = team.id
                          AND member.user_id = %(uid)s
                          AND member.active
                       )) DESC,
                       COALESCE(%(takes_kind)s, FALSE) DESC,
                       team.sequence, team.create_date DESC, team.id DESC
                 LIMIT 1
                """,
                uid=self.env.uid,
                companies=[c for c in self.env.companies.ids if c in allowed],
                takes_kind=SQL.identifier(
                    "team", "use_leads" if kind == "lead" else "use_opportunities"
                ),
            )
        )
        return rows[0] if rows else (None, None)

    @api.model
    def _announce(self, lead_ids, member):
        """Make the user follow his new leads and note the claim in their chatter.

        Plain SQL: a note through the ORM costs ten times the claim itself. The rows
        are those the host writes for a log note and a follower without choices.
        """
        subtypes, _internal, _external = self.env[
            "mail.message.subtype"
        ]._default_subtypes("crm.lead")
        self.env.execute_query(
            SQL(
                """
                WITH note AS (
                    INSERT INTO mail_message
                           (model, res_id, author_id, email_from, message_type,
                            subtype_id, is_internal, body, message_id, date,
                            create_uid, create_date, write_uid, write_date)
                    SELECT 'crm.lead', item.res_id, %(author)s, %(email)s,
                           'notification', %(note)s, TRUE, %(body)s, item.message_id,
                           %(now)s, %(uid)s, %(now)s, %(uid)s, %(now)s
                      FROM unnest(%(ids)s::int[], %(message_ids)s::varchar[])
                           AS item(res_id, message_id)
                ), follower AS (
                    INSERT INTO mail_followers (res_model, res_id, partner_id)
                    SELECT 'crm.lead', unnest(%(ids)s::int[]), %(author)s
               ON CONFLICT (res_model, res_id, partner_id) DO NOTHING
                 RETURNING id
                )
                INSERT INTO mail_followers_mail_message_subtype_rel
                       (mail_followers_id, mail_message_subtype_id)
                SELECT follower.id, unnest(%(subtypes)s::int[])
                  FROM follower
                """,
                uid=self.env.uid,
                now=fields.Datetime.now(),
                author=member.partner_id,
                email=formataddr((member.name, member.email)) if member.email else None,
                note=self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_note"),
                body=self.env._("Claimed from the pool."),
                ids=lead_ids,
                message_ids=[
                    generate_tracking_message_id("message-notify") for _id in lead_ids
                ],
                subtypes=subtypes,
            )
        )

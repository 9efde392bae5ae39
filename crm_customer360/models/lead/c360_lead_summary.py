from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.constants import GC_UNLINK_LIMIT

# Rows named in the mail; the rest is behind its button.
NAMED_LEADS = 10
WEEK = timedelta(days=7)
KEEP = timedelta(days=90)


class C360LeadSummary(models.Model):
    """Who was told what is overdue, or what became of his leads, on which day.

    The row comes before the mail and in its transaction: whatever is retried or run
    twice at once, nobody gets two mails about the same.
    """

    _name = "c360.lead.summary"
    _description = "Summary of Leads"
    _order = "date desc, id desc"
    _rec_name = "user_id"

    user_id = fields.Many2one(
        comodel_name="res.users", required=True, readonly=True, ondelete="cascade"
    )
    kind = fields.Selection(
        selection=[("overdue", "What is overdue"), ("collected", "What came of leads")],
        required=True,
        readonly=True,
    )
    date = fields.Date(required=True, readonly=True)
    lead_count = fields.Integer(string="Leads", readonly=True)

    # one mail a day; who got one since: WHERE kind = … AND user_id = … AND date >= …
    _once = models.Constraint(
        "UNIQUE (user_id, kind, date)", "This summary was sent already."
    )

    # ------------------------------------------------------------
    # What is overdue
    # ------------------------------------------------------------

    @api.model
    def _cron_overdue(self):
        """Tell the leaders of teams what is overdue; its cost follows what is."""
        leaders = self._get_leaders()
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(leaders))
        for leader in leaders:
            self._tell_leader(leader)
            if not cron._commit_progress(1):
                return

    @api.model
    def _get_leaders(self):
        """Return the leaders of teams in which something is overdue, not told today."""
        companies = self._get_companies("c360_lead_summary")
        if not companies or not self.env["crm.lead"]._is_followup_enabled():
            return self.env["res.users"]
        leads = self.env["crm.lead"].with_context(allowed_company_ids=companies.ids)
        domain = self._get_due_domain(leads, companies)
        teams = [team for [team] in leads._read_group(domain, ["team_id"])]
        leaders = self.env["crm.team"].union(*teams).user_id.filtered("active")
        told = self.search(
            [
                ("kind", "=", "overdue"),
                ("user_id", "in", leaders.ids),
                ("date", "=", fields.Date.context_today(self)),
            ]
        )
        return leaders - told.user_id

    @api.model
    def _get_companies(self, switch):
        return self.env["res.company"].search([(switch, "=", True)])

    @api.model
    def _get_due_domain(self, leads, companies):
        domains = leads._get_overdue_domains().values()
        return Domain("company_id", "in", [*companies.ids, False]) & Domain.OR(domains)

    @api.model
    def _tell_leader(self, leader):
        """Send one leader what is overdue in his teams, as far as he may see it."""
        companies = self._get_companies("c360_lead_summary") & leader.company_ids
        leads = (
            self.env["crm.lead"]
            .with_user(leader)
            .with_context(allowed_company_ids=companies.ids, lang=leader.lang)
        )
        if not companies or not leads.has_access("read"):
            return
        mine = Domain("team_id.user_id", "=", leader.id)
        figures = {}
        for kind, domain in leads._get_overdue_domains().items():
            for user, count in leads._read_group(
                mine & domain, ["user_id"], ["__count"]
            ):
                # Colleagues' names are no secret inside the company.
                user_sudo = user.sudo()
                figures.setdefault(user_sudo, {})[kind] = count
        if not figures:
            return
        total = leads.search_count(mine & self._get_due_domain(leads, companies))
        if not self._remember(leader, "overdue", total):
            return
        named = leads.search(
            mine & self._get_due_domain(leads, companies),
            order="response_due_date, next_step_date, id",
            limit=NAMED_LEADS,
        )
        self._send(
            leader,
            leads.env._("%(count)s leads need your team", count=total),
            "crm_customer360.lead_summary_overdue",
            {
                "figures": [
                    (user_sudo.name, counts) for user_sudo, counts in figures.items()
                ],
                "leads": named,
                "more": total - len(named),
            },
        )

    # ------------------------------------------------------------
    # What became of the leads somebody brought
    # ------------------------------------------------------------

    @api.model
    def _cron_collected(self):
        """Tell collectors what became of their leads in the last week."""
        collectors = self._get_collectors()
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(collectors))
        for user, figures in collectors.items():
            self._tell_collector(user, figures)
            if not cron._commit_progress(1):
                return

    @api.model
    def _get_collectors(self):
        """Return ``{user: figures}`` of who brought leads that moved this week."""
        users = self.env["res.users"]
        companies = self._get_companies("c360_collector_mail")
        if not companies or not self.env["crm.lead"]._is_followup_enabled():
            return {}
        now = fields.Datetime.now()
        told = self.search(
            [("kind", "=", "collected"), ("date", ">", (now - WEEK).date())]
        )
        self.env["crm.lead"].flush_model()
        # Plain SQL: numbers of one's own leads, whoever works on them now.
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT collector_id,
                       COUNT(*) FILTER (WHERE capture_date >= %(since)s) AS captured,
                       COUNT(*) FILTER (WHERE capture_date >= %(since)s
                                          AND check_state = 'invalid') AS invalid,
                       COUNT(*) FILTER (WHERE first_response_date >= %(since)s)
                           AS contacted,
                       COUNT(*) FILTER (WHERE date_closed >= %(since)s
                                          AND won_status = 'won') AS won,
                       COUNT(*) FILTER (WHERE date_closed >= %(since)s
                                          AND won_status = 'lost') AS lost
                  FROM crm_lead
                 WHERE collector_id IS NOT NULL
                   AND collector_id <> ALL(%(told)s)
                   AND merged_into_id IS NULL
                   AND (company_id IS NULL OR company_id = ANY(%(companies)s))
                   AND (capture_date >= %(since)s OR first_response_date >= %(since)s
                        OR date_closed >= %(since)s)
              GROUP BY collector_id
                """,
                since=now - WEEK,
                told=told.user_id.ids,
                companies=companies.ids,
            )
        )
        found = {users.browse(row.pop("collector_id")): row for row in rows}
        return {user: row for user, row in found.items() if user.active}

    @api.model
    def _tell_collector(self, user, figures):
        if not self._remember(user, "collected", figures["captured"]):
            return
        env = self.with_context(lang=user.lang).env
        self._send(
            user,
            env._("What became of your leads this week"),
            "crm_customer360.lead_summary_collected",
            {
                "figures": [
                    (env._("Brought"), figures["captured"]),
                    (env._("Invalid"), figures["invalid"]),
                    (env._("Contacted"), figures["contacted"]),
                    (env._("Won"), figures["won"]),
                    (env._("Lost"), figures["lost"]),
                ],
            },
        )

    # ------------------------------------------------------------
    # Sending
    # ------------------------------------------------------------

    @api.model
    def _remember(self, user, kind, count):
        """Write down that somebody is told today; tell whether it was not yet.

        :raise psycopg2.errors.SerializationFailure: another job told him meanwhile
        """
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO c360_lead_summary
                       (user_id, kind, date, lead_count, create_uid, create_date,
                        write_uid, write_date)
                VALUES (%(user)s, %(kind)s, %(day)s, %(count)s, %(uid)s, %(now)s,
                        %(uid)s, %(now)s)
           ON CONFLICT (user_id, kind, date) DO NOTHING
             RETURNING id
                """,
                user=user.id,
                kind=kind,
                day=fields.Date.context_today(self),
                count=count,
                uid=self.env.uid,
                now=fields.Datetime.now(),
            )
        )
        self.invalidate_model(flush=False)
        return bool(rows)

    @api.model
    def _send(self, user, subject, template, values):
        """Queue one mail to a colleague, in his language."""
        body = (
            self.env["ir.qweb"]
            .with_context(lang=user.lang)
            ._render(
                template,
                {**values, "user": user, "base_url": user.get_base_url()},
                minimal_qcontext=True,
            )
        )
        # Mails belong to the system; this one has no document.
        mails_sudo = self.env["mail.mail"].sudo()
        mails_sudo.create(
            {
                "subject": subject,
                "body_html": body,
                "email_from": user.company_id.email_formatted
                or self.env.user.email_formatted,
                "recipient_ids": [fields.Command.link(user.partner_id.id)],
                "auto_delete": True,
            }
        )

    @api.autovacuum
    def _gc_summaries(self):
        limit = fields.Date.context_today(self) - KEEP
        old = self.search([("date", "<", limit)], limit=GC_UNLINK_LIMIT)
        old.unlink()
        return len(old), len(old) == GC_UNLINK_LIMIT

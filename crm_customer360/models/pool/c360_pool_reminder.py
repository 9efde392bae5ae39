import logging
from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

# Days of the calendar that so many working days are at most, holidays among them.
SPARE_DAYS = 14
# A mail names so many leads; the link shows them all.
SHOWN = 50


class C360PoolReminder(models.Model):
    """Who was told last when that leads of his go back: once a day at most."""

    _name = "c360.pool.reminder"
    _description = "Reminder of Recycling"
    _log_access = False
    _rec_name = "user_id"

    user_id = fields.Many2one(
        comodel_name="res.users", required=True, ondelete="cascade", readonly=True
    )
    date = fields.Date(required=True, readonly=True)

    _user_uniq = models.Constraint(
        "UNIQUE (user_id)", "Somebody is told once a day at most."
    )

    @api.model
    def _cron_remind(self):
        """Tell owners, then managers, what goes back soon: one message a person."""
        if not self.env["c360.pool"]._is_enabled():
            return
        own, managed = self._get_due()
        people = list(own | managed)
        for done, user_id in enumerate(people, start=1):
            self._remind_or_report(
                self.env["res.users"].browse(user_id),
                self.env["crm.lead"].browse(own.get(user_id, ())),
                self.env["crm.lead"].browse(managed.get(user_id, ())),
            )
            if not self.env["ir.cron"]._commit_progress(
                1, remaining=len(people) - done
            ):
                return

    @api.model
    def _remind_or_report(self, user, own, managed):
        """Tell somebody; a message that fails keeps nobody else from theirs."""
        try:
            with self.env.cr.savepoint():
                self._remind(user, own, managed)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            # one of the leads is being worked on: he is told by the next run
            self.env.cr.rollback()
        except Exception:
            _logger.warning("Reminder to user %s failed", user.id, exc_info=True)

    # ------------------------------------------------------------
    # What is due
    # ------------------------------------------------------------

    @api.model
    def _get_due(self):
        """Return what owners and what managers are to be told.

        :return: twice ``{user id: lead ids}``, the first to go first
        """
        now = fields.Datetime.now()
        pools = self.env["c360.pool"]
        rules = {
            rule.id: rule
            for rule in self.env["c360.pool.rule"]._get_table()
            if rule.warn_days or rule.manager_warn_days
        }
        leads = pools._get_facts(self._get_near(rules, now))
        due = {}
        for lead in sorted(leads.values(), key=lambda lead: lead.recycle_date):
            rule = rules[lead.recycle_rule_id]
            told = lead.recycle_warned or ""
            if rule.warn_days and told in ("", "late"):
                days, who = rule.warn_days, "owner"
            elif rule.manager_warn_days and told in ("", "owner"):
                days, who = rule.manager_warn_days, "manager"
            else:
                continue
            if pools._subtract_days(lead, lead.recycle_date, days) <= now:
                due[lead.id] = (lead, rule, who)
        vetoes = pools._get_vetoes(list(due))
        own, managed = defaultdict(list), defaultdict(list)
        managers = self._get_managers_by_lead(
            [lead_id for lead_id, (_lead, _rule, who) in due.items() if who != "owner"]
        )
        for lead_id, (lead, rule, who) in due.items():
            if pools._pick_veto(rule, vetoes.get(lead_id, ())):
                continue
            if who == "owner":
                own[lead.user_id].append(lead_id)
            for user_id in managers.get(lead_id, ()):
                managed[user_id].append(lead_id)
        return own, managed

    @api.model
    def _get_near(self, rules, now):
        """Return the leads that may have to be told about, by the index of rules."""
        if not rules:
            return []
        rows = self.env.execute_query(
            SQL(
                """
                SELECT lead.id
                  FROM unnest(%(rules)s::int[], %(limits)s::timestamp[])
                       AS rule (id, until)
                  JOIN crm_lead AS lead
                    ON lead.recycle_rule_id = rule.id
                   AND lead.recycle_date > %(now)s
                   AND lead.recycle_date <= rule.until
                 WHERE lead.pool_state = 'held'
                   AND lead.recycle_warned IS DISTINCT FROM 'manager'
                """,
                rules=list(rules),
                limits=[
                    fields.Datetime.add(
                        now,
                        days=2 * max(rule.warn_days, rule.manager_warn_days)
                        + SPARE_DAYS,
                    )
                    for rule in rules.values()
                ],
                now=now,
            )
        )
        return [row[0] for row in rows]

    @api.model
    def _get_managers_by_lead(self, lead_ids):
        """Return ``{lead id: user ids}``: managers of the pool, else of the team."""
        leads = self.env["crm.lead"].browse(lead_ids)
        return {
            lead.id: (
                lead.pool_id._get_managers()
                or lead.team_id.user_id.filtered(
                    lambda user, lead=lead: user.active and user != lead.user_id
                )
            ).ids
            for lead in leads
        }

    # ------------------------------------------------------------
    # Telling
    # ------------------------------------------------------------

    @api.model
    def _remind(self, user, own, managed):
        """Tell one person, unless he was told today already."""
        if not self._take_turn(user):
            return
        self._send(user, own, managed)
        self._mark(own, "owner")
        self._mark(managed, "manager")

    @api.model
    def _take_turn(self, user):
        """Note that somebody is told today; no when he was told already.

        One statement: two runs at once cannot both tell him.
        """
        today = fields.Date.context_today(self.with_context(tz=user.tz))
        return bool(
            self.env.execute_query(
                SQL(
                    """
                    INSERT INTO c360_pool_reminder AS mine (user_id, date)
                         VALUES (%(user)s, %(today)s)
                    ON CONFLICT (user_id) DO UPDATE
                            SET date = EXCLUDED.date
                          WHERE mine.date < EXCLUDED.date
                      RETURNING user_id
                    """,
                    user=user.id,
                    today=today,
                )
            )
        )

    @api.model
    def _mark(self, leads, who):
        if not leads:
            return
        self.env.execute_query(
            SQL(
                """
                UPDATE crm_lead
                   SET recycle_warned = %(who)s
                 WHERE id = ANY(%(ids)s) AND recycle_date IS NOT NULL
             RETURNING id
                """,
                who=who,
                ids=leads.ids,
            )
        )
        leads.invalidate_recordset(["recycle_warned"], flush=False)

    @api.model
    def _send(self, user, own, managed):
        """Send one message that names the leads; the host knows how he reads it."""
        if not user.active:
            return
        reader = self.with_context(lang=user.lang, tz=user.tz)
        count = len(own) or len(managed)
        if own:
            subject = reader.env._(
                "Your leads that go back soon: %(count)s", count=count
            )
        else:
            subject = reader.env._("Leads that go back soon: %(count)s", count=count)
        body = reader.env["ir.qweb"]._render(
            "crm_customer360.pool_reminder",
            {
                "user": user,
                "own": own[:SHOWN].with_env(reader.env),
                "managed": managed[:SHOWN].with_env(reader.env),
                "more": max(len(own) - SHOWN, 0) + max(len(managed) - SHOWN, 0),
                "url": f"{user.get_base_url()}/odoo/going-back",
            },
            minimal_qcontext=True,
        )
        self.env["mail.thread"].message_notify(
            partner_ids=user.partner_id.ids,
            subject=subject,
            body=body,
            email_layout_xmlid="mail.mail_notification_light",
        )

    @api.autovacuum
    def _gc_reminders(self):
        """Forget whom we told long ago."""
        long_ago = fields.Date.subtract(fields.Date.today(), days=30)
        self.search(Domain("date", "<", long_ago)).unlink()

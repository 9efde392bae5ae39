from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.sql import column_exists

FEATURE = "crm_customer360.group_use_lead"
STEP_FIELDS = ["next_step", "next_step_date", "step_gone_date"]


class C360LeadFollowupMixin(models.AbstractModel):
    """A lead somebody holds has a next step with a date.

    The host's activities are the truth. What is stored here is their summary, so that
    lists sort and filter by it: the earliest open activity of a lead.
    ``c360_lead_activity.py`` keeps it right.
    """

    _name = "c360.lead.followup.mixin"
    _inherit = "c360.lead.response.mixin"
    _description = "Followed Lead"

    next_step = fields.Char(copy=False, readonly=True)
    next_step_date = fields.Date(string="Next Step On", copy=False, readonly=True)
    step_gone_date = fields.Datetime(
        copy=False, readonly=True, export_string_translation=False
    )
    followup_state = fields.Selection(
        selection=[
            ("missing", "No next step"),
            ("overdue", "Overdue"),
            ("today", "Today"),
            ("planned", "Planned"),
        ],
        string="Follow-up",
        compute="_compute_followup_state",
        search="_search_followup_state",
    )
    is_step_missing = fields.Boolean(compute="_compute_followup_state")
    customer_name = fields.Char(string="Customer", compute="_compute_customer_name")

    # Overdue, today: WHERE next_step_date < … AND won_status = 'pending'
    _followup_step_idx = models.Index(
        "(next_step_date) WHERE next_step_date IS NOT NULL AND won_status = 'pending'"
    )
    # No next step: WHERE date_open <= … AND next_step_date IS NULL AND user_id IS NOT …
    _followup_missing_idx = models.Index(
        "(date_open) WHERE next_step_date IS NULL AND user_id IS NOT NULL "
        "AND won_status = 'pending'"
    )

    def _auto_init(self):
        is_new = not self._abstract and not column_exists(
            self.env.cr, self._table, "next_step_date"
        )
        result = super()._auto_init()
        if is_new:
            self._fill_next_steps()
        return result

    # ------------------------------------------------------------
    # What is due
    # ------------------------------------------------------------

    @api.depends(
        "active", "company_id", "date_open", "next_step_date", "user_id", "won_status"
    )
    @api.depends_context("tz", "uid")
    def _compute_followup_state(self):
        today = fields.Date.context_today(self)
        now = fields.Datetime.now()
        enabled = self._is_followup_enabled()
        for lead in self:
            day = lead.next_step_date
            state = False
            is_held = enabled and lead._is_followed()
            if is_held and day:
                state = (
                    "overdue" if day < today else "today" if day == today else "planned"
                )
            elif is_held and lead._get_step_limit() <= now:
                state = "missing"
            lead.followup_state = state
            # a lead that is being typed in has nothing planned yet
            lead.is_step_missing = bool(is_held and not day and lead._origin)

    @api.depends("contact_name", "partner_id.name", "partner_name")
    def _compute_customer_name(self):
        """Say in one column who it is, whether we know him already or not."""
        for lead in self:
            # every list names the customers of its leads, whoever may open them
            partner_sudo = lead.partner_id.sudo()
            lead.customer_name = (
                partner_sudo.display_name or lead.partner_name or lead.contact_name
            )

    def _search_followup_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        if not self._is_followup_enabled():
            return Domain(False in value)
        domains = self._get_followup_domains()
        wanted = [domain for state, domain in domains.items() if state in value]
        if False in value:
            wanted.append(~Domain.OR(domains.values()))
        return Domain.OR(wanted)

    @api.model
    def _get_followup_domains(self):
        """Return ``{follow-up state: domain}``, each on an index."""
        today = fields.Date.context_today(self)
        held = Domain(
            [("user_id", "!=", False), ("won_status", "=", "pending")]
        ) & Domain("active", "=", True)
        return {
            "missing": held & self._get_stepless_domain(),
            "overdue": held & Domain("next_step_date", "<", today),
            "today": held & Domain("next_step_date", "=", today),
            "planned": held & Domain("next_step_date", ">", today),
        }

    @api.model
    def _get_overdue_domains(self):
        """Return ``{what is overdue: domain}``: answer, step, missing."""
        steps = self._get_followup_domains()
        return {
            "answer": self._get_response_overdue_domain(),
            "step": steps["overdue"],
            "missing": steps["missing"],
        }

    @api.model
    def _get_stepless_domain(self):
        """Return the domain of leads without a step for longer than allowed."""
        now = fields.Datetime.now()
        companies = self.env.companies
        # How many days are allowed is no secret.
        companies_sudo = companies.sudo()
        days = {company: company.c360_step_days for company in companies_sudo}
        domains = []
        for count in set(days.values()):
            limit = now - timedelta(days=count)
            late = Domain("date_open", "<=", limit) & (
                Domain("step_gone_date", "=", False)
                | Domain("step_gone_date", "<=", limit)
            )
            if len(set(days.values())) > 1:
                ids = [company.id for company in companies if days[company] == count]
                if self.env.company.id in ids:
                    ids.append(False)
                late &= Domain("company_id", "in", ids)
            domains.append(late)
        return Domain("next_step_date", "=", False) & Domain.OR(domains)

    def _get_step_limit(self):
        """Return until when the lead may be without a next step, UTC."""
        self.ensure_one()
        since = max(
            moment for moment in (self.date_open, self.step_gone_date) if moment
        )
        company_sudo = (self.company_id or self.env.company).sudo()
        return since + timedelta(days=company_sudo.c360_step_days)

    def _is_followed(self):
        """Tell whether somebody holds the lead and it is open."""
        self.ensure_one()
        return bool(
            self.user_id
            and self.active
            and self.won_status == "pending"
            and self.date_open
        )

    @api.model
    def _is_followup_enabled(self):
        return self.env["res.groups"]._is_feature_enabled(FEATURE)

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_plan_next_step(self):
        """Open the host's window that plans an activity, for one or many leads."""
        leads = self.filtered(lambda lead: lead.active)
        if not leads:
            raise UserError(self.env._("Choose open leads to plan a step for."))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Plan Next Step"),
            "res_model": "mail.activity.schedule",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "active_id": leads[0].id,
                "active_ids": leads.ids,
                "active_model": "crm.lead",
            },
        }

    # ------------------------------------------------------------
    # The stored summary
    # ------------------------------------------------------------

    def _refresh_next_steps(self):
        """Write down the earliest open activity of each lead, in one statement.

        Only rows that change are written. Plain SQL: whoever does an activity need not
        be allowed to write the lead, and the lead has not changed for the chatter.
        """
        if not self:
            return
        self.env["mail.activity"].flush_model(
            [
                "active",
                "activity_type_id",
                "date_deadline",
                "res_id",
                "res_model",
                "summary",
            ]
        )
        self.flush_recordset(STEP_FIELDS)
        rows = self.env.execute_query(
            self._get_refresh_query(SQL("lead.id = ANY(%s)", self.ids))
        )
        changed = self.browse(row[0] for row in rows)
        changed.invalidate_recordset(STEP_FIELDS, flush=False)
        changed.modified(STEP_FIELDS)

    def _merge_undone(self, tails, owners, planned):
        """Steps go back with their leads, past the activities' own methods."""
        result = super()._merge_undone(tails, owners, planned)
        (self | tails)._refresh_next_steps()
        return result

    @api.model
    def _fill_next_steps(self):
        """Take over the activities that were there before the columns."""
        self.env.execute_query(
            self._get_refresh_query(
                SQL(
                    """
                    lead.id IN (
                        SELECT res_id
                          FROM mail_activity
                         WHERE res_model = 'crm.lead' AND active
                    )
                    """
                )
            )
        )

    @api.model
    def _get_refresh_query(self, which):
        return SQL(
            """
               UPDATE crm_lead AS target
                  SET next_step = step.words,
                      next_step_date = step.date_deadline,
                      step_gone_date = CASE
                          WHEN step.date_deadline IS NULL THEN %(now)s
                          ELSE target.step_gone_date
                      END
                 FROM crm_lead AS lead
            LEFT JOIN LATERAL (
                      SELECT activity.date_deadline,
                             COALESCE(NULLIF(activity.summary, ''),
                                      kind.name ->> %(lang)s,
                                      kind.name ->> 'en_US') AS words
                        FROM mail_activity AS activity
                   LEFT JOIN mail_activity_type AS kind
                          ON kind.id = activity.activity_type_id
                       WHERE activity.res_model = 'crm.lead'
                         AND activity.res_id = lead.id
                         AND activity.active
                    ORDER BY activity.date_deadline, activity.id
                       LIMIT 1
                      ) AS step ON TRUE
                WHERE target.id = lead.id
                  AND %(which)s
                  AND (target.next_step, target.next_step_date)
                      IS DISTINCT FROM (step.words, step.date_deadline)
            RETURNING target.id
            """,
            now=fields.Datetime.now(),
            lang=self.env.lang or "en_US",
            which=which,
        )

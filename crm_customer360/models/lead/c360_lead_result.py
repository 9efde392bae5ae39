from odoo import api, fields, models
from odoo.tools import SQL

STATES = [
    ("open", "Being worked on"),
    ("qualified", "Qualified"),
    ("won", "Won"),
    ("lost", "Lost"),
    ("invalid", "Invalid"),
    ("merged", "Known already"),
]


class C360LeadResult(models.Model):
    """What became of the leads I brought, whoever works on them now.

    Who collects leads learns from it which are worth bringing. He sees no more than
    that: the state, a reason, who has it, and money if he may see money at all.
    """

    _name = "c360.lead.result"
    _description = "What Became of My Leads"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "topic"
    _depends = {
        "crm.lead": [
            "active",
            "campaign_id",
            "capture_channel",
            "capture_date",
            "check_reason",
            "check_state",
            "collector_id",
            "company_id",
            "date_conversion",
            "expected_revenue",
            "first_response_date",
            "lost_reason_id",
            "merged_into_id",
            "name",
            "source_id",
            "stage_id",
            "team_id",
            "user_id",
            "won_status",
        ],
        "crm.stage": ["sequence", "team_ids"],
        "sale.order": ["amount_untaxed", "currency_rate", "opportunity_id", "state"],
    }

    topic = fields.Char(string="Lead", readonly=True)
    date = fields.Datetime(string="Captured", readonly=True)
    capture_channel = fields.Selection(
        selection=lambda self: self.env["crm.lead"]
        ._fields["capture_channel"]
        .selection,
        string="Channel",
        readonly=True,
    )
    source_id = fields.Many2one(comodel_name="utm.source", readonly=True)
    campaign_id = fields.Many2one(comodel_name="utm.campaign", readonly=True)
    state = fields.Selection(
        selection=STATES, string="What Became of It", readonly=True
    )
    reason = fields.Char(readonly=True)
    is_contacted = fields.Boolean(string="Contacted", readonly=True)
    user_id = fields.Many2one(
        comodel_name="res.users", string="Salesperson", readonly=True
    )
    lead_count = fields.Integer(string="Leads", readonly=True)
    revenue = fields.Monetary(
        string="Revenue Won",
        readonly=True,
        groups="crm_customer360.group_user,crm_customer360.group_analyst",
    )
    currency_id = fields.Many2one(comodel_name="res.currency", readonly=True)

    @property
    def _table_query(self):
        """Leads of the current user as a collector, in the companies he works in."""
        report = self.env["c360.lead.report"]
        return SQL(
            """
            SELECT crm_lead.id,
                   %(topic)s AS topic,
                   COALESCE(crm_lead.capture_date, crm_lead.create_date) AS date,
                   crm_lead.capture_channel,
                   crm_lead.source_id,
                   crm_lead.campaign_id,
                   %(state)s AS state,
                   CASE WHEN crm_lead.check_state = 'invalid'
                        THEN crm_lead.check_reason
                        ELSE COALESCE(reason.name ->> %(lang)s,
                                      reason.name ->> 'en_US')
                   END AS reason,
                   crm_lead.first_response_date IS NOT NULL AS is_contacted,
                   crm_lead.user_id,
                   1 AS lead_count,
                   %(revenue)s AS revenue,
                   %(currency)s AS currency_id
              FROM crm_lead
         LEFT JOIN crm_lost_reason AS reason ON reason.id = crm_lead.lost_reason_id
             WHERE crm_lead.collector_id = %(uid)s
               AND (crm_lead.company_id IS NULL
                    OR crm_lead.company_id = ANY(%(companies)s))
            """,
            topic=self._get_topic(),
            state=self._get_state(),
            revenue=report._get_revenue(SQL("(crm_lead.won_status = 'won')")),
            currency=self.env.company.currency_id.id,
            lang=self.env.lang or "en_US",
            uid=self.env.uid,
            companies=self.env.companies.ids,
        )

    @api.model
    def _get_topic(self):
        """Return SQL for what the lead is called; rooms below may hide it."""
        return SQL("crm_lead.name")

    @api.model
    def _get_state(self):
        """Return SQL for what became of a lead; rooms below know of more."""
        return SQL(
            """
            CASE WHEN crm_lead.merged_into_id IS NOT NULL THEN 'merged'
                 WHEN crm_lead.check_state = 'invalid' THEN 'invalid'
                 WHEN crm_lead.won_status <> 'pending' THEN crm_lead.won_status
                 WHEN %s THEN 'qualified'
                 ELSE 'open'
            END
            """,
            self.env["c360.lead.report"]._get_qualified(),
        )

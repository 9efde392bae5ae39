from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

FEATURE = "crm_customer360.group_use_lead"
# Where a person answers; an automatic message is no answer.
ANSWER_CHANNELS = ("email", "sms", "phone", "letter", "visit", "chat", "other")
# Messages a person writes: in the chatter, or in his own mail program.
WRITTEN_TYPES = ("comment", "email", "sms")
CLOCK_FIELDS = {"response_due_date", "first_response_date", "first_response_hours"}


class C360LeadResponseMixin(models.AbstractModel):
    """How soon a new lead hears from a person, in working hours.

    The clock starts when the lead is captured. The first contact on the ledger that a
    colleague makes ends it: a call, a visit, a message he wrote. When the answer is due
    stands on the lead from the beginning, so nobody has to look for late ones.
    """

    _name = "c360.lead.response.mixin"
    _description = "Answered Lead"

    response_due_date = fields.Datetime(
        string="Answer Due",
        copy=False,
        readonly=True,
        help="By when a new lead should hear from us, in working hours.",
    )
    first_response_date = fields.Datetime(
        string="First Answer",
        copy=False,
        readonly=True,
        help="When a colleague first called, wrote or came. Automatic messages do not "
        "count.",
    )
    first_response_hours = fields.Float(
        string="Answered After (hours)",
        copy=False,
        readonly=True,
        aggregator="avg",
        help="Working hours from the capture of the lead to the first answer.",
    )
    response_state = fields.Selection(
        selection=[
            ("waiting", "Waiting"),
            ("overdue", "Answer overdue"),
            ("late", "Answered late"),
            ("answered", "Answered in time"),
        ],
        string="Answer",
        compute="_compute_response_state",
        search="_search_response_state",
    )

    # Answer overdue: WHERE response_due_date < … AND first_response_date IS NULL AND …
    _response_due_idx = models.Index(
        "(response_due_date) WHERE first_response_date IS NULL "
        "AND won_status = 'pending'"
    )

    @api.depends("active", "first_response_date", "response_due_date", "won_status")
    def _compute_response_state(self):
        now = fields.Datetime.now()
        enabled = self.env["res.groups"]._is_feature_enabled(FEATURE)
        for lead in self:
            due, answered = lead.response_due_date, lead.first_response_date
            state = False
            if enabled and answered:
                state = "late" if due and answered > due else "answered"
            elif enabled and due and lead.active and lead.won_status == "pending":
                state = "overdue" if due < now else "waiting"
            lead.response_state = state

    def _search_response_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        if not self.env["res.groups"]._is_feature_enabled(FEATURE):
            return Domain(False in value)
        waiting = Domain(
            [
                ("response_due_date", "!=", False),
                ("first_response_date", "=", False),
                ("won_status", "=", "pending"),
                ("active", "=", True),
            ]
        )
        late = Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "COALESCE(%s > %s, FALSE)",
                model._field_to_sql(alias, "first_response_date", query),
                model._field_to_sql(alias, "response_due_date", query),
            ),
            predicate=lambda lead: (
                lead.response_due_date
                and lead.first_response_date
                and lead.first_response_date > lead.response_due_date
            ),
        )
        overdue = self._get_response_overdue_domain()
        domains = {
            "waiting": waiting & ~overdue,
            "overdue": overdue,
            "late": Domain("first_response_date", "!=", False) & late,
            "answered": Domain("first_response_date", "!=", False) & ~late,
        }
        wanted = [domain for state, domain in domains.items() if state in value]
        if False in value:
            wanted.append(~Domain.OR([waiting, domains["late"], domains["answered"]]))
        return Domain.OR(wanted)

    @api.model
    def _get_response_overdue_domain(self):
        """Return the domain of open leads that wait too long, on an index."""
        return Domain(
            [
                ("response_due_date", "<", fields.Datetime.now()),
                ("first_response_date", "=", False),
                ("won_status", "=", "pending"),
                ("active", "=", True),
            ]
        )

    @api.model_create_multi
    def create(self, vals_list):
        self._check_response_fields(vals_list)
        return super().create(self._add_response_due(vals_list))

    def write(self, vals):
        self._check_response_fields([vals])
        return super().write(vals)

    def _check_response_fields(self, vals_list):
        """Nobody says of himself how soon he answered.

        :raise AccessError: somebody tries
        """
        if not self.env.su and any(CLOCK_FIELDS & vals.keys() for vals in vals_list):
            raise AccessError(
                self.env._("When a lead was answered follows from the contact history.")
            )

    @api.model
    def _add_response_due(self, vals_list):
        """Say by when new leads should hear from us; no query when it is warm.

        :return: the values, each with the moment; those of the caller stay as they are
        """
        if not self.env["res.groups"]._is_feature_enabled(FEATURE):
            return vals_list
        clock, now = self.env["c360.lead.clock"], fields.Datetime.now()
        dues, prepared = {}, []
        for vals in vals_list:
            company_id = vals.get("company_id") or self.env.company.id
            start = fields.Datetime.to_datetime(vals.get("capture_date")) or now
            key = (company_id, start)
            if key not in dues:
                # How soon the company wants to answer is no secret.
                company_sudo = self.env["res.company"].sudo().browse(company_id)
                hours = company_sudo.c360_response_hours
                dues[key] = hours > 0 and clock._add_hours(company_sudo, start, hours)
            prepared.append({"response_due_date": dues[key], **vals})
        return prepared

    def _merge_dependences(self, opportunities):
        """The lead that stays was answered when the first of them was."""
        result = super()._merge_dependences(opportunities)
        # Merging needs no right on what the clock says.
        leads_sudo = (self | opportunities).sudo()
        answered = leads_sudo.filtered("first_response_date")
        if answered and not self.first_response_date:
            first = min(answered, key=lambda lead: lead.first_response_date)
            head_sudo = self.sudo()
            head_sudo.write(
                {
                    "first_response_date": first.first_response_date,
                    "first_response_hours": first.first_response_hours,
                }
            )
        return result

    # ------------------------------------------------------------
    # The first answer
    # ------------------------------------------------------------

    @api.model
    def _set_first_responses(self, touches):
        """Write down the first answer of leads that had none.

        Two statements for any number of contacts, one where none is a first answer.

        :param touches: rows of the contact ledger that were sent
        """
        found = self._find_first_responses(touches)
        if not found:
            return
        # Who answers need not read each company; the calendar of one is no secret.
        companies_sudo = self.env["res.company"].sudo()
        companies = {
            company.id: company
            for company in companies_sudo.browse({row["company_id"] for row in found})
        }
        clock = self.env["c360.lead.clock"]
        hours = [
            clock._count_hours(companies[row["company_id"]], row["start"], row["date"])
            for row in found
        ]
        leads = self.browse(row["id"] for row in found)
        self.env.execute_query(
            SQL(
                """
                UPDATE crm_lead AS lead
                   SET first_response_date = item.date,
                       first_response_hours = item.hours
                  FROM unnest(%(ids)s::int[], %(dates)s::timestamp[],
                              %(hours)s::float[]) AS item(id, date, hours)
                 WHERE lead.id = item.id AND lead.first_response_date IS NULL
             RETURNING lead.id
                """,
                ids=leads.ids,
                dates=[row["date"] for row in found],
                hours=hours,
            )
        )
        changed = ["first_response_date", "first_response_hours"]
        leads.invalidate_recordset(changed, flush=False)
        leads.modified(changed)

    @api.model
    def _find_first_responses(self, touches):
        """Return ``{id, company_id, start, date}`` of leads these contacts answer.

        A contact is about its lead, or made with the customer of an open lead. Plain
        SQL: whoever calls a customer may not see all leads of his.
        """
        touches.flush_recordset()
        self.flush_model(
            [
                "active",
                "capture_date",
                "company_id",
                "first_response_date",
                "partner_id",
                "won_status",
            ]
        )
        return self.env.execute_query_dict(
            SQL(
                """
                WITH answer AS (
                    SELECT touch.lead_id, touch.partner_id, touch.date,
                           touch.source_model
                      FROM c360_contact_touch AS touch
                 LEFT JOIN mail_message AS message ON message.id = touch.message_id
                 LEFT JOIN res_users AS colleague ON colleague.id = touch.user_id
                     WHERE touch.id = ANY(%(touches)s)
                       AND touch.direction = 'out'
                       AND touch.state IN ('sent', 'answered')
                       AND touch.channel = ANY(%(channels)s)
                       AND touch.purpose_source <> 'bulk'
                       AND touch.campaign_key IS NULL
                       AND colleague.share IS FALSE
                       AND colleague.id <> %(robot)s
                       AND (touch.channel NOT IN ('email', 'sms')
                            OR message.message_type = ANY(%(written)s))
                ), found AS (
                    SELECT answer.lead_id AS id, answer.date
                      FROM answer
                     WHERE answer.lead_id IS NOT NULL
                     UNION ALL
                    SELECT lead.id, answer.date
                      FROM answer
                      JOIN crm_lead AS lead ON lead.partner_id = answer.partner_id
                     WHERE answer.source_model = 'res.partner'
                       AND lead.active AND lead.won_status = 'pending'
                )
                SELECT lead.id,
                       COALESCE(lead.company_id, %(company)s) AS company_id,
                       COALESCE(lead.capture_date, lead.create_date) AS start,
                       MIN(found.date) AS date
                  FROM found
                  JOIN crm_lead AS lead ON lead.id = found.id
                 WHERE lead.first_response_date IS NULL
                   AND found.date >= %(tolerance)s::interval * -1
                       + COALESCE(lead.capture_date, lead.create_date)
              GROUP BY lead.id
                """,
                touches=touches.ids,
                channels=list(ANSWER_CHANNELS),
                written=list(WRITTEN_TYPES),
                robot=self.env.ref("base.user_root").id,
                company=self.env.company.id,
                # the call a lead comes from is written down before the lead
                tolerance="1 minute",
            )
        )

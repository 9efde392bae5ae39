from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools.lead_match import MAYBE, SURELY

LIFECYCLE_WINDOWS = (
    "c360_new_days",
    "c360_won_back_days",
    "c360_churn_days",
    "c360_score_days",
)
SERVICE_COSTS = (
    "c360_ticket_cost",
    "c360_visit_cost",
    "c360_call_cost",
    "c360_message_cost",
)
VALUE_TERMS = ("c360_value_months", "c360_value_discount", "c360_value_base")
CENTURY = 36500
CACHED = {"c360_duplicate_maybe", "c360_duplicate_surely", "resource_calendar_id"}


class ResCompany(models.Model):
    _inherit = "res.company"

    c360_new_days = fields.Integer(
        string="New for (days)",
        default=90,
        required=True,
        help="A customer stays new for this long, unless he orders again before.",
    )
    c360_won_back_days = fields.Integer(
        string="Won back for (days)",
        default=90,
        required=True,
        help="A customer who returned counts as won back for this long.",
    )
    c360_churn_days = fields.Integer(
        string="Churned after (days)",
        default=180,
        required=True,
        help="A customer has churned when he has not ordered for this long.",
    )
    c360_score_days = fields.Integer(
        string="Scores look back (days)",
        default=365,
        required=True,
        help="Recent orders and recent revenue, and the scores made of them, count "
        "orders of this many days.",
    )
    # Lost customers
    c360_loss_ask = fields.Boolean(
        string="Ask why customers were lost",
        default=True,
        help="The salesperson of a customer who churned gets the question why.",
    )
    c360_loss_ask_limit = fields.Integer(
        string="Open questions per salesperson",
        default=5,
        required=True,
        help="At most so many at a time, the customers who bought most first.",
    )
    _c360_loss_ask_limit_positive = models.Constraint(
        "CHECK (c360_loss_ask_limit BETWEEN 1 AND 1000)",
        "Open questions per salesperson: between 1 and 1000, please.",
    )

    c360_ticket_cost = fields.Monetary(
        string="A ticket costs",
        help="What solving a ticket costs on average. 0: tickets do not count.",
    )
    c360_visit_cost = fields.Monetary(
        string="A visit costs",
        help="What visiting a customer costs on average. 0: visits do not count.",
    )
    c360_call_cost = fields.Monetary(
        string="A call costs",
        help="What a call costs on average, whoever called. 0: calls do not count.",
    )
    c360_message_cost = fields.Monetary(
        string="A message costs",
        help="What an e-mail, SMS, letter or chat costs on average. 0: they do not "
        "count.",
    )

    _c360_costs_positive = models.Constraint(
        "CHECK (c360_ticket_cost >= 0 AND c360_visit_cost >= 0"
        " AND c360_call_cost >= 0 AND c360_message_cost >= 0)",
        "Serving a customer costs nothing or something, never less than nothing.",
    )
    c360_lead_normalise = fields.Boolean(
        string="Contact data of leads in one spelling",
        default=True,
        help="E-mail addresses in lower case, phone numbers in international form, "
        "names in half width with single spaces.",
    )
    c360_lead_title_case = fields.Boolean(
        string="Names in capitals as names",
        help="ANNA MÜLLER becomes Anna Müller.",
    )

    c360_duplicate_surely = fields.Float(
        string="Surely the same from",
        default=SURELY,
        digits=(3, 2),
        help="From this probability on, two records are surely the same.",
    )
    c360_duplicate_maybe = fields.Float(
        string="Maybe the same from",
        default=MAYBE,
        digits=(3, 2),
        help="From this probability on, somebody should look at two records.",
    )
    c360_duplicate_action = fields.Selection(
        selection=[
            ("tell", "Only tell"),
            ("owner", "Hand it to who has the other"),
            ("merge", "Merge it into the older lead"),
        ],
        string="New leads that surely are there already",
        default="tell",
        required=True,
        help="Done at once when a lead is entered. A lead that resembles a contact is "
        "never merged, only handed to his salesperson.",
    )

    @api.constrains("c360_duplicate_surely", "c360_duplicate_maybe")
    def _check_duplicate_limits(self):
        for company in self:
            maybe, surely = company.c360_duplicate_maybe, company.c360_duplicate_surely
            if not 0 < maybe <= surely <= 1:
                raise ValidationError(
                    self.env._(
                        "Duplicates: “maybe” starts above 0 %, “surely” not below it, "
                        "and neither above 100 %."
                    )
                )

    # Customers: value
    c360_value_months = fields.Integer(
        string="Value of the Next (months)",
        default=36,
        required=True,
        help="How far ahead the expected value of a customer looks.",
    )
    c360_value_discount = fields.Float(
        string="Discount a Year (%)",
        default=10.0,
        required=True,
        help="What is earned a year later counts for so much less.",
    )
    c360_value_base = fields.Selection(
        selection=[("margin", "Margin"), ("revenue", "Revenue")],
        string="Value Counted in",
        default="margin",
        required=True,
        help="Margin: the expected revenue times the customer's own margin, drawn "
        "towards that of all customers while he has ordered little.",
    )

    _c360_value_months_range = models.Constraint(
        "CHECK (c360_value_months BETWEEN 1 AND 120)",
        "The expected value looks 1 to 120 months ahead.",
    )
    _c360_value_discount_range = models.Constraint(
        "CHECK (c360_value_discount BETWEEN 0 AND 100)",
        "The discount a year lies between 0 and 100 %.",
    )

    # Leads: follow-up
    c360_response_hours = fields.Float(
        string="Answer New Leads Within (hours)",
        default=4,
        required=True,
        help="Working hours from the capture of a lead to the first call, visit or "
        "message of a colleague. Counts for leads that come from now on. 0: no aim.",
    )
    c360_step_days = fields.Integer(
        string="Days Without a Next Step",
        default=2,
        required=True,
        help="How long a lead somebody holds may have no activity planned.",
    )
    c360_lead_summary = fields.Boolean(
        string="Tell Leaders What Is Overdue",
        default=True,
        help="One e-mail a day to the leader of a team, only when something is.",
    )
    c360_collector_mail = fields.Boolean(
        string="Tell Collectors What Became of Their Leads",
        help="One e-mail a week to whoever brought leads that were decided since.",
    )
    c360_handover_block = fields.Boolean(
        string="Nobody with open work is archived",
        default=True,
        help="At the screen, archiving a user with open work leads to a handover. "
        "Elsewhere, and without this, he is archived, keeps his work, a handover is "
        "drafted and his team leader is told.",
    )
    c360_handover_approval = fields.Boolean(
        string="Leaders approve handovers of salespeople",
        default=True,
        help="A salesperson may prepare his own handover; his team leader begins it.",
    )

    _c360_response_hours_positive = models.Constraint(
        "CHECK (c360_response_hours >= 0)",
        "The time to answer a lead is a number of hours; 0 means no aim.",
    )
    _c360_step_days_positive = models.Constraint(
        "CHECK (c360_step_days BETWEEN 0 AND 36500)",
        "Days without a next step: 0 or more, please.",
    )

    @api.constrains(*LIFECYCLE_WINDOWS)
    def _check_lifecycle_windows(self):
        for company in self:
            for name in LIFECYCLE_WINDOWS:
                if not 1 <= company[name] <= CENTURY:
                    raise ValidationError(
                        self.env._(
                            "%(field)s: between 1 and %(maximum)s days, please.",
                            field=self._fields[name]._description_string(self.env),
                            maximum=CENTURY,
                        )
                    )

    def write(self, vals):
        changed = any(
            name in vals and any(company[name] != vals[name] for company in self)
            for name in (*LIFECYCLE_WINDOWS, *SERVICE_COSTS)
        )
        revalued = any(
            name in vals and any(company[name] != vals[name] for company in self)
            for name in VALUE_TERMS
        )
        result = super().write(vals)
        # what is kept of a company: limits of duplicates, when a pool's day begins
        if CACHED & vals.keys():
            self.env.registry.clear_cache()
        if changed:
            self.env["c360.customer.profile"]._wake_refresh()
        if revalued:
            self.env["c360.customer.value.model"]._wake_score(self)
        return result

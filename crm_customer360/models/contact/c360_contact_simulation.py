from dataclasses import replace
from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from ...tools.contact_limit import ContactLimit, ContactRequest
from ...tools.contact_simulation import Replay
from ...tools.contact_stop import ContactStop
from .c360_contact_touch import COUNTING_STATES

DAYS = 30
# What wanted to leave, whatever became of it.
WANTED_STATES = (*COUNTING_STATES, "deferred", "blocked")
# More rows than this are played for a part of the customers only.
MAX_ROWS = 200_000
MAX_CUSTOMERS = 20
BAR = Markup(
    '<div class="progress my-2" style="height: 1.5rem">'
    '<div class="progress-bar bg-success" style="width: {left}%"></div>'
    '<div class="progress-bar bg-warning" style="width: {waited}%"></div>'
    '<div class="progress-bar bg-danger" style="width: {stopped}%"></div>'
    "</div>"
)


class C360ContactSimulation(models.TransientModel):
    """What a contact policy would have done to the contacts of the last days.

    The real ledger is played again under this policy alone. Nothing is written to it.
    """

    _name = "c360.contact.simulation"
    _inherit = "c360.contact.simulation.tally"
    _description = "Contact Policy Simulation"
    _rec_name = "policy_id"

    policy_id = fields.Many2one(
        comodel_name="c360.contact.policy",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    policy_kind = fields.Selection(related="policy_id.kind")
    summary = fields.Char(related="policy_id.summary")
    date_from = fields.Datetime(readonly=True)
    date_to = fields.Datetime(readonly=True)
    # 1: all customers were played, n: one customer in n
    sample = fields.Integer(readonly=True, default=1)
    period_words = fields.Char(compute="_compute_period_words")
    bar = fields.Html(compute="_compute_bar", sanitize=False)
    line_ids = fields.One2many(
        comodel_name="c360.contact.simulation.line",
        inverse_name="simulation_id",
        readonly=True,
    )
    purpose_line_ids = fields.One2many(
        comodel_name="c360.contact.simulation.line",
        inverse_name="simulation_id",
        domain=[("purpose", "!=", False)],
        string="By Purpose",
        readonly=True,
    )
    customer_line_ids = fields.One2many(
        comodel_name="c360.contact.simulation.line",
        inverse_name="simulation_id",
        domain=[("purpose", "=", False)],
        string="Customers",
        readonly=True,
    )

    @api.depends("date_from", "date_to", "sample")
    @api.depends_context("lang", "tz")
    def _compute_period_words(self):
        for simulation in self:
            words = {
                "begin": format_date(self.env, simulation.date_from),
                "end": format_date(self.env, simulation.date_to),
                "sample": simulation.sample,
            }
            if simulation.sample == 1:
                simulation.period_words = self.env._(
                    "Your real contacts from %(begin)s to %(end)s, played again under "
                    "this policy alone.",
                    **words,
                )
            else:
                simulation.period_words = self.env._(
                    "The real contacts of one customer in %(sample)s from %(begin)s to "
                    "%(end)s, played again under this policy alone. There are too many "
                    "to play them all; the numbers are those of this part.",
                    **words,
                )

    @api.depends("left", "waited", "stopped")
    def _compute_bar(self):
        for simulation in self:
            simulation.bar = simulation.total and BAR.format(
                **{
                    name: round(100 * simulation[name] / simulation.total, 1)
                    for name in ("left", "waited", "stopped")
                }
            )

    def _get_touch_domain(self):
        """Return which rows of the ledger were played."""
        self.ensure_one()
        policy = self.policy_id
        return (
            Domain("direction", "=", "out")
            & Domain("state", "in", WANTED_STATES)
            & Domain("date", ">=", self.date_from)
            & Domain("date", "<", self.date_to)
            & Domain("company_id", "in", self._get_company_ids())
            & Domain("purpose", "in", self._get_codes(policy._get_rule()))
            & (
                Domain("channel", "=", policy.channel)
                if policy.channel
                else Domain.TRUE
            )
        )

    # --------------------------------------------------------------------- play

    def _run(self):
        """Play the ledger and keep what came out of it."""
        self.ensure_one()
        self.date_to = fields.Datetime.now()
        self.date_from = self.date_to - timedelta(days=DAYS)
        # when the policy holds does not matter: it is tried on days gone by
        rule = replace(self.policy_id._get_rule(), date_from=None, date_to=None)
        touches = self.env["c360.contact.touch"]
        touches.check_access("read")
        touches.flush_model()
        self.env["res.partner"].flush_model(["commercial_partner_id", "tz"])
        since = self.date_from
        if isinstance(rule, ContactLimit):
            since = rule.period.before(self.date_from)
        rows = self._read_rows(rule, since)
        if rule.partner_domain:
            partner_ids = {request.partner_id for _date, _state, request in rows}
            rule = replace(
                rule,
                partner_ids=self.policy_id._filter_ids(rule, partner_ids - {None}),
            )
        replay = self._play(rule, rows)
        self._keep(replay)

    def _play(self, rule, rows):
        gate = self.env["c360.contact.gate"]
        facts = {}
        if isinstance(rule, ContactStop):
            asked = list({request for _date, _state, request in rows})
            facts = gate._get_facts(rule.kind, asked, self.date_to)
        replay = Replay(
            rule,
            self.env["c360.contact.purpose"]._get_rules(),
            self.date_to,
            get_tz=lambda request: gate._get_tz(request.tz, request.company_id),
            get_facts=lambda request: facts.get(request, ()),
        )
        for date, state, request in rows:
            if date >= self.date_from and replay.concerns(request):
                replay.feed(request, date)
            elif state in COUNTING_STATES:
                replay.remember(request, date)
        replay.finish()
        return replay

    def _keep(self, replay):
        Line = self.env["c360.contact.simulation.line"]
        for name in ("left", "waited", "stopped"):
            self[name] = sum(getattr(t, name) for t in replay.by_purpose.values())
        self.total = self.left + self.waited + self.stopped
        seconds = sum(tally.seconds for tally in replay.by_purpose.values())
        self.wait_seconds = seconds / self.waited if self.waited else 0
        # who is hit hardest comes first
        customers = sorted(
            (
                (customer_id, tally)
                for (customer_id, _company_id), tally in replay.by_customer.items()
                if customer_id and tally.waited + tally.stopped
            ),
            key=lambda item: (-item[1].stopped, -item[1].seconds, item[0]),
        )
        Line.create(
            [
                {
                    "simulation_id": self.id,
                    "purpose": purpose,
                    **Line._prepare_tally(tally),
                }
                for purpose, tally in sorted(replay.by_purpose.items())
            ]
            + [
                {
                    "simulation_id": self.id,
                    "customer_id": customer_id,
                    **Line._prepare_tally(tally),
                }
                for customer_id, tally in customers[:MAX_CUSTOMERS]
            ]
        )

    # --------------------------------------------------------------------- read

    def _get_company_ids(self):
        return (self.policy_id.company_id or self.env.companies).ids

    def _get_codes(self, rule):
        """Return the codes of the purposes that matter: held back, or counted."""
        if rule.codes:
            return sorted(rule.codes)
        flags = {"limit": ("is_capped", "is_counted"), "quiet": ("keeps_quiet_hours",)}
        names = flags.get(self.policy_id.kind, ("is_capped",))
        return [
            code
            for code, purpose in self.env["c360.contact.purpose"]._get_rules().items()
            if any(getattr(purpose, name) for name in names)
        ]

    def _read_rows(self, rule, since):
        """Return ``(date, state, request)`` of the ledger, oldest first.

        :param since: earlier rows take no place any more, UTC
        """
        # Beside the ORM, which would read a record each; the companies are the
        # user's own, and who may try policies reads the whole ledger.
        condition = SQL(
            """
                touch.direction = 'out'
            AND touch.date < %(date_to)s
            AND touch.company_id = ANY(%(company_ids)s)
            AND touch.purpose = ANY(%(codes)s)
            AND (%(channel)s IS NULL OR touch.channel = %(channel)s)
            AND (
                    touch.date >= %(date_from)s AND touch.state IN %(wanted)s
                 OR touch.date >= %(since)s AND touch.state IN %(counting)s
            )
            """,
            date_from=self.date_from,
            date_to=self.date_to,
            since=since,
            company_ids=self._get_company_ids(),
            codes=self._get_codes(rule),
            channel=rule.channel,
            wanted=WANTED_STATES,
            counting=COUNTING_STATES,
        )
        ((count,),) = self.env.execute_query(
            SQL("SELECT COUNT(*) FROM c360_contact_touch AS touch WHERE %s", condition)
        )
        self.sample = -(-count // MAX_ROWS) or 1
        rows = self.env.execute_query(
            SQL(
                """
                SELECT touch.date, touch.state, touch.channel, touch.purpose,
                       touch.company_id, touch.partner_id,
                       COALESCE(person.commercial_partner_id, touch.customer_id),
                       touch.address, person.tz
                  FROM c360_contact_touch AS touch
             LEFT JOIN res_partner AS person ON person.id = touch.partner_id
                 WHERE %(condition)s
                   AND COALESCE(touch.customer_id, touch.id) %% %(sample)s = 0
              ORDER BY touch.date, touch.id
                """,
                condition=condition,
                sample=self.sample,
            )
        )
        return [
            (
                date,
                state,
                ContactRequest(
                    channel,
                    purpose,
                    company_id,
                    partner_id,
                    customer_id,
                    address=address,
                    tz=tz,
                ),
            )
            for (
                date,
                state,
                channel,
                purpose,
                company_id,
                partner_id,
                customer_id,
                address,
                tz,
            ) in rows
        ]

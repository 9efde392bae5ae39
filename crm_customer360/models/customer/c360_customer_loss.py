from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

# The causes for which customers leave suppliers of services, as S. M. Keaveney found
# them in 1995 ("Customer Switching Behavior in Service Industries", Journal of
# Marketing 59).
CAUSES = [
    ("price", "Price"),
    ("inconvenience", "Inconvenience"),
    ("core", "Core feature missing"),
    ("encounter", "Service encounter failure"),
    ("response", "Failure response"),
    ("competitor", "Competitor"),
    ("ethics", "Ethics"),
    ("involuntary", "Involuntary"),
]
OPEN = ("open", "winning")
# What people write themselves; the rest is the record of what happened.
EDITABLE = frozenset(
    {"cause", "said_by", "contact_id", "competitor_id", "note", "user_id"}
)


class C360CustomerLoss(models.Model):
    """A customer who left: why, who says so, what it costs us, did he come back?

    Recorded by the system when the lifecycle says "churned", and by people who hear of
    it earlier. One row per loss: whoever comes back and leaves again has two. It ends
    by itself when the customer orders again.
    """

    _name = "c360.customer.loss"
    _description = "Lost Customer"
    _inherit = ["mail.thread", "mail.activity.mixin", "c360.customer.page.mixin"]
    _order = "date desc, id desc"
    _rec_name = "partner_name"
    _mail_post_access = "read"

    # Deleting a customer keeps the loss: the figures of the past stay true.
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        ondelete="set null",
        index=True,
    )
    partner_name = fields.Char(
        string="Customer Name",
        readonly=True,
        help="The name at the time; stays when the customer is deleted.",
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        ondelete="cascade",
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    lifecycle_id = fields.Many2one(
        comodel_name="c360.customer.lifecycle",
        string="Transition",
        ondelete="set null",
        readonly=True,
        copy=False,
    )
    date = fields.Date(
        string="Lost On",
        required=True,
        default=fields.Date.context_today,
        help="The day he counts as churned, or on which somebody heard that he leaves.",
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Salesperson",
        domain=[("share", "=", False)],
        index="btree_not_null",
        tracking=True,
        help="Finds out why; when the loss was recorded, the customer's salesperson.",
    )
    country_id = fields.Many2one(related="partner_id.country_id")
    # Why
    cause = fields.Selection(
        selection=CAUSES,
        tracking=True,
        help="Price: too high, rising, unfair. Inconvenience: place, hours, waiting "
        "times. Core feature missing: the product or service does not do what he "
        "needs, mistakes, wrong bills. Service encounter failure: uncaring, impolite, "
        "unknowing colleagues. Failure response: we answered a complaint badly or not "
        "at all. Competitor: somebody has something better. Ethics: cheating, "
        "pressure, unsafe, conflict of interests. Involuntary: moved, closed, died.",
    )
    said_by = fields.Selection(
        selection=[
            ("customer", "The customer"),
            ("colleague", "A colleague's impression"),
        ],
        string="Who Says So",
        tracking=True,
    )
    contact_id = fields.Many2one(
        comodel_name="res.partner",
        string="Contact Who Said It",
        domain="[('commercial_partner_id', '=', partner_id)]",
        ondelete="set null",
        index="btree_not_null",
    )
    competitor_id = fields.Many2one(
        comodel_name="res.partner",
        domain=[("is_company", "=", True)],
        ondelete="set null",
        index="btree_not_null",
        tracking=True,
        help="To whom he went, if anybody knows.",
    )
    note = fields.Text(help="What he said, in his words.")
    # What it costs, and what became of it
    lost_revenue = fields.Monetary(
        readonly=True,
        help="What he bought in the twelve months up to his last order, untaxed, in "
        "the currency of the company.",
    )
    state = fields.Selection(
        selection=[
            ("open", "Lost"),
            ("winning", "Being won back"),
            ("won_back", "Won back"),
            ("gone", "Gone for good"),
            ("void", "No loss"),
        ],
        required=True,
        default="open",
        readonly=True,
        copy=False,
        tracking=True,
        help="No loss: it turned out that he had ordered.",
    )
    date_closed = fields.Date(string="Ended On", readonly=True, copy=False)
    won_back_rate = fields.Float(
        string="Won Back (%)",
        compute="_compute_won_back_rate",
        store=True,
        aggregator="avg",
    )
    known_rate = fields.Float(
        string="Cause Known (%)",
        compute="_compute_known_rate",
        store=True,
        aggregator="avg",
    )

    # a transition is recorded once, whatever refreshes at the same time
    _lifecycle_uniq = models.UniqueIndex(
        "(lifecycle_id) WHERE lifecycle_id IS NOT NULL"
    )
    # whose loss may have ended? the customer's page
    _open_idx = models.Index(
        "(partner_id, company_id) WHERE state IN ('open', 'winning')"
    )

    @api.depends("state")
    def _compute_won_back_rate(self):
        for loss in self:
            loss.won_back_rate = float(loss.state == "won_back")

    @api.depends("cause")
    def _compute_known_rate(self):
        for loss in self:
            loss.known_rate = float(bool(loss.cause))

    @api.depends("partner_name", "date")
    def _compute_display_name(self):
        for loss in self:
            loss.display_name = loss.partner_id.name or loss.partner_name or ""

    @api.constrains("cause", "said_by")
    def _check_said_by(self):
        for loss in self:
            if loss.cause and not loss.said_by:
                raise ValidationError(
                    self.env._(
                        "Say who says so: the customer himself, or is it a colleague's "
                        "impression?"
                    )
                )

    @api.constrains("partner_id", "company_id", "state")
    def _check_one_open(self):
        """Refuse a second open loss of a customer.

        No unique key: the host's merge would delete rows on it.
        """
        losses = self.filtered(lambda loss: loss.state in OPEN and loss.partner_id)
        if not losses:
            return
        # One may be somebody else's.
        losses_sudo = self.sudo()
        for partner, _company, count in losses_sudo._read_group(
            [
                ("partner_id", "in", losses.partner_id.ids),
                ("company_id", "in", losses.company_id.ids),
                ("state", "in", OPEN),
            ],
            ["partner_id", "company_id"],
            ["__count"],
        ):
            if count > 1:
                raise ValidationError(
                    self.env._(
                        "The loss of %(customer)s is recorded already.",
                        customer=partner.name,
                    )
                )

    # --------------------------------------------------------------------- CRUD

    @api.model_create_multi
    def create(self, vals_list):
        """Record losses people heard of; who it is and what it costs is worked out.

        :raise UserError: without a customer
        """
        not_theirs = {"state", "lifecycle_id", "lost_revenue", "date_closed"}
        default = self.env.context.get("default_partner_id")
        partner_ids = [vals.get("partner_id", default) for vals in vals_list]
        partners = self.env["res.partner"].browse(set(filter(None, partner_ids)))
        customers = {partner.id: partner.commercial_partner_id for partner in partners}
        prepared = []
        for vals, partner_id in zip(vals_list, partner_ids, strict=True):
            customer = customers.get(partner_id)
            if not customer:
                raise UserError(self.env._("Choose the customer who was lost."))
            if not self.env.su:
                vals = {k: v for k, v in vals.items() if k not in not_theirs}
            prepared.append(
                {
                    "user_id": customer.user_id.id,
                    **vals,
                    "partner_id": customer.id,
                    "partner_name": customer.name,
                }
            )
        losses = super().create(prepared)
        losses._set_lost_revenue()
        losses._on_lost()
        return losses

    def write(self, vals):
        """Let people say why; the rest is for the buttons and the ledger.

        :raise UserError: a user writes what only the system may change
        """
        if not self.env.su:
            refused = vals.keys() & self._get_own_fields() - EDITABLE
            if refused:
                raise UserError(
                    self.env._(
                        "A loss is moved by its buttons and by the customer's orders. "
                        "These fields cannot be changed by hand: %(fields)s",
                        fields=", ".join(sorted(refused)),
                    )
                )
        result = super().write(vals)
        if vals.get("cause"):
            self._close_questions()
        return result

    @api.model
    def _get_own_fields(self):
        """Return the fields of this model that hosts and bridges did not bring."""
        foreign = {
            name
            for parent in ("mail.thread", "mail.activity.mixin")
            for name in self.env[parent]._fields
        }
        return {
            name
            for name, field in self._fields.items()
            if name not in foreign and not field.manual
        }

    # ------------------------------------------------------------------ actions

    def action_win_back(self):
        """Start to win the customers back: care rules take it from here.

        :raise UserError: a loss has ended already
        """
        self._check_moves("open", "gone")
        # the right to the losses was checked; the state is the action's to write
        losses_sudo = self.sudo()
        losses_sudo.write({"state": "winning", "date_closed": False})
        losses_sudo._on_winning()

    def action_give_up(self):
        """Leave them alone: nobody will try to win these customers back.

        :raise UserError: a loss has ended already
        """
        self._check_moves("open", "winning")
        self._close("gone", fields.Date.context_today(self))

    def action_reopen(self):
        """Undo a click.

        :raise UserError: the customer came back, or is lost by another row
        """
        self._check_moves("gone", "winning")
        # the right to the losses was checked; the state is the action's to write
        losses_sudo = self.sudo()
        losses_sudo.write({"state": "open", "date_closed": False})
        losses_sudo._on_ended()

    def _check_moves(self, *states):
        self.check_access("write")
        labels = dict(self._fields["state"]._description_selection(self.env))
        for loss in self:
            if loss.state not in states:
                raise UserError(
                    self.env._(
                        "“%(customer)s” is “%(state)s”: this is not possible.",
                        customer=loss.display_name,
                        state=labels[loss.state],
                    )
                )

    def action_open_customer(self):
        """Open the customer's page."""
        self.ensure_one()
        return self.action_view_customer_360()

    # ----------------------------------------------------------------- business

    def _close(self, state, date):
        """End losses: won back, gone for good, or none at all."""
        # Called by the ledger's refresh, or by an action that checked the right.
        losses_sudo = self.sudo()
        losses_sudo.write({"state": state, "date_closed": date})
        losses_sudo._close_questions()
        losses_sudo._on_ended()

    def _on_lost(self):
        """Let the rooms act on new losses: the outbox tells them, in its own time."""
        self.env["c360.customer.event"]._record("customer_lost", self)

    def _on_winning(self):
        """Let the rooms act on customers somebody wants to win back."""
        self.env["c360.customer.event"]._record("winback_started", self)

    def _on_ended(self):
        """Let the rooms stop what they do about losses that ended."""

    def _close_questions(self):
        """Nobody has to ask any more why these customers left."""
        # The question may be a colleague's.
        losses_sudo = self.sudo()
        losses_sudo.activity_unlink(["crm_customer360.mail_activity_type_loss"])

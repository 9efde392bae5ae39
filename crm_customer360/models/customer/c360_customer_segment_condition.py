from datetime import timedelta
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL


class SegmentSubject(NamedTuple):
    """What a condition can look at: rows of a model that belong to a customer.

    :param label: what people choose
    :param model: its rows; None: the members of other segments
    :param partner: their stored column of the customer or one of his contacts
    :param date: for "in the last N days"; None when rows have no moment
    :param domain: which rows count at all
    :param total: their amount, for "in total at least"
    :param rate: path of the rate the amount is divided by to be in the currency of
        the company
    :param order: their column of the order: credited in full, it never happened
    """

    label: str
    model: str | None
    partner: str = "partner_id"
    date: str | None = None
    domain: tuple = ()
    total: str | None = None
    rate: str | None = None
    order: str | None = None


class C360CustomerSegmentCondition(models.Model):
    """One condition of a segment: the customer has, or has not, certain rows.

    Rooms and bridges add what can be looked at by extending ``_get_subjects``.
    """

    _name = "c360.customer.segment.condition"
    _description = "Condition of a Segment"
    _order = "sequence, id"

    segment_id = fields.Many2one(
        comodel_name="c360.customer.segment",
        required=True,
        ondelete="cascade",
        index=True,
    )
    company_id = fields.Many2one(related="segment_id.company_id")
    currency_id = fields.Many2one(related="segment_id.currency_id")
    sequence = fields.Integer(default=10)
    presence = fields.Selection(
        selection=[("has", "has"), ("has_not", "has not")],
        string="The Customer",
        required=True,
        default="has",
    )
    subject = fields.Selection(
        selection="_get_subject_selection",
        string="What",
        required=True,
        default="order",
    )
    model_name = fields.Char(
        compute="_compute_subject", export_string_translation=False
    )
    has_date = fields.Boolean(compute="_compute_subject")
    has_total = fields.Boolean(compute="_compute_subject")
    count_min = fields.Integer(string="At Least", default=1)
    total_min = fields.Monetary(
        string="In Total At Least",
        help="Untaxed, in the currency of the company. 0: any amount.",
    )
    within_days = fields.Integer(
        string="In the Last Days", help="Days up to today. 0: at any time."
    )
    domain = fields.Char(string="Which", default="[]")
    other_segment_ids = fields.Many2many(
        comodel_name="c360.customer.segment",
        relation="c360_customer_segment_condition_segment_rel",
        column1="condition_id",
        column2="segment_id",
        string="Segments",
        help="In any of these.",
    )
    sentence = fields.Char(string="In Words", compute="_compute_sentence")

    _count_min_positive = models.Constraint(
        "CHECK (count_min >= 1)", "Ask for at least 1."
    )
    _within_days_not_negative = models.Constraint(
        "CHECK (within_days >= 0)", "Days cannot be negative. Use 0 for any time."
    )

    @api.model
    def _get_subjects(self):
        """Return ``{code: SegmentSubject}``, in the order people choose from."""
        confirmed = (("state", "=", "sale"),)
        return {
            "order": SegmentSubject(
                self.env._("an order"),
                "sale.order",
                date="date_order",
                domain=confirmed,
                total="amount_untaxed",
                rate="currency_rate",
                order="id",
            ),
            "product": SegmentSubject(
                self.env._("a product ordered"),
                "sale.order.line",
                partner="order_partner_id",
                date="order_id.date_order",
                domain=(*confirmed, ("display_type", "=", False)),
                total="price_subtotal",
                rate="order_id.currency_rate",
                order="order_id",
            ),
            "quotation": SegmentSubject(
                self.env._("an open quotation"),
                "sale.order",
                date="date_order",
                domain=(("state", "in", ("draft", "sent")),),
                total="amount_untaxed",
                rate="currency_rate",
            ),
            "invoice": SegmentSubject(
                self.env._("an invoice"),
                "account.move",
                date="invoice_date",
                domain=(
                    ("state", "=", "posted"),
                    ("move_type", "=", "out_invoice"),
                ),
                total="amount_untaxed_signed",
            ),
            "lead": SegmentSubject(
                self.env._("a lead or opportunity"), "crm.lead", date="create_date"
            ),
            "profile": SegmentSubject(self.env._("a profile"), "c360.customer.profile"),
            "person": SegmentSubject(
                self.env._("a contact person"),
                "res.partner",
                partner="commercial_partner_id",
                domain=(("active", "=", True), ("parent_id", "!=", False)),
            ),
            "segment": SegmentSubject(self.env._("a place in other segments"), None),
        }

    @api.model
    def _get_subject_selection(self):
        return [(code, subject.label) for code, subject in self._get_subjects().items()]

    @api.depends("subject")
    def _compute_subject(self):
        subjects = self._get_subjects()
        for condition in self:
            subject = subjects.get(condition.subject)
            condition.model_name = subject and subject.model
            condition.has_date = bool(subject and subject.date)
            condition.has_total = bool(subject and subject.total)

    @api.depends(
        "presence",
        "subject",
        "count_min",
        "total_min",
        "within_days",
        "domain",
        "other_segment_ids",
    )
    @api.depends_context("lang")
    def _compute_sentence(self):
        labels = dict(self._get_subject_selection())
        presences = dict(self._fields["presence"]._description_selection(self.env))
        for condition in self:
            words = [presences.get(condition.presence), labels.get(condition.subject)]
            if condition.subject == "segment":
                names = condition.other_segment_ids.mapped("name")
                words.append(f"({', '.join(names)})")
            else:
                words += condition._get_limits()
            condition.sentence = " ".join(filter(None, words))

    def _get_limits(self):
        """Return the words behind the subject: how many, how much, since when."""
        words = []
        if self.count_min > 1:
            words.append(self.env._("at least %(count)s times", count=self.count_min))
        if self.has_total and self.total_min:
            amount = self.currency_id.format(self.total_min)
            words.append(self.env._("for at least %(amount)s", amount=amount))
        if self.has_date and self.within_days:
            words.append(self.env._("in the last %(days)s days", days=self.within_days))
        if (self.domain or "[]") != "[]":
            words.append(self.env._("matching the filter"))
        return words

    @api.onchange("subject")
    def _onchange_subject(self):
        # a filter speaks of the fields of one model
        self.domain = "[]"
        self.other_segment_ids = False

    @api.constrains("subject", "other_segment_ids")
    def _check_other_segment_ids(self):
        for condition in self:
            others = condition.other_segment_ids
            if condition.subject == "segment" and not others:
                raise ValidationError(
                    self.env._("Say which segments a customer has to be in.")
                )
            if others.company_id - condition.company_id:
                raise ValidationError(
                    self.env._(
                        "A segment can only be built on segments of its company."
                    )
                )

    @api.constrains("subject", "domain", "other_segment_ids", "segment_id", "presence")
    def _check_definition(self):
        self.segment_id._check_definition()

    @api.model_create_multi
    def create(self, vals_list):
        conditions = super().create(vals_list)
        conditions.segment_id._definition_changed()
        return conditions

    def write(self, vals):
        before = self.segment_id
        result = super().write(vals)
        (before | self.segment_id)._definition_changed()
        return result

    def unlink(self):
        segments = self.segment_id
        result = super().unlink()
        segments.exists()._definition_changed()
        return result

    # ---------------------------------------------------------------------- SQL

    def _where_met(self, partner):
        """Return the SQL condition that a customer meets this one.

        :param SQL partner: his id
        """
        return SQL(
            "%sEXISTS (SELECT FROM (%s) AS found(id) WHERE found.id = %s)",
            SQL("NOT " if self.presence == "has_not" else ""),
            self._select_customers(),
            partner,
        )

    def _select_customers(self):
        """Return SQL selecting the ids of the customers who have such rows."""
        self.ensure_one()
        subject = self._get_subjects()[self.subject]
        if not subject.model:
            return self.other_segment_ids._get_member_sql()
        Model = self.env[subject.model]
        query = Model._search(self._get_row_domain(subject))
        if query.is_empty():
            return SQL("SELECT NULL::int WHERE FALSE")
        query.order = None
        if subject.order:
            order = SQL.identifier(query.table, subject.order)
            credited = self.env["c360.customer.profile"]._get_credited_sql()
            query.add_where(SQL("%s NOT IN (%s)", order, credited))
        customer = query.join(
            query.table, subject.partner, "res_partner", "id", "customer"
        )
        customer_id = SQL.identifier(customer, "commercial_partner_id")
        having = []
        if self.count_min > 1:
            having.append(SQL("COUNT(*) >= %s", self.count_min))
        if subject.total and self.total_min:
            total = self._get_total_sql(Model, subject, query)
            having.append(SQL("SUM(%s) >= %s", total, self.total_min))
        if not having:
            return query.select(customer_id)
        return SQL(
            "%s GROUP BY %s HAVING %s",
            query.select(customer_id),
            customer_id,
            SQL(" AND ").join(having),
        )

    def _get_row_domain(self, subject):
        """Return which rows count: those of the company, in time, that match."""
        model = self.env[subject.model]
        domain = self.segment_id._read_domain(model, self.domain)
        domain &= Domain(subject.domain)
        if subject.date and self.within_days:
            since = fields.Date.today() - timedelta(days=self.within_days)
            domain &= Domain(subject.date, ">=", fields.Date.to_string(since))
        field = model._fields.get("company_id")
        if field and field.store:
            companies = [self.company_id.id]
            if not field.required:
                companies.append(False)
            domain &= Domain("company_id", "in", companies)
        return domain

    def _get_total_sql(self, model, subject, query):
        """Return the amount of a row in the currency of the company."""
        amount = model._field_to_sql(query.table, subject.total, query)
        if not subject.rate:
            return amount
        table, rate = query.table, subject.rate
        link, _dot, name = rate.rpartition(".")
        if link:
            comodel = self.env[model._fields[link].comodel_name]
            table = query.left_join(table, link, comodel._table, "id", link)
            model, rate = comodel, name
        rate = model._field_to_sql(table, rate, query)
        return SQL("%s / COALESCE(NULLIF(%s, 0), 1)", amount, rate)

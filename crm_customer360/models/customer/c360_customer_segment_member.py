from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL


class C360CustomerSegmentMember(models.Model):
    """Who is or was in a segment: a row per customer and stay.

    The grain is the day: who drops out on the day he came was never there, and who
    comes back on the day he left never was away.
    """

    _name = "c360.customer.segment.member"
    _description = "Member of a Segment"
    _order = "date_from desc, id desc"
    _rec_name = "partner_id"
    _log_access = False

    segment_id = fields.Many2one(
        comodel_name="c360.customer.segment", required=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        required=True,
        ondelete="cascade",
    )
    date_from = fields.Date(
        string="Entered On", required=True, default=fields.Date.context_today
    )
    date_to = fields.Date(string="Left On", readonly=True)
    kind = fields.Selection(related="segment_id.kind")
    user_id = fields.Many2one(related="partner_id.user_id", string="Salesperson")
    country_id = fields.Many2one(related="partner_id.country_id")

    # the refresh; who is in a segment now
    _current_uniq = models.UniqueIndex(
        "(segment_id, partner_id) WHERE date_to IS NULL",
        "The customer is in this segment already.",
    )
    # in which segments is this customer? deleting and merging customers
    _partner_idx = models.Index("(partner_id, segment_id)")
    # who came in and dropped out lately
    _from_idx = models.Index("(segment_id, date_from)")
    _to_idx = models.Index("(segment_id, date_to) WHERE date_to IS NOT NULL")

    # Written set-based by the segment, which also keeps its figures: nothing for super.
    @api.model_create_multi
    def create(self, vals_list):  # pylint: disable=method-required-super
        """Add customers by hand or by an import; a contact stands for his customer.

        Those who are in already are left as they are.

        :raise UserError: for a segment by conditions
        """
        Partner = self.env["res.partner"]
        partner_ids_by_segment = {}
        for vals in vals_list:
            partner_ids_by_segment.setdefault(vals.get("segment_id"), []).append(
                vals.get("partner_id")
            )
        rows = {}
        for segment_id, partner_ids in partner_ids_by_segment.items():
            segment = self.env["c360.customer.segment"].browse(segment_id)
            partners = Partner.browse(filter(None, partner_ids))
            segment._add_partners(partners)
            for row in self.search(
                [
                    ("segment_id", "=", segment_id),
                    ("partner_id", "in", partners.commercial_partner_id.ids),
                    ("date_to", "=", False),
                ]
            ):
                rows[segment_id, row.partner_id] = row
        members = self.browse()
        for vals in vals_list:
            customer = Partner.browse(vals.get("partner_id")).commercial_partner_id
            members += rows.get((vals.get("segment_id"), customer), self.browse())
        return members

    @api.model
    def _get_current_sql(self, domain, **columns):
        """Return SQL selecting columns of the stays that last, for raw statements.

        With the rights of the caller: who is in a segment tells what its conditions
        found out about him.

        :param domain: which of them
        :param columns: field -> name of the column
        """
        self.flush_model()
        query = self._search(Domain(domain) & Domain("date_to", "=", False))
        query.order = None
        return query.select(
            *(
                SQL(
                    "%s AS %s", SQL.identifier(query.table, name), SQL.identifier(alias)
                )
                for name, alias in columns.items()
            )
        )

    def action_leave(self):
        """Take customers out of a list kept by hand; that they were in it stays."""
        for segment, members in self.grouped("segment_id").items():
            segment._remove_partners(members.partner_id)

    def action_open_customer(self):
        """Open the page of this row's customer."""
        self.ensure_one()
        return self.partner_id.action_view_customer_360()


class C360CustomerSegment(models.Model):
    """Lists kept by hand."""

    _inherit = "c360.customer.segment"

    def _check_by_hand(self):
        """Refuse to change members by hand where conditions decide, or without right.

        :raise UserError: for a segment by conditions
        :raise AccessError: for whoever may not change the segment
        """
        self.ensure_one()
        self.check_access("write")
        if self.kind != "fixed":
            raise UserError(
                self.env._(
                    "The members of “%(segment)s” follow from its conditions. Choose "
                    "or make a segment kept by hand.",
                    segment=self.name,
                )
            )

    def _add_partners(self, partners):
        """Add the customers of these contacts from today on.

        :return: how many were not in the segment yet
        """
        self._check_by_hand()
        partners.check_access("read")
        # a contact may hang below a customer one may not read
        partners_sudo = partners.sudo()
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO c360_customer_segment_member (
                       segment_id, partner_id, date_from)
                SELECT %(segment_id)s, id, %(today)s
                  FROM unnest(%(partner_ids)s) AS added(id)
                 WHERE NOT EXISTS (
                       SELECT
                         FROM c360_customer_segment_member AS member
                        WHERE member.segment_id = %(segment_id)s
                          AND member.partner_id = added.id
                          AND member.date_to IS NULL)
             RETURNING id
                """,
                segment_id=self.id,
                today=fields.Date.today(),
                partner_ids=partners_sudo.commercial_partner_id.ids,
            )
        )
        self._members_changed()
        audit = self.env["c360.customer.audit"]
        if not self.env.su and 0 < audit._get_mass_size() <= len(rows):
            audit._record("change", self._name, len(rows), [self.display_name])
        return len(rows)

    def _remove_partners(self, partners):
        """Let the customers leave today."""
        self._check_by_hand()
        self.env["c360.customer.segment.member"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                UPDATE c360_customer_segment_member
                   SET date_to = %(today)s
                 WHERE segment_id = %(segment_id)s
                   AND partner_id = ANY(%(partner_ids)s)
                   AND date_to IS NULL
                """,
                segment_id=self.id,
                today=fields.Date.today(),
                partner_ids=partners.ids,
            )
        )
        self._members_changed()

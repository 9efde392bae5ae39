import json

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL


class C360CustomerLifecycle(models.Model):
    """Rows of deleted customers keep together, and know when he went."""

    _inherit = "c360.customer.lifecycle"

    former_id = fields.Integer(
        readonly=True,
        export_string_translation=False,
        help="What the id of a deleted customer was: holds his rows together.",
    )
    former_date = fields.Date(string="Deleted On", readonly=True)

    # the figures: the stays of every customer in their order
    _stay_idx = models.Index("(partner_id, company_id, date, id) INCLUDE (new)")
    # the figures: those who were deleted
    _former_idx = models.Index("(company_id) WHERE partner_id IS NULL")

    @api.model
    def _part_with(self, partners):
        """Note whose rows these were, before the customers are deleted.

        Raw SQL, because the ledger refuses to be written.
        """
        if not partners:
            return
        self.env.cr.execute(
            SQL(
                """
                UPDATE c360_customer_lifecycle
                   SET former_id = partner_id, former_date = %s
                 WHERE partner_id = ANY(%s)
                """,
                fields.Date.today(),
                partners.ids,
            )
        )
        self.invalidate_model(["former_id", "former_date"], flush=False)


class C360CustomerPartnerMixin(models.AbstractModel):
    _inherit = "c360.customer.partner.mixin"

    @api.ondelete(at_uninstall=False)
    def _unlink_part_with_ledger(self):
        self.env["c360.customer.lifecycle"]._part_with(self)


class C360CustomerProfile(models.Model):
    """Profiles can be found by the figure they are counted in."""

    _inherit = "c360.customer.profile"

    # what a click on a figure searches by; see ``c360.customer.figure``
    figure_key = fields.Char(
        compute="_compute_figure_key",
        search="_search_figure_key",
        exportable=False,
        export_string_translation=False,
    )

    def _compute_figure_key(self):
        self.figure_key = False

    @api.model
    def _search_figure_key(self, operator, value):
        """Return the profiles counted in a figure.

        :param value: JSON of ``from``, ``to`` and what ``_get_condition`` of
            ``c360.customer.figure`` takes
        :raise UserError: for anything else
        """
        if operator != "in":
            return NotImplemented
        Figure = self.env["c360.customer.figure"]
        queries = []
        for text in value:
            try:
                spec = json.loads(text)
            except (TypeError, ValueError) as error:
                raise UserError(self.env._("This is no lifecycle figure.")) from error
            queries.append(Figure._get_rows_query(spec))
        if not queries:
            return Domain.FALSE
        return Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "%s IN (%s)",
                SQL.identifier(alias, "id"),
                SQL(" UNION ").join(SQL("(%s)", rows) for rows in queries),
            )
        )

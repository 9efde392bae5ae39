from odoo import api, models
from odoo.tools import SQL

NOTHING = SQL(
    "SELECT NULL::int AS partner_id, NULL::int AS company_id, 0 AS cost WHERE FALSE"
)


class C360CustomerCost(models.AbstractModel):
    """What serving customers costs: a registry the rooms add their sources to.

    A room extends ``_get_sources`` and appends queries. This room knows none.
    """

    _name = "c360.customer.cost"
    _description = "Cost of Serving Customers"

    @api.model
    def _get_sources(self, scope):
        """Return queries of ``partner_id`` (customer), ``company_id`` and ``cost``.

        Rows of one customer are added up; ``cost`` is in the currency of the company.
        The columns of the companies that prices come from have been flushed.

        :param CustomerScope scope: the customers to keep to
        :rtype: list of :class:`SQL`
        """
        return []

    @api.model
    def _get_query(self, scope):
        """Return every source in one query."""
        return SQL(" UNION ALL ").join(self._get_sources(scope) or [NOTHING])

    @api.model
    def _get_flush(self):
        """Return what the sources read: field names by model name."""
        return {}

    @api.model
    def _get_price_fields(self):
        """Return the fields of a company that hold the prices."""
        return []

    @api.model
    def _get_changed_sources(self, since):
        """Return queries of the contacts (``partner_id``) served since then.

        :param datetime since: UTC
        :rtype: list of :class:`SQL`
        """
        return []

    @api.model
    def _get_changed_query(self, since):
        sources = self._get_changed_sources(since)
        return SQL(" UNION ").join(sources or [SQL("SELECT NULL::int AS partner_id")])

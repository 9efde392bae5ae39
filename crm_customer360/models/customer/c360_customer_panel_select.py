from types import SimpleNamespace
from typing import NamedTuple

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL, float_round

# The most urgent rows of a card.
ROWS = 5
# How far a card counts where the number would grow with history.
COUNT_LIMIT = 1000


class RowSelect(NamedTuple):
    """A statement of ``_build_rows`` and what its columns mean.

    ``id, place, rank``, then the totals, the parts that keep them apart, the columns.
    """

    sql: SQL
    totals: tuple
    parts: int
    columns: tuple
    limit: int


class C360CustomerPanelSelect(models.AbstractModel):
    """One query for the rows of a card and the totals of all its documents.

    The ORM needs one query for the rows, one for the sums and one for each name the
    rows show. Twelve cards of that kind would be a slow page.
    """

    _inherit = "c360.customer.panel"

    @api.model
    def _select_rows(
        self,
        model,
        domain,
        columns,
        order,
        totals=None,
        split=(),
        first=None,
        limit=ROWS,
    ):
        """Return the first rows and the totals of all rows, in one query.

        The access rules of the model apply to rows and totals; the names of linked
        records are shown as the host shows them, whoever may read those.

        :param str model: where to read
        :param domain: which documents
        :param dict columns: ``{name: path}``, a stored field, or one behind many2one
            fields: ``"stage_id.name"``; or ``function(column) -> SQL``
        :param str order: as in ``search``
        :param totals: ``function(column) -> {name: SQL aggregate}``, where
            ``column(path)`` is the SQL of a field; ``count`` is always there
        :param split: paths whose values keep totals apart, as company and currency do
        :param first: ``function(column) -> SQL condition`` of the rows that stand
            before all others
        :param int limit: rows to return
        :return: ``(rows, totals)``, both lists of objects with the names asked for;
            rows have ``id``, totals the values of ``split`` in a tuple ``key``
        """
        select = self._build_rows(
            model, domain, columns, order, totals, split, first, limit
        )
        if select is None:
            return [], []
        return self._parse_rows(self.env.execute_query(select.sql), select)

    @api.model
    def _build_rows(
        self,
        model,
        domain,
        columns,
        order,
        totals=None,
        split=(),
        first=None,
        limit=ROWS,
    ):
        """Return the ``RowSelect`` of ``_select_rows``, None when nothing can be found.

        Two of the same shape may be asked in one statement, with ``UNION ALL``.
        """
        Model = self.env[model]
        query = Model._search(Domain(domain), order=order)
        if query.is_empty():
            return None

        def column(path):
            return self._get_path_sql(Model, query, path)

        order_by, query.order = query.order, None
        if first:
            order_by = SQL("(%s) IS NOT TRUE, %s", first(column), order_by)
        aggregates = {"count": SQL("COUNT(*)"), **(totals(column) if totals else {})}
        parts = [column(path) for path in split]
        partition = SQL("PARTITION BY %s", SQL(", ").join(parts)) if parts else SQL()
        entry = query.select(
            SQL("%s AS id", column("id")),
            SQL("ROW_NUMBER() OVER (ORDER BY %s) AS place", order_by),
            SQL("ROW_NUMBER() OVER (%s ORDER BY %s) AS rank", partition, order_by),
            *(SQL("%s OVER (%s)", sql, partition) for sql in aggregates.values()),
            *parts,
            *(
                path(column) if callable(path) else column(path)
                for path in columns.values()
            ),
        )
        sql = SQL(
            "SELECT * FROM (%s) AS entry WHERE place <= %s OR rank = 1 ORDER BY place",
            entry,
            limit,
        )
        return RowSelect(sql, tuple(aggregates), len(parts), tuple(columns), limit)

    @api.model
    def _parse_rows(self, found, select):
        """Return ``(rows, totals)`` of what the database answered."""
        first = 3 + len(select.totals)
        last = first + select.parts
        rows = [
            SimpleNamespace(
                id=row[0], **dict(zip(select.columns, row[last:], strict=True))
            )
            for row in found
            if row[1] <= select.limit
        ]
        sums = [
            SimpleNamespace(
                key=tuple(row[first:last]),
                **dict(zip(select.totals, row[3:first], strict=True)),
            )
            for row in found
            if row[2] == 1
        ]
        return rows, sums

    @api.model
    def _get_path_sql(self, model, query, path):
        """Return the SQL of a field, joining the tables on the way to it."""
        table = query.table
        *links, name = path.split(".")
        for link in links:
            field = model._fields[link]
            target = self.env[field.comodel_name]
            # checks that the link may be read
            model._field_to_sql(table, link, query)
            table = query.left_join(table, link, target._table, "id", link)
            model = target
        return model._field_to_sql(table, name, query)

    @api.model
    def _sum_in_company_currency(self, totals, name):
        """Add up a total that was kept apart by company, in the page's currency.

        :param totals: from ``_select_rows`` with ``company_id`` first in its ``split``
        """
        total = sum(
            self._from_company(getattr(row, name) or 0, row.key[0]) for row in totals
        )
        return self._round_money(total)

    @api.model
    def _round_money(self, amount):
        """Return an amount with the decimals of the page's currency."""
        # the host keeps these in its cache, unlike the currency itself
        currencies = self.env["res.currency"].get_all_currencies()
        currency = currencies.get(self.env.company.currency_id.id)
        return float_round(amount, currency["digits"][1] if currency else 2)

    @api.model
    def _from_company(self, amount, company_id):
        """Return an amount of a company's books in the currency of the page."""
        company = self.env["res.company"].browse(company_id) or self.env.company
        return self._in_company_currency(float(amount or 0), company.currency_id)

    @api.model
    def _prepare_documents_action(self, name, model, customer, *domains, **values):
        """Return the list of a customer's documents: the records behind a number."""
        domain = Domain("partner_id.commercial_partner_id", "=", customer.id)
        return self._prepare_list_action(
            name, model, Domain.AND([domain, *domains]), **values
        )

    @api.model
    def _get_trend(self, value, before):
        """Return the change in percent, None where there is nothing to compare."""
        if not before or before < 0:
            return None
        return round(100 * (value - before) / before, 1)

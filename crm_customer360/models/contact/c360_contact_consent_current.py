from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL

from ...tools.contact_array import array_literal
from ...tools.contact_consent import ConsentRow


class C360ContactConsent(models.Model):
    """What people say today: the current rows of the ledger, by whom they concern."""

    _inherit = "c360.contact.consent"

    @api.model
    def _get_current(self, people):
        """Return what is said today about some people: one query.

        :param people: triples of the ids of a partner and of his customer, and of an
            address; each may be ``None``
        :return: ``{triple: [(company id or None, ConsentRow)]}``
        """
        partner_ids, addresses = self._get_keys(people)
        if not partner_ids and not addresses:
            return {}
        query = self._get_current_query(partner_ids, addresses)
        return self._group_current(people, self.env.execute_query(query))

    @api.model
    def _get_keys(self, people):
        """Return the ids and the addresses that people are found by."""
        partner_ids = {number for who in people for number in who[:2]} - {None}
        addresses = {who[2] for who in people} - {None}
        return list(partner_ids), list(addresses)

    @api.model
    def _get_current_query(self, partner_ids, addresses):
        """Return the query of what is said today; see :meth:`_group_current`."""
        self.flush_model()
        # Asked as tables: of a list of thousands, the planner weighs each.
        return SQL(
            """
            SELECT partner_id, address, company_id,
                   status, date, id, channel, purpose, topic_id
              FROM c360_contact_consent
             WHERE is_current
               AND partner_id IN (SELECT unnest(%(partner_ids)s))
             UNION
            SELECT partner_id, address, company_id,
                   status, date, id, channel, purpose, topic_id
              FROM c360_contact_consent
             WHERE is_current
               AND address IN (SELECT unnest(%(addresses)s))
            """,
            partner_ids=SQL("%s::int[]", array_literal(partner_ids)),
            addresses=SQL("%s::text[]", array_literal(addresses)),
        )

    @api.model
    def _group_current(self, people, rows):
        """Return the rows of :meth:`_get_current_query` by the people they concern."""
        by_partner, by_address = defaultdict(list), defaultdict(list)
        for partner_id, address, company_id, status, date, row_id, *scope in rows:
            row = ConsentRow(status, date, row_id, "own", *scope)
            if partner_id:
                by_partner[partner_id].append((partner_id, company_id, row))
            if address:
                by_address[address].append((partner_id, company_id, row))
        return {
            who: self._sort_current(who, by_partner, by_address) for who in set(people)
        }

    @api.model
    def _sort_current(self, who, by_partner, by_address):
        """Return the rows that concern somebody, each with who said it."""
        partner_id, customer_id, address = who
        if not (
            partner_id in by_partner
            or customer_id in by_partner
            or address in by_address
        ):
            return []
        found = {}
        if customer_id and customer_id != partner_id:
            for _said_by, company_id, row in by_partner.get(customer_id, ()):
                found[row.row_id] = (company_id, row._replace(who="company"))
        for said_by, company_id, row in by_address.get(address, ()):
            own = said_by in (None, partner_id)
            found[row.row_id] = (
                company_id,
                row if own else row._replace(who="shared"),
            )
        for _said_by, company_id, row in by_partner.get(partner_id, ()):
            found[row.row_id] = (company_id, row)
        return list(found.values())

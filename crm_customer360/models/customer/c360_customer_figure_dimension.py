from odoo import api, models
from odoo.tools import SQL

from .c360_customer_scope import CustomerScope


class C360CustomerFigureDimension(models.AbstractModel):
    """By what customers can be told apart in the lifecycle figures.

    To add one, extend ``_get_dimensions`` and add a method
    ``_get_query_<key>(companies, day)`` that returns SQL selecting ``partner_id`` (the
    commercial partner), ``company_id`` (for whose figures; NULL: for all) and ``value``
    (an id of the model named). What is not recorded
    over time is taken as it is today; the screen says so.
    """

    _name = "c360.customer.figure.dimension"
    _description = "Dimension of Lifecycle Figures"

    @api.model
    def _get_dimensions(self):
        """Return ``{key: {"label", "model", "several", "note"}}`` in their order.

        ``several``: a customer may count in more than one row, so that rows do not add
        up to the total.
        """
        today = self.env._("As recorded on the customer today.")
        dimensions = {
            "user": {
                "label": self.env._("Salesperson"),
                "model": "res.users",
                "several": False,
                "note": self.env._(
                    "The customer's salesperson of today: who he was at the time is "
                    "not in the ledger."
                ),
            },
            "team": {
                "label": self.env._("Sales team"),
                "model": "crm.team",
                "several": False,
                "note": self.env._("The team of the customer's salesperson, today."),
            },
            "country": {
                "label": self.env._("Country"),
                "model": "res.country",
                "several": False,
                "note": today,
            },
            "state": {
                "label": self.env._("State"),
                "model": "res.country.state",
                "several": False,
                "note": today,
            },
            "source": {
                "label": self.env._("Source"),
                "model": "utm.source",
                "several": False,
                "note": self.env._("Of the first lead or order that names one."),
            },
            "category": {
                "label": self.env._("Product category"),
                "model": "product.category",
                "several": True,
                "note": self.env._(
                    "Everything the customer has ordered up to the end of the period; "
                    "who buys in several categories counts in each."
                ),
            },
        }
        if self.env["res.groups"]._is_feature_enabled(
            "crm_customer360.group_use_segment"
        ):
            dimensions["segment"] = {
                "label": self.env._("Segment"),
                "model": "c360.customer.segment",
                "several": True,
                "note": self.env._(
                    "Who was in the segment at the end of the period; who is in "
                    "several counts in each."
                ),
            }
        return {
            key: dimension
            for key, dimension in dimensions.items()
            if dimension["model"] in self.env
            and self.env[dimension["model"]].has_access("read")
        }

    @api.model
    def _get_query(self, key, companies, day):
        """Return SQL of ``partner_id``, ``company_id``, ``value`` of a dimension.

        :param str key: a key of ``_get_dimensions``
        :param companies: whose documents count
        :param date day: the last day of the period
        """
        return getattr(self, f"_get_query_{key}")(companies, day)

    def _get_partner_column(self, name):
        """Return SQL of what is the same in every company."""
        return SQL(
            "SELECT id AS partner_id, NULL::int AS company_id, %s AS value"
            " FROM res_partner",
            SQL.identifier(name),
        )

    def _get_query_user(self, companies, day):
        return self._get_partner_column("user_id")

    def _get_query_team(self, companies, day):
        return SQL(
            """
            SELECT partner.id AS partner_id, NULL::int AS company_id,
                   owner.sale_team_id AS value
              FROM res_partner AS partner
              JOIN res_users AS owner ON owner.id = partner.user_id
            """
        )

    def _get_query_country(self, companies, day):
        return self._get_partner_column("country_id")

    def _get_query_state(self, companies, day):
        return self._get_partner_column("state_id")

    def _get_query_source(self, companies, day):
        documents = SQL(" UNION ALL ").join(
            SQL(
                """
                SELECT contact.commercial_partner_id AS partner_id,
                       company.id AS company_id,
                       document.source_id AS value, document.create_date
                  FROM %s AS document
                  JOIN res_partner AS contact ON contact.id = document.partner_id
                  -- of no company: for each of them
                  JOIN unnest(%s) AS company(id)
                    ON company.id = COALESCE(document.company_id, company.id)
                 WHERE document.source_id IS NOT NULL
                """,
                SQL.identifier(table),
                companies.ids,
            )
            for table in ("crm_lead", "sale_order")
        )
        return SQL(
            """
            SELECT DISTINCT ON (partner_id, company_id) partner_id, company_id, value
              FROM (%s) AS document
          ORDER BY partner_id, company_id, create_date
            """,
            documents,
        )

    def _get_query_category(self, companies, day):
        return SQL(
            """
            SELECT DISTINCT contact.commercial_partner_id AS partner_id,
                   o.company_id, template.categ_id AS value
              FROM sale_order AS o
              JOIN sale_order_line AS line ON line.order_id = o.id
              JOIN product_product AS product ON product.id = line.product_id
              JOIN product_template AS template ON template.id = product.product_tmpl_id
              JOIN res_partner AS contact ON contact.id = o.partner_id
         LEFT JOIN %(credits)s AS credit ON credit.order_id = o.id
             WHERE o.state = 'sale'
               AND o.company_id = ANY(%(companies)s)
               AND o.date_order < %(day)s::date + 1
               -- an order credited in full never happened
               AND credit.is_whole IS NOT TRUE
            """,
            credits=self.env["c360.customer.profile"]._get_credits(CustomerScope()),
            companies=companies.ids,
            day=day,
        )

    def _get_query_segment(self, companies, day):
        # only the segments the user may see
        segments = self.env["c360.customer.segment"]._search([])
        return SQL(
            """
            SELECT member.partner_id, segment.company_id, segment.id AS value
              FROM c360_customer_segment_member AS member
              JOIN c360_customer_segment AS segment ON segment.id = member.segment_id
             WHERE member.date_from <= %(day)s
               AND (member.date_to IS NULL OR member.date_to > %(day)s)
               AND segment.id IN %(segments)s
            """,
            day=day,
            segments=segments.subselect(),
        )

from odoo import api, fields, models
from odoo.tools import SQL

# Who brought whom, customer by customer. A customer has one place in the tree: below
# the one who referred him first.
LINKS = """
    SELECT DISTINCT ON (referred.commercial_partner_id)
           referred.commercial_partner_id AS id,
           referrer.commercial_partner_id AS parent_id,
           relation.date_start AS date
      FROM res_partner_relation AS relation
      JOIN res_partner_relation_type AS type
        ON type.id = relation.type_id AND type.c360_kind = 'refers'
      JOIN res_partner AS referrer ON referrer.id = relation.left_partner_id
      JOIN res_partner AS referred ON referred.id = relation.right_partner_id
     WHERE relation.active
       AND referrer.commercial_partner_id <> referred.commercial_partner_id
  ORDER BY referred.commercial_partner_id, relation.date_start, relation.id
"""


class C360CustomerReferral(models.Model):
    """The tree of referrals: customers who brought or were brought by others.

    A view on the relations, nothing is stored. A row has the id of its customer. That
    a relation has ended changes nothing: who brought a customer stays true.
    """

    _name = "c360.customer.referral"
    _description = "Customer Referral"
    _auto = False
    _rec_name = "partner_id"
    _order = "referred_count desc, id"
    _depends = {
        "res.partner": ["commercial_partner_id"],
        "res.partner.relation": [
            "active",
            "date_start",
            "left_partner_id",
            "right_partner_id",
            "type_id",
        ],
        "res.partner.relation.type": ["c360_kind"],
    }

    partner_id = fields.Many2one(
        comodel_name="res.partner", string="Customer", readonly=True
    )
    parent_id = fields.Many2one(
        comodel_name="c360.customer.referral", string="Referred By", readonly=True
    )
    child_ids = fields.One2many(
        comodel_name="c360.customer.referral",
        inverse_name="parent_id",
        string="Brought Us",
        readonly=True,
    )
    date = fields.Date(string="Referred On", readonly=True)
    user_id = fields.Many2one(related="partner_id.user_id", string="Salesperson")
    referred_count = fields.Integer(
        string="Brought Directly",
        readonly=True,
        help="Customers this one referred to us himself.",
    )
    currency_id = fields.Many2one(comodel_name="res.currency", compute="_compute_worth")
    revenue = fields.Monetary(
        string="Own Revenue",
        compute="_compute_worth",
        help="What the customer bought himself, in the current company.",
    )
    branch_count = fields.Integer(
        string="Brought in All",
        compute="_compute_worth",
        help="Customers he referred, those they referred, and so on: as many of them "
        "as you may see.",
    )
    branch_revenue = fields.Monetary(
        string="Revenue of Those Brought",
        compute="_compute_worth",
        help="What the customers he brought bought in the current company, all the way "
        "down the tree: of those you may see.",
    )

    @property
    def _table_query(self):
        return SQL(
            """
            WITH link AS (%s), brought AS (
                SELECT parent_id AS id, COUNT(*) AS referred_count
                  FROM link
              GROUP BY parent_id
            )
            SELECT COALESCE(link.id, brought.id) AS id,
                   COALESCE(link.id, brought.id) AS partner_id,
                   link.parent_id,
                   link.date,
                   COALESCE(brought.referred_count, 0)::int AS referred_count
              FROM link
              FULL JOIN brought ON brought.id = link.id
            """,
            SQL(LINKS),
        )

    @api.depends("partner_id")
    @api.depends_context("uid", "company")
    def _compute_worth(self):
        self.currency_id = self.env.company.currency_id
        worth = self._get_worth(self.ids)
        for referral in self:
            own, count, revenue = worth.get(referral.id, (0, 0, 0))
            referral.revenue = own
            referral.branch_count = count
            referral.branch_revenue = revenue

    @api.model
    def _get_worth(self, customer_ids):
        """Return what customers and those below them in the tree bought.

        One query; only customers whose profile the reader may see are counted, in the
        current company.

        :param customer_ids: ids of commercial partners
        :return: ``{id: (own revenue, customers below, their revenue)}``
        """
        if not customer_ids:
            return {}
        Profile = self.env["c360.customer.profile"]
        visible = Profile._search([("company_id", "=", self.env.company.id)])
        self._flush_sources()
        rows = self.env.execute_query(
            SQL(
                """
                WITH RECURSIVE link AS MATERIALIZED (%(links)s), branch AS (
                    SELECT id AS root, id FROM UNNEST(%(ids)s) AS id
                     UNION -- not ALL: whoever refers in a circle is met once
                    SELECT branch.root, link.id
                      FROM branch
                      JOIN link ON link.parent_id = branch.id
                )
                SELECT root,
                       COALESCE(SUM(revenue) FILTER (WHERE branch.id = root), 0),
                       COUNT(*) FILTER (WHERE branch.id <> root),
                       COALESCE(SUM(revenue) FILTER (WHERE branch.id <> root), 0)
                  FROM branch
                  JOIN c360_customer_profile AS profile
                    ON profile.partner_id = branch.id
                 WHERE profile.id IN %(visible)s
              GROUP BY root
                """,
                links=SQL(LINKS),
                ids=list(customer_ids),
                visible=visible.subselect(),
            )
        )
        return {root: (own, count, revenue) for root, own, count, revenue in rows}

    def _flush_sources(self):
        for model_name, field_names in self._depends.items():
            self.env[model_name].flush_model(field_names)
        self.env["c360.customer.profile"].flush_model()

    def action_open_customer(self):
        """Open the page of this row's customer."""
        self.ensure_one()
        return self.partner_id.action_view_customer_360()

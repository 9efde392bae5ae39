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
    # Nothing else: to group by who referred, the ORM would join a table that is none.
    _order = "id"
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
        compute="_compute_worth",
        help="Customers this one referred to us himself: as many of them as you may "
        "see.",
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
            WITH link AS (%s)
            SELECT id, id AS partner_id, parent_id, date
              FROM link
             UNION ALL
            SELECT DISTINCT parent_id, parent_id, NULL::int, NULL::date
              FROM link
             WHERE parent_id NOT IN (SELECT id FROM link)
            """,
            SQL(LINKS),
        )

    @api.depends("partner_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_display_name(self):
        """Labels are read with all rights: name only whom the user may read."""
        visible = self.with_user(self.env.uid)._filtered_access("read")
        for referral in self:
            referral.display_name = (
                referral.partner_id.display_name
                if referral in visible
                else self.env._("Another customer")
            )

    @api.depends("partner_id")
    @api.depends_context("uid", "company", "allowed_company_ids")
    def _compute_worth(self):
        self.currency_id = self.env.company.currency_id
        worth = self._get_worth(self.ids)
        for referral in self:
            own, direct, count, revenue = worth.get(referral.id, (0, 0, 0, 0))
            referral.revenue = own
            referral.referred_count = direct
            referral.branch_count = count
            referral.branch_revenue = revenue

    @api.model
    def _get_worth(self, customer_ids):
        """Return what customers and those below them in the tree bought.

        One query; only customers whose profile the reader may see are counted, in the
        current company.

        :param customer_ids: ids of commercial partners
        :return: ``{id: (own revenue, customers just below, all below, their
            revenue)}``
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
                       COUNT(*) FILTER (WHERE branch.id <> root
                                          AND link.parent_id = root),
                       COUNT(*) FILTER (WHERE branch.id <> root),
                       COALESCE(SUM(revenue) FILTER (WHERE branch.id <> root), 0)
                  FROM branch
             LEFT JOIN link ON link.id = branch.id
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
        return {root: tuple(worth) for root, *worth in rows}

    def _flush_sources(self):
        for model_name, field_names in self._depends.items():
            self.env[model_name].flush_model(field_names)
        self.env["c360.customer.profile"].flush_model()

    def action_open_customer(self):
        """Open the page of this row's customer."""
        self.ensure_one()
        return self.partner_id.action_view_customer_360()

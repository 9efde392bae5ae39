from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain


class C360CustomerPartnerMixin(models.AbstractModel):
    """In which segments is this contact's customer?"""

    _inherit = "c360.customer.partner.mixin"

    # A contact is where his customer is: care and mailings write to people.
    c360_segment_ids = fields.Many2many(
        comodel_name="c360.customer.segment",
        string="Segments",
        compute="_compute_c360_segment_ids",
        search="_search_c360_segment_ids",
        groups="base.group_user",
    )

    @api.depends("commercial_partner_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_c360_segment_ids(self):
        Segment = self.env["c360.customer.segment"]
        # as the system of every company, as the search: pools sort leads by it
        visible = Segment._get_visible_sql([("active", "=", True)])
        places = self.env["c360.customer.segment.member"]._get_current_sql(
            Domain("partner_id", "in", self.commercial_partner_id.ids)
            & Domain("segment_id", "any", visible),
            partner_id="partner_id",
            segment_id="segment_id",
        )
        segment_ids = defaultdict(list)
        for partner_id, segment_id in self.env.execute_query(places):
            segment_ids[partner_id].append(segment_id)
        for partner in self:
            partner.c360_segment_ids = Segment.browse(
                segment_ids[partner.commercial_partner_id.id]
            )

    @api.model
    def _search_c360_segment_ids(self, operator, value):
        """Return the contacts of the current members the user may see.

        As the system everybody counts: so rules, mailings and pools ask.
        """
        if operator == "in":
            ids = [segment_id for segment_id in value if segment_id]
            found = Domain.FALSE
            if ids:
                found = self._get_segment_domain(Domain("id", "in", ids))
            if False in value:
                found |= ~self._get_segment_domain(Domain.TRUE)
            return found
        if operator in ("any", "any!"):
            if not isinstance(value, Domain):
                value = Domain("id", "in", value)
            return self._get_segment_domain(value)
        return NotImplemented

    @api.model
    def _get_segment_domain(self, domain):
        """Return the domain of contacts whose customer is in such segments."""
        visible = self.env["c360.customer.segment"]._get_visible_sql(domain)
        members = self.env["c360.customer.segment.member"]._get_current_sql(
            Domain("segment_id", "any", visible), partner_id="id"
        )
        return Domain("commercial_partner_id", "any", members)


class C360CustomerProfile(models.Model):
    _inherit = "c360.customer.profile"

    c360_segment_ids = fields.Many2many(
        related="partner_id.c360_segment_ids",
        string="Segments",
        # the segments of colleagues stay theirs
        related_sudo=False,
    )

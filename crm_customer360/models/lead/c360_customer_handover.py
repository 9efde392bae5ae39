from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL


class C360CustomerHandoverSourceOpportunity(models.AbstractModel):
    _name = "c360.customer.handover.source.opportunity"
    _inherit = "c360.customer.handover.source"
    _description = "Handover: Opportunities"

    _source_key = "opportunity"
    _source_sequence = 30
    _source_model = "crm.lead"
    _source_team = "team_id"
    _source_is_load = True
    _source_groups = ("sales_team.group_sale_salesman",)
    # crm.lead.type of this kind
    _lead_type = "opportunity"

    @api.model
    def _get_label(self):
        return self.env._("Opportunities")

    @api.model
    def _get_open_domain(self):
        """Won and lost ones keep who had them."""
        return Domain(
            [
                ("type", "=", self._lead_type),
                ("active", "=", True),
                ("won_status", "=", "pending"),
            ]
        )

    @api.model
    def _give(self, records, former, user, handover):
        """Give leads, without making them new: they were assigned long ago.

        The host sets the day of assignment whenever the owner changes, and with it
        what counts for quotas and response times.
        """
        before = [(lead.id, lead.date_open or None, lead.day_open) for lead in records]
        for team, leads in records.grouped(
            lambda lead: self._get_team(lead, user)
        ).items():
            leads.write({**self._prepare_values(user, handover), "team_id": team.id})
        self.env.flush_all()
        ids, dates, days = zip(*before, strict=True)
        # Plain SQL: to the ORM a day of assignment of one's own is no value to write.
        self.env.execute_query(
            SQL(
                """
                UPDATE crm_lead AS lead
                   SET date_open = item.date_open, day_open = item.day_open
                  FROM unnest(%s::int[], %s::timestamp[], %s::float[])
                       AS item(id, date_open, day_open)
                 WHERE lead.id = item.id
             RETURNING lead.id
                """,
                list(ids),
                list(dates),
                list(days),
            )
        )
        records.invalidate_recordset(["date_open", "day_open"], flush=False)

    @api.model
    def _get_team(self, lead, user):
        """Return the team the host would choose; it looks for one a lead."""
        team = lead.team_id
        if team and user in team.member_ids | team.user_id:
            return team
        return self._get_default_team(user)

    @api.model
    def _get_default_team(self, user):
        key = ("c360_handover_team", self._lead_type, user.id)
        teams = self.env.cr.cache
        if key not in teams:
            takes = "use_leads" if self._lead_type == "lead" else "use_opportunities"
            teams[key] = (
                self.env["crm.team"]
                ._get_default_team_id(user_id=user.id, domain=[(takes, "=", True)])
                .id
            )
        return self.env["crm.team"].browse(teams[key] or ())


class C360CustomerHandoverSourceLead(models.AbstractModel):
    _name = "c360.customer.handover.source.lead"
    _inherit = "c360.customer.handover.source.opportunity"
    _description = "Handover: Leads"

    _source_key = "lead"
    _source_sequence = 20
    _lead_type = "lead"

    @api.model
    def _get_label(self):
        return self.env._("Leads")


class C360CustomerHandoverSourceCardList(models.AbstractModel):
    """Card lists whose leads are to become his."""

    _name = "c360.customer.handover.source.card.list"
    _inherit = "c360.customer.handover.source"
    _description = "Handover: Card Lists"

    _source_key = "card_list"
    _source_sequence = 94
    _source_model = "c360.lead.import"
    _source_partner = None
    _source_switch = "crm_customer360.group_use_lead"
    _source_groups = ("sales_team.group_sale_salesman",)

    @api.model
    def _get_label(self):
        return self.env._("Card lists that name him")

    @api.model
    def _get_open_domain(self):
        return Domain("state", "!=", "done")

from odoo import api, fields, models
from odoo.fields import Command, Domain
from odoo.tools import SQL

SALES = ("sales_team.group_sale_salesman",)


class C360CustomerHandoverSourceCustomer(models.AbstractModel):
    _name = "c360.customer.handover.source.customer"
    _inherit = "c360.customer.handover.source"
    _description = "Handover: Customers"

    _source_key = "customer"
    _source_sequence = 10
    _source_model = "res.partner"
    _source_partner = "commercial_partner_id"
    _source_is_load = True
    _source_groups = SALES

    @api.model
    def _get_label(self):
        return self.env._("Customers and contacts")


class C360CustomerHandoverSourceActivity(models.AbstractModel):
    """Activities go with the customer of their document."""

    _name = "c360.customer.handover.source.activity"
    _inherit = "c360.customer.handover.source"
    _description = "Handover: Activities"

    _source_key = "activity"
    _source_sequence = 80
    _source_model = "mail.activity"
    _source_partner = None
    _source_company = None

    @api.model
    def _get_label(self):
        return self.env._("Activities")

    @api.model
    def _get_open_domain(self):
        return Domain("active", "=", True)

    @api.model
    def _complete_items(self, line):
        """Find the customer of each activity's document, one statement a model."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT activity.res_model
                  FROM c360_customer_handover_item AS item
                  JOIN mail_activity AS activity ON activity.id = item.res_id
                 WHERE item.line_id = %s AND activity.res_model IS NOT NULL
                """,
                line.id,
            )
        )
        for (name,) in rows:
            partner = self._get_partner_column(name)
            if partner is None:
                continue
            self.env.execute_query(
                SQL(
                    """
                    UPDATE c360_customer_handover_item AS item
                       SET partner_id = customer.commercial_partner_id
                      FROM mail_activity AS activity
                      JOIN %(table)s AS document ON document.id = activity.res_id
                      JOIN res_partner AS customer ON customer.id = document.%(partner)s
                     WHERE item.line_id = %(line)s
                       AND activity.id = item.res_id
                       AND activity.res_model = %(model)s
                 RETURNING item.id
                    """,
                    table=SQL.identifier(self.env[name]._table),
                    partner=SQL.identifier(partner),
                    line=line.id,
                    model=name,
                )
            )

    @api.model
    def _get_partner_column(self, name):
        if name not in self.env or not self.env[name]._auto:
            return None
        if name == "res.partner":
            return "id"
        field = self.env[name]._fields.get("partner_id")
        if not field or field.type != "many2one" or not field.store:
            return None
        self.env[name].flush_model(["partner_id"])
        return "partner_id" if field.comodel_name == "res.partner" else None


class C360CustomerHandoverSourceMeeting(models.AbstractModel):
    """Meetings to come: the successor leads them, and attends instead."""

    _name = "c360.customer.handover.source.meeting"
    _inherit = "c360.customer.handover.source"
    _description = "Handover: Meetings"

    _source_key = "meeting"
    _source_sequence = 85
    _source_model = "calendar.event"
    _source_partner = None
    _source_company = None

    @api.model
    def _get_label(self):
        return self.env._("Meetings to come")

    @api.model
    def _get_open_domain(self):
        return Domain("stop", ">=", fields.Datetime.now())

    @api.model
    def _give(self, records, former, user, handover):
        records.write(
            {
                **self._prepare_values(user, handover),
                "partner_ids": [
                    Command.unlink(former.partner_id.id),
                    Command.link(user.partner_id.id),
                ],
            }
        )

    @api.model
    def _remember(self, items, user):
        meetings = self._get_records_sudo().browse(items.mapped("res_id"))
        known = meetings.filtered(
            lambda meeting: user.partner_id in meeting.partner_ids
        )
        items.filtered(lambda item: item.res_id in known._ids).was_there = True

    @api.model
    def _give_back(self, records, former, user, handover, items):
        known = records.browse(items.filtered("was_there").mapped("res_id"))
        result = super()._give_back(records - known, former, user, handover, items)
        # what the successor answered to the invitation stays
        known.write(
            {
                **self._prepare_values(user, handover),
                "partner_ids": [Command.link(user.partner_id.id)],
            }
        )
        return result

    @api.model
    def _complete_items(self, line):
        """The customer of a meeting is its first attendee who is no colleague."""
        self.env["calendar.event"].flush_model(["partner_ids"])
        self.env.execute_query(
            SQL(
                """
                UPDATE c360_customer_handover_item AS item
                   SET partner_id = guest.customer_id
                  FROM (SELECT DISTINCT ON (attendance.calendar_event_id)
                               attendance.calendar_event_id AS event_id,
                               partner.commercial_partner_id AS customer_id
                          FROM calendar_event_res_partner_rel AS attendance
                          JOIN res_partner AS partner
                            ON partner.id = attendance.res_partner_id
                          JOIN c360_customer_handover_item AS mine
                            ON mine.res_id = attendance.calendar_event_id
                           AND mine.line_id = %(line)s
                         WHERE partner.partner_share
                      ORDER BY attendance.calendar_event_id, partner.id) AS guest
                 WHERE item.line_id = %(line)s
                   AND item.res_id = guest.event_id
             RETURNING item.id
                """,
                line=line.id,
            )
        )


class C360CustomerHandoverSourceTeam(models.AbstractModel):
    _name = "c360.customer.handover.source.team"
    _inherit = "c360.customer.handover.source"
    _description = "Handover: Teams"

    _source_key = "team"
    _source_sequence = 90
    _source_model = "crm.team"
    _source_partner = None
    _source_groups = SALES

    @api.model
    def _get_label(self):
        return self.env._("Teams led")


class C360CustomerHandoverSourceCampaign(models.AbstractModel):
    _name = "c360.customer.handover.source.campaign"
    _inherit = "c360.customer.handover.source"
    _description = "Handover: Campaigns"

    _source_key = "campaign"
    _source_sequence = 95
    _source_model = "utm.campaign"
    _source_partner = None
    _source_is_work = False

    @api.model
    def _get_label(self):
        return self.env._("Campaigns")


class C360CustomerHandoverSourceSegment(models.AbstractModel):
    """Segments he keeps: without an owner nobody but a leader could change them."""

    _name = "c360.customer.handover.source.segment"
    _inherit = "c360.customer.handover.source"
    _description = "Handover: Segments"

    _source_key = "segment"
    _source_sequence = 96
    _source_model = "c360.customer.segment"
    _source_partner = None
    _source_switch = "crm_customer360.group_use_segment"
    _source_is_work = False

    @api.model
    def _get_label(self):
        return self.env._("Segments")


class C360CustomerHandoverSourceLoss(models.AbstractModel):
    """Lost customers somebody is to ask or to win back; what ended keeps his name."""

    _name = "c360.customer.handover.source.loss"
    _inherit = "c360.customer.handover.source"
    _description = "Handover: Lost Customers"

    _source_key = "loss"
    _source_sequence = 65
    _source_model = "c360.customer.loss"
    _source_switch = "crm_customer360.group_use_value"
    _source_groups = SALES

    @api.model
    def _get_label(self):
        return self.env._("Lost customers")

    @api.model
    def _get_open_domain(self):
        return Domain("state", "in", ("open", "winning"))

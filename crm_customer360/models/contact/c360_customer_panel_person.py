from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import format_date

from ..customer.c360_customer_panel_select import ROWS

# After so many days without a word somebody should call.
SILENT_DAYS = 90
# What is an exchange with somebody: it reached him, or he came to us.
REACHED = ("sent", "answered")


class C360CustomerPanelPerson(models.AbstractModel):
    """The people of the customer, how to reach them, and who heard from us last."""

    _name = "c360.customer.panel.person"
    _inherit = "c360.customer.panel"
    _description = "Customer Panel: People"

    _panel_key = "person"
    _panel_sequence = 45
    _panel_models = ("res.partner", "c360.contact.touch")

    @api.model
    def _get_panel(self, customer, partner_ids):
        # read by the page already, in one query
        contacts = self.env["res.partner"].browse(partner_ids)
        people = contacts.filtered(
            lambda partner: partner.active
            and partner != customer
            and partner.type == "contact"
            and partner.name
        )
        last = self._get_last_contacts(partner_ids)
        now = fields.Datetime.now()
        silence = (now - max(last.values())).days if last else None
        unreachable = people.filtered(lambda person: not (person.email or person.phone))
        if not people and silence is None:
            return None
        people = people.sorted(
            lambda person: (person in unreachable, (person.name or "").casefold())
        )
        return {
            "title": self.env._("People"),
            "icon": "fa-users",
            "figures": self._get_figures(people, unreachable, silence),
            "rows": [
                self._prepare_person_row(person, last) for person in people[:ROWS]
            ],
            "count": len(people),
            "action": self._get_action(self.env._("People"), people),
            "empty": self.env._("Nobody is known by name."),
            "due": self._get_due(customer, silence),
            "health": self._get_health(silence),
        }

    def _get_last_contacts(self, partner_ids):
        """Return ``{partner id: moment}`` of the last exchange with each contact.

        One probe of the index for each of them: no history is read.
        """
        Touch = self.env["c360.contact.touch"]
        query = Touch._search(
            [("company_id", "in", [*self.env.companies.ids, False])]
            + ["|", ("state", "in", REACHED), ("direction", "=", "in")],
            order="date desc, id desc",
            limit=1,
        )
        if query.is_empty():
            return {}
        partner, date = (
            Touch._field_to_sql(query.table, name, query)
            for name in ("partner_id", "date")
        )
        query.add_where(SQL("%s = contact.id", partner))
        rows = self.env.execute_query(
            SQL(
                """
                SELECT contact.id, entry.date
                  FROM unnest(%s) AS contact(id)
            CROSS JOIN LATERAL (%s) AS entry
                """,
                list(partner_ids),
                query.select(SQL("%s AS date", date)),
            )
        )
        return dict(rows)

    def _get_action(self, name, people):
        return self._prepare_list_action(
            name, "res.partner", [("id", "in", people.ids)]
        )

    def _get_figures(self, people, unreachable, silence):
        labels = (
            self.env._("People"),
            self.env._("Without phone and e-mail"),
            self.env._("Days since the last contact"),
        )
        figures = [
            self._prepare_figure(
                labels[0],
                len(people),
                "integer",
                action=self._get_action(labels[0], people),
            )
        ]
        if unreachable:
            figures.append(
                self._prepare_figure(
                    labels[1],
                    len(unreachable),
                    "integer",
                    "warning",
                    action=self._get_action(labels[1], unreachable),
                )
            )
        if silence is not None:
            tone = "warning" if silence >= SILENT_DAYS else None
            figures.append(self._prepare_figure(labels[2], silence, "integer", tone))
        return figures

    def _get_due(self, customer, silence):
        if silence is None or silence < SILENT_DAYS:
            return []
        return [
            self._prepare_due(
                self.env._("No contact for %(days)s days", days=silence),
                {"model": "res.partner", "id": customer.id},
                tone="warning",
                priority=75,
            )
        ]

    def _get_health(self, silence):
        if silence is None or silence < SILENT_DAYS:
            return []
        reason = self.env._("No contact for %(days)s days", days=silence)
        return [self._prepare_health("fair", reason, 20)]

    def _prepare_person_row(self, person, last):
        badges = []
        if not (person.email or person.phone):
            label = self.env._("No phone, no e-mail")
            badges.append(self._prepare_badge(label, "warning"))
        heard = last.get(person.id)
        if heard:
            day = fields.Datetime.context_timestamp(self, heard).date()
            label = self.env._("Last contact %(day)s", day=format_date(self.env, day))
            badges.append(self._prepare_badge(label))
        return self._prepare_row(
            person,
            person.name,
            subtitle=person.function or False,
            phone=person.phone or False,
            email=person.email or False,
            badges=badges,
        )

from odoo import api, models
from odoo.tools import SQL

CONTACTS = 12
# The buttons in the bar of the header; what has another role stands in its menu.
BAR = ("call", "write", "quote", "ticket", "task")
# The one that is filled, by what the reader does all day.
PRIMARY = {
    "manager": ("quote", "call", "write"),
    "sales": ("quote", "call", "write"),
    "service": ("ticket", "call", "write"),
    "finance": ("write", "call"),
}


class C360CustomerPage(models.AbstractModel):
    """The head of the page: who it is, how he stands, and what one can do at once."""

    _inherit = "c360.customer.page"

    @api.model
    def _get_header(self, partner, customer, contacts):
        """Return who the customer is, without asking the database for him again."""
        company = self.env.company
        country, owner_id, owner, tags = self._get_names(customer)
        return {
            "id": customer.id,
            "contact_id": partner.id,
            "name": customer.complete_name,
            "active": customer.active,
            "is_company": customer.is_company,
            "avatar": f"/web/image/res.partner/{customer.id}/avatar_128"
            f"?unique={int(customer.write_date.timestamp())}",
            "city": customer.city or False,
            "country": country or False,
            "salesperson": owner or False,
            "salesperson_id": owner_id or False,
            "phone": customer.phone or False,
            "email": customer.email or False,
            "website": customer.website or False,
            "tags": tags or [],
            "currency_id": company.currency_id.id,
            "company": company.name if len(self.env.companies) > 1 else False,
            "contacts": self._get_contacts(contacts - customer),
            "contact_count": len(contacts) - 1,
        }

    def _get_names(self, customer):
        """Return country, owner (id and name) and tags, four tables in one query.

        Names that every employee may read; the customer is one the user may read.
        """
        Partner = self.env["res.partner"].with_context(active_test=False)
        query = Partner._search([("id", "=", customer.id)], bypass_access=True)
        table = query.table
        country = query.left_join(table, "country_id", "res_country", "id", "country")
        owner = query.left_join(table, "user_id", "res_users", "id", "owner")
        person = query.left_join(owner, "partner_id", "res_partner", "id", "person")
        Category = self.env["res.partner.category"]
        tags = Category._search([("partner_ids", "in", customer.ids)], order="name, id")
        tag = Category._field_to_sql(tags.table, "name", tags)
        [row] = self.env.execute_query(
            query.select(
                self.env["res.country"]._field_to_sql(country, "name", query),
                SQL.identifier(owner, "id"),
                SQL.identifier(person, "name"),
                SQL("ARRAY(%s)", tags.select(tag)),
            )
        )
        return row

    @api.model
    def _collect(self, cards, customer):
        """Take from the cards what belongs to the header, and judge it.

        :return: ``badges``, ``buttons`` (bar and menu), ``health``, ``due``
        """
        due = [card.pop("due", ()) for card in cards]
        taken = {
            name: [item for card in cards for item in card.pop(name, ())]
            for name in ("badges", "buttons", "health")
        }
        return {
            "badges": taken["badges"],
            "buttons": self._get_buttons(customer, taken["buttons"]),
            "due": self._get_due(due),
            "health": self._get_health(taken["health"]),
        }

    # -- buttons --

    @api.model
    def _get_buttons(self, customer, buttons):
        """Return the buttons, those of the bar first; one of them is primary.

        Nothing new is begun with an archived customer.
        """
        if not customer.active:
            return []
        buttons = [
            {"role": None, "primary": False, **button}
            for button in self._get_own_buttons(customer) + buttons
        ]
        buttons.sort(
            key=lambda button: (
                BAR.index(button["role"]) if button["role"] in BAR else len(BAR)
            )
        )
        roles = [button["role"] for button in buttons]
        words = {"quote": self.env._("Quote"), "ticket": self.env._("Ticket")}
        for button in buttons:
            # the bar has room for a word
            button["short"] = words.get(button["role"], button["label"])
        for role in PRIMARY[self._get_role()]:
            if role in roles:
                buttons[roles.index(role)]["primary"] = True
                break
        return buttons

    @api.model
    def _get_own_buttons(self, customer):
        """Return call, write and task; the other rooms offer their documents.

        Whoever may write on the contact may post on it: so the host sees it.
        """
        prepare = self.env["c360.customer.panel"]._prepare_button
        buttons = []
        if customer.phone:
            call = prepare(self.env._("Call"), "fa-phone", False, "call")
            buttons.append({**call, "phone": customer.phone})
        if not customer.has_access("write"):
            return buttons
        if customer.email:
            buttons.append(
                prepare(
                    self.env._("Write"),
                    "fa-envelope-o",
                    self._get_write_action(customer),
                    "write",
                )
            )
        buttons.append(
            prepare(
                self.env._("Task"),
                "fa-clock-o",
                self._get_task_action(customer),
                "task",
            )
        )
        return buttons

    def _get_write_action(self, customer):
        """Return the composer of the host: the gate looks at what it sends."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Write to %(name)s", name=customer.name),
            "res_model": "mail.compose.message",
            "views": [[False, "form"]],
            "target": "new",
            "context": {
                "default_model": "res.partner",
                "default_res_ids": customer.ids,
                "default_partner_ids": customer.ids,
                "default_composition_mode": "comment",
            },
        }

    def _get_task_action(self, customer):
        """Return the host's dialog to plan an activity."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Plan a task"),
            "res_model": "mail.activity.schedule",
            "views": [[False, "form"]],
            "target": "new",
            "context": {
                "active_model": "res.partner",
                "active_id": customer.id,
                "active_ids": customer.ids,
            },
        }

    # -- people --

    def _get_contacts(self, contacts):
        """Return the people and addresses of the customer, by name."""
        types = self.env["c360.customer.panel"]._get_labels("res.partner", "type")
        # an address without a name of its own is called by what it is for
        named = [
            (contact.name or types.get(contact.type, ""), contact)
            for contact in contacts
            if contact.active
        ]
        named.sort(key=lambda pair: (pair[0].casefold(), pair[1].id))
        return [
            {
                "id": contact.id,
                "name": name,
                "function": contact.function or False,
                "phone": contact.phone or False,
                "email": contact.email or False,
            }
            for name, contact in named[:CONTACTS]
        ]

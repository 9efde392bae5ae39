import logging

from odoo import api, models
from odoo.exceptions import AccessError, UserError

_logger = logging.getLogger(__name__)

TIMELINE_ROWS = 200
# Read in one query for the customer and its contacts; the header needs no other.
CUSTOMER_FIELDS = (
    "name",
    "complete_name",
    "active",
    "type",
    "function",
    "phone",
    "email",
    "website",
    "city",
    "is_company",
    "write_date",
    # what the rules on contacts look at, or each check reads it again
    "company_id",
    "partner_share",
)


class C360CustomerPage(models.AbstractModel):
    """Everything a colleague has to know when the customer is on the phone.

    The page owns no table. It is answered in a fixed number of queries, from whatever
    panels are registered, with the rights of the user who looks.
    """

    _name = "c360.customer.page"
    _description = "Customer 360 Page"

    _page_groups = (
        "crm_customer360.group_user",
        "crm_customer360.group_care",
        "crm_customer360.group_service",
        "crm_customer360.group_analyst",
        "crm_customer360.group_finance",
    )

    @api.model
    @api.readonly
    def load(self, partner_id):
        """Return the header and the panels of a customer.

        :param int partner_id: a customer or any of its contacts
        :return: ``{"header", "role", "panels", "timeline"}``, the panels in the order
            the role reads them; see ``_get_header`` and ``c360.customer.panel``
        :raise UserError: when there is no such contact
        :raise AccessError: without a role in the product or the right to read it
        """
        partner, customer, contacts = self._get_customer(partner_id)
        self.env["c360.customer.reading"]._count(contacts._name, len(contacts))
        cards = self._load_cards(customer, contacts.ids)
        header = self._get_header(partner, customer, contacts)
        header.update(self._collect(cards, customer))
        cards = [card for card in cards if not card.get("hidden")]
        role = self._get_role()
        return {
            "header": header,
            "role": role,
            "panels": self._sort_panels(cards, role),
            "timeline": self._get_timeline_choices(header),
        }

    @api.model
    def _get_timeline_choices(self, header):
        """Return what the timeline can be filtered by; the people are in the header."""
        colleagues = [{"id": self.env.uid, "name": self.env._("Me")}]
        owner_id = header["salesperson_id"]
        if owner_id and owner_id != self.env.uid:
            colleagues.append({"id": owner_id, "name": header["salesperson"]})
        return {
            **self.env["c360.customer.timeline"]._get_choices(),
            "colleagues": colleagues,
        }

    @api.model
    def _load_cards(self, customer, partner_ids):
        """Return what all panels say to the user, hidden cards too."""
        cards = []
        for panel in self.env["c360.customer.panel"]._get_panels():
            try:
                card = panel._load_panel(customer, partner_ids)
            except AccessError as error:
                # A document may hang on one the user may not read: the others stay.
                _logger.info("Panel %s left out: %s", panel._name, error)
                continue
            if card:
                cards.append(card)
        return cards

    @api.model
    @api.readonly
    def load_timeline(self, partner_id, before=None, limit=40, filters=None):
        """Return one page of what happened with a customer, newest first.

        :param int partner_id: a customer or any of its contacts
        :param before: the ``next`` of the page above, None for the first page
        :param int limit: rows on the page, at most 200
        :param filters: ``{"kinds": [...], "contact_id", "user_id", "channel",
            "text"}``, each optional; see ``TimelineFilter``
        :return: ``{"entries": [...], "next": [date, model, id] or False}``
        :raise UserError: when there is no such contact or ``limit`` or ``filters``
            is not what it should be
        :raise AccessError: without a role in the product or the right to read it
        """
        if not isinstance(limit, int):
            raise UserError(
                self.env._("The number of rows of a page has to be a whole number.")
            )
        _partner, customer, contacts = self._get_customer(partner_id)
        limit = min(max(limit, 1), TIMELINE_ROWS)
        return self.env["c360.customer.timeline"]._load(
            customer, contacts.ids, before, limit, filters
        )

    # -- who --

    @api.model
    def _is_allowed(self):
        """Tell whether the user has a role that opens the page."""
        user = self.env.user
        return self.env.su or any(user.has_group(group) for group in self._page_groups)

    @api.model
    def _get_customer(self, partner_id):
        """Return the contact, its customer and all contacts of the customer.

        Only contacts the user may read. Archived ones belong to it: their documents
        are part of the history.
        """
        if not self._is_allowed():
            raise AccessError(
                self.env._(
                    "The Customer 360 page is for salespeople, care officers, service "
                    "agents, accountants and analysts. Ask an administrator for one of "
                    "these roles."
                )
            )
        Partner = self.env["res.partner"].with_context(active_test=False)
        partner_id = partner_id if isinstance(partner_id, int) else 0
        partner = Partner.search_fetch(
            [("id", "=", partner_id)], ["commercial_partner_id"]
        )
        if not partner:
            if not Partner.browse(partner_id).exists():
                raise UserError(
                    self.env._("This customer does not exist or was deleted meanwhile.")
                )
            Partner.browse(partner_id).check_access("read")
        customer = partner.commercial_partner_id
        contacts = Partner.search_fetch(
            [("commercial_partner_id", "=", customer.id)], CUSTOMER_FIELDS
        )
        if customer not in contacts:
            customer.check_access("read")
        return partner, customer, contacts

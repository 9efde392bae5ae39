from odoo import api, models

from ...tools.customer_health import rate_health, sort_signals

DUE_SHOWN = 3
REASONS_SHOWN = 6
NOTHING = (None, False, "", 0, "–")
# Which cards a role reads first. A card that is named nowhere follows in its own
# order, so a new one needs no line here. The first role whose group one has counts.
ROLE_PANELS = {
    "manager": (
        "profile",
        "money",
        "receivable",
        "opportunity",
        "quote",
        "order",
        "ticket",
        "promise",
    ),
    "finance": (
        "receivable",
        "money",
        "profile",
        "order",
        "return",
        "contract",
        "ticket",
    ),
    "sales": (
        "profile",
        "promise",
        "activity",
        "opportunity",
        "quote",
        "order",
        "product",
        "money",
        "ticket",
        "receivable",
    ),
    "service": (
        "ticket",
        "promise",
        "activity",
        "order",
        "return",
        "contract",
        "care",
        "profile",
    ),
}
ROLE_GROUPS = {
    "manager": ("crm_customer360.group_manager",),
    "sales": ("crm_customer360.group_user",),
    "service": ("crm_customer360.group_service", "crm_customer360.group_care"),
    "finance": ("crm_customer360.group_finance",),
}


class C360CustomerPage(models.AbstractModel):
    """What the cards say together: the word for the health, what is due, the order."""

    _inherit = "c360.customer.page"

    # -- role --

    @api.model
    def _get_role(self):
        """Return the role the reader looks with: manager, sales, service or finance.

        Bookkeepers hold the right to finance figures and no role of sales; managers
        hold every right.
        """
        user = self.env.user
        for role, groups in ROLE_GROUPS.items():
            if any(user.has_group(group) for group in groups):
                return role
        return "sales"

    @api.model
    def _sort_panels(self, cards, role):
        """Return the cards in the order the role reads, quiet ones last."""
        places = {key: place for place, key in enumerate(ROLE_PANELS[role])}
        for card in cards:
            card["quiet"] = self._is_quiet(card)
        return sorted(
            cards,
            key=lambda card: (
                card["quiet"],
                places.get(card["key"], len(places)),
                card["sequence"],
                card["key"],
            ),
        )

    @api.model
    def _is_quiet(self, card):
        """Tell whether a card has nothing to say but its title."""
        return not (
            card["rows"]
            or card.get("chart")
            or any(figure["value"] not in NOTHING for figure in card["figures"])
        )

    # -- health --

    @api.model
    def _get_health(self, signals):
        """Return the health in one word with its reasons, False when unknown.

        :param signals: what the cards say, ``panel._prepare_health``
        """
        rating = rate_health(signals)
        if not rating:
            return False
        words = {
            "good": self.env._("Good"),
            "fair": self.env._("Fair"),
            "poor": self.env._("Poor"),
        }
        return {
            "rating": rating,
            "label": words[rating],
            "reasons": [
                {"tone": signal["tone"], "reason": signal["reason"]}
                for signal in sort_signals(signals)[:REASONS_SHOWN]
            ],
        }

    # -- due --

    @api.model
    def _get_due(self, due):
        """Return the most urgent of what the cards call due, and how many there are.

        The most urgent of each card come first: three late deliveries do not hide that
        an invoice is overdue.

        :param due: a list for each card
        """

        def urgency(item):
            return item["priority"], str(item["date"] or "9"), item["label"]

        ranked = [
            (rank, *urgency(item), item)
            for items in due
            for rank, item in enumerate(sorted(items, key=urgency))
        ]
        ranked.sort(key=lambda entry: entry[:-1])
        shown = [entry[-1] for entry in ranked[:DUE_SHOWN]]
        return {"items": sorted(shown, key=urgency), "count": len(ranked)}

"""A fair and its business cards: imported, checked, compared, merged."""

import base64

from odoo.fields import Command
from odoo.tools import file_open

from .chapter import Chapter
from .leads import Leads, get_interest

NAME = "Pearl River Hospitality Show"
# Days before the installation: the cards come in, nina goes through the duplicates,
# sam has read the cards of a journey and not imported them yet.
CARDS, REVIEW, JOURNEY = 13, 11, 1
# Slots of the day.
IMPORT, DECIDE = 1, 3
# Where nobody keeps an address; the manager adds it to the list of the check.
THROWAWAY = "trash-mail.example"
# From the company of a card to the kind of buyer behind it.
BUYERS = {
    "Happy Valley Club": "head_office",
    "广州白云酒店集团": "head_office",
    "Orchard Office Catering": "agent",
    "Chao Phraya Hotels": "head_office",
    "Seongsu Roasters": "agent",
    "Nilgiri Leaf Traders": "agent",
    "Northern Canteens Group": "head_office",
    "杭州西溪民宿联盟": "agent",
    "Kai Tak Stadium Bars": "head_office",
    "Aurora Hotels Nordic": "head_office",
}
# Cards of what seems to be a lead already: what nina decides.
SAME = ("Peak Fitness Club", "Aurora Hotels Nordic")
OTHERS = ("Docklands Canteen",)


class Fair(Chapter):
    """Sixty cards in one list: most are new, some invalid, some known already."""

    def open(self):
        self.cards = {}
        self.campaign = self.env["utm.campaign"].create({"title": NAME})
        for days, slot, action in (
            (CARDS + 1, IMPORT, self.prepare),
            (CARDS, IMPORT, self.import_cards),
            (CARDS, DECIDE, self.qualify),
            (REVIEW, DECIDE, self.review),
            (JOURNEY, DECIDE, self.read_cards),
        ):
            self.book.plan(self.clock.moment(days, slot), action, days)

    def prepare(self, _days):
        """The manager knows where throw-away addresses come from."""
        check = self.env.ref("crm_customer360.c360_lead_check_email_disposable")
        check.with_env(self.book.by("mia")).words = THROWAWAY

    def import_cards(self, _days):
        """Import everything: what is invalid is set aside, what is known compared."""
        origin = self.book.chapters[Leads].origins["fair"]
        card_list = self._read(
            "nina",
            "fair_cards",
            source_id=self._get_source().id,
            medium_id=origin["medium_id"],
            campaign_id=self.campaign.id,
            take_invalid=True,
            take_duplicates=True,
        )
        card_list.action_import()
        # The one who imports need not see where the leads went.
        for lead in card_list.sudo().line_ids.lead_id.with_env(self.env):
            self.cards.setdefault(lead.partner_name or lead.contact_name, lead)

    def _get_source(self):
        sources = self.env["utm.source"]
        return sources.search([("name", "=", NAME)]) or sources.create({"name": NAME})

    def read_cards(self, _days):
        """The assistant shows what would become of each card; nobody has imported."""
        self._read("sam", "visit_cards")

    def _read(self, login, name, **values):
        with file_open(f"crm_customer360_demo/data/{name}.csv", "rb") as cards:
            content = base64.b64encode(cards.read())
        card_list = self.book.by(login)["c360.lead.import"].create(
            {"file": content, "file_name": f"{name}.csv", **values}
        )
        card_list.action_read()
        return card_list

    def qualify(self, _days):
        """Nina notes for whom they buy, and what."""
        nina = self.book.by("nina", tracked=True)
        for company, lead in self.cards.items():
            lead = lead.with_env(nina)
            if not lead.active:
                continue
            role = BUYERS.get(company)
            lead.write(
                {
                    "interest_category_ids": get_interest(
                        self.env, lead.description or ""
                    ),
                    "buyer_role_id": role
                    and self.env.ref(f"crm_customer360.c360_lead_buyer_role_{role}").id,
                    "end_user_name": "The guests of all houses"
                    if role == "head_office"
                    else False,
                    "tag_ids": [Command.link(self._get_tag().id)],
                }
            )

    def _get_tag(self):
        tags = self.env["crm.tag"]
        return tags.search([("name", "=", "Fair")]) or tags.create({"name": "Fair"})

    def review(self, _days):
        """Some pairs are decided, the others wait for whoever looks round."""
        for companies, decide in ((SAME, "action_merge"), (OTHERS, "action_reject")):
            for company in companies:
                pair = self._find_pair(self.cards[company])
                getattr(pair.with_env(self.book.by("nina", tracked=True)), decide)()

    def _find_pair(self, lead):
        pairs = self.env["c360.lead.duplicate"].search(
            [("lead_id", "=", lead.id), ("state", "=", "open")]
        )
        return pairs.filtered("other_lead_id")[:1]

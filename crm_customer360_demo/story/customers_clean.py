"""The address book: the same customer twice, gaps, and who knows whom."""

from odoo.fields import Command

from .chapter import OPENING, Chapter
from .customers import Customer
from .orders import Deal, Orders

# Slots of the day.
REGISTER, WORK = 2, 7
# Days before the installation: entered again, noticed and merged, exported.
TWICE, MERGED, EXPORTED = 36, 5, 9
# Typed in a second time, by somebody in a hurry: name, what is written otherwise.
DOUBLES = {
    "fjord": ("Fjord & Bonne", {"street": False}),
    "brew21": ("Brew Twenty One Inc.", {"street": "21 Lispenard St"}),
    "kyobashi": ("Kyobashi Coffee Works K.K.", {"phone": "+81 3 5550 0128"}),
    "wellington": ("Wellington Street Espresso Ltd", {"email": False}),
}
MERGE = "fjord"
# Entered at the telephone, never completed.
GAPS = {
    "elmstreet": ("phone", "street", "zip"),
    "tidehouse": ("street", "website"),
    "saigon": ("phone", "street", "zip", "website"),
    "taro": ("email", "website"),
}
ADDRESS = ("street", "zip", "city", "email", "phone", "website", "lang", "tz")
RELATION = "crm_customer360_partner_multi_relation.relation_type_"
# What is known after a while: days ago, kind, customer, contact or "", other customer
RELATIONS = (
    (480, "decides", "harbour", "olivia", "harbour"),
    (480, "advises", "harbour", "ben", "harbour"),
    (420, "uses", "harbour", "priya", "harbour"),
    (400, "refers", "harbour", "", "steep"),
    (330, "refers", "steep", "", "teabird"),
    (250, "competes", "harbour", "", "clocktower"),
    (120, "decides", "yuqian", "chen.yuwei", "yuqian"),
    (110, "refers", "yuqian", "chen.yuwei", "mingxuan"),
)


class CleanData(Chapter):
    """Duplicates to review, one merge, incomplete customers, relations."""

    def open(self):
        self.doubles = {
            key: Customer(
                key=key,
                row=self.book.customers[key].row,
                payer="prompt",
                owner=self.book.customers[key].owner,
            )
            for key in DOUBLES
        }
        self.book.plan(self.clock.moment(OPENING - 1, REGISTER), self.leave_gaps, None)
        for key in ("tidehouse", "saigon"):
            # who is entered later
            self.book.plan(self.clock.moment(TWICE, REGISTER), self.leave_gaps, key)
        self.book.plan(self.clock.moment(TWICE, REGISTER), self.enter_again, None)
        # the order of a customer who, it seems, has never ordered before
        self.book.chapters[Orders].plan(
            Deal(
                customer=self.doubles[MERGE],
                lines=[("SP-04", 6, None), ("CO-02", 2, None)],
                confirm_ago=TWICE - 8,
                pay_after=10,
            )
        )
        self.book.plan(self.clock.moment(MERGED, WORK), self.merge, None)
        self.book.plan(self.clock.moment(EXPORTED, WORK), self.export, None)
        for row in RELATIONS:
            self.book.plan(self.clock.moment(row[0], WORK), self.relate, row)

    def leave_gaps(self, _days):
        """Some customers were never asked for everything."""
        for key, names in GAPS.items():
            partner = self.book.customers[key].partner
            if partner:
                partner.write(dict.fromkeys(names, False))

    def enter_again(self, _days):
        """Customers who are there already, and nobody looked."""
        for key, (name, values) in DOUBLES.items():
            known = self.book.customers[key].partner
            partner = self.book.by(self.doubles[key].owner)["res.partner"].create(
                {
                    **{field: known[field] for field in ADDRESS},
                    "country_id": known.country_id.id,
                    "state_id": known.state_id.id,
                    "user_id": self.book.users[self.doubles[key].owner],
                    "category_id": [Command.set(known.category_id.ids)],
                    "is_company": True,
                    "name": name,
                    **values,
                }
            )
            self.doubles[key].partner = partner.with_env(self.env)

    def merge(self, _days):
        """The manager merges one of them; it can be undone for thirty days."""
        target = self.book.customers[MERGE].partner
        partners = target | self.doubles[MERGE].partner
        wizards = self.book.by("mia", tracked=True)[
            "base.partner.merge.automatic.wizard"
        ]
        wizards.create(
            {
                "partner_ids": [Command.set(partners.ids)],
                "dst_partner_id": target.id,
                "state": "selection",
            }
        ).action_merge()

    def export(self, _days):
        """Nina takes a list along to the fair: that is on record."""
        nina = self.book.by("nina")
        nina["res.partner"].search(
            [("user_id", "=", nina.uid), ("is_company", "=", True)]
        ).export_data(["name", "phone", "email"])

    # ---------------------------------------------------------------- relations

    def relate(self, rows):
        """Write down who brought whom, who decides, and with whom they compete."""
        for _days, kind, key, contact, other in rows:
            customer = self.book.customers[key]
            left = customer.contacts[contact] if contact else customer.partner
            self.book.by(customer.owner)["res.partner.relation"].create(
                {
                    "type_id": self.env.ref(RELATION + kind).id,
                    "left_partner_id": left.id,
                    "right_partner_id": self.book.customers[other].partner.id,
                    "date_start": self.clock.now.date(),
                }
            )

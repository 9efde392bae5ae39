"""Customers who left: why, who says so, and one who came back."""

from .chapter import Chapter
from .orders import Orders

# Slots of the day: answers and clicks, calls.
ANSWER, CALL = 4, 6
# Days without an order after which a customer has churned, and until it is noticed.
SILENCE, NOTICED = 180, 15
COMPETITOR = "Barista Supply Europe B.V."
# customer, who answers, cause, who says so, contact, his words
ANSWERS = (
    (
        "sequoia",
        "sam",
        "competitor",
        "customer",
        "karen",
        "They deliver from Oakland overnight. With you I wait for a container.",
    ),
    (
        "clocktower",
        "sam",
        "response",
        "colleague",
        "",
        "The complaint about the machine was open for weeks, then they went silent.",
    ),
    (
        "ostwind",
        "sam",
        "price",
        "colleague",
        "",
        "Asked twice for a discount on beans; we said no both times.",
    ),
    (
        "panorama",
        "sam",
        "core",
        "colleague",
        "",
        "The three-group machine was too much for their water.",
    ),
    (
        "lisboa",
        "sam",
        "involuntary",
        "customer",
        "ines",
        "We close the shop in the old town, the rent has doubled.",
    ),
    (
        "jiuqu",
        "nina",
        "price",
        "colleague",
        "",
        "今年春茶涨价，客户直接向茶农采购。",
    ),
    ("oldharbour", "nina", "encounter", "customer", "philip", "Nobody called back."),
)
# Who is being won back right now: the call was made, the offer is due.
WINNING, WINNING_SINCE = "ostwind", 18
# Who may have been won back: whoever came back late enough for care to call first.
RETURNED = ("elmstreet", "nordbryg", "teabird", "gulou", "yunxi")
CARE_LIVE, AHEAD = 66, 20
CALLS = {
    True: "Glad that I called. The price of the filters kept him away; sent an offer.",
    False: "Would come back for better terms on beans. I have promised an offer.",
}


class LostCustomers(Chapter):
    """Salespeople answer the question why; care rules try to win back."""

    def open(self):
        self.rules = self.env["c360.care.rule"].search(
            [("trigger", "=", "winback_started")]
        )
        # they would begin with the installation, after the story
        self.rules.active = False
        self.book.plan(self.clock.moment(CARE_LIVE + 3), self.go_live, None)
        for row in ANSWERS:
            customer = self.book.customers[row[0]]
            lost = self._get_days(customer)[-1] - SILENCE
            days_ago = max(lost - NOTICED, 1)
            self.book.plan(self.clock.moment(days_ago, ANSWER), self.answer, row)
        self._plan_win_back(WINNING, WINNING_SINCE, False)
        for key in RETURNED:
            days = self._get_days(self.book.customers[key])
            begin = days[-1] + AHEAD
            if begin <= min(CARE_LIVE, days[-2] - SILENCE - NOTICED):
                self._plan_win_back(key, begin, True)
                break

    def _get_days(self, customer):
        """Return how long ago a customer ordered, the last order last."""
        deals = self.book.chapters[Orders].deals_of(customer)
        return sorted((d.confirm_ago for d in deals if d.confirm_ago), reverse=True)

    def _plan_win_back(self, key, days_ago, is_back):
        self.book.plan(self.clock.moment(days_ago, ANSWER), self.win_back, key)
        called = self.clock.moment(days_ago - 6, CALL)
        self.book.plan(called, self.call, (key, is_back))

    def _get_loss(self, key, login):
        partner = self.book.customers[key].partner
        return self.book.by(login, tracked=True)["c360.customer.loss"].search(
            [("partner_id", "=", partner.id), ("state", "in", ("open", "winning"))]
        )

    def go_live(self, _days):
        """Care begins to win customers back."""
        self.rules.active = True

    def answer(self, rows):
        """Say why; who asked for it is answered with that."""
        for key, login, cause, said_by, contact, note in rows:
            customer = self.book.customers[key]
            values = {"cause": cause, "said_by": said_by, "note": note}
            if contact:
                values["contact_id"] = customer.contacts[contact].id
            if cause == "competitor":
                values["competitor_id"] = self.get_competitor().id
            self._get_loss(key, login).write(values)

    def get_competitor(self):
        """Return who sells the same to the same people."""
        partners = self.env["res.partner"]
        return partners.search([("name", "=", COMPETITOR)]) or partners.create(
            {
                "name": COMPETITOR,
                "is_company": True,
                "city": "Rotterdam",
                "country_id": self.env.ref("base.nl").id,
                "website": "https://baristasupply.example",
            }
        )

    def win_back(self, keys):
        """Press the button; the care rules take it from here."""
        for key in keys:
            self._get_loss(key, self.book.customers[key].owner).action_win_back()

    def call(self, calls):
        """The first step of the sequence: the salesperson calls."""
        for key, is_back in calls:
            partner = self.book.customers[key].partner
            # who was quiet for long may have another owner by now, or none
            owner = partner.user_id.login or "cora"
            task = self.book.by(owner, tracked=True)["c360.care.task"].search(
                [
                    ("customer_id", "=", partner.id),
                    ("source_model", "=", "c360.customer.loss"),
                    ("state", "=", "todo"),
                ],
                limit=1,
            )
            task.note = CALLS[is_back]
            task.action_happy()

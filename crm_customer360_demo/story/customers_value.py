"""What customers are worth: prices, forecasts and segments, evening after evening."""

from odoo.fields import Command

from .chapter import OPENING, Chapter
from .orders import Deal, Orders

# Slots of the day: what the manager decides, the evening after the night of the house.
DECIDE, EVENING = 4, 18
# Days before the installation on which the segments are made.
SEGMENTS = 300
FAIR = 24
INDUSTRIES = {
    "roaster": "base.res_partner_industry_C",
    "cafe": "base.res_partner_industry_I",
    "tea": "base.res_partner_industry_I",
    "hotel": "base.res_partner_industry_I",
    "retail": "base.res_partner_industry_G",
}
# Whom nina met at the fair and keeps on a list of her own hand.
GUESTS = ("yuqian", "qingshan", "mingxuan", "rivertea", "nanshan", "peakhouse", "kopi")
STAYED_AWAY = "kopi"
MACHINES = "Espresso machines"
GRINDERS = "Grinders"


class CustomerValue(Chapter):
    """Deals that cost us money, segments, and the forecast as its jobs write it."""

    def open(self):
        self.segments = self.env["c360.customer.segment"]
        plan = self.book.chapters[Orders].plan
        for deal in (*self._sell_below_cost(), self._sell_what_comes_back()):
            plan(deal)
        self.book.plan(self.clock.moment(OPENING - 1, DECIDE), self.classify, None)
        self.book.plan(self.clock.moment(SEGMENTS, DECIDE), self.divide, None)
        self.book.plan(self.clock.moment(FAIR, DECIDE), self.list_guests, None)
        self.book.plan(self.clock.moment(FAIR - 6, DECIDE), self.take_off, None)
        for days_ago in range(SEGMENTS, 0, -14):
            self.book.plan(self.clock.moment(days_ago, EVENING), self.evening, None)

    def _sell_below_cost(self):
        """A roaster who beat the price down further than anybody noticed."""
        return [
            Deal(
                customer=self.book.customers["kyobashi"],
                lines=[("EM-300", machines, 4700.0)],
                confirm_ago=days_ago,
                deliver_after=4,
                pay_after=12,
            )
            for days_ago, machines in ((210, 1), (96, 2))
        ]

    def _sell_what_comes_back(self):
        """An order that was a mistake: everything is taken back and credited."""
        return Deal(
            customer=self.book.customers["peakhouse"],
            lines=[("KT-01", 12, None)],
            confirm_ago=70,
            deliver_after=3,
            returned=True,
            is_return_whole=True,
            name="PH-118",
        )

    def classify(self, _days):
        """Give every customer his industry."""
        for customer in self.book.customers.values():
            if customer.partner:
                industry = INDUSTRIES[customer.row["trade"]]
                customer.partner.industry_id = self.env.ref(industry)

    # ----------------------------------------------------------------- segments

    def divide(self, _days):
        """The manager's segments; everybody may use them."""
        bought = {
            name: [("product_id.categ_id.name", "=", name)]
            for name in (MACHINES, GRINDERS)
        }
        self.segments = self.book.by("mia")["c360.customer.segment"].create(
            [
                {
                    "name": "Key accounts",
                    "description": "Served first, visited twice a year.",
                    "color": 10,
                    "condition_ids": [self._profile([("tier", "=", "a")])],
                },
                {
                    "name": "At risk and worth it",
                    "description": "Call before they are gone.",
                    "color": 1,
                    "condition_ids": [
                        self._profile(
                            [
                                ("churn_risk", ">=", 0.3),
                                ("tier", "in", ("a", "b")),
                                ("lifecycle", "!=", "churned"),
                            ]
                        )
                    ],
                },
                {
                    "name": "Machine, but no grinder from us",
                    "description": "Half of the taste is the grinder: offer one.",
                    "color": 3,
                    "reach": "customer",
                    "condition_ids": [
                        self._product("has", bought[MACHINES]),
                        self._product("has_not", bought[GRINDERS]),
                    ],
                },
            ]
        )
        self.segments._refresh()

    def _profile(self, domain):
        return Command.create({"subject": "profile", "domain": repr(domain)})

    def _product(self, presence, domain):
        return Command.create(
            {"presence": presence, "subject": "product", "domain": repr(domain)}
        )

    def list_guests(self, _days):
        """Nina keeps a list of whom she met at the fair."""
        nina = self.book.by("nina")
        self.guests = nina["c360.customer.segment"].create(
            {"name": "Guests of the fair", "kind": "fixed", "color": 4}
        )
        self.guests._add_partners(self._get_partners(GUESTS).with_env(nina))

    def take_off(self, _days):
        nina = self.book.by("nina")
        self.guests.with_env(nina)._remove_partners(self._get_partners([STAYED_AWAY]))

    def _get_partners(self, keys):
        return self.env["res.partner"].union(
            *(self.book.customers[key].partner for key in keys)
        )

    # ------------------------------------------------------------------- nights

    def evening(self, _days):
        """The jobs of forecast, completeness and segments, without their commits."""
        value_models = self.env["c360.customer.value.model"]
        value_models._create_missing()
        today = self.clock.now.date()
        for value_model in value_models.search([]):
            value_model._score_next(today)
        self.env["c360.customer.completeness.rule"]._refresh()
        self.segments.with_env(self.env)._refresh()

    def close(self):
        """Learn how customers order, foretell, divide: as of the last evening."""
        self.env["c360.customer.value.model"]._create_missing()
        self.env["c360.customer.value.model"].search([])._fit()
        self.evening([])

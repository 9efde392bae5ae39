"""Where names come from: business cards, the web form, referrals, calls."""

from odoo.fields import Command

from .chapter import Chapter, table

# Slots of a lead's day.
ARRIVE, CLAIM, CONVERT, GIVE_BACK = 1, 2, 4, 8
# lead row's source -> medium, source (xmlid or name)
ORIGINS = {
    "fair": ("Fair", "Hong Kong Tea & Coffee Fair"),
    "web": ("Website", "Web form"),
    "referral": ("Direct", "Referral"),
    "phone": ("Phone", "Hotline"),
}
# source -> by which road, and who brings it
ROADS = {
    "fair": ("manual", "nina"),
    "web": ("website", None),
    "referral": ("manual", "mia"),
    "phone": ("call", "leo"),
}
# company -> which of the reasons of the house, and a word on it
RETURNS = {
    "Kaffehuset Aarhus": ("field", "Only buys second-hand machines"),
    "Papillon Pâtisserie": ("need", "Has bought elsewhere last week"),
    "Hafen Bistro": ("field", "Not our make, nothing to sell"),
}
# What an enquiry names -> the category it is interested in; the first that is found
INTERESTS = (
    ("Grinders", "grinder|磨豆|burr"),
    ("Espresso machines", "machine|maestro|aria|espresso|equipment|咖啡机|设备|設備"),
    ("Teaware", "teapot|teaware|tea set|gaiwan|tray|茶具|茶壶|茶壺|茶盘|盖碗|壶"),
    ("Kettles and brewers", "kettle|brew|pour-over|filter"),
    ("Coffee", "bean|coffee|roast|生豆|咖啡豆"),
    ("Spare parts", "spare|gasket"),
    ("Tea", "tea|longjing|jasmine|龙井|茶"),
)
JUNK = "Not a real enquiry"
# From this expected revenue on a lead is marked as important.
IMPORTANT = 25_000


def get_interest(env, text):
    """Return commands for the category a text asks for; none when it names nothing."""
    for name, words in INTERESTS:
        if any(word in text.lower() for word in words.split("|")):
            category = env["product.category"].search([("name", "=", name)], limit=1)
            return [Command.set(category.ids)]
    return [Command.clear()]


class Leads(Chapter):
    """Leads arrive without an owner and take the way the pools give them."""

    def open(self):
        self.leads = {}
        self.origins = {
            key: {
                "medium_id": self._utm("utm.medium", medium).id,
                "source_id": self._utm("utm.source", source).id,
            }
            for key, (medium, source) in ORIGINS.items()
        }
        self.fair = self.env["utm.campaign"].create({"title": ORIGINS["fair"][1]})
        self.junk = self.env["crm.lost.reason"].create({"name": JUNK})
        for key in ("c360_pool_key", "c360_pool_general"):
            self.env.ref(f"crm_customer360.{key}").member_ids = [
                Command.create({"user_id": self.book.users[login]})
                for login in ("sam", "nina")
            ]
        self.worked = {row["lead"] for row in table("lead_work")}
        for number, row in enumerate(table("leads")):
            row["number"] = number
            self._plan_lead(row, int(row["days"]))

    def _utm(self, model, name):
        return self.env[model].search([("name", "=", name)], limit=1) or self.env[
            model
        ].create({"name": name})

    def _plan_lead(self, row, days):
        self.book.plan(self.clock.moment(days, ARRIVE), self.arrive, row)
        fate, _colon, who = row["fate"].partition(":")
        if fate in ("claim", "return") and who:
            wait = self.random.randint(0, 3)
            if row["company"] in self.worked:
                # what is done with it, and when, stands in a table of its own
                wait = 0
            self.book.plan(
                self.clock.moment(max(days - wait, 1), CLAIM), self.claim, row
            )
        if fate == "return":
            self.book.plan(
                self.clock.moment(max(days - 5, 1), GIVE_BACK), self.give_back, row
            )
        if fate == "junk":
            self.book.plan(
                self.clock.moment(max(days - 2, 1), CONVERT), self.discard, row
            )

    def arrive(self, rows):
        """Bring in a day's leads; the rules of the pools place them by themselves."""
        leads = (
            self.env["crm.lead"]
            .with_context(tracking_disable=False)
            .create([self._lead_values(row) for row in rows])
        )
        for row, lead in zip(rows, leads, strict=True):
            self.leads[row["number"]] = lead

    def _lead_values(self, row):
        country = row["country"].replace("gb", "uk")
        revenue = float(row["revenue"])
        road, collector = ROADS[row["source"]]
        return {
            "type": "lead",
            "name": row["topic"],
            "contact_name": row["contact"],
            "partner_name": row["company"],
            "email_from": row["email"],
            "phone": row["phone"],
            "city": row["city"],
            "country_id": country and self.env.ref(f"base.{country}").id,
            "expected_revenue": revenue,
            "priority": "2" if revenue >= IMPORTANT else "0",
            "user_id": self.book.users.get(row["owner"], False),
            "capture_channel": road,
            "collector_id": collector and self.book.users[collector],
            "interest_category_ids": get_interest(self.env, row["topic"]),
            "campaign_id": self.fair.id if row["source"] == "fair" else False,
            **self.origins[row["source"]],
        }

    def _lead_of(self, row, login):
        return self.leads[row["number"]].with_env(self.book.by(login, tracked=True))

    def claim(self, rows):
        """Salespeople take leads out of the pools, each within his own limits."""
        for login in dict.fromkeys(row["fate"].partition(":")[2] for row in rows):
            ids = [
                self.leads[row["number"]].id
                for row in rows
                if row["fate"].endswith(f":{login}")
            ]
            answer = self.book.by(login)["c360.pool"].claim(ids)
            if answer["refused"]:
                raise ValueError(answer["refused"])

    def give_back(self, rows):
        """A salesperson returns what leads nowhere, and says why."""
        for row in rows:
            login = row["fate"].partition(":")[2]
            lead = self._lead_of(row, login)
            reason, note = RETURNS[row["company"]]
            reason = f"crm_customer360.c360_pool_return_reason_{reason}"
            lead.env["c360.pool.return"].create(
                {
                    "lead_ids": [Command.set(lead.ids)],
                    "reason_id": self.env.ref(reason).id,
                    "reason": note,
                }
            ).action_apply()

    def discard(self, rows):
        """The manager closes what never was an enquiry, if no check has seen it."""
        leads = self.env["crm.lead"].union(*(self._lead_of(r, "mia") for r in rows))
        leads = leads.filtered("active")
        if not leads:
            return
        self.env["crm.lead.lost"].with_env(self.book.by("mia", tracked=True)).create(
            {
                "lead_ids": [Command.set(leads.ids)],
                "lost_reason_id": self.junk.id,
            }
        ).action_lost_reason_apply()

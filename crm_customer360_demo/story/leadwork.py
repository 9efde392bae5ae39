"""What salespeople do with their leads, day after day."""

from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo.fields import Command

from .chapter import Chapter, table
from .fair import CARDS, Fair

# Slots of what is done in a day; what builds on another follows it.
SLOTS = {
    "claim": 2,
    "log": 5,
    "protect": 6,
    "step": 7,
    "return": 8,
    "convert": 7,
    "win": 9,
    "lose": 9,
}
# What was paid: days ago, source, is it a campaign too, amount, note
COSTS = (
    (172, "Hong Kong Tea & Coffee Fair", True, 9800, "Stand and travel"),
    (52, "Hong Kong Tea & Coffee Fair", True, 6400, "Stand, shared on the second day"),
    (CARDS, "Pearl River Hospitality Show", True, 4800, "Stand 7-B12"),
    (45, "Web form", False, 900, "Search advertisements"),
    (15, "Web form", False, 1100, "Search advertisements"),
)


class LeadWork(Chapter):
    """Claims, calls, next steps, returns, and how it ends."""

    def open(self):
        self.numbers = {
            row["company"]: number for number, row in enumerate(table("leads"))
        }
        for row in table("lead_work"):
            moment = self.clock.moment(int(row["days"]), SLOTS[row["action"]])
            self.book.plan(moment, getattr(self, f"do_{row['action']}"), row)
        self.book.plan(self.clock.moment(CARDS - 1, 1), self.book_costs, CARDS - 1)

    def _leads(self, row):
        """Return the lead of a row, as the one who works on it."""
        name = row["lead"]
        if name in self.numbers:
            lead = self.book.lead(self.numbers[name])
        else:
            lead = self.book.chapters[Fair].cards[name]
        return lead.with_env(self.book.by(row["login"], tracked=True))

    def do_claim(self, rows):
        for row in rows:
            answer = self.book.by(row["login"])["c360.pool"].claim(self._leads(row).ids)
            if answer["refused"]:
                raise ValueError(row["lead"], answer["refused"])

    def do_log(self, rows):
        """A contact nobody else saw, on the lead itself."""
        for row in rows:
            lead = self._leads(row)
            lead.env["c360.contact.log"].with_context(
                active_model=lead._name, active_id=lead.id
            ).create(
                {
                    "channel": row["channel"],
                    "date": self.clock.now,
                    "subject": row["text"],
                    "outcome": row["detail"],
                }
            ).action_save()

    def do_step(self, rows):
        """A next step, so many days from today; some are overdue by then."""
        for row in rows:
            lead = self._leads(row)
            lead.activity_schedule(
                "mail.mail_activity_data_call",
                summary=row["text"],
                user_id=self.book.users[row["login"]],
                date_deadline=self.clock.today + timedelta(days=int(row["detail"])),
            )

    def do_protect(self, rows):
        for row in rows:
            lead = self._leads(row)
            answer = lead.env["c360.pool"].protect(lead.ids)
            if answer["refused"]:
                raise ValueError(row["lead"], answer["refused"])

    def do_return(self, rows):
        """Give a lead back, with one of the reasons of the house."""
        for row in rows:
            lead = self._leads(row)
            reason = f"crm_customer360.c360_pool_return_reason_{row['detail']}"
            lead.env["c360.pool.return"].create(
                {
                    "lead_ids": [Command.set(lead.ids)],
                    "reason_id": self.env.ref(reason).id,
                    "reason": row["text"],
                }
            ).action_apply()

    def do_convert(self, rows):
        """The lead becomes an opportunity, its company a contact."""
        for row in rows:
            lead = self._leads(row)
            lead.env["crm.lead2opportunity.partner"].with_context(
                active_model=lead._name, active_id=lead.id, active_ids=lead.ids
            ).create(
                {"name": "convert", "action": "create", "lead_id": lead.id}
            ).action_apply()

    def do_win(self, rows):
        for row in rows:
            self._leads(row).action_set_won()

    def do_lose(self, rows):
        reasons = self.env["crm.lost.reason"]
        for row in rows:
            lead = self._leads(row)
            name = row["text"]
            reason = reasons.search([("name", "=", name)], limit=1) or reasons.create(
                {"name": name}
            )
            lead.env["crm.lead.lost"].create(
                {
                    "lead_ids": [Command.set(lead.ids)],
                    "lost_reason_id": reason.id,
                }
            ).action_lost_reason_apply()

    def book_costs(self, _days):
        """The manager writes down what campaigns and sources cost, by month."""
        sources, campaigns = self.env["utm.source"], self.env["utm.campaign"]
        costs = []
        for days, name, is_campaign, amount, note in COSTS:
            first = self.clock.moment(days).date().replace(day=1)
            campaign = campaigns.search([("title", "=", name)]) if is_campaign else None
            costs.append(
                {
                    "source_id": sources.search([("name", "=", name)]).id,
                    "campaign_id": campaign and campaign.id,
                    "date_from": first,
                    "date_to": first + relativedelta(months=1, days=-1),
                    "amount": amount,
                    "note": note,
                }
            )
        self.book.by("mia")["c360.lead.cost"].create(costs)

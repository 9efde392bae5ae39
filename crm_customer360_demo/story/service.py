"""After the sale: questions, faults and complaints, answered by the agents."""

from markupsafe import Markup

from odoo.fields import Command

from .chapter import Chapter, table

# Slots of a ticket's day.
COME_IN, TAKE, ANSWER, CLOSE = 1, 2, 6, 8
TEAMS = {
    "service": ("Customer Service", ("leo", "mia")),
    "workshop": ("Workshop", ("leo",)),
}
PARAGRAPH = Markup("<p>%s</p>")


class Service(Chapter):
    """Tickets of eighteen months; the last ones are still open."""

    def open(self):
        # routing is ours, not "whoever types it in"
        self.env.company.helpdesk_mgmt_ticket_auto_assign = False
        self.teams = {
            key: self.env["helpdesk.ticket.team"].create(
                {
                    "name": name,
                    "user_ids": [Command.set([self.book.users[m] for m in members])],
                }
            )
            for key, (name, members) in TEAMS.items()
        }
        rows = table("tickets")
        self.categories = {
            name: self.env["helpdesk.ticket.category"].create({"name": name})
            for name in dict.fromkeys(row["category"] for row in rows)
        }
        stages = self.env["helpdesk.ticket.stage"].search([], order="sequence")
        self.working = stages.filtered(lambda s: not s.closed and not s.unattended)[:1]
        self.done = stages.filtered("closed")[:1]
        self.tickets = {}
        for number, row in enumerate(rows):
            self._plan_ticket(number, row, int(row["days"]))

    def _plan_ticket(self, number, row, days):
        self.book.plan(self.clock.moment(days, COME_IN), self.come_in, (number, row))
        if not row["answer"]:
            return
        self.book.plan(self.clock.moment(days, TAKE), self.take, number)
        answered = max(days - self.random.randint(0, 1), 1)
        self.book.plan(
            self.clock.moment(answered, ANSWER), self.answer, (number, row["answer"])
        )
        if row["closed_after"]:
            closed = max(days - int(row["closed_after"]), 1)
            self.book.plan(self.clock.moment(closed, CLOSE), self.close_ticket, number)

    def come_in(self, arrivals):
        """A customer writes or calls."""
        tickets = self.book.by("leo", tracked=True)["helpdesk.ticket"].create(
            [self._ticket_values(row) for _number, row in arrivals]
        )
        for (number, row), ticket in zip(arrivals, tickets, strict=True):
            self.tickets[number] = ticket
            if row["channel"] == "Email":
                ticket.message_post(
                    body=row["text"],
                    message_type="email",
                    subtype_xmlid="mail.mt_comment",
                    author_id=ticket.partner_id.id,
                    email_from=ticket.partner_id.email_formatted,
                )

    def _ticket_values(self, row):
        contact = self.book.customers[row["customer"]].contacts[row["contact"]]
        channel = f"helpdesk_mgmt.helpdesk_ticket_channel_{row['channel'].lower()}"
        return {
            "name": row["title"],
            "description": PARAGRAPH % row["text"],
            "partner_id": contact.id,
            "partner_name": contact.name,
            "partner_email": contact.email,
            "team_id": self.teams[row["team"]].id,
            "category_id": self.categories[row["category"]].id,
            "channel_id": self.env.ref(channel).id,
            "priority": row["priority"],
            "is_complaint": bool(row["complaint"]),
        }

    def take(self, numbers):
        """The agent takes the ticket on."""
        tickets = self._tickets(numbers)
        tickets.write({"user_id": self.book.users["leo"], "stage_id": self.working.id})

    def _tickets(self, numbers):
        return (
            self.env["helpdesk.ticket"]
            .with_env(self.book.by("leo", tracked=True))
            .union(*(self.tickets[number] for number in numbers))
        )

    def answer(self, answers):
        """The agent answers; the customer reads it in the portal."""
        for number, text in answers:
            self._tickets([number]).message_post(
                body=text, message_type="comment", subtype_xmlid="mail.mt_comment"
            )

    def close_ticket(self, numbers):
        self._tickets(numbers).stage_id = self.done

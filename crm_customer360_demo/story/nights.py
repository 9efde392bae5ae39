"""What runs by itself at night, and the care officer's mornings."""

from .chapter import OPENING, Chapter

# Days before the installation on which care begins.
GO_LIVE = 70
# Slots of the day: the night of the house, the care officer's round.
NIGHT, ROUND = 17, 3
# The last days' tasks are left for whoever looks round.
LEFT_OPEN = 7
# How customers answer, out of a hundred.
HAPPY, NO_ANSWER, MESSAGE = 55, 20, 20
NOTES = (
    "Everything arrived, sends a photo of the counter.",
    "Very content, asks for the new price list in spring.",
    "All fine. The driver was friendly.",
    "Uses it every day, will order spare parts soon.",
)
# Whose tasks are always answered by a message: the one who reaches the limit, and
# the one whose complaint stops it.
WRITTEN_TO = ("northbean", "yuqian")


class Nights(Chapter):
    """The crons of the product, played at their time; then care as people do it."""

    def open(self):
        rule = self.env.ref("crm_customer360.c360_care_rule_delivery")
        # care begins later: nobody is asked how he likes last year's tea
        rule.active = False
        self.rule = rule
        for days_ago in range(OPENING - 5, GO_LIVE, -7):
            self.book.plan(self.clock.moment(days_ago, NIGHT), self.night, days_ago)
        self.book.plan(self.clock.moment(GO_LIVE, 1), self.go_live, GO_LIVE)
        days = {self.clock.moment(ago, NIGHT).date() for ago in range(1, GO_LIVE + 1)}
        for day in sorted(days):
            days_ago = (self.clock.today - day).days
            self.book.plan(self.clock.moment(days_ago, NIGHT), self.night, days_ago)
            self.book.plan(self.clock.moment(days_ago, ROUND), self.care, days_ago)

    def go_live(self, _days):
        """Switch the rule on, for the care officer; its past begins now."""
        self.rule.write(
            {
                "active": True,
                "user_mode": "fixed",
                "user_id": self.book.users["cora"],
            }
        )

    def night(self, _days):
        """Process the outbox, send the queue, bring the profiles up to date."""
        events = self.env["c360.customer.event"].search([("error", "=", False)])
        if events:
            events._process_isolated()
        self._send_queue()
        self.env["c360.customer.profile"]._refresh()

    def _send_queue(self):
        queue = self.env["mail.mail"].search(
            [
                ("state", "=", "outgoing"),
                "|",
                ("scheduled_date", "=", False),
                ("scheduled_date", "<=", self.clock.now),
            ]
        )
        queue.send()

    def care(self, days):
        """Open what is due; the care officer works her list."""
        due = self.env["c360.care.task"]
        due = due.search(due._get_due_domain())
        if due:
            due._open_isolated()
        cora = self.book.by("cora")
        tasks = cora["c360.care.task"].search(
            [("state", "=", "todo"), ("user_id", "=", cora.uid)]
        )
        written_to = self._written_to()
        for task in tasks:
            if task.customer_id in written_to:
                self._write(task)
            elif days[0] > LEFT_OPEN:
                self._work(task)

    def _write(self, task):
        # a message that was stopped stays on the list, and is not tried every day
        if not task.touch_id:
            task.action_send_message()

    def _work(self, task):
        chance = self.random.randint(1, 100)
        if chance <= MESSAGE:
            self._write(task)
        elif chance <= MESSAGE + NO_ANSWER:
            task.action_no_answer()
        elif chance <= MESSAGE + NO_ANSWER + HAPPY:
            task.note = self.random.choice(NOTES)
            task.action_happy()

    def _written_to(self):
        return self.env["res.partner"].union(
            *(self.book.customers[key].partner for key in WRITTEN_TO)
        )

    def close(self):
        self.night([0])

"""The book: its chapters plan what happens when, the clock plays it in order."""

import heapq
import itertools
import logging
import random
import time
from datetime import date

from freezegun import freeze_time

from . import (
    catalogue,
    contacts,
    customers,
    customers_clean,
    customers_handover,
    customers_lost,
    customers_value,
    deals,
    fair,
    flagships,
    leads,
    leadwork,
    nights,
    orders,
    people,
    pools,
    service,
    wishes,
)
from .chapter import OPENING, QUIET, SILENT
from .clock import Clock
from .post import dropped_post

_logger = logging.getLogger(__name__)

# The same seed on every installation: the same story on every screenshot.
SEED = 360
# The chapters, in the order in which they prepare the house.
CHAPTERS = (
    people.People,
    catalogue.Catalogue,
    customers.Customers,
    orders.Orders,
    leads.Leads,
    deals.Deals,
    service.Service,
    flagships.Flagships,
    fair.Fair,
    leadwork.LeadWork,
    wishes.Wishes,
    contacts.Contacts,
    nights.Nights,
    pools.Pools,
    customers_value.CustomerValue,
    customers_handover.Handovers,
    customers_clean.CleanData,
    customers_lost.LostCustomers,
)


class Book:
    """What the chapters share: users, products, customers, time and chance."""

    def __init__(self, env):
        # The installation runs as the system; people act as themselves (``by``).
        self.env = env(context=dict(env.context, **QUIET))
        self.random = random.Random(SEED)
        self.users = {}
        self.products = {}
        self.customers = {}
        self.clock = None
        self._planned = []
        self._order = itertools.count()
        self.chapters = {}

    def by(self, login, tracked=False):
        """Return the environment of a person of the story.

        :param bool tracked: whether changes are to appear in the chatter
        """
        context = SILENT if tracked else QUIET
        return self.env(user=self.users[login], context=dict(context))

    def contact(self, row):
        """Return the person a row of a table names by customer and address."""
        return self.customers[row["customer"]].contacts[row["contact"]]

    def lead(self, lead):
        """Return a lead given as such or as the number of its row."""
        if isinstance(lead, int):
            return self.chapters[leads.Leads].leads[lead]
        return lead

    def opportunity(self, deal):
        """Return the opportunity an order is about, or an empty one."""
        if deal.opportunity is None:
            return self.env["crm.lead"]
        return self.lead(deal.opportunity)

    def plan(self, moment, action, *subjects):
        """Let ``action`` happen to the subjects then; things past the end never do.

        Everything planned for one action at one moment is done in one call.
        """
        if self.clock.days_ago(moment) < 1:
            return
        for subject in subjects:
            heapq.heappush(self._planned, (moment, next(self._order), action, subject))

    def tell(self, today=None):
        """Prepare the house, play all days, then tidy up.

        :param date today: the day after the story's last one; default: the real today
        """
        start = time.perf_counter()
        today = today or date.today()
        with freeze_time(today) as frozen, dropped_post(self.env):
            self.clock = Clock(self.env, frozen, today)
            self.clock.go(self.clock.moment(OPENING))
            for chapter in CHAPTERS:
                self.chapters[chapter] = chapter(self)
                self.chapters[chapter].open()
            self._play()
            self.clock.go(self.clock.moment(1, 10))
            for chapter in self.chapters.values():
                chapter.close()
            self.clock.release()
        _logger.info("Story told in %.0f s", time.perf_counter() - start)

    def _play(self):
        while self._planned:
            moment, _order, action, subject = heapq.heappop(self._planned)
            subjects = [subject]
            while (
                self._planned
                and self._planned[0][0] == moment
                and self._planned[0][2] == action
            ):
                subjects.append(heapq.heappop(self._planned)[3])
            self.clock.go(moment)
            action(subjects)

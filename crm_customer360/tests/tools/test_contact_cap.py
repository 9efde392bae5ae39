import random
from datetime import datetime, timedelta

from odoo.tests import BaseCase, tagged

from ...tools.contact_cap import Period, counted, first_free_moment

START = datetime(2026, 1, 20)


@tagged("post_install", "-at_install", "c360_contact")
class TestContactCap(BaseCase):
    """The arithmetic of limits against counting by brute force."""

    def _draw(self, seed):
        draw = random.Random(seed)
        # half of them crowd at the end of January
        first, last = draw.choice([(0, 70 * 24), (8 * 24, 13 * 24)])
        moments = [
            START + timedelta(hours=draw.randrange(first, last))
            for _i in range(draw.randrange(0, 14))
        ]
        unit = draw.choice(["hour", "day", "week", "month", "month", "year"])
        period = Period(draw.randrange(1, 4), unit)
        return moments, period, START + timedelta(hours=draw.randrange(0, 80 * 24))

    def _fits(self, booked, period, moment, limit):
        """Do no more than the limit count, at it and at those it counts for?"""
        every = [*booked, moment]
        return all(
            sum(other <= made < period.after(other) for other in every) <= limit
            for made in every
            if moment <= made < period.after(moment)
        )

    def test_what_counts(self):
        for seed in range(400):
            moments, period, at = self._draw(seed)
            expected = sorted(m for m in moments if period.after(m) > at)
            self.assertEqual(counted(moments, period, at), expected, seed)

    def test_the_first_free_moment(self):
        for seed in range(400):
            moments, period, at = self._draw(seed)
            for limit in (1, 2, 4):
                found = first_free_moment(moments, limit, period, at)
                steps = sorted({at, *(period.after(m) for m in moments)})
                expected = next(
                    step
                    for step in steps
                    if step >= at and self._fits(moments, period, step, limit)
                )
                self.assertEqual(found, expected, (seed, limit))

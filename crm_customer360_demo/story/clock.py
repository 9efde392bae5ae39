"""Travelling through the months, day after day, in one transaction."""

from datetime import datetime, time, timedelta


def workday(day):
    """Return the day itself, or the Friday before when it falls on a weekend.

    Earlier rather than later, so that nothing of the story slips past its end.

    >>> from datetime import date
    >>> workday(date(2026, 11, 22)), workday(date(2026, 11, 23))
    (datetime.date(2026, 11, 20), datetime.date(2026, 11, 23))
    """
    return day - timedelta(days=max(day.weekday() - 4, 0))


# The first slot of a day and the length of one, in UTC: an afternoon in Hong Kong, and
# office hours for whoever reads the story in Europe.
FIRST_SLOT, SLOT_MINUTES = time(7), 20


def slot_time(slot):
    """Return the time of day of a slot.

    >>> slot_time(1), slot_time(5), slot_time(17)
    (datetime.time(7, 0), datetime.time(8, 20), datetime.time(12, 20))
    """
    start = datetime.combine(datetime.min, FIRST_SLOT)
    return (start + timedelta(minutes=(slot - 1) * SLOT_MINUTES)).time()


class Clock:
    """The frozen time of the story; the transaction's own time goes with it.

    A day has slots, so that what is done in one round shares its moment: 1 to 10 for
    the working day, later ones for the night.
    """

    def __init__(self, env, frozen, today):
        """
        :param frozen: what ``freezegun.freeze_time`` yields
        :param date today: the real day of the installation
        """
        self.env = env
        self.frozen = frozen
        self.today = today
        self.now = None

    def moment(self, days_ago, slot=1):
        """Return the (working) moment that many days before the installation."""
        day = self.today - timedelta(days=days_ago)
        if days_ago >= 1:
            # what lies ahead stays ahead
            day = workday(day)
        return datetime.combine(day, slot_time(slot))

    def round(self, days_ago, weekdays, slot):
        """Return the moment of the next round: things done on certain weekdays only.

        Work comes in rounds in a real house too, and a batch is told much faster.
        The last days have no next round: their work is done at once.
        """
        for later in range(7):
            day = self.today - timedelta(days=days_ago - later)
            if day.weekday() in weekdays and later < days_ago:
                return datetime.combine(day, slot_time(slot))
        return self.moment(days_ago, slot)

    def go(self, moment):
        """Finish what belongs to the present moment, then move on to the next."""
        # runs what waits for a commit as well: tracked changes get their own date
        self.env.cr.flush()
        # as between two requests: figures computed yesterday are not today's
        self.env.invalidate_all()
        self.frozen.move_to(moment)
        self.now = moment
        # create_date and write_date follow the transaction's time, not the clock's
        self.env.cr._now = moment

    def days_ago(self, moment):
        """Return how many days before the installation a moment was."""
        return (self.today - moment.date()).days

    def release(self):
        """Give the transaction its real time back."""
        self.env.cr.flush()
        self.env.cr._now = None

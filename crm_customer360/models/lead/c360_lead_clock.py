from datetime import datetime, time, timedelta

import pytz

from odoo import api, models, tools

from ...tools.lead_response import add_hours, count_hours

WEEK = timedelta(days=7)
# A calendar that has no working time for this long never has any.
MAX_WEEKS = 53


class C360LeadClock(models.AbstractModel):
    """Working time, a week at a time.

    Reckoned by the host's calendars, days off of everybody included, and kept until a
    calendar changes (the pools' calendar mixin): whoever creates leads by the thousand
    reads no calendar. Without a calendar, or with a
    flexible one, people work around the clock.
    """

    _name = "c360.lead.clock"
    _description = "Working Hours of Lead Answers"

    @api.model
    def _add_hours(self, company, start, hours):
        """Return when so many working hours have passed, UTC.

        :param company: whose calendar
        :param datetime start: from when on, UTC
        :param float hours: working hours, more than none
        :return: the moment; ``None`` if nobody works for a year
        """
        spans, week = [], self._get_monday(start)
        for _number in range(MAX_WEEKS):
            spans += self._get_spans(company.resource_calendar_id.id, week)
            moment = add_hours(spans, start, hours)
            if moment:
                return moment
            week += WEEK
        return None

    @api.model
    def _count_hours(self, company, start, end):
        """Return the working hours between two moments in UTC.

        Beyond a year it counts no further.
        """
        hours, week = 0.0, self._get_monday(start)
        for _number in range(MAX_WEEKS):
            if week > end:
                break
            spans = self._get_spans(company.resource_calendar_id.id, week)
            hours += count_hours(spans, start, end)
            week += WEEK
        return hours

    @api.model
    def _get_monday(self, moment):
        """Return when the week of a moment begins, UTC."""
        return datetime.combine(moment.date(), time()) - timedelta(moment.weekday())

    @api.model
    @tools.ormcache("calendar_id", "monday")
    def _get_spans(self, calendar_id, monday):
        """Return the working time of a week: pairs of moments, UTC, in order."""
        # Working hours are no secret, whoever brings a lead.
        calendar_sudo = self.env["resource.calendar"].sudo().browse(calendar_id)
        if not calendar_id or calendar_sudo.flexible_hours:
            return ((monday, monday + WEEK),)
        begin = pytz.utc.localize(monday)
        intervals = calendar_sudo._work_intervals_batch(begin, begin + WEEK)[False]
        return tuple(
            tuple(edge.astimezone(pytz.utc).replace(tzinfo=None) for edge in span[:2])
            for span in intervals
        )

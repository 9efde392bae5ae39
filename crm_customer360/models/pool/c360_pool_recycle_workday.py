from datetime import UTC, timedelta
from functools import partial

from odoo import api, models, tools

from ...tools.pool_deadline import (
    CHUNK_DAYS,
    add_days,
    find_absence,
    get_chunk_start,
    subtract_days,
)


class C360Pool(models.Model):
    """The working days deadlines are counted by.

    Prepared from the host's calendars in chunks of a quarter and kept: whoever claims
    leads, or sets a hundred thousand deadlines, reads no calendar.
    """

    _inherit = "c360.pool"

    @api.model
    def _add_days(self, lead, moment, days):
        """Return when so many working days of a lead's owner are over, naive UTC.

        :param lead: ``LeadFacts``
        """
        return add_days(moment, days, self._get_days_of(lead))

    @api.model
    def _subtract_days(self, lead, moment, days):
        """Return when work begins so many working days before, naive UTC."""
        return subtract_days(moment, days, self._get_days_of(lead))

    @api.model
    def _get_days_of(self, lead):
        return partial(
            self._get_work_days, lead.pool_id, lead.user_id, lead.company_id or 0
        )

    @api.model
    @tools.ormcache("pool_id", "user_id", "company_id", "number")
    def _get_work_days(self, pool_id, user_id, company_id, number):
        """Return the working days of a stretch of time: when they begin and end.

        The days of the pool's calendar, else of the owner's, else of the company's;
        without days off of everybody and the owner's leave.

        :param int company_id: of the lead; 0: of none
        :param int number: of the chunk
        :return: two tuples of moments, naive UTC, in order
        """
        start = get_chunk_start(number)
        stop = start + timedelta(days=CHUNK_DAYS)
        calendar = self._get_work_calendar(pool_id, user_id, company_id)
        if not calendar:
            return (), ()
        # a night shift that began before, and one that goes on after
        early, late = start - timedelta(days=2), stop + timedelta(days=2)
        intervals = calendar._work_intervals_batch(
            early.replace(tzinfo=UTC),
            late.replace(tzinfo=UTC),
            domain=[
                ("time_type", "=", "leave"),
                ("company_id", "in", [calendar.company_id.id or company_id, False]),
            ],
        )[False]
        days = {}
        for begin, end, _attendance in intervals:
            # of a day of work, when it begins and when it ends
            first, _last = days.get(begin.date(), (begin, end))
            days[begin.date()] = (first, end)
        leaves = self._get_leaves(user_id)
        starts, ends = [], []
        for begin, end in days.values():
            begin = begin.astimezone(UTC).replace(tzinfo=None)
            end = end.astimezone(UTC).replace(tzinfo=None)
            away = any(out <= begin and end <= back for out, back in leaves)
            if start <= begin < stop and not away:
                starts.append(begin)
                ends.append(end)
        return tuple(starts), tuple(ends)

    @api.model
    def _get_work_calendar(self, pool_id, user_id, company_id):
        # Working hours are no secret; whoever hands a lead over asks for the owner's.
        pool_sudo = self.sudo().browse(pool_id)
        company_sudo = (
            pool_sudo.env["res.company"].browse(company_id)
            or pool_sudo.company_id
            or pool_sudo.env["res.users"].browse(user_id).company_id
        )
        resources_sudo = pool_sudo.env["resource.resource"].search(
            [("user_id", "=", user_id), ("calendar_id", "!=", False)]
        )
        resources_sudo = (
            resources_sudo.filtered(lambda each: each.company_id == company_sudo)
            or resources_sudo
        )
        return (
            pool_sudo.calendar_id
            or resources_sudo[:1].calendar_id
            or company_sudo.resource_calendar_id
        )

    @api.model
    @tools.ormcache("user_id")
    def _get_leaves(self, user_id):
        """Return when somebody is away: pairs of moments, naive UTC, in order."""
        # Everybody's leave counts, whoever changes the lead; nobody is told of it.
        leaves_sudo = self.env["resource.calendar.leaves"].sudo()
        leaves = leaves_sudo.search(
            [("resource_id.user_id", "=", user_id), ("time_type", "=", "leave")],
            order="date_from",
        )
        return tuple((leave.date_from, leave.date_to) for leave in leaves)

    @api.model
    def _get_absence(self, lead, days):
        """Return when the owner's next long absence begins, or None."""
        return find_absence(list(self._get_leaves(lead.user_id)), days, lead.held_since)

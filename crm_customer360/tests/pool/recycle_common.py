from datetime import datetime

from odoo.tests import freeze_time

from .common import PoolCommon

# A Monday at ten in Brussels, when nobody has a day off.
MONDAY = datetime(2027, 3, 1, 9, 0)


class RecycleCommon(PoolCommon):
    """People of Brussels who work from nine to five, and verbs that pass time."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["c360.pool.rule"].search([]).unlink()
        cls.calendar = cls.env["resource.calendar"].create(
            {
                "name": "Nine to five",
                "tz": "Europe/Brussels",
                "company_id": cls.company.id,
                "attendance_ids": [
                    (
                        0,
                        0,
                        {
                            "name": "Day",
                            "dayofweek": str(day),
                            "hour_from": 9,
                            "hour_to": 17,
                        },
                    )
                    for day in range(5)
                ],
            }
        )
        cls.company.resource_calendar_id = cls.calendar

    def setUp(self):
        super().setUp()
        self.at(MONDAY)

    def at(self, *moment):
        """Go to a moment: a datetime, or year, month, day, hour, minute in UTC."""
        freezer = freeze_time(moment[0] if len(moment) == 1 else datetime(*moment))
        if hasattr(self, "_freezer"):
            self._freezer.stop()
        self._freezer = freezer
        freezer.start()
        self.addCleanup(self._thaw, freezer)

    def _thaw(self, freezer):
        if self._freezer is freezer:
            freezer.stop()

    def _rule(self, kind="no_followup", days=5, **values):
        return self.env["c360.pool.rule"].create(
            {
                "kind": kind,
                "days": days,
                "pool_id": self.pool.id,
                "warn_days": 0,
                "manager_warn_days": 0,
                **values,
            }
        )

    def _held(self, count=1, user=None, **values):
        """Leads the member claimed this moment."""
        leads = self._create_leads(count, **values)
        self._claim(leads, user)
        self._set_deadlines(leads)
        return leads

    def _set_deadlines(self, leads):
        self.env["c360.pool"]._set_deadlines(leads)

    def _drain(self):
        """Set anew the deadlines somebody asked for."""
        deadlines = self.env["c360.pool.deadline"]
        while row := deadlines.search([], limit=1):
            row._set_slice()

    def _run(self):
        """Do what the cron does with what is due now."""
        pools = self.env["c360.pool"]
        self.env.flush_all()
        ids = pools._lock_due(1000)
        pools._recycle_isolated(ids)
        return ids

    def _touch(self, lead, **values):
        """Log a contact about a lead, by default a call of the member."""
        return (
            self.env["c360.contact.touch"]
            .with_user(self.user)
            ._log(
                [
                    {
                        "channel": "phone",
                        "purpose": "sales",
                        "address": "+32470123456",
                        "source_model": "crm.lead",
                        "source_id": lead.id,
                        **values,
                    }
                ]
            )
        )

from datetime import datetime, timedelta
from unittest.mock import patch
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from freezegun import freeze_time

from odoo.tests import tagged

from ...tools import contact_zone
from ...tools.contact_zone import find_zone
from .common import EMAIL, ContactCommon

# 14:00 in Brussels
NOW = datetime(2026, 3, 31, 12)
SECOND = timedelta(seconds=1)


@tagged("post_install", "-at_install", "c360_contact")
@freeze_time(NOW)
class TestContactPolicyQuiet(ContactCommon):
    """Moments: of quiet times, and of the dates of policies of every kind."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.partner_id.tz = "UTC"
        (cls.buyer + cls.engineer).tz = "Europe/Brussels"

    def _create_night(self, **values):
        return self._create_policy(
            limit=None,
            purposes=(),
            **{"kind": "quiet", "hour_from": 20.0, "hour_to": 8.0, **values},
        )

    def _ask(self, at, partner=None, purpose="care"):
        """Return the moment the gate names, None where it never lets it through."""
        (answer,) = self.gate.check((partner or self.buyer).ids, "email", purpose, at)
        self.assertEqual(
            answer["decision"] == "allowed", answer["date"] == str(at), answer
        )
        return answer["date"] and datetime.fromisoformat(answer["date"])

    def test_the_night_begins_and_ends_to_the_second(self):
        self._create_night()
        evening, morning = datetime(2026, 1, 15, 19), datetime(2026, 1, 16, 7)
        self.assertEqual(self._ask(evening - SECOND), evening - SECOND)
        self.assertEqual(self._ask(evening), morning)
        self.assertEqual(self._ask(morning - SECOND), morning)
        self.assertEqual(self._ask(morning), morning)

    def test_the_night_the_clocks_are_put_forward(self):
        night = self._create_night()
        # Saturday 22:00 in winter time, Sunday 08:00 in summer time
        self.assertEqual(self._ask(datetime(2026, 3, 28, 21)), datetime(2026, 3, 29, 6))
        # 02:30 is skipped: the moment the clocks jump from 02:00 to 03:00
        night.hour_to = 2.5
        self.assertEqual(self._ask(datetime(2026, 3, 28, 21)), datetime(2026, 3, 29, 1))

    def test_the_night_the_clocks_are_put_back(self):
        night = self._create_night()
        self.assertEqual(
            self._ask(datetime(2026, 10, 24, 20)), datetime(2026, 10, 25, 7)
        )
        # 02:30 is shown twice: the first time, and not again before the second
        night.hour_to = 2.5
        self.assertEqual(
            self._ask(datetime(2026, 10, 24, 20)), datetime(2026, 10, 25, 0, 30)
        )

    def test_the_clock_is_the_customers_else_the_companys(self):
        self._create_night()
        at = datetime(2026, 1, 15, 19, 30)
        self.assertEqual(self._ask(at), datetime(2026, 1, 16, 7))
        self.engineer.tz = "America/New_York"
        self.assertEqual(self._ask(at, self.engineer), at)
        self.engineer.tz = False
        self.assertEqual(self._ask(at, self.engineer), at)
        self.company.partner_id.tz = "Asia/Shanghai"
        self.assertEqual(self._ask(at, self.engineer), datetime(2026, 1, 16, 0))

    def _set_tz(self, partner, name):
        """As data does that was written before the machine lost the name."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_partner SET tz = %s WHERE id = %s", [name, partner.id]
        )
        self.env.invalidate_all()

    def test_a_zone_nobody_knows_is_the_companys(self):
        self._create_night()
        at = datetime(2026, 1, 15, 19, 30)
        self._set_tz(self.buyer, "Mars/Base")
        self.assertEqual(self._ask(at), at)
        self.env["c360.contact.preference"]._record(
            [
                {
                    "partner_id": self.buyer.id,
                    "hour_from": 9,
                    "hour_to": 17,
                    "source": "staff",
                }
            ]
        )
        self.assertEqual(self._ask(at), datetime(2026, 1, 16, 9))
        links = self.env["c360.contact.link"]
        token = links._sign(self.buyer, EMAIL, self.company, "marketing")
        self.assertEqual(str(links._get_tz(links._read(token))), "UTC")
        self._set_tz(self.company.partner_id, "Mars/Base")
        self.company.resource_calendar_id = False
        self.assertEqual(self._ask(at), datetime(2026, 1, 16, 9))

    def test_a_name_only_the_host_still_knows(self):
        """As on systems whose time zone database dropped the old names."""
        find_zone.cache_clear()
        self.addCleanup(find_zone.cache_clear)
        with patch.object(
            contact_zone,
            "ZoneInfo",
            side_effect=ZoneInfoNotFoundError,
            from_file=ZoneInfo.from_file,
        ):
            zone = find_zone("Asia/Calcutta")
        self.assertEqual(zone.key, "Asia/Calcutta")
        self.assertEqual(
            datetime(2026, 1, 15, tzinfo=zone).utcoffset(), timedelta(hours=5.5)
        )
        self._set_tz(self.buyer, "Asia/Calcutta")
        self._create_night()
        self.assertEqual(
            self._ask(datetime(2026, 1, 15, 14, 30)), datetime(2026, 1, 16, 2, 30)
        )

    def test_quiet_days_end_at_midnight_on_his_clock(self):
        self._create_night(hour_from=0, hour_to=0, quiet_sunday=True)
        saturday_end = datetime(2026, 2, 28, 23)
        self.assertEqual(self._ask(saturday_end - SECOND), saturday_end - SECOND)
        self.assertEqual(self._ask(saturday_end), datetime(2026, 3, 1, 23))

    def test_holidays_count_as_soon_as_they_are_entered(self):
        calendar = self.env["resource.calendar"].create({"name": "Works"})
        self._create_night(hour_from=0, hour_to=0, calendar_id=calendar.id)
        at = datetime(2026, 5, 1, 10)
        self.assertEqual(self._ask(at), at)
        leave = self.env["resource.calendar.leaves"].create(
            {
                "name": "Labour Day",
                "calendar_id": calendar.id,
                "date_from": "2026-04-30 22:00:00",
                "date_to": "2026-05-01 21:59:59",
            }
        )
        # the host ends a day one second early
        self.assertEqual(self._ask(at), datetime(2026, 5, 1, 22))
        leave.write(
            {"date_from": "2026-05-02 00:00:00", "date_to": "2026-05-02 01:00:00"}
        )
        self.assertEqual(self._ask(at), at)
        leave.write(
            {"date_from": "2026-05-01 08:00:00", "date_to": "2026-05-01 11:00:00"}
        )
        self.assertEqual(self._ask(at), datetime(2026, 5, 1, 11))
        leave.unlink()
        self.assertEqual(self._ask(at), at)

    def test_holidays_of_all_schedules_of_the_company_count_too(self):
        calendar = self.company.resource_calendar_id
        self._create_night(hour_from=0, hour_to=0, calendar_id=calendar.id)
        other = self.env["res.company"].create({"name": "Other Company"})
        leaves = self.env["resource.calendar.leaves"]
        values = {
            "calendar_id": False,
            "date_from": "2026-05-01 08:00:00",
            "date_to": "2026-05-01 11:00:00",
        }
        at = datetime(2026, 5, 1, 10)
        leaves.create(values).company_id = other
        self.assertEqual(self._ask(at), at)
        leaves.create(values)
        self.assertEqual(self._ask(at), datetime(2026, 5, 1, 11))

    def test_quiet_times_are_only_for_their_purposes_and_channel(self):
        night = self._create_night()
        at, morning = datetime(2026, 1, 15, 20), datetime(2026, 1, 16, 7)
        self.assertEqual(self._ask(at, purpose="collection"), at)
        self.assertEqual(self._ask(at, purpose="transactional"), at)
        night.purpose = "sales"
        self.assertEqual(self._ask(at), at)
        self.assertEqual(self._ask(at, purpose="sales"), morning)
        night.channel = "sms"
        self.assertEqual(self._ask(at, purpose="sales"), at)

    def test_quiet_times_of_another_company_or_for_others_do_not_matter(self):
        at = datetime(2026, 1, 15, 20)
        other = self.env["res.company"].create({"name": "Other Company"})
        night = self._create_night(company_id=other.id)
        self.assertEqual(self._ask(at), at)
        night.write(
            {"company_id": False, "partner_domain": f"[('id', '=', {self.buyer.id})]"}
        )
        self.assertEqual(self._ask(at), datetime(2026, 1, 16, 7))
        self.assertEqual(self._ask(at, self.engineer), at)
        # an archived partner is still a person
        self.buyer.active = False
        self.assertEqual(self._ask(at), datetime(2026, 1, 16, 7))

    # --------------------------------------------------- dates of the policies

    def test_a_policy_holds_from_its_first_to_its_last_moment(self):
        begin, end = datetime(2026, 3, 10, 12), datetime(2026, 3, 20, 12)
        dates = {"date_from": begin, "date_to": end}
        for kind, values in (
            ("limit", {"limit": 0}),
            ("quiet", {"limit": None, "hour_from": 0.0, "hour_to": 24.0}),
            ("stop", {"limit": None, "stop_kind": "dead_address", "stop_count": 1}),
        ):
            self.buyer.message_bounce = 1
            policy = self._create_policy(kind=kind, **dates, **values)
            with self.subTest(kind):
                self.assertEqual(self._ask(begin - SECOND), begin - SECOND)
                self.assertEqual(self._ask(begin), end)
                self.assertEqual(self._ask(end - SECOND), end)
                self.assertEqual(self._ask(end), end)
            policy.unlink()

    def test_months_end_where_they_end(self):
        self._create_policy(limit=1, period_count=1, period_unit="month")
        self._reserve(self.buyer, at=datetime(2026, 1, 31, 10))
        free = datetime(2026, 2, 28, 10)
        self.assertEqual(self._ask(free - SECOND), free)
        self.assertEqual(self._ask(free), free)

    def test_a_leap_year_ends_where_it_ends(self):
        self._create_policy(limit=1, period_count=1, period_unit="year")
        self._reserve(self.buyer, at=datetime(2024, 2, 29, 10))
        free = datetime(2025, 2, 28, 10)
        self.assertEqual(self._ask(free - SECOND), free)
        self.assertEqual(self._ask(free), free)

    def test_a_place_that_frees_up_at_night_waits_for_the_morning(self):
        self._create_policy(limit=1, days=1)
        self._create_night()
        self._reserve(self.buyer, at=datetime(2026, 1, 15, 18))
        self.assertEqual(
            self._ask(datetime(2026, 1, 16, 17)), datetime(2026, 1, 16, 18)
        )
        self._reserve(self.buyer, at=datetime(2026, 1, 16, 18, 59, 59))
        self.assertEqual(
            self._ask(datetime(2026, 1, 17, 18, 0)), datetime(2026, 1, 17, 18, 59, 59)
        )
        self._reserve(self.buyer, "sales", at=datetime(2026, 1, 17, 19))
        self.assertEqual(self._ask(datetime(2026, 1, 17, 20)), datetime(2026, 1, 18, 7))

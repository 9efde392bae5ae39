from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from odoo.addons.crm_customer360.tests.contact.common import ContactCommon

NOW = datetime(2026, 3, 31, 9)


@tagged("post_install", "-at_install", "c360_contact")
@freeze_time(NOW)
class TestContactSatisfaction(ContactCommon):
    def _create_stop(self, **values):
        return self._create_policy(
            limit=None,
            purposes=(),
            **{
                "kind": "stop",
                "stop_kind": "satisfaction",
                "stop_rating": 2,
                "stop_days": 30,
                **values,
            },
        )

    def _rate(self, value, days_ago, document=None, **values):
        document = document or self.customer
        rating = self.env["rating.rating"].create(
            {
                "res_model_id": self.env["ir.model"]._get_id(document._name),
                "res_id": document.id,
                "partner_id": self.buyer.id,
                "rating": value,
                "consumed": True,
                **values,
            }
        )
        # the host puts the moment at which it is written
        rating.rated_on = NOW - timedelta(days=days_ago)
        return rating

    def _check(self, partner=None, gate=None):
        gate = self.gate if gate is None else gate
        (answer,) = gate.check((partner or self.engineer).ids, "email", "care")
        return answer["decision"]

    def test_a_low_rating_stops_the_customer_for_its_days(self):
        policy = self._create_stop()
        rating = self._rate(2, 30)
        (answer,) = self.gate.check(self.engineer.ids, "email", "care")
        self.assertEqual(answer["decision"], "blocked")
        self.assertEqual(answer["policy_id"], policy.id)
        self.assertEqual(
            answer["reason"], "Harbour Timber was rated 2 of 5 on 03/01/2026."
        )
        self.assertEqual(self._check(self._create_customer("Other Works")), "allowed")
        rating.rated_on -= timedelta(seconds=1)
        self.assertEqual(self._check(), "allowed")

    def test_a_better_rating_or_none_stops_nothing(self):
        self._create_stop()
        self._rate(2.5, 1)
        self._rate(0, 1)
        self._rate(1, 1, consumed=False)
        self.assertEqual(self._check(), "allowed")

    def test_a_later_praise_does_not_hide_the_low_rating(self):
        self._create_stop()
        self._rate(1, 10)
        self._rate(5, 1)
        self.assertEqual(self._check(), "blocked")

    def test_ratings_of_another_companys_documents_stop_nothing_here(self):
        self._create_stop()
        other = self.env["res.company"].create({"name": "Other Company"})
        order = self.env["sale.order"].create(
            {"partner_id": self.buyer.id, "company_id": self.env.company.id}
        )
        self._rate(1, 1, order)
        self.assertEqual(self._check(), "blocked")
        self.assertEqual(self._check(gate=self.gate.with_company(other)), "allowed")

    def test_the_policy_says_what_it_does_and_refuses_nonsense(self):
        self.assertIn(
            "rated us 2 or less within the last 30 days", self._create_stop().summary
        )
        for values, words in (
            ({"stop_rating": 0}, "between 1 and 5"),
            ({"stop_rating": 6}, "between 1 and 5"),
            ({"stop_days": 0}, "how many days"),
        ):
            with (
                self.subTest(values),
                self.assertRaisesRegex(ValidationError, words),
                self.cr.savepoint(),
            ):
                self._create_stop(**values)

    def test_a_low_rating_can_be_tried_on_the_last_days(self):
        policy = self._create_stop(active=False)
        for days in (12, 8):
            self._reserve(self.buyer, at=NOW - timedelta(days=days))
        self._rate(1, 10)
        action = policy.action_simulate()
        simulation = self.env["c360.contact.simulation"].browse(action["res_id"])
        self.assertEqual((simulation.left, simulation.stopped), (1, 1))

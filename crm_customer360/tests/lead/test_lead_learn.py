import random

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ...tools.lead_learn import sigmoid
from ..common import Customer360Common
from .test_lead_profile import make_profile

GHENT = "[('city', '=', 'Ghent')]"
BIG = "[('company_size', '=', '1000')]"
NOISE = "[('function', '!=', False)]"
LATE = "[('stage_id.is_won', '=', True)]"


@tagged("post_install", "-at_install", "c360_lead")
class TestLeadLearn(Customer360Common):
    """Points are learned from the past, tested on what came later, only proposed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["c360.lead.check"].search([]).active = False
        cls.profiles = cls.env["c360.lead.profile"]
        cls.profiles.search([]).active = False
        # by hand the noise counts most
        cls.profile = make_profile(
            cls.profiles,
            conditions=[
                ("Ghent", GHENT, 10),
                ("Big", BIG, 10),
                ("Position", NOISE, 60),
                ("Won", LATE, 40),
            ],
            key_points=60,
            normal_points=10,
        )

    def _close_leads(self, count=500, **values):
        """Create closed leads, more often won in Ghent and never for the position."""
        dice = random.Random(7)
        vals_list, won = [], []
        for _number in range(count):
            ghent, big, position = (dice.random() < share for share in (0.4, 0.3, 0.5))
            vals_list.append(
                {
                    "name": "Old",
                    "city": "Ghent" if ghent else "Bruges",
                    "company_size": "1000" if big else "10",
                    "function": "Buyer" if position else False,
                    **values,
                }
            )
            won.append(dice.random() < sigmoid(-1.2 + 2.2 * ghent + 0.8 * big))
        quiet = self.env["crm.lead"].with_context(
            tracking_disable=True, mail_create_nolog=True, mail_create_nosubscribe=True
        )
        leads = quiet.create(vals_list)
        winners = leads.browse(
            [lead.id for lead, hit in zip(leads, won, strict=True) if hit]
        )
        winners.action_set_won()
        (leads - winners).action_set_lost()
        leads.flush_recordset()
        # one a day
        self.env.cr.execute(
            "UPDATE crm_lead SET date_closed = '2024-01-01'::date + (id - %s)"
            " WHERE id = ANY(%s)",
            (leads.ids[0], leads.ids),
        )
        self.env.invalidate_all()
        return leads

    def test_what_made_the_difference_is_found(self):
        self._close_leads()
        self.profile.action_learn()
        ghent, big, position, late = self.profile.condition_ids
        self.assertGreater(ghent.proposed_weight, big.proposed_weight)
        self.assertGreater(big.proposed_weight, 0)
        self.assertLess(abs(position.proposed_weight), 15)
        # known too late: nothing is learned from it
        self.assertFalse(late.has_proposal)
        # as many points in all as by hand
        total = sum(abs(one.proposed_weight) for one in ghent + big + position)
        self.assertAlmostEqual(total, 80, delta=2)
        # nothing changed by itself
        self.assertEqual(self.profile.condition_ids.mapped("weight"), [10, 10, 60, 40])
        self.assertEqual(
            (self.profile.key_points, self.profile.normal_points), (60, 10)
        )

    def test_the_back_test_compares_three(self):
        leads = self._close_leads()
        self.profile.action_learn()
        result = self.profile.proposal_result
        self.assertEqual((result["count"], result["tested"]), (500, 150))
        newer = leads[350:]
        won = newer.filtered(lambda lead: lead.won_status == "won")
        self.assertEqual(result["tested_won"], len(won))
        self.assertEqual(result["cut"], str(newer[0].date_closed.date()))
        self.assertGreater(result["learned"]["auc"], 0.65)
        self.assertLess(result["hand"]["auc"], result["learned"]["auc"])
        self.assertLess(result["learned"]["brier"], result["hand"]["brier"])
        self.assertEqual(sum(g[0] for g in result["host"]["deciles"]), 150)
        # the stage of a closed lead tells how it ended: nobody may look at it
        self.assertLess(result["host"]["auc"], 0.95)
        html = self.profile.proposal_html
        self.assertIn("The learned points tell won from lost", html)
        self.assertIn("Predictive scoring", html)

    def test_no_difference_is_called_luck(self):
        self.profile.condition_ids[2].weight = 1
        self.profile.condition_ids[0].weight = 30
        self._close_leads()
        self.profile.action_learn()
        self.assertIn("may be luck", self.profile.proposal_html)

    def test_a_manager_accepts(self):
        self._close_leads()
        profile = self.profile.with_env(self.env_of("manager"))
        profile.action_learn()
        proposed = profile.condition_ids.mapped("proposed_weight")
        key = profile.proposed_key_points
        profile.action_accept_proposal()
        self.assertEqual(profile.condition_ids.mapped("weight"), [*proposed[:3], 40])
        self.assertEqual(profile.key_points, key)
        self.assertFalse(profile.proposal_date or profile.proposal_html)
        with self.assertRaisesRegex(UserError, "no proposal"):
            profile.action_accept_proposal()

    def test_a_manager_drops_it(self):
        self._close_leads()
        profile = self.profile.with_env(self.env_of("manager"))
        profile.action_learn()
        profile.action_reject_proposal()
        self.assertFalse(
            profile.proposal_date or any(profile.condition_ids.mapped("has_proposal"))
        )
        self.assertEqual(profile.condition_ids.mapped("weight"), [10, 10, 60, 40])

    def test_nobody_else_learns_or_accepts(self):
        for role in ("leader", "care", "analyst"):
            profile = self.profile.with_env(self.env_of(role))
            for method in (
                profile.action_learn,
                profile.action_accept_proposal,
                profile.action_reject_proposal,
            ):
                with self.assertRaises(AccessError):
                    method()

    def test_too_few_leads(self):
        self._close_leads(60)
        with self.assertRaisesRegex(UserError, "Too few closed leads.*200"):
            self.profile.action_learn()

    def test_nothing_to_learn_about(self):
        self.profile.condition_ids[:3].unlink()
        with self.assertRaisesRegex(UserError, "no condition to learn"):
            self.profile.action_learn()

    def test_leads_of_another_company_are_none_of_ours(self):
        other = self.env["res.company"].create({"name": "Other"})
        team = self.env["crm.team"].create({"name": "T", "company_id": other.id})
        self._close_leads(210, team_id=team.id, user_id=False, company_id=other.id)
        with self.assertRaisesRegex(UserError, "0 won and 0 lost"):
            self.profile.action_learn()

from ast import literal_eval
from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import format_date

from ...tools.lead_learn import (
    Case,
    calibrate,
    choose_threshold,
    fit_host,
    fit_weights,
    get_points,
    split_by_time,
    test_back,
    to_points,
)

MANAGER = "crm_customer360.group_manager"
# Under these numbers a proposal would be guesswork.
MIN_CASES = 200
# Won and lost leads each, per condition to learn about (Peduzzi et al. 1996, Journal of
# Clinical Epidemiology 49: ten events per variable) and to test with.
MIN_PER_CONDITION = 10
MIN_TESTED = 20
# The latest closed leads say enough, and older ones say less.
MAX_CASES = 50_000
# Points given in all when none were set by hand
DEFAULT_BUDGET = 100
# Nobody is key by the points set by hand: the best tenth is.
DEFAULT_KEY_SHARE = 0.1
DEFAULT_NORMAL_SHARE = 0.5
# Of the closed leads: where they stood when they ended is no news about new ones.
HOST_LATE_FIELDS = {"stage_id", "probability"}


class C360LeadProfile(models.Model):
    """Points learned from won and lost leads, proposed next to those set by hand.

    Fitted on the older part of the closed leads and tested on the newer one, with the
    points set by hand and the host's predictive scoring tested on the same leads.
    Nothing changes until a manager accepts.
    """

    _inherit = "c360.lead.profile"

    proposal_date = fields.Datetime(string="Learned On", readonly=True, copy=False)
    proposal_result = fields.Json(
        readonly=True, copy=False, export_string_translation=False
    )
    proposed_key_points = fields.Integer(readonly=True, copy=False)
    proposed_normal_points = fields.Integer(readonly=True, copy=False)
    proposal_html = fields.Html(
        string="How Good Is It",
        compute="_compute_proposal_html",
        sanitize=False,
    )

    # ------------------------------------------------------------
    # Learning
    # ------------------------------------------------------------

    def action_learn(self):
        """Propose points from the closed leads this profile concerns."""
        self.ensure_one()
        self.check_access("write")
        conditions = self.condition_ids.filtered(lambda one: not one.is_late)
        if not conditions:
            raise UserError(
                self.env._("There is no condition to learn about: add some first.")
            )
        leads = self._get_closed_leads()
        cases = self._get_cases(leads, conditions)
        older, newer = split_by_time(cases)
        self._check_enough(older, newer, conditions)
        budget = sum(abs(one.weight) for one in conditions) or DEFAULT_BUDGET
        _intercept, weights = fit_weights(older)
        points = to_points(weights, budget)
        key, normal = self._propose_thresholds(older, points, conditions)
        for condition in self.condition_ids - conditions:
            condition.write({"has_proposal": False, "proposed_weight": 0})
        for condition, value in zip(conditions, points, strict=True):
            condition.write({"has_proposal": True, "proposed_weight": value})
        self.write(
            {
                "proposal_date": fields.Datetime.now(),
                "proposed_key_points": key,
                "proposed_normal_points": normal,
                "proposal_result": self._test_proposal(
                    leads, older, newer, conditions, points, key
                ),
            }
        )
        return True

    def _get_closed_leads(self):
        """Return the won and lost leads this profile concerns, oldest first."""
        company = self.company_id or self.env.company
        domain = Domain("won_status", "in", ("won", "lost"))
        domain &= Domain("date_closed", "!=", False)
        domain &= Domain("company_id", "in", (company.id, False))
        # Experience is the company's, not only what the manager may see of it.
        leads_sudo = self.env["crm.lead"].sudo().with_context(active_test=False)
        if "merged_into_id" in leads_sudo._fields:
            # counted once, as the lead they were merged into
            domain &= Domain("merged_into_id", "=", False)
        leads_sudo = leads_sudo.search(
            domain, order="date_closed DESC, id DESC", limit=MAX_CASES
        )
        profile = self._prepare_profile()._replace(company_id=False)
        return leads_sudo.filtered(lambda lead: self._concerns(profile, lead))[::-1]

    @api.model
    def _get_cases(self, leads, conditions):
        """Return which conditions closed leads met; one query per condition."""
        met = []
        for condition in conditions:
            domain = Domain(literal_eval(condition.lead_domain))
            found = leads.search(domain & Domain("id", "in", leads.ids))
            met.append(set(found._ids))
        return [
            Case(
                tuple(int(lead.id in found) for found in met), lead.won_status == "won"
            )
            for lead in leads
        ]

    def _check_enough(self, older, newer, conditions):
        """Refuse to learn from too few leads.

        :raise UserError: with the numbers there are and those it takes
        """
        needed = max(MIN_PER_CONDITION * len(conditions), MIN_TESTED)
        learned, tested = (
            Counter(case.won for case in cases) for cases in (older, newer)
        )
        if (
            len(older) + len(newer) < MIN_CASES
            or min(learned[True], learned[False]) < needed
            or min(tested[True], tested[False]) < MIN_TESTED
        ):
            raise UserError(
                self.env._(
                    "Too few closed leads to learn from: %(won)s won and %(lost)s "
                    "lost. It takes %(total)s at least, among the older ones "
                    "%(needed)s of each for %(count)s conditions, and %(tested)s of "
                    "each among the newer ones to test with.",
                    won=learned[True] + tested[True],
                    lost=learned[False] + tested[False],
                    total=MIN_CASES,
                    needed=needed,
                    count=len(conditions),
                    tested=MIN_TESTED,
                )
            )

    def _propose_thresholds(self, cases, points, conditions):
        """Return from how many points on a lead is key and normal.

        As many leads get each grade as by the points set by hand: people can work on
        no more key leads than before, they should be the better ones.
        """
        by_hand = [
            get_points(case.features, conditions.mapped("weight")) for case in cases
        ]
        learned = [get_points(case.features, points) for case in cases]
        shares = []
        for limit, default in (
            (self.key_points, DEFAULT_KEY_SHARE),
            (self.normal_points, DEFAULT_NORMAL_SHARE),
        ):
            share = sum(value >= limit for value in by_hand) / len(cases)
            shares.append(share if 0 < share < 1 else default)
        key, normal = (choose_threshold(learned, share) for share in shares)
        return key, min(key, normal)

    # ------------------------------------------------------------
    # Testing
    # ------------------------------------------------------------

    def _test_proposal(self, leads, older, newer, conditions, points, key):
        """Return how the three scorers did on the newer leads, as plain values."""
        won = [case.won for case in newer]
        result = {
            "count": len(older) + len(newer),
            "won": sum(case.won for case in older) + sum(won),
            "tested": len(newer),
            "tested_won": sum(won),
            "from": fields.Date.to_string(leads[:1].date_closed),
            "cut": fields.Date.to_string(leads[len(older)].date_closed),
        }
        scorers = {
            "hand": (conditions.mapped("weight"), self.key_points),
            "learned": (points, key),
        }
        for name, (weights, limit) in scorers.items():
            seen = [get_points(case.features, weights) for case in older]
            scores = [get_points(case.features, weights) for case in newer]
            chance = calibrate(seen, [case.won for case in older])
            result[name] = test_back(scores, list(map(chance, scores)), won, limit)
        share = result["learned"].key_count / len(newer) or DEFAULT_KEY_SHARE
        chances = self._get_host_chances(leads, len(older))
        limit = choose_threshold(chances, share)
        result["host"] = test_back(chances, chances, won, limit)
        return {
            name: value._asdict() if hasattr(value, "_asdict") else value
            for name, value in result.items()
        }

    @api.model
    def _get_host_chances(self, leads, cut):
        """Return what the host's scoring would have said of the newer leads.

        Fitted on the older ones: the host's own figures were made with the answers.
        """
        values = leads._pls_get_lead_pls_values([("id", "in", leads.ids)])
        pairs = [
            frozenset(
                (name, value)
                for name, value in values[lead.id]["values"]
                if name not in HOST_LATE_FIELDS
            )
            for lead in leads
        ]
        outcomes = [lead.won_status == "won" for lead in leads]
        chance = fit_host(list(zip(pairs[:cut], outcomes[:cut], strict=True)))
        return [chance(known) for known in pairs[cut:]]

    # ------------------------------------------------------------
    # Showing and accepting
    # ------------------------------------------------------------

    @api.depends("proposal_result")
    @api.depends_context("lang")
    def _compute_proposal_html(self):
        for profile in self:
            result = profile.proposal_result
            profile.proposal_html = (
                self.env["ir.qweb"]._render(
                    "crm_customer360.c360_lead_profile_proposal",
                    profile._prepare_proposal_values(result),
                )
                if result
                else False
            )

    def _prepare_proposal_values(self, result):
        names = {
            "hand": self.env._("Set by hand"),
            "learned": self.env._("Learned"),
            "host": self.env._("Predictive scoring"),
        }
        best = max(names, key=lambda name: result[name]["auc"])
        return {
            "result": result,
            "names": names,
            "verdict": self._get_verdict(result),
            "best": best,
            "base": result["tested_won"] / result["tested"],
            "cut": format_date(self.env, result["cut"]),
            "first": format_date(self.env, result["from"]),
            "percent": lambda share: f"{share:.0%}",
            "key_points": self.proposed_key_points,
            "normal_points": self.proposed_normal_points,
        }

    @api.model
    def _get_verdict(self, result):
        """Return in one sentence whether the difference is more than luck.

        Two standard errors of the difference, as if both were measured apart: on the
        same leads they move together, so this errs on the side of doubt.
        """
        hand, learned = result["hand"], result["learned"]
        gain = learned["auc"] - hand["auc"]
        noise = 2 * (hand["auc_error"] ** 2 + learned["auc_error"] ** 2) ** 0.5
        if gain > noise:
            return self.env._("The learned points tell won from lost leads better.")
        if gain < -noise:
            return self.env._("The points set by hand do better: keep them.")
        return self.env._(
            "The difference may be luck: there is no reason to change the points."
        )

    def action_accept_proposal(self):
        """Take the proposed points over; grades follow in the background."""
        self._check_manager()
        for profile in self:
            if not profile.proposal_date:
                raise UserError(self.env._("There is no proposal to accept."))
            for condition in profile.condition_ids.filtered("has_proposal"):
                condition.weight = condition.proposed_weight
            profile.write(
                {
                    "key_points": profile.proposed_key_points,
                    "normal_points": profile.proposed_normal_points,
                }
            )
        self._drop_proposal()
        return True

    def action_reject_proposal(self):
        """Leave the points as they are."""
        self._check_manager()
        self._drop_proposal()
        return True

    def _check_manager(self):
        if not self.env.user.has_group(MANAGER):
            raise AccessError(self.env._("Only a manager decides about the points."))

    def _drop_proposal(self):
        self.condition_ids.write({"has_proposal": False, "proposed_weight": 0})
        self.write({"proposal_date": False, "proposal_result": False})

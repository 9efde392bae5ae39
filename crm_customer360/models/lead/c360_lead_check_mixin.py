from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from .c360_lead_check import TRIED

# Only the system judges; a person says “It is valid” by a button.
VERDICT = {
    "check_state",
    "check_id",
    "check_reason",
    "check_date",
    "check_user_id",
    "set_aside_date",
}
CLEAR = dict.fromkeys(("check_id", "check_reason", "set_aside_date"), False)
# What the checks look at; a change of one of these is a reason to look again.
CHECKED_FIELDS = {
    "email_from",
    "phone",
    "name",
    "contact_name",
    "partner_name",
    "partner_id",
    "country_id",
}
# Checked while the person waits; more are left to the background.
AT_ONCE = 1_000


class C360LeadCheckMixin(models.AbstractModel):
    """A lead that configured rules find valid, or set aside with a reason.

    Set aside means archived but not lost: it counts in no figure of the host, waits in
    no pool, keeps all it has, and comes back by one click or when its contact data are
    put right. A lead somebody works on is never taken away from him, only flagged.

    Mount it before the model it extends, so that it sees the whole record.
    """

    _name = "c360.lead.check.mixin"
    _inherit = "c360.lead.normalise.mixin"
    _description = "Checked Lead"

    check_state = fields.Selection(
        selection=[("valid", "Valid"), ("invalid", "Invalid")],
        string="Check",
        readonly=True,
        copy=False,
    )
    check_id = fields.Many2one(
        comodel_name="c360.lead.check",
        string="Found By",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    check_reason = fields.Char(string="Reason", readonly=True, copy=False)
    tried_reason = fields.Char(
        string="Reason It Would Give", compute="_compute_tried_reason"
    )
    check_date = fields.Datetime(string="Checked On", readonly=True, copy=False)
    check_user_id = fields.Many2one(
        comodel_name="res.users",
        string="Declared Valid By",
        readonly=True,
        copy=False,
        ondelete="set null",
    )
    set_aside_date = fields.Datetime(
        string="Set Aside On", readonly=True, copy=False, index="btree_not_null"
    )

    @api.depends(*sorted(CHECKED_FIELDS))
    @api.depends_context(TRIED)
    def _compute_tried_reason(self):
        """Say what the check that is being tried finds, on or off."""
        # Whoever tries a check was allowed to; its words are no secret in the house.
        checks_sudo = self.env["c360.lead.check"].sudo()
        check_sudo = checks_sudo.browse(self.env.context.get(TRIED)).exists()
        if not check_sudo:
            self.tried_reason = False
            return
        found = check_sudo._judge(self, (check_sudo._prepare_rule(),))
        for lead, pair in zip(self, found, strict=True):
            lead.tried_reason = pair and pair[1]

    # Archived leads without a chance of winning are lost to the host, its figures and
    # its predictive scoring; one that was set aside never was a lead.
    @api.depends("set_aside_date")
    def _compute_won_status(self):
        result = super()._compute_won_status()
        for lead in self:
            if lead.set_aside_date and lead.won_status == "lost":
                lead.won_status = "pending"
        return result

    # ------------------------------------------------------------
    # On entry and on change
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        self._check_verdict_fields(vals_list)
        leads = super().create(vals_list)
        checks = self.env["c360.lead.check"]
        if checks._is_enabled():
            quiet = leads.with_context(tracking_disable=True)
            quiet._judge(at_keyboard=not self.env.context.get("import_file"))
        return leads

    def write(self, vals):
        self._check_verdict_fields([vals])
        back = self._take_back() if vals.get("active") else self.browse()
        result = super().write(vals)
        back._return_to_work()
        if self and self.env["c360.lead.check"]._is_enabled():
            checks = self.env["c360.lead.check"]
            if vals.keys() & (CHECKED_FIELDS | checks._get_reachable_fields()):
                self._judge(at_keyboard=True)
            elif "user_id" in vals and not vals["user_id"]:
                # nobody works on it any more
                self.filtered(lambda lead: lead.check_state == "invalid")._judge()
        return result

    @api.model
    def _check_verdict_fields(self, vals_list):
        if not self.env.su and any(VERDICT & vals.keys() for vals in vals_list):
            raise AccessError(
                self.env._("A lead is checked by rules. Use “It is valid” to object.")
            )

    def _assign_userless_lead_in_team(self, creation_source):
        """The leader of the team is not given what was set aside."""
        leads = self.filtered(lambda lead: not lead.set_aside_date)
        return super(C360LeadCheckMixin, leads)._assign_userless_lead_in_team(
            creation_source
        )

    def action_set_lost(self, **additional_values):
        """A lead set aside that is lost after all is lost like any other."""
        # the verdict is the system's, losing a lead the salesperson's
        aside_sudo = self.sudo().filtered("set_aside_date")
        aside_sudo.write({"set_aside_date": False})
        return super().action_set_lost(**additional_values)

    # ------------------------------------------------------------
    # Judging
    # ------------------------------------------------------------

    def _judge(self, at_keyboard=False):
        """Check open leads, set invalid ones aside, take back those put right.

        :param bool at_keyboard: whoever saves now keeps his own lead before him
        :return: the leads that were found invalid
        """
        # A verdict is the system's, whoever brings or changes the lead.
        leads_sudo = self.sudo().filtered(
            lambda lead: (
                (lead.active or lead.set_aside_date)
                and lead.won_status == "pending"
                and not lead.check_user_id
            )
        )
        found = self.env["c360.lead.check"]._find_reasons(leads_sudo)
        verdicts = {}
        for lead, reason in zip(leads_sudo, found, strict=True):
            if reason:
                verdicts.setdefault((reason[0].id, reason[1]), []).append(lead.id)
        invalid_sudo = leads_sudo.browse(
            lead_id for ids in verdicts.values() for lead_id in ids
        )
        invalid_sudo._set_aside(verdicts, at_keyboard)
        (leads_sudo - invalid_sudo)._find_valid()
        return self.browse(invalid_sudo.ids)

    def _set_aside(self, verdicts, at_keyboard):
        """Write the verdicts and archive the leads nobody works on.

        :param dict verdicts: (check id, reason) -> ids of leads
        """
        if not self:
            return
        now = fields.Datetime.now()
        kept = self._filter_worked_on(at_keyboard)
        taken = (self - kept).filtered("active")
        for (check_id, reason), ids in verdicts.items():
            verdict = {
                "check_state": "invalid",
                "check_id": check_id,
                "check_reason": reason,
            }
            stale = self.browse(ids).filtered(
                lambda lead, verdict=verdict: (
                    (lead.check_state, lead.check_id.id, lead.check_reason)
                    != tuple(verdict.values())
                )
            )
            if stale:
                stale.write({**verdict, "check_date": now})
        if taken:
            taken.write({"active": False, "set_aside_date": now})
            # the host takes what is archived for closed
            taken.write({"date_closed": False})

    def _filter_worked_on(self, at_keyboard):
        """Return the leads somebody has in his hands: they are flagged, not taken."""
        return self.filtered(
            lambda lead: (
                lead.active
                and lead.user_id
                and (
                    lead.type == "opportunity"
                    or bool(lead.activity_ids)
                    or (at_keyboard and lead.user_id.id == self.env.uid)
                )
            )
        )

    def _find_valid(self):
        """Note that rules found nothing; what was set aside comes back."""
        doubted = self.filtered(lambda lead: lead.check_state == "invalid")
        new = self.filtered(lambda lead: not lead.check_state)
        verdict = {"check_state": "valid", "check_date": fields.Datetime.now()}
        if new:
            new.write(verdict)
        if doubted:
            aside = doubted.filtered("set_aside_date")
            doubted.write({**verdict, **CLEAR})
            if aside:
                aside.action_unarchive()
                aside._return_to_work()

    def _take_back(self):
        """Unarchiving what was set aside says that it is valid.

        :return: the leads this is about
        """
        # the verdict is the system's, to object to it everybody's
        aside_sudo = self.sudo().filtered("set_aside_date")
        if aside_sudo:
            aside_sudo.write(self._prepare_objection())
        return self.browse(aside_sudo.ids)

    def _prepare_objection(self):
        """Return the verdict of a person, whom no rule contradicts later."""
        return {
            **CLEAR,
            "check_state": "valid",
            "check_date": fields.Datetime.now(),
            "check_user_id": self.env.uid,
        }

    def _return_to_work(self):
        """Go on with leads that were set aside; rooms below extend this."""

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_check_valid(self):
        """Say that leads are valid whatever the rules find; back to work with them."""
        self.check_access("write")
        doubted = self.filtered(lambda lead: lead.check_state == "invalid")
        reasons = {lead.id: lead.check_reason for lead in doubted}
        aside = doubted.filtered("set_aside_date")
        # the verdict is the system's, to object to it everybody's
        doubted_sudo = doubted.sudo()
        doubted_sudo.write(self._prepare_objection())
        if aside:
            aside.action_unarchive()
            aside._return_to_work()
        if doubted:
            doubted_sudo._message_log_batch(
                bodies={
                    lead_id: self.env._(
                        "%(user)s says this lead is valid. It had been found invalid: "
                        "%(reason)s.",
                        user=self.env.user.name,
                        reason=reason or "",
                    )
                    for lead_id, reason in reasons.items()
                }
            )
        return True

    def action_check_again(self):
        """Check these leads again; many of them in the background."""
        self.check_access("write")
        open_leads = self.with_context(active_test=False).filtered_domain(
            self._get_checkable_domain()
        )
        if not open_leads:
            raise UserError(self.env._("Only open leads are checked."))
        if len(open_leads) > AT_ONCE:
            # a salesperson starts it, the system does it
            rechecks_sudo = self.env["c360.lead.recheck"].sudo()
            rechecks_sudo._schedule("check", open_leads)
            message = self.env._(
                "%(count)s leads are being checked in the background.",
                count=len(open_leads),
            )
        else:
            invalid = open_leads.with_context(tracking_disable=True)._judge()
            message = self.env._(
                "%(count)s leads checked, %(invalid)s of them invalid.",
                count=len(open_leads),
                invalid=len(invalid),
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": message,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    @api.model
    def _get_checkable_domain(self):
        """Return the leads the checks look at: open ones and those set aside."""
        return (
            Domain("won_status", "=", "pending")
            & (Domain("active", "=", True) | Domain("set_aside_date", "!=", False))
            & Domain("check_user_id", "=", False)
        )

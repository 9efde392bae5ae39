from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

LEADER = "crm_customer360.group_leader"


class C360LeadDuplicate(models.Model):
    """A lead that looks like another lead or a contact, or two contacts alike.

    Rows are made by ``_scan``; people only decide about them. What was found not to be
    the same is never proposed again. Of two leads the newer one is ``lead_id``.
    """

    _name = "c360.lead.duplicate"
    _description = "Suspected Duplicate"
    _order = "score desc, id desc"

    lead_id = fields.Many2one(
        comodel_name="crm.lead", readonly=True, ondelete="cascade"
    )
    other_lead_id = fields.Many2one(
        comodel_name="crm.lead",
        string="Resembles Lead",
        readonly=True,
        ondelete="cascade",
        index="btree_not_null",
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Resembles Contact",
        readonly=True,
        ondelete="cascade",
        index="btree_not_null",
    )
    company_id = fields.Many2one(
        comodel_name="res.company", readonly=True, ondelete="cascade"
    )
    score = fields.Float(
        readonly=True,
        aggregator="avg",
        help="How probable it is that both are the same.",
    )
    level = fields.Selection(
        selection=[("surely", "Surely"), ("maybe", "Maybe")],
        required=True,
        readonly=True,
    )
    state = fields.Selection(
        selection=[
            ("open", "To review"),
            ("confirmed", "The same"),
            ("rejected", "Not the same"),
            ("merged", "Merged"),
        ],
        required=True,
        readonly=True,
        default="open",
    )
    # field, level, weight of each part of the score
    parts = fields.Json(readonly=True)
    reason = fields.Char(compute="_compute_reason")
    comparison = fields.Json(compute="_compute_comparison")
    user_id = fields.Many2one(
        comodel_name="res.users", string="Salesperson", compute="_compute_user_id"
    )
    decided_id = fields.Many2one(
        comodel_name="res.users", string="Decided By", readonly=True
    )
    decided_date = fields.Datetime(string="Decided On", readonly=True)

    # A constraint, not an index: the host's partner merge aborts on a unique index.
    _lead_pair_unique = models.Constraint(
        "UNIQUE (lead_id, other_lead_id)", "Two leads make one pair."
    )
    _partner_pair_unique = models.Constraint(
        "UNIQUE (lead_id, partner_id)", "A lead and a contact make one pair."
    )
    # the review list: WHERE state = 'open' ORDER BY score DESC, id DESC
    _open_idx = models.Index("(score DESC, id DESC) WHERE state = 'open'")

    @api.depends("lead_id.user_id", "contact_id.user_id")
    def _compute_user_id(self):
        for pair in self:
            pair.user_id = pair.lead_id.user_id or pair.contact_id.user_id

    @api.depends("lead_id", "other_lead_id", "contact_id", "partner_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_display_name(self):
        """Labels are read with all rights: name only what the user may read."""
        visible = self.with_user(self.env.uid)._filtered_access("read")
        for pair in self:
            if pair in visible:
                pair.display_name = self.env._(
                    "%(lead)s and %(other)s",
                    lead=(pair.lead_id or pair.contact_id).display_name,
                    other=(pair.other_lead_id or pair.partner_id).display_name,
                )
            else:
                pair.display_name = self.env._("Pair %(id)s", id=pair.id)

    # ------------------------------------------------------------
    # Decisions
    # ------------------------------------------------------------

    def action_merge(self):
        """Merge the leads of each pair and open what stays; of contacts, a preview."""
        self._check_decision()
        if self and all(pair.contact_id for pair in self):
            return self._merge_contacts()
        if not all(pair.other_lead_id for pair in self):
            raise UserError(
                self.env._("A contact cannot be merged: link the lead to him instead.")
            )
        head = self.env["crm.lead"]
        for pair in self:
            # A lead of an earlier pair may be gone into another one by now.
            leads = (pair.lead_id | pair.other_lead_id)._get_merge_heads()
            if len(leads) > 1:
                head = leads._merge_opportunity(max_length=0)
        return (head or self.lead_id[:1]._get_merge_heads()).get_formview_action()

    def action_reject(self):
        """These are not the same; they are not proposed again."""
        self._check_decision()
        self._decide("rejected")
        return self._get_next_action()

    def action_link(self):
        """Make the contact the customer of the lead."""
        self._check_decision()
        for pair in self:
            if not (pair.partner_id and pair.lead_id):
                raise UserError(
                    self.env._("Both are leads: merge them instead of linking them.")
                )
            pair.lead_id.partner_id = pair.partner_id
        self._decide("confirmed")
        return self._get_next_action()

    def action_reopen(self):
        """Review these pairs once more."""
        self._check_decision(states=("rejected", "confirmed"))
        self._decide("open")

    def action_open_lead(self):
        self.ensure_one()
        return (self.lead_id or self.contact_id).get_formview_action()

    def action_open_other(self):
        self.ensure_one()
        return (self.other_lead_id or self.partner_id).get_formview_action()

    @api.model
    def action_scan_all(self):
        """Compare every open lead again, in the background."""
        if not self.env.user.has_group(LEADER):
            raise AccessError(self.env._("Only team leaders compare all leads."))
        count = self._scan()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.env._("Compare All Leads"),
                "message": self.env._(
                    "%(count)s leads are compared in the background.", count=count
                ),
                "type": "info",
            },
        }

    def _check_decision(self, states=("open",)):
        """Refuse decisions about what is decided, or about leads of others.

        :raise AccessError: a salesperson decides about his own leads only
        :raise UserError: somebody was faster
        """
        self.check_access("read")
        self._check_contacts()
        leads = self.lead_id | self.other_lead_id
        leads.check_access("write")
        if not self.env.su and not self.env.user.has_group(LEADER):
            if any(lead.user_id != self.env.user for lead in leads):
                raise AccessError(
                    self.env._("You decide about your own leads; ask a team leader.")
                )
        if any(pair.state not in states for pair in self):
            raise UserError(self.env._("Somebody has decided about this meanwhile."))

    def _decide(self, state):
        # Nobody writes pairs; whoever may decide was checked.
        pairs_sudo = self.sudo()
        pairs_sudo.write(
            {
                "state": state,
                "decided_id": self.env.uid if state != "open" else False,
                "decided_date": fields.Datetime.now() if state != "open" else False,
            }
        )

    def _get_next_action(self):
        """Return the next pair to review after a single one, else stay."""
        if len(self) != 1:
            return False
        kind = "contact_id" if self.contact_id else "lead_id"
        following = self.search([("state", "=", "open"), (kind, "!=", False)], limit=1)
        if not following:
            suffix = "_contact" if self.contact_id else ""
            return self.env["ir.actions.act_window"]._for_xml_id(
                f"crm_customer360.c360_lead_duplicate_action{suffix}"
            )
        return following.get_formview_action()

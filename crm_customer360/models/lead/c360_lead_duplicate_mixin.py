from odoo import api, fields, models

# Leads entered at once that are compared at once; more wait for the job.
AT_ONCE = 50


class C360LeadDuplicateMixin(models.AbstractModel):
    """A lead compared with the leads and customers there are."""

    _name = "c360.lead.duplicate.mixin"
    _description = "Lead with Duplicates"

    duplicate_pair_count = fields.Integer(
        string="Suspected Duplicates", compute="_compute_duplicate_pair_count"
    )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_duplicate_pair_count(self):
        """Count the pairs the user may see: he must not learn of others."""
        pairs = self.env["c360.lead.duplicate"]
        counts = dict.fromkeys(self.ids, 0)
        if self.ids and pairs.has_access("read"):
            for name in ("lead_id", "other_lead_id"):
                for lead, count in pairs._read_group(
                    [(name, "in", self.ids), ("state", "=", "open")],
                    [name],
                    ["__count"],
                ):
                    counts[lead.id] += count
        for lead in self:
            lead.duplicate_pair_count = counts.get(lead.id, 0)

    @api.model_create_multi
    def create(self, vals_list):
        leads = super().create(vals_list)
        if self.env["c360.lead.identity"]._is_used():
            leads._compare_on_entry()
        return leads

    def _compare_on_entry(self):
        """Look for duplicates of new leads; many at once wait for the job.

        The job compares all of them once more: two that are entered at the same moment
        do not see each other.
        """
        if len(self) > AT_ONCE:
            self.env["c360.lead.identity"]._wake()
            return
        # Whoever enters a lead need not see the leads it resembles.
        pairs_sudo = self.env["c360.lead.duplicate"].sudo()._scan(self)
        pairs_sudo._act_on_entry(self)

    def action_view_duplicates(self):
        """Open the review of this lead: the pair itself where there is only one."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_customer360.c360_lead_duplicate_action"
        )
        domain = fields.Domain("state", "=", "open") & (
            fields.Domain("lead_id", "=", self.id)
            | fields.Domain("other_lead_id", "=", self.id)
        )
        action["domain"] = list(domain)
        action["context"] = {}
        pairs = self.env["c360.lead.duplicate"].search(domain, limit=2)
        if len(pairs) == 1:
            action.update(res_id=pairs.id, views=[(False, "form")])
        return action

    # ------------------------------------------------------------
    # The host's own search
    # ------------------------------------------------------------

    @api.model
    def _get_lead_duplicates(self, partner=None, email=None, include_lost=False):
        """What was merged is no duplicate any more."""
        leads = super()._get_lead_duplicates(partner, email, include_lost)
        return leads.filtered(lambda lead: not lead.merged_into_id)

    def _compute_potential_lead_duplicates(self):
        result = super()._compute_potential_lead_duplicates()
        for lead in self:
            gone = lead.duplicate_lead_ids.filtered("merged_into_id") - lead
            if gone:
                lead.duplicate_lead_ids -= gone
                lead.duplicate_lead_count -= len(gone)
        return result


class C360LeadDuplicate(models.Model):
    _inherit = "c360.lead.duplicate"

    def _act_on_entry(self, leads):
        """Do with sure duplicates of new leads what the settings say.

        :param leads: the leads just entered
        """
        for lead in leads:
            # Who enters a lead may not read settings; what is done is no secret.
            company_sudo = (lead.company_id or self.env.company).sudo()
            action = company_sudo.c360_duplicate_action
            if action == "tell" or not lead.active:
                continue
            pairs = self.filtered(
                lambda pair, lead=lead: (
                    pair.lead_id == lead
                    and pair.level == "surely"
                    and pair.state == "open"
                )
            )
            if pairs:
                pairs.sorted("score", reverse=True)._act_on_sure(lead, action)

    def _act_on_sure(self, lead, action):
        """Hand a lead to the owner of what it resembles, or merge it into that."""
        # a lead of no company resembles those of all: only those of one are meant
        company = lead.company_id or self.env.company
        theirs = (False, company.id)
        older = self.other_lead_id.filtered(
            lambda other: other.id < lead.id and other.company_id.id in theirs
        )[:1]
        partners = self.partner_id.filtered(lambda other: other.company_id.id in theirs)
        # Whoever enters a lead need not be allowed to merge it or to hand it over.
        lead_sudo = lead.sudo()
        if action == "merge":
            if older and older._takes_in(lead):
                (older | lead_sudo)._merge_into(older)
            return
        owner = (older.user_id or partners.user_id)[:1]
        if owner.active and company in owner.company_ids:
            lead_sudo.user_id = owner

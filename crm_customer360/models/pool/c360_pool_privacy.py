from odoo import api, models
from odoo.tools import SQL

from .c360_pool import LEADER


class C360PoolMixin(models.AbstractModel):
    """What tells members about a pooled lead besides the lead itself.

    A rule hides the lead. Followers, notifications, meetings and names have roads of
    their own: they are closed when the lead enters a pool and stay closed.
    """

    _inherit = "c360.pool.mixin"

    @api.depends("name", "pool_state", "merged_into_id")
    @api.depends_context("uid")
    def _compute_display_name(self):
        """Names travel with every many2one that points here: mask pooled ones."""
        masked = self._filter_hidden()
        for lead in masked:
            lead.display_name = self.env._("Lead %(id)s in a pool", id=lead.id)
        return super(C360PoolMixin, self - masked)._compute_display_name()

    @api.depends_context("uid")
    def _compute_potential_lead_duplicates(self):
        """The host searches with all rights: a guessed address would find leads."""
        result = super()._compute_potential_lead_duplicates()
        if self.env["c360.pool"]._hides_from_me():
            for lead in self:
                twins = lead.duplicate_lead_ids
                hidden = (twins - lead)._filter_hidden()
                if hidden:
                    lead.duplicate_lead_ids = twins - hidden
                    lead.duplicate_lead_count -= len(hidden)
        return result

    def _filter_hidden(self):
        """Return the pooled leads whose contact data the user must not see.

        Leaders see them all, managers of a pool those of their pool. What was merged
        into a pooled lead holds its contact data too.
        """
        pools = self.env["c360.pool"]
        if not pools._hides_from_me():
            return self.browse()
        # the lead it was merged into is hidden as well, and not his to read
        leads_sudo = self.sudo()
        places = {
            lead_sudo.id: lead_sudo.merged_into_id or lead_sudo
            for lead_sudo in leads_sudo
        }
        pooled = self.filtered(lambda lead: places[lead.id].pool_state == "pooled")
        if pooled:
            managed = pools._get_managed()
            pooled = pooled.filtered(
                lambda lead: places[lead.id].pool_id.id not in managed.ids
            )
        return pooled

    def _message_subscribe(self, partner_ids=None, subtype_ids=None, customer_ids=None):
        """Nobody but leaders follows a pooled lead.

        Every employee may read the names and addresses of followers, and whoever
        writes to us becomes one.
        """
        waiting = self._filter_waiting()
        if waiting and partner_ids:
            # Users are not readable for everybody who posts.
            partners_sudo = self.env["res.partner"].sudo().browse(partner_ids)
            super(C360PoolMixin, waiting)._message_subscribe(
                partners_sudo.filtered(
                    lambda partner: any(
                        user.has_group(LEADER) for user in partner.user_ids
                    )
                ).ids,
                subtype_ids,
            )
        return super(C360PoolMixin, self - waiting)._message_subscribe(
            partner_ids, subtype_ids, customer_ids
        )

    def _message_auto_subscribe(self, updated_values, *args, **kwargs):
        """A new team brings its followers along: not to what waits in a pool."""
        leads = self - self._filter_waiting()
        if not leads:
            return True
        return super(C360PoolMixin, leads)._message_auto_subscribe(
            updated_values, *args, **kwargs
        )

    def _filter_waiting(self):
        """Return the leads that wait in a pool while pools are in use."""
        if not self.env["c360.pool"]._is_enabled():
            return self.browse()
        # Whoever subscribes others need not see the lead.
        waiting_sudo = self.sudo().filtered(lambda lead: lead.pool_state == "pooled")
        return self.browse(waiting_sudo.ids)

    def _pool_cut_ties(self, keep=None):
        """Close what would carry contact data of pooled leads to colleagues.

        Followers of any kind, who was notified or addressed by a message, meetings;
        activities, with a note of what was planned.
        Customers among the followers are remembered for the next owner.

        :param keep: activities that stay
        """
        if not self:
            return
        closed = self.activity_ids - keep if keep else self.activity_ids
        self.env["c360.pool"]._note_closed(closed)
        closed.unlink()
        for model in ("mail.followers", "mail.message", "mail.notification"):
            self.env[model].flush_model()
        self.env["calendar.event"].flush_model(["opportunity_id", "privacy"])
        # Plain SQL: one statement for any number of leads, followers and messages.
        self.env.execute_query(
            SQL(
                """
                WITH colleague AS (
                    SELECT partner_id FROM res_users WHERE share IS NOT TRUE
                ), message AS (
                    SELECT id
                      FROM mail_message
                     WHERE model = 'crm.lead' AND res_id = ANY(%(leads)s)
                ), follower AS (
                    DELETE FROM mail_followers
                     WHERE res_model = 'crm.lead' AND res_id = ANY(%(leads)s)
                 RETURNING res_id, partner_id
                ), tie AS (
                    INSERT INTO c360_pool_tie (lead_id, partner_id)
                    SELECT res_id, partner_id
                      FROM follower
                     WHERE partner_id NOT IN (SELECT partner_id FROM colleague)
               ON CONFLICT DO NOTHING
                ), notification AS (
                    DELETE FROM mail_notification
                     WHERE mail_message_id IN (SELECT id FROM message)
                       AND res_partner_id IN (SELECT partner_id FROM colleague)
                ), recipient AS (
                    DELETE FROM mail_message_res_partner_rel
                     WHERE mail_message_id IN (SELECT id FROM message)
                       AND res_partner_id IN (SELECT partner_id FROM colleague)
                )
                UPDATE calendar_event
                   SET privacy = 'private'
                 WHERE opportunity_id = ANY(%(leads)s)
                   AND privacy IS DISTINCT FROM 'private'
             RETURNING id
                """,
                leads=self.ids,
            )
        )
        self.invalidate_recordset(["message_follower_ids"], flush=False)
        self.env["mail.notification"].invalidate_model(flush=False)
        self.env["mail.message"].invalidate_model(
            ["partner_ids", "notified_partner_ids", "notification_ids"], flush=False
        )
        self.env["calendar.event"].invalidate_model(["privacy"], flush=False)

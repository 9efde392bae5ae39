from markupsafe import Markup

from odoo import api, models

LEADER = "crm_customer360.group_leader"


class C360Pool(models.Model):
    """What becomes of activities that were planned on leads that go to a pool."""

    _inherit = "c360.pool"

    @api.model
    def _settle_activities(self, recycled):
        """Hand the activities to the managers; the others are closed with the ties.

        :param list recycled: ``Recycled``
        :return: the activities that stay
        """
        rules = {row.lead.id: row.rule for row in recycled}
        pools = {
            row.lead.id: row.rule.target_id or row.lead.pool_id for row in recycled
        }
        activities = self.env["mail.activity"].search(
            [("res_model", "=", "crm.lead"), ("res_id", "in", list(rules))]
        )
        handed = activities.browse()
        if not activities:
            return handed
        for (pool_id, hands_on), found in activities.grouped(
            lambda activity: (
                pools[activity.res_id],
                rules[activity.res_id].hands_on,
            )
        ).items():
            manager = hands_on and self.browse(pool_id)._get_activity_manager()
            if manager:
                # one list of things to do, not a mail for each
                found.with_context(mail_activity_quick_update=True).write(
                    {"user_id": manager.id}
                )
                handed += found
        return handed

    def _get_activity_manager(self):
        """Return who takes over activities of this pool: he has to see its leads."""
        self.ensure_one()
        return self._get_managers().filtered(
            lambda user: not self.with_user(user)._hides_from_me()
        )[:1]

    def _get_managers(self):
        """Return the managers of this pool, who are told what goes wrong."""
        self.ensure_one()
        return self.manager_ids.filtered("active")

    @api.model
    def _note_closed(self, activities):
        """Write on the leads what was planned and is closed now, one note a lead."""
        if not activities:
            return
        bodies = {}
        for lead_id, found in activities.grouped("res_id").items():
            words = Markup("<br/>").join(
                self.env._(
                    "%(what)s of %(who)s, due on %(date)s",
                    what=activity.summary or activity.activity_type_id.name or "",
                    who=activity.user_id.name or "",
                    date=activity.date_deadline,
                )
                for activity in found
            )
            bodies[lead_id] = Markup("<p>%s<br/>%s</p>") % (
                self.env._("Closed, as the lead waits in a pool now:"),
                words,
            )
        # Who gave the lead away may no longer see it.
        leads_sudo = self.env["crm.lead"].sudo().browse(bodies)
        leads_sudo._message_log_batch(bodies=bodies)

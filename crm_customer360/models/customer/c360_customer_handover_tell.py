from markupsafe import Markup

from odoo import models
from odoo.exceptions import UserError

# Two pages each: as many as a printer and a reader bear
DOSSIERS = 50


class C360CustomerHandover(models.Model):
    """One message for each successor, one summary for who is responsible."""

    _inherit = "c360.customer.handover"

    def _get_leaders(self):
        """Return who is responsible: the leaders of the teams, else the managers."""
        leaders = self.team_ids.user_id.filtered("active") - self.user_ids
        if leaders:
            return leaders
        group = self.env.ref("crm_customer360.group_manager")
        return group.all_user_ids.filtered(
            lambda user: (
                user.active
                and not user.share
                and self.company_id in user.company_ids
                and user not in self.user_ids
                # the machine reads no messages
                and user != self.env.ref("base.user_root")
            )
        )

    def _tell(self, users, subject, body):
        # Colleagues are told whatever rights the one has who hands over; the host's
        # queue sends the mails, not this transaction.
        thread_sudo = self.env["mail.thread"].sudo()
        thread_sudo.with_context(
            mail_notify_force_send=False, mail_auto_subscribe_no_notify=False
        ).message_notify(
            partner_ids=users.partner_id.ids,
            subject=subject,
            body=body,
            model=self._name,
            res_id=self.id,
            email_layout_xmlid="mail.mail_notification_light",
        )

    def _tell_by_language(self, users, subject, template, **values):
        """Send the same words to all users of one language at once."""
        for lang, some in users.grouped("lang").items():
            handover = self.with_context(lang=lang)
            body = handover.env["ir.qweb"]._render(
                template, {"handover": handover, **values}, minimal_qcontext=True
            )
            handover._tell(some, subject(handover), Markup(body))

    def _tell_leaders(self):
        """Ask the leaders to approve."""
        # the leaders of one's team are no secret
        handover_sudo = self.sudo()
        handover_sudo._tell_by_language(
            handover_sudo._get_leaders(),
            lambda handover: handover.env._(
                "To approve: %(name)s", name=handover.display_name
            ),
            "crm_customer360.c360_customer_handover_summary",
        )

    def _tell_archived(self):
        """Tell the leaders that somebody is gone and his work is still there."""
        for handover in self:
            handover._tell_by_language(
                handover._get_leaders(),
                lambda handover: handover.env._(
                    "Open work of an archived colleague: %(name)s",
                    name=handover.display_name,
                ),
                "crm_customer360.c360_customer_handover_summary",
            )

    def _tell_finished(self, back):
        """Tell each successor what he got, and the responsible what became of all."""
        if not back:
            for some in self.share_ids:
                self._tell_by_language(
                    some.user_id,
                    lambda handover: handover.env._(
                        "Now yours: %(name)s", name=handover.display_name
                    ),
                    "crm_customer360.c360_customer_handover_received",
                    share=some,
                    kinds=self._get_received(some.user_id),
                )
        responsible = self._get_leaders() | self.started_by_id | self.create_uid
        if back:
            responsible |= self.user_ids
        self._tell_by_language(
            responsible.filtered(lambda user: user.active and not user.share),
            lambda handover: (
                handover.env._("Given back: %(name)s", name=handover.display_name)
                if back
                else handover.env._("Done: %(name)s", name=handover.display_name)
            ),
            "crm_customer360.c360_customer_handover_summary",
        )

    def _get_received(self, user):
        """Return ``[(line, number)]`` of what a user got."""
        return self.env["c360.customer.handover.item"]._read_group(
            [
                ("handover_id", "=", self.id),
                ("user_id", "=", user.id),
                ("state", "=", "done"),
            ],
            ["line_id"],
            ["__count"],
        )

    def action_print_dossiers(self):
        """Print two pages about each customer for the successors, biggest first.

        At most fifty at a time: whoever needs more selects them in the list.

        :raise UserError: when no customer was handed over
        """
        self.ensure_one()
        customers = self.item_ids.filtered(
            lambda item: item.state in ("todo", "done")
        ).partner_id.commercial_partner_id
        profiles = self.env["c360.customer.profile"].search(
            [
                ("partner_id", "in", customers.ids),
                ("company_id", "=", self.env.company.id),
            ],
            order="revenue desc, id",
            limit=DOSSIERS,
        )
        if not profiles:
            raise UserError(self.env._("There is no customer in this handover."))
        report = self.env.ref("crm_customer360.c360_customer_dossier_action")
        return report.report_action(profiles.partner_id, config=False)

    def _get_sheet(self):
        """Return the printed sheet: successors, their customers, and what is open.

        :return: ``[{"name", "customers": [{"name", "contact", "items"}]}]``
        """
        self.ensure_one()
        items = self.item_ids.filtered(
            lambda item: item.user_id and item.state in ("todo", "done")
        )
        sheet = []
        for user, mine in items.grouped("user_id").items():
            customers = []
            for partner, some in mine.grouped("partner_id").items():
                # who may see the handover is told whom to call
                partner_sudo = partner.sudo()
                customers.append(
                    {
                        "name": partner_sudo.name or self.env._("Without a customer"),
                        "contact": ", ".join(
                            filter(None, [partner_sudo.phone, partner_sudo.email])
                        ),
                        "items": some.filtered(
                            lambda item: item.res_model != "res.partner"
                        ),
                    }
                )
            customers.sort(key=lambda row: row["name"])
            sheet.append({"name": user.sudo().name, "customers": customers})
        return sheet

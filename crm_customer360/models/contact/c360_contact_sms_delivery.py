from odoo import api, models

from .c360_contact_sms import ORIGINS


class C360ContactSmsMixin(models.AbstractModel):
    """What providers report after an SMS was handed over."""

    _inherit = "c360.contact.sms.mixin"

    @api.model
    def _fail_delivered(self, trackers, failure_type, reason=None):
        """End rows of SMS that could not be delivered, after they had left.

        :param trackers: the host's ``sms.tracker`` of these SMS
        :param str failure_type: see ``sms.sms``
        :param str reason: what the provider says
        """
        # The provider reports as the public; the ledger belongs to the system.
        trackers_sudo = trackers.sudo()
        all_sudo = self.sudo().search(
            [("uuid", "in", trackers_sudo.mapped("sms_uuid"))]
        )
        touches_sudo = all_sudo.contact_touch_id
        # of those the host has deleted, their message is left
        notifications = trackers_sudo.filtered(
            lambda tracker: tracker.sms_uuid not in set(all_sudo.mapped("uuid"))
        ).mail_notification_id
        reached = {
            (found.mail_message_id.id, found.sms_number) for found in notifications
        }
        touches_sudo |= touches_sudo.search(
            [
                ("message_id", "in", notifications.mail_message_id.ids),
                ("channel", "=", "sms"),
            ]
        ).filtered(lambda touch: (touch.message_id.id, touch.address) in reached)
        failed = touches_sudo.filtered(lambda touch: touch.state in ORIGINS["failed"])
        if failed:
            failed._move(
                "failed", reason=reason or self._get_failure_words(failure_type)
            )

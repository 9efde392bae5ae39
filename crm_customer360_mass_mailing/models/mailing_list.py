from odoo import api, fields, models


class MailingList(models.Model):
    _inherit = "mailing.list"

    contact_topic_id = fields.Many2one(
        comodel_name="c360.contact.topic",
        string="Topic",
        ondelete="restrict",
        index="btree_not_null",
        help="What the list is about. Whoever opts out of it refuses the topic, and "
        "whoever refuses the topic is opted out.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        lists = super().create(vals_list)
        lists.filtered("contact_topic_id")._follow_topic()
        return lists

    def write(self, vals):
        result = super().write(vals)
        if vals.get("contact_topic_id"):
            self._follow_topic()
        return result

    def _follow_topic(self):
        """Bring opt-outs and what was said of the topic together: refusals hold."""
        subscriptions = self.env["mailing.subscription"]
        subscriptions.search(
            [("list_id", "in", self.ids), ("opt_out", "=", True)]
        )._tell_consent()
        # The consent ledger belongs to the system, lists to marketing.
        refusals_sudo = (
            self.env["c360.contact.consent"]
            .sudo()
            .search(
                [
                    ("is_current", "=", True),
                    ("status", "=", "refused"),
                    ("topic_id", "in", self.contact_topic_id.ids),
                ]
            )
        )
        refusals_sudo._set_opt_outs()

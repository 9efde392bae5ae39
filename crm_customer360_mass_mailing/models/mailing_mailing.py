import logging
from contextlib import ExitStack, contextmanager

from odoo import api, fields, models, modules
from odoo.tools import SQL

from odoo.addons.crm_customer360.models.contact.c360_contact_purpose import PURPOSES

_logger = logging.getLogger(__name__)


class MailingMailing(models.Model):
    _inherit = "mailing.mailing"

    contact_purpose = fields.Selection(
        selection=PURPOSES,
        string="Purpose",
        required=True,
        default="marketing",
        help="Decides which contact limits the messages count against.",
    )
    contact_expire_date = fields.Datetime(
        string="Worthless After",
        copy=False,
        help="Whoever would have to wait longer than this for the contact limits does "
        "not get the message at all.",
    )
    contact_topic_id = fields.Many2one(
        comodel_name="c360.contact.topic",
        string="Topic",
        compute="_compute_contact_topic_id",
        store=True,
        readonly=False,
        index="btree_not_null",
        help="Customers who refused the topic do not get the mailing.",
    )
    contact_waiting_count = fields.Integer(
        string="Waiting for Limits",
        compute="_compute_contact_waiting",
    )
    contact_waiting_date = fields.Datetime(
        string="Next One Leaves",
        compute="_compute_contact_waiting",
    )

    @api.depends("contact_list_ids")
    def _compute_contact_topic_id(self):
        for mailing in self:
            topics = mailing.contact_list_ids.contact_topic_id
            if mailing.contact_list_ids and len(topics) == 1:
                mailing.contact_topic_id = topics

    @api.model_create_multi
    def create(self, vals_list):
        purposes = {vals.get("contact_purpose") for vals in vals_list}
        self.env["c360.contact.purpose"]._check_codes(purposes)
        return super().create(vals_list)

    def write(self, vals):
        self.env["c360.contact.purpose"]._check_codes([vals.get("contact_purpose")])
        return super().write(vals)

    def _compute_contact_waiting(self):
        self.contact_waiting_count = 0
        self.contact_waiting_date = False
        for mailing, count, date in self._read_contact_waiting():
            mailing.contact_waiting_count += count
            mailing.contact_waiting_date = min(
                date, mailing.contact_waiting_date or date
            )

    def _read_contact_waiting(self):
        """Return ``(mailing, count, next date)`` of the messages that wait."""
        # The queue belongs to the system, its length does not.
        mails_sudo = self.env["mail.mail"].sudo()
        groups = mails_sudo._read_group(
            [
                ("mailing_id", "in", self.ids),
                ("state", "=", "outgoing"),
                ("scheduled_date", ">", fields.Datetime.now()),
            ],
            ["mailing_id"],
            ["__count", "scheduled_date:min"],
        )
        return [
            (self.browse(mailing.id), count, date) for mailing, count, date in groups
        ]

    # ------------------------------------------------------------------ actions

    def action_check_limits(self):
        """Tell what the contact policies will do to the mailing; sends nothing."""
        self.ensure_one()
        now = fields.Datetime.now()
        check = self.env["c360.contact.mailing.check"].create(
            {"mailing_id": self.id, "date": max(self.schedule_date or now, now)}
        )
        return check._get_action()

    def action_view_contact_waiting(self):
        """Open what waits, with the reasons for those who may read the ledger."""
        self.ensure_one()
        if not self.env["c360.contact.touch"].has_access("read"):
            return self.action_view_traces_scheduled()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_customer360.c360_contact_touch_action"
        )
        return {
            **action,
            "domain": [
                ("campaign_key", "=", self._get_contact_campaign_key()),
                ("state", "=", "deferred"),
            ],
            "context": {},
        }

    # --------------------------------------------------------------------- gate

    def _get_contact_channel(self):
        """Return the channel of the contact ledger the mailing goes by."""
        return "email"

    def _get_contact_campaign_key(self):
        """Return what reaches a person once only: all versions of an A/B test."""
        self.ensure_one()
        if self.ab_testing_enabled and self.campaign_id:
            return f"utm.campaign:{self.campaign_id.id}"
        return f"mailing.mailing:{self.id}"

    # ------------------------------------------------------------------ sending

    def _action_send_mail(self, res_ids=None):
        with self._sending_alone() as alone:
            if not alone:
                return True
            return super(MailingMailing, alone)._action_send_mail(res_ids=res_ids)

    @contextmanager
    def _sending_alone(self):
        """Keep two workers from preparing one mailing at the same time.

        The lock lives in a transaction of its own: the host commits after each batch,
        and a worker that is killed frees it.

        :return: the mailings that nobody else is sending
        """
        with ExitStack() as stack:
            free = self.browse()
            for mailing in self:
                cr = stack.enter_context(self.env.registry.cursor())
                cr.execute(
                    SQL(
                        "SELECT pg_try_advisory_xact_lock(hashtext(%s), %s)",
                        "mailing.mailing",
                        mailing.id,
                    )
                )
                if cr.fetchone()[0]:
                    free += mailing
                else:
                    _logger.info("Mailing %s is being sent already.", mailing.id)
            yield free._drop_sent_meanwhile()

    def _drop_sent_meanwhile(self):
        """Return those that nobody finished since the transaction began.

        This transaction may still see the moment before another worker's last batch:
        it would choose the same recipients again.
        """
        if modules.module.current_test:
            return self
        before = {mailing: mailing.state for mailing in self}
        # The host commits in here anyway, after each batch.
        self.env.cr.commit()  # pylint: disable=invalid-commit
        self.env.invalidate_all()
        return self.filtered(
            lambda mailing: mailing.state != "done" or before[mailing] == "done"
        )

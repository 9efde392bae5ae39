import logging

from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import html2plaintext

_logger = logging.getLogger(__name__)

OUTCOME_LENGTH = 200
# Only the beginning of a long message is turned into words.
BODY_LENGTH = 5000
# The field of the contact that says where a channel reaches him.
ADDRESS_FIELDS = {
    "email": "email_normalized",
    "sms": "phone_sanitized",
    "phone": "phone_sanitized",
}


def get_plain_words(html):
    """Return the beginning of a page of HTML as the ledger shows it.

    Whatever customers send us is written down; what cannot be read is empty.
    """
    try:
        return get_first_words(html2plaintext((html or "")[:BODY_LENGTH]))
    except Exception:
        _logger.info("A text could not be read", exc_info=True)
        return False


def get_first_words(text):
    """Return the beginning of a text on one line, as the ledger shows it."""
    words = " ".join((text or "").split())
    if len(words) <= OUTCOME_LENGTH:
        return words or False
    return f"{words[: OUTCOME_LENGTH - 1]}…"


class C360ContactTouch(models.Model):
    """The door for contacts that happened outside the edges, both directions.

    Letters, visits, calls, answers: they are written down, not asked for.
    """

    _inherit = "c360.contact.touch"

    @api.model
    def _log(self, vals_list):
        """Write down contacts that took place.

        Fills in what follows from the contact person, and lets the message that is
        answered (``answer_to_id``) know the answer.

        :param list vals_list: values of ledger rows; ``channel`` is required, a
            ``partner_id`` or an ``address`` expected. Default: outgoing, sent now, by
            the user, of the current company.
        :return: the rows, in that order
        :raise UserError: unknown channel or purpose
        """
        gate = self.env["c360.contact.gate"]
        partners = self.env["res.partner"].browse(
            {vals["partner_id"] for vals in vals_list if vals.get("partner_id")}
        )
        # Names and addresses are the ledger's own, whoever logs.
        partners_sudo = partners.sudo()
        partners_by_id = {partner.id: partner for partner in partners_sudo}
        prepared = []
        for vals in vals_list:
            gate._check_arguments(vals["channel"], vals.get("purpose", "transactional"))
            partner_sudo = partners_by_id.get(vals.get("partner_id"))
            prepared.append(
                {
                    "purpose": "transactional",
                    "state": "sent",
                    "user_id": self.env.uid,
                    "company_id": self.env.company.id,
                    **self._prepare_person_vals(partner_sudo, vals["channel"]),
                    **vals,
                    "outcome": get_first_words(vals.get("outcome")),
                }
            )
        # The ledger belongs to the system: no user creates rows by himself.
        touches_sudo = self.sudo().create(prepared)
        touches_sudo._on_state_changed()
        touches_sudo._answer()
        return touches_sudo

    @api.model
    def _prepare_person_vals(self, partner, channel):
        if not partner:
            return {}
        address = partner[ADDRESS_FIELDS[channel]] if channel in ADDRESS_FIELDS else ""
        return {
            "partner_name": partner.name,
            "customer_id": partner.commercial_partner_id.id,
            "address": address or False,
        }

    def _answer(self):
        """Let the contacts these rows answer end as answered, with the first words."""
        for touch in self:
            answered = touch.answer_to_id
            if touch.direction == "in" and answered.state == "sent":
                answered._move("answered", outcome=touch.outcome or touch.subject)

    # --------------------------------------------------------------- correcting

    def _check_correctable(self):
        """Only what was logged by hand can be corrected, by him or a care officer.

        :raise UserError: the row was not logged by hand, or was corrected already
        :raise AccessError: a colleague logged it
        """
        for touch in self:
            if not touch.is_manual or touch.state == "cancelled":
                raise UserError(
                    self.env._(
                        "Only contacts that were logged by hand can be corrected, and "
                        "only once."
                    )
                )
            if touch.user_id != self.env.user and not self.env.user.has_group(
                "crm_customer360.group_care"
            ):
                raise AccessError(
                    self.env._(
                        "%(name)s logged this contact. He or a care officer can "
                        "correct it.",
                        name=touch.user_id.name or "",
                    )
                )

    def _correct(self, reason, vals=None):
        """Replace a row logged by hand: the old one ends, the right one follows.

        :param str reason: why
        :param dict vals: the right row; none: the contact never took place
        :return: the new row
        :raise UserError: see :meth:`_check_correctable`
        :raise AccessError: see :meth:`_check_correctable`
        """
        self.ensure_one()
        self.check_access("read")
        self._check_correctable()
        # The rows are the system's to end; the right to correct was checked.
        touch_sudo = self.sudo()
        touch_sudo._take_back(self.env._("Corrected: %(reason)s", reason=reason))
        return self._log([vals]) if vals else self.browse()

    def _take_back(self, reason):
        """End rows logged by hand that are wrong; called by what checked the right."""
        rows = self.filtered(
            lambda touch: touch.is_manual and touch.state != "cancelled"
        )
        rows.write({"state": "cancelled", "reason": reason})
        rows._on_state_changed()

    def action_correct(self):
        """Open the window that replaces this row."""
        self.ensure_one()
        self._check_correctable()
        return self.env["c360.contact.log"]._get_correction_action(self)

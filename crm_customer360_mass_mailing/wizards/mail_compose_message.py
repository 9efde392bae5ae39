from odoo import fields, models


class MailComposeMessage(models.TransientModel):
    """The composer of mailings: exact limits, and lists as long as a batch."""

    _inherit = "mail.compose.message"

    def _prepare_mailing_values(self):
        values = super()._prepare_mailing_values()
        if self.contact_purpose:
            values["contact_purpose"] = self.contact_purpose
        return values

    def _prepare_mail_values_static(self):
        values = super()._prepare_mail_values_static()
        if self._is_mass_mailing():
            mailing = self.mass_mailing_id
            values["contact_purpose"] = mailing.contact_purpose
            values["contact_expire_date"] = mailing.contact_expire_date
            values["contact_topic_id"] = mailing.contact_topic_id.id
        return values

    # ------------------------------------------------------------------- limits

    def _process_mail_values_state(self, mail_values_dict):
        values = super()._process_mail_values_state(mail_values_dict)
        if self._is_mass_mailing():
            self._stop_by_policy(values)
        return values

    def _stop_by_policy(self, mail_values_dict):
        """Leave out whom a policy stops for good, before mails are made for them.

        The others are decided where they leave: there the limits are exact.
        """
        going = [
            res_id
            for res_id, values in mail_values_dict.items()
            if values.get("state") not in ("cancel", "exception")
        ]
        mailing = self.mass_mailing_id
        now = fields.Datetime.now()
        decided = mailing._decide_for(mailing._get_contact_recipients(going), now)
        stopped = [
            (recipient.res_id, request, decision)
            for recipient, (request, decision) in decided.items()
            if decision.state == "blocked"
        ]
        for res_id, _request, decision in stopped:
            mail_values_dict[res_id].update(
                state="cancel",
                failure_type="c360_limit",
                failure_reason=decision.reason,
                is_notification=False,
            )
        self.env["c360.contact.gate"]._book(
            [request for _res_id, request, _decision in stopped],
            [decision for _res_id, _request, decision in stopped],
            now,
        )

    def _prepare_mail_values_mailing_traces(self, mail_values_all):
        traces = super()._prepare_mail_values_mailing_traces(mail_values_all)
        for res_id, mail_values in mail_values_all.items():
            if mail_values.get("failure_type") == "c360_limit":
                traces[res_id]["failure_reason"] = mail_values["failure_reason"]
        return traces

    # -------------------------------------------------------------------- lists

    def _get_batch_addresses(self, mail_values_dict):
        return {
            address
            for found in self._get_recipients_data(mail_values_dict).values()
            for address in found["mail_to_normalized"]
        }

    def _get_blacklist_record_ids(self, mail_values_dict, recipients_info=None):
        if not self._is_mass_mailing() or not self.use_exclusion_list:
            return super()._get_blacklist_record_ids(mail_values_dict, recipients_info)
        if isinstance(self.env[self.model], self.pool["mail.thread.blacklist"]):
            targets = self.env[self.model].browse(mail_values_dict)
            addresses = {
                target.id: {target.email_normalized} - {False} for target in targets
            }
        else:
            addresses = {
                res_id: set(found["mail_to_normalized"])
                for res_id, found in (recipients_info or {}).items()
            }
        blacklist = self.mass_mailing_id._get_blacklist_among(
            set().union(*addresses.values())
        )
        return {res_id for res_id, found in addresses.items() if blacklist & found}

    # Lists, not sets: the host adds to them.

    def _get_optout_emails(self, mail_values_dict):
        if not self._is_mass_mailing():
            return super()._get_optout_emails(mail_values_dict)
        return list(
            self.mass_mailing_id._get_opt_out_among(
                self._get_batch_addresses(mail_values_dict)
            )
        )

    def _get_done_emails(self, mail_values_dict):
        if not self._is_mass_mailing():
            return super()._get_done_emails(mail_values_dict)
        return list(
            self.mass_mailing_id._get_seen_among(
                self._get_batch_addresses(mail_values_dict)
            )
        )

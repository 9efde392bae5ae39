from odoo import models


class SmsSms(models.Model):
    _inherit = "sms.sms"

    def _get_sender_company(self):
        if self.mailing_id:
            return self.mailing_id._get_contact_company()
        return super()._get_sender_company()

    def _get_contact_request(self, recipient, touch=None):
        request = super()._get_contact_request(recipient, touch)
        mailing = self.mailing_id
        if not mailing:
            return request
        return request._replace(
            purpose=mailing.contact_purpose,
            purpose_source="sender",
            campaign_key=mailing._get_contact_campaign_key(),
            topic_id=mailing.contact_topic_id.id or None,
            expire_date=request.expire_date or mailing.contact_expire_date or None,
        )

    def _stop_for(self, reason):
        result = super()._stop_for(reason)
        self.sms_tracker_id.mailing_trace_id._cancel_for(reason)
        return result

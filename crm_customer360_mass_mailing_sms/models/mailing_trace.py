from odoo import models


class MailingTrace(models.Model):
    _inherit = "mailing.trace"

    # has the mailing reached the numbers of a slice already?
    _c360_number_idx = models.Index(
        "(mass_mailing_id, sms_number) WHERE sms_number IS NOT NULL"
    )
    # the same for the documents of a slice
    _c360_document_idx = models.Index(
        "(mass_mailing_id, res_id) WHERE trace_type = 'sms'"
    )

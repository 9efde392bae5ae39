import logging

from odoo import api, fields, models

_logger = logging.getLogger(__name__)

SLICE = 500


class C360CustomerEvent(models.Model):
    """What the ERP just told us about a customer: an outbox of the host's documents.

    Documents append a row in their own transaction and do nothing else there: no
    mail, no lock on the partner, no computation. A cron reads the rows in slices and
    hands them to the rooms, which extend ``_process``. Rows go away when they are
    done; whatever reads them has to cope with seeing the same event twice.
    """

    _name = "c360.customer.event"
    _description = "Customer Event"
    _order = "id"
    _log_access = False

    kind = fields.Selection(
        selection=[
            ("order_confirmed", "Order confirmed"),
            ("order_cancelled", "Order cancelled"),
            ("delivery_done", "Delivery done"),
            ("return_done", "Return done"),
            ("invoice_posted", "Invoice posted"),
            ("invoice_paid", "Invoice paid"),
        ],
        required=True,
    )
    # The commercial partner: what the profile, the limits and care are kept for.
    customer_id = fields.Many2one(comodel_name="res.partner", ondelete="cascade")
    # The person or address the document names.
    partner_id = fields.Many2one(comodel_name="res.partner", ondelete="cascade")
    company_id = fields.Many2one(comodel_name="res.company", ondelete="cascade")
    source_model = fields.Char(required=True)
    source_id = fields.Many2oneReference(model_field="source_model", required=True)
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    error = fields.Char(readonly=True)

    # the cron: the oldest rows that did not fail
    _pending_idx = models.Index("(id) WHERE error IS NULL")

    @api.model
    def _record(self, kind, sources):
        """Append one event per source document and wake the cron.

        :param str kind: a value of ``kind``
        :param sources: records with ``partner_id`` and ``company_id``; those without a
            partner are skipped
        :return: the events
        """
        vals_list = [
            {
                "kind": kind,
                "customer_id": source.partner_id.commercial_partner_id.id,
                "partner_id": source.partner_id.id,
                "company_id": source.company_id.id,
                "source_model": source._name,
                "source_id": source.id,
            }
            for source in sources
            if source.partner_id
        ]
        # The outbox belongs to the system: whoever confirms an order may append to it.
        events_sudo = self.sudo().create(vals_list)
        if events_sudo:
            self._wake()
        return events_sudo

    @api.model
    def _wake(self):
        self.env.ref("crm_customer360.ir_cron_customer_event")._trigger()

    @api.model
    def _cron_process(self):
        """Process the outbox in slices; one bad event does not stop the others."""
        while True:
            events = self.search([("error", "=", False)], limit=SLICE)
            if not events:
                return
            events._process_isolated()
            left = self.search_count([("error", "=", False)])
            if not self.env["ir.cron"]._commit_progress(len(events), remaining=left):
                return

    def _process_isolated(self):
        """Process the slice as one; when that fails, each event for itself.

        A failing event stays with its error, for an administrator to see and retry.
        """
        try:
            with self.env.cr.savepoint():
                self._process()
        except Exception:
            _logger.warning(
                "Customer events: slice failed, one at a time", exc_info=True
            )
        else:
            self.unlink()
            return
        for event in self:
            try:
                with self.env.cr.savepoint():
                    event._process()
            except Exception as error:
                _logger.exception("Customer event %s failed", event.id)
                event.error = str(error)[:500] or type(error).__name__
            else:
                event.unlink()

    def _process(self):
        """Let the rooms act on these events: each extends this method."""

    def action_retry(self):
        """Put failed events back in the queue."""
        self.write({"error": False})
        self._wake()

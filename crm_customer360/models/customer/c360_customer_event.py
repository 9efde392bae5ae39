import logging

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

_logger = logging.getLogger(__name__)

SLICE = 500
# The most we count for the progress display
BACKLOG = 10 * SLICE


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
    _rec_name = "kind"
    _log_access = False

    kind = fields.Selection(
        selection=[
            ("order_confirmed", "Order confirmed"),
            ("order_cancelled", "Order cancelled"),
            ("delivery_done", "Delivery done"),
            ("return_done", "Return done"),
            ("invoice_posted", "Invoice posted"),
            ("invoice_paid", "Invoice paid"),
            ("invoice_withdrawn", "Invoice withdrawn"),
            ("customer_changed", "Customer changed"),
        ],
        required=True,
        readonly=True,
    )
    # The commercial partner: what the profile, the limits and care are kept for.
    customer_id = fields.Many2one(
        comodel_name="res.partner", ondelete="cascade", readonly=True
    )
    # The person or address the document names.
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Contact",
        ondelete="cascade",
        readonly=True,
    )
    company_id = fields.Many2one(
        comodel_name="res.company", ondelete="cascade", readonly=True
    )
    source_model = fields.Char(string="Document Type", required=True, readonly=True)
    source_id = fields.Many2oneReference(
        string="Document", model_field="source_model", required=True, readonly=True
    )
    date = fields.Datetime(required=True, default=fields.Datetime.now, readonly=True)
    error = fields.Char(readonly=True)

    # the cron: the oldest rows that did not fail (``error = False`` as the ORM says it)
    _pending_idx = models.Index("(id) WHERE error = '' OR error IS NULL")

    @api.model
    def _record(self, kind, sources):
        """Append one event per source document and wake the cron.

        Two queries at any number of documents (one row each, one wake-up).

        :param str kind: a value of ``kind``
        :param sources: records with ``partner_id`` and ``company_id``; those without a
            partner are skipped
        :return: the events
        """
        vals_list = [
            {
                "kind": kind,
                "customer_id": source_sudo.partner_id.commercial_partner_id.id,
                "partner_id": source_sudo.partner_id.id,
                "company_id": source_sudo.company_id.id,
                "source_model": source_sudo._name,
                "source_id": source_sudo.id,
            }
            # A stock clerk may not be allowed to read the customer's company.
            for source_sudo in sources.sudo()
            if source_sudo.partner_id
        ]
        if not vals_list:
            return self.browse()
        # The outbox belongs to the system: whoever confirms an order may append to it.
        events_sudo = self.sudo().create(vals_list)
        self._wake()
        return events_sudo

    @api.model
    def _record_moves(self, moves):
        """Append one event for every customer something moved from or to.

        :param moves: pairs of a record and the ids of customers (commercial partners)
        """
        vals_list = [
            {
                "kind": "customer_changed",
                "customer_id": customer_id,
                "partner_id": customer_id,
                "company_id": "company_id" in record_sudo and record_sudo.company_id.id,
                "source_model": record_sudo._name,
                "source_id": record_sudo.id,
            }
            # Who moves a contact may not read the company of his former customer.
            for record_sudo, customer_ids in (
                (record.sudo(), customer_ids) for record, customer_ids in moves
            )
            for customer_id in sorted(filter(None, customer_ids))
        ]
        if not vals_list:
            return
        # The outbox belongs to the system: whoever moves something may append to it.
        self.sudo().create(vals_list)
        self._wake()

    @api.model
    def _record_once(self, kind, sources):
        """Append like ``_record``, without the documents whose event still waits."""
        if not sources:
            return self.browse()
        # The outbox belongs to the system, users cannot read it.
        waiting_sudo = self.sudo().search(
            [
                ("kind", "=", kind),
                ("source_model", "=", sources._name),
                ("source_id", "in", sources.ids),
            ]
        )
        return self._record(
            kind,
            sources.browse(set(sources.ids) - set(waiting_sudo.mapped("source_id"))),
        )

    @api.model
    def _wake(self):
        """Have the cron run as soon as this transaction is committed.

        Not by ``ir.cron._trigger``, which reads the job first: every order, delivery
        and invoice pays for a query here.
        """
        cron_id = self.env["ir.model.data"]._xmlid_to_res_id(
            "crm_customer360.ir_cron_customer_event", raise_if_not_found=False
        )
        if not cron_id:
            return
        # Scheduling is the system's business, users have no access to crons.
        cron_sudo = self.env["ir.cron"].sudo().browse(cron_id)
        triggers_sudo = self.env["ir.cron.trigger"].sudo()
        triggers_sudo.create({"cron_id": cron_id, "call_at": fields.Datetime.now()})
        self.env.cr.postcommit.add(cron_sudo._notifydb)

    @api.model
    def _cron_process(self):
        """Process the outbox in slices; one bad event does not stop the others."""
        pending = [("error", "=", False)]
        while events := self.search(pending, limit=SLICE):
            done = len(events)
            try:
                events._process_isolated()
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                # Somebody else moved the same customers since this snapshot: no fault
                # of the events. They are still here for the next run.
                _logger.info("Customer events: slice collided, again later")
                self.env.cr.rollback()
                self._wake()
                return
            left = self.search_count(pending, limit=BACKLOG)
            if not self.env["ir.cron"]._commit_progress(done, remaining=left):
                return

    def _process_isolated(self):
        """Process the slice, company by company; when that fails, event by event.

        A failing event stays with its error, for an administrator to see and retry.
        """
        for company, events in self.grouped("company_id").items():
            # The cron knows one company; the documents' company has to be the current.
            events = events.with_company(company)
            if not events._process_or_report("a slice, now one at a time"):
                for event in events:
                    event._process_or_report(f"event {event.id}", keep=True)

    def _process_or_report(self, what, keep=False):
        """Process these events and remove them, or undo what was done.

        :param str what: for the log
        :param bool keep: leave the error on the events
        :return: whether it went well
        :raise psycopg2.OperationalError: a collision with another transaction
        """
        try:
            with self.env.cr.savepoint():
                self._process()
                self.unlink()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception as error:
            _logger.warning("Customer events: failed: %s", what, exc_info=True)
            if keep:
                self.error = str(error)[:500] or type(error).__name__
            return False
        return True

    def _process(self):
        """Let the rooms act on these events: each extends this method.

        All events are of one company, and it is the current company. This room brings
        the profiles of their customers up to date, all in one call.
        """
        customers = self.customer_id | self._get_buyers()
        self.env["c360.customer.profile"]._refresh(customers)
        self.env["c360.customer.value.score"]._score(customers, self.company_id)

    def _get_buyers(self):
        """Return who ordered what these invoices bill: not always who pays."""
        invoices = self.filtered(lambda event: event.source_model == "account.move")
        # the orders may be of salespeople whose documents are not for everybody
        lines_sudo = (
            self.env["account.move.line"]
            .sudo()
            .search_fetch(
                [
                    ("move_id", "in", invoices.mapped("source_id")),
                    ("sale_line_ids", "!=", False),
                ],
                ["sale_line_ids"],
            )
        )
        return lines_sudo.sale_line_ids.order_id.partner_id

    def action_retry(self):
        """Put failed events back in the queue."""
        self.write({"error": False})
        self._wake()

    def action_open_source(self):
        """Open the document the event is about."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.source_model,
            "res_id": self.source_id,
            "views": [(False, "form")],
        }

import logging

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

_logger = logging.getLogger(__name__)

# Leads per transaction
SLICE = 1_000
# The most we count for the progress display
BACKLOG = 50 * SLICE


class C360LeadRecheck(models.Model):
    """Leads that are checked or graded again in the background, and how far it is.

    A job goes through them by id in slices, each with its place in one transaction:
    killed at any point it goes on where it was. A lead that fails is reported and left
    behind; the others go on.
    """

    _name = "c360.lead.recheck"
    _description = "Leads Looked at Again"
    _order = "id desc"
    _rec_name = "kind"

    kind = fields.Selection(
        selection=[("check", "Check"), ("grade", "Grade")],
        required=True,
        readonly=True,
    )
    # Chosen by hand; empty: all open leads.
    lead_ids = fields.Json(readonly=True, export_string_translation=False)
    last_id = fields.Integer(readonly=True)
    until_id = fields.Integer(readonly=True)
    done_count = fields.Integer(string="Leads", readonly=True)
    error = fields.Char(readonly=True)
    state = fields.Selection(
        selection=[("waiting", "Waiting"), ("running", "Running"), ("done", "Done")],
        default="waiting",
        required=True,
        readonly=True,
    )

    # the job: what is left to do, in the order it was asked for
    _open_idx = models.Index("(id) WHERE state <> 'done'")

    @api.model
    def _schedule(self, kind, leads=None):
        """Have leads looked at again in the background.

        What already waits for all leads starts over instead of queueing twice.

        :param str kind: ``check`` or ``grade``
        :param leads: the leads; None: all open ones
        """
        # The queue belongs to the system.
        runs_sudo = self.sudo()
        until_id = self._get_lead_model().search([], order="id DESC", limit=1).id or 0
        vals = {"last_id": 0, "until_id": until_id, "done_count": 0}
        if leads is None:
            waiting = runs_sudo.search(
                [
                    ("kind", "=", kind),
                    ("lead_ids", "=", False),
                    ("state", "!=", "done"),
                ],
                limit=1,
            )
            if waiting:
                waiting.write({**vals, "state": "waiting"})
            else:
                runs_sudo.create({"kind": kind, **vals})
        else:
            runs_sudo.create({"kind": kind, "lead_ids": sorted(leads.ids), **vals})
        cron = self.env.ref(
            "crm_customer360.ir_cron_lead_recheck", raise_if_not_found=False
        )
        if cron:
            # scheduling is the system's business
            cron_sudo = cron.sudo()
            cron_sudo._trigger()

    @api.model
    def _get_lead_model(self):
        # The job looks at every company's leads, set aside ones as well.
        leads_sudo = self.env["crm.lead"].sudo()
        return leads_sudo.with_context(active_test=False)

    @api.model
    def _cron_recheck(self):
        """Take slices until the time is up or everything is done."""
        cron = self.env["ir.cron"]
        todo = [("state", "!=", "done")]
        while run := self.search(todo, order="id", limit=1):
            done = run._take_slice()
            left = run._count_left() if run.state != "done" else 0
            left += SLICE * self.search_count(todo)
            if not cron._commit_progress(done, remaining=left):
                return

    def _get_leads_domain(self):
        self.ensure_one()
        domain = self._get_lead_model()._get_checkable_domain()
        domain &= Domain("id", ">", self.last_id) & Domain("id", "<=", self.until_id)
        if self.lead_ids:
            domain &= Domain("id", "in", self._get_rest()[:SLICE])
        if self.kind == "grade":
            domain &= Domain("active", "=", True)
        return domain

    def _count_left(self):
        return self._get_lead_model().search_count(
            self._get_leads_domain(), limit=BACKLOG
        )

    def _take_slice(self):
        """Look at the next leads and note how far we are.

        :return: the number of leads
        """
        self.ensure_one()
        leads = self._get_lead_model().search(
            self._get_leads_domain(), order="id", limit=SLICE
        )
        for company, some in leads.grouped("company_id").items():
            # the country of a number without one is that of the lead's company
            some = some.with_company(company or self.env.company)
            if not self._look_at(some):
                for lead in some:
                    self._look_at(lead)
        if self.lead_ids:
            rest = self._get_rest()
            last_id, ended = max(rest[:SLICE], default=0), len(rest) <= SLICE
        else:
            last_id, ended = leads[-1:].id, len(leads) < SLICE
        self.write(
            {
                "last_id": self.until_id if ended else last_id,
                "done_count": self.done_count + len(leads),
                "state": "done" if ended else "running",
            }
        )
        return len(leads)

    def _get_rest(self):
        """Return the ids chosen by hand that were not looked at yet, in their order."""
        return [lead_id for lead_id in self.lead_ids if lead_id > self.last_id]

    def _look_at(self, leads):
        """Check or grade leads, or undo what was done and keep the error.

        :return: whether it went well
        """
        quiet = leads.with_context(tracking_disable=True)
        try:
            with self.env.cr.savepoint():
                if self.kind == "check":
                    quiet._judge()
                else:
                    quiet._regrade()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            # somebody else works on these leads: the next run tries again
            raise
        except Exception as error:
            _logger.warning("Leads %s: looked at in vain", leads.ids[:5], exc_info=True)
            if len(leads) == 1:
                self.error = f"{leads.display_name}: {error}"[:500]
            return False
        return True

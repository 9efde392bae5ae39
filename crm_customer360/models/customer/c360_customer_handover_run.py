import logging

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

CRON = "crm_customer360.ir_cron_customer_handover"
# Records in one transaction; as much is done at once, without waiting for the cron.
SLICE = 500
# Nobody gets a mail per record, and the history is written by us, in bulk.
QUIET = {
    "dont_notify": True,
    "mail_activity_quick_update": True,
    "mail_auto_subscribe_no_notify": True,
    "mail_notrack": True,
    "no_mail_to_attendees": True,
}


class C360CustomerHandover(models.Model):
    """Doing it, slice by slice, and taking it back.

    A slice is one transaction. Whatever is killed goes on with the next record that is
    still to do. A record somebody changed meanwhile is left alone, and says so.
    """

    _inherit = "c360.customer.handover"

    # ------------------------------------------------------------
    # Buttons
    # ------------------------------------------------------------

    def action_start(self):
        """Begin: little is done at once, much in the background."""
        for handover in self:
            handover._check_open()
            handover._check_users()
            handover._check_ready()
            if not handover._may_start():
                raise AccessError(
                    self.env._("Your team leader has to approve this handover.")
                )
            # the record of what happened is no field for people
            handover_sudo = handover.sudo()
            handover_sudo._skip_excluded()
            handover_sudo.write(
                {
                    "state": "running",
                    "started_by_id": self.env.uid,
                    "date_start": fields.Datetime.now(),
                }
            )
            handover_sudo._begin()
        return True

    def action_undo(self):
        """Give everything back to who had it, as far as nobody changed it since."""
        for handover in self:
            handover.check_access("write")
            handover._check_users()
            if not handover._may_start():
                raise AccessError(
                    self.env._("Your team leader has to approve this handover.")
                )
            if handover.state != "done":
                raise UserError(self.env._("There is nothing to give back."))
            # the record of what happened is no field for people
            handover_sudo = handover.sudo()
            handover_sudo._check_former_owners()
            handover_sudo.state = "undoing"
            handover_sudo._begin()
        return True

    def _check_former_owners(self):
        gone = self.user_ids.filtered(lambda user: not user.active)
        if gone:
            raise UserError(
                self.env._(
                    "%(names)s is archived: unarchive him before he gets his work "
                    "back.",
                    names=", ".join(gone.mapped("name")),
                )
            )
        guests = self.user_ids.filtered("share")
        if guests:
            raise UserError(
                self.env._(
                    "%(names)s is no colleague any more.",
                    names=", ".join(guests.mapped("name")),
                )
            )

    def _check_ready(self):
        """Refuse to begin when a record has no successor, or a wrong one."""
        # counting needs no right on each record
        handover_sudo = self.sudo()
        if not handover_sudo.item_ids:
            raise UserError(self.env._("Propose first who gets what."))
        orphans = handover_sudo.item_ids.search_count(
            [
                ("handover_id", "=", self.id),
                ("user_id", "=", False),
                ("line_id.is_included", "=", True),
                ("line_id.source", "in", self._get_giving_keys()),
            ]
        )
        if orphans:
            raise UserError(
                self.env._(
                    "%(count)s records have no successor yet. Name one for the rest.",
                    count=orphans,
                )
            )
        problems = handover_sudo.share_ids.filtered("problem").mapped("problem")
        if problems:
            raise UserError("\n".join(problems))

    def _skip_excluded(self):
        """What was ticked off stays where it is, and the items say so."""
        self.env.flush_all()
        self.env.execute_query(
            SQL(
                """
                DELETE FROM c360_customer_handover_item AS item
                 USING c360_customer_handover_line AS line
                 WHERE line.id = item.line_id
                   AND item.handover_id = %s
                   AND NOT line.is_included
             RETURNING item.id
                """,
                self.id,
            )
        )
        self.env.invalidate_all()

    def _begin(self):
        """Do the first slice at once when it is all; else wake the cron."""
        count = self._count_left()
        self.env["c360.customer.audit"]._record(
            "change", self._name, count, [self.display_name]
        )
        if count <= SLICE:
            self._work()
        else:
            self._wake()

    @api.model
    def _wake(self):
        cron = self.env.ref(CRON, raise_if_not_found=False)
        if cron:
            cron._trigger()

    # ------------------------------------------------------------
    # The work
    # ------------------------------------------------------------

    @api.model
    def _cron_run(self):
        """Go on with what has begun, and give back what was until yesterday."""
        if not self._is_enabled():
            return
        self._end_absences()
        cron = self.env["ir.cron"]
        handovers = self.search([("state", "in", ("running", "undoing"))], order="id")
        cron._commit_progress(remaining=sum(h._count_left() for h in handovers))
        for handover in handovers:
            try:
                if not handover._work(cron._commit_progress):
                    self._wake()
                    return
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                # Somebody works on the same records: no fault of theirs. What is
                # left is still here for the next run.
                _logger.info("Handover %s: slice collided, again later", handover.id)
                self.env.cr.rollback()
                self._wake()
                return

    @api.model
    def _end_absences(self):
        """Begin to give back what was handed over until yesterday."""
        ended = self.search(
            [
                ("state", "=", "done"),
                ("mode", "=", "until"),
                ("date_end", "<", fields.Date.today()),
            ]
        )
        ended.filtered(
            lambda h: all(user.active and not user.share for user in h.user_ids)
        ).state = "undoing"

    def _work(self, commit=None):
        """Do slice after slice until all is done.

        :param commit: called after each slice with the number done; returns the
            seconds left
        :return: False when the time is up
        """
        self.ensure_one()
        while done := self._work_slice():
            if commit is not None and not commit(done):
                return False
        self._finish()
        if commit is not None:
            commit(0)
        return True

    def _get_step(self):
        """Return the state of the items that wait for this step."""
        return "done" if self.state == "undoing" else "todo"

    def _count_left(self):
        return self.item_ids.search_count(
            [("handover_id", "=", self.id), ("state", "=", self._get_step())]
        )

    def _work_slice(self):
        """Do the next slice; return how many records it was about."""
        items = self.item_ids.search(
            [("handover_id", "=", self.id), ("state", "=", self._get_step())],
            order="id",
            limit=SLICE,
        )
        worker = self.with_user(self.started_by_id or self.env.user)
        # The handover was approved; who started it need not see every record.
        worker_sudo = worker.sudo().with_context(**QUIET)
        for (line, former, user), some in items.grouped(
            lambda item: (item.line_id, item.from_user_id, item.user_id)
        ).items():
            worker_sudo._work_group(line, former, user, some)
        self.env.flush_all()
        return len(items)

    def _work_group(self, line, former, user, items):
        """Hand over, or give back, records of one kind from one user to one other."""
        source = self.env["c360.customer.handover.source"]._get_source(line.source)
        if source is None:
            return items._settle("skipped", self.env._("This is switched off."))
        source = source.sudo()
        back = self.state == "undoing"
        holder, taker = (user, former) if back else (former, user)
        if not source._source_has_successor:
            holder = taker = former
        ready = self._filter_ready(source, items, holder, back)
        records = self.env[source._source_model].browse(ready.mapped("res_id"))
        final = "undone" if back else "done"

        def do(records, items):
            if back:
                source._give_back(records, holder, taker, self, items)
            else:
                source._remember(items, taker)
                source._give(records, holder, taker, self)
            self._follow(source, records, holder, taker)
            items._settle(final)

        if not ready or self._try(lambda: do(records, ready)):
            return None
        for item in ready:
            record = self.env[source._source_model].browse(item.res_id)
            problem = []
            if not self._try(lambda r=record, i=item: do(r, i), problem):
                item._settle("failed", problem[0])
        return None

    def _filter_ready(self, source, items, holder, back):
        """Lock the records; leave alone those that are not as they were proposed."""
        owners = source._lock(items.mapped("res_id"), holder)
        still_open = source._filter_open(owners)
        reasons = {}
        for item in items:
            owner_id = owners.get(item.res_id)
            if item.res_id not in owners:
                reason = self.env._("It was deleted meanwhile.")
            elif item.res_id not in still_open and not back:
                reason = self.env._("It was closed meanwhile.")
            elif item.res_id not in still_open and source._source_has_successor:
                reason = self.env._(
                    "It was closed meanwhile: it stays with who did it."
                )
            elif owner_id != holder.id and source._source_has_successor:
                owner_sudo = self.env["res.users"].sudo().browse(owner_id or ())
                reason = self.env._(
                    "It was given to %(name)s meanwhile.",
                    name=owner_sudo.name or self.env._("nobody"),
                )
            else:
                continue
            reasons.setdefault(reason, self.env[items._name])
            reasons[reason] += item
        for reason, some in reasons.items():
            some.sudo()._settle("skipped", reason)
            items -= some
        return items.sudo()

    def _try(self, step, problem=None):
        """Do a step, or undo what was done; return whether it went well.

        :param list problem: gets the error in words
        :raise psycopg2.OperationalError: a collision with another transaction
        """
        try:
            with self.env.cr.savepoint():
                step()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception as error:
            self.env.invalidate_all(flush=False)
            if problem is None:
                _logger.info("Handover %s: one by one, %s", self.id, error)
            else:
                problem.append(str(error)[:500] or type(error).__name__)
            return False
        return True

    def _follow(self, source, records, holder, taker):
        """History and followers: what people find on the record afterwards."""
        if holder == taker or not isinstance(records, self.pool["mail.thread"]):
            return
        if self.mode == "good" and not taker.share:
            records.message_unsubscribe(holder.partner_id.ids)
        if self.logs_note:
            body = self.env._(
                "Handed over from %(old)s to %(new)s.", old=holder.name, new=taker.name
            )
            records._message_log_batch(dict.fromkeys(records.ids, body))

    def _finish(self):
        """All is done: tell people, once."""
        back = self.state == "undoing"
        self.write(
            {
                "state": "undone" if back else "done",
                "date_done": fields.Datetime.now(),
            }
        )
        self._tell_finished(back)


class C360CustomerHandoverItem(models.Model):
    _inherit = "c360.customer.handover.item"

    def _settle(self, state, reason=False):
        self.write({"state": state, "reason": reason, "date": fields.Datetime.now()})

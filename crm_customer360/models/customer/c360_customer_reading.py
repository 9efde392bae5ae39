import re
from collections import Counter
from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

KEEP_DAYS = 90
READ_LIMIT = 5000
# So many records are read before a process tells the database.
LEASE = 100

# Records read since the last time the database was told:
# (database, user, hour) -> number. Each worker has its own.
_pending = Counter()
# Who read more than the limit: every further read asks the database.
_over = set()
# "email", "email:array_agg", "date:month" or, in the old words, "x:max(email)"
SPEC = re.compile(r"(?:\w+:\w+\()?(?P<path>[\w.]+)")


class C360CustomerReading(models.Model):
    """How many records with contact data somebody read within an hour.

    Lists are read by everybody all day, so a process counts by itself and appends a row
    every hundred records, in a short transaction of its own: a reader of a replica
    cannot write, and what was read stays read when his transaction fails.
    """

    _name = "c360.customer.reading"
    _description = "Records Read in an Hour"
    _order = "hour desc, record_count desc"
    _rec_name = "user_id"
    _log_access = False

    user_id = fields.Many2one(
        comodel_name="res.users", required=True, ondelete="cascade", readonly=True
    )
    hour = fields.Datetime(required=True, readonly=True)
    record_count = fields.Integer(string="Records", readonly=True)

    # what somebody has read within the hour
    _user_hour_idx = models.Index("(user_id, hour)")
    # the rows to forget
    _hour_idx = models.Index("(hour)")

    @api.model
    def _get_limit(self):
        """Return how many records an hour users without the right to export may read.

        0: as many as they like.
        """
        # The system's settings, whoever reads.
        parameters_sudo = self.env["ir.config_parameter"].sudo()
        value = parameters_sudo.get_param("crm_customer360.read_limit", READ_LIMIT)
        return max(int(value or 0), 0)

    @api.model
    def _count(self, model, count):
        """Count records read by the current user.

        :param str model: name of the model
        :param int count: number of records
        :raise AccessError: when the user may not export and has read more within
            the hour than the settings allow; a single record may still be read, up
            to twice the number
        """
        if self.env.su or not count:
            return
        hour = fields.Datetime.now().replace(minute=0, second=0, microsecond=0)
        key = (self.env.cr.dbname, self.env.uid, hour)
        _pending[key] += count
        if _pending[key] < LEASE and key not in _over:
            return
        total, before = self._add(key)
        limit = self._get_limit()
        if not limit or total <= limit:
            return
        may_export = self.env.user.has_group("base.group_allow_export")
        if before <= limit:
            self._tell("reading" if may_export else "refused", model, total)
        if may_export:
            return
        _over.add(key)
        if count > 1 or total > 2 * limit:
            # What is refused is not read; the limit stays passed.
            _pending[key] = -min(count, total - limit - 1)
            raise AccessError(self._get_refusal(count, total, limit))

    def _get_refusal(self, count, total, limit):
        if count == 1:
            return self.env._(
                "You have read %(count)s contacts within this hour, more than twice "
                "%(limit)s. Reading on is possible in the next hour, or with the right "
                "to export.",
                count=total,
                limit=limit,
            )
        return self.env._(
            "You have read %(count)s contacts within this hour, more than "
            "%(limit)s. Reading on is possible in the next hour, or with the "
            "right to export.",
            count=total,
            limit=limit,
        )

    @api.model
    def _count_names(self, records):
        """Count names of customers that carry an address, as documents show them.

        Names of a document's customer are computed by the system for the user, so it
        is the user who counts, unless there is none: a job, or a visitor of the shop.

        :raise UserError: beyond the limit
        """
        if self.env.uid != SUPERUSER_ID and self.env.user._is_internal():
            try:
                self.sudo(False)._count(records._name, len(records))
            except AccessError as error:
                # After an AccessError the host computes a field record by record.
                raise UserError(str(error)) from error

    @api.model
    def _count_groups(self, records, specs, sets):
        """Group by an address, and every group is an address that was read.

        :param records: the model that was grouped
        :param specs: group-bys and aggregates, or lists of them; a path may lead
            through other models
        :param sets: lists of groups; what a group lists counts one by one
        """
        if self.env.su or not any(
            self._is_contact_path(records, SPEC.match(spec)["path"])
            for part in specs
            for spec in ([part] if isinstance(part, str) else part)
            if not spec.startswith("__")
        ):
            return
        count = sum(
            max(
                (
                    len(value)
                    for key, value in group.items()
                    if isinstance(value, list) and not key.startswith("__")
                ),
                default=1,
            )
            for groups in sets
            for group in groups
        )
        self._count(records._name, count)

    def _is_contact_path(self, records, path):
        """Tell whether a step of the path is a field whose reading is counted."""
        for name in path.split("."):
            if name in getattr(records, "_audit_fields", ()):
                return True
            field = records._fields.get(name)
            if field is None:
                return False
            if field.related and self._is_contact_path(records, field.related):
                return True
            if not field.relational:
                return False
            records = self.env[field.comodel_name]
        return False

    def _add(self, key):
        """Add what this process counted; return the total of the hour, now and before.

        Always a new row: processes never wait for each other.
        """
        _dbname, user_id, hour = key
        count = _pending.pop(key)
        for old in [k for k in _pending if k[2] < hour]:
            del _pending[old]
        _over.difference_update([k for k in _over if k[2] < hour])
        with self.env.registry.cursor() as cr:
            cr.execute(
                SQL(
                    "INSERT INTO c360_customer_reading (user_id, hour, record_count)"
                    " VALUES (%s, %s, %s)",
                    user_id,
                    hour,
                    count,
                )
            )
            cr.execute(
                SQL(
                    "SELECT SUM(record_count) FROM c360_customer_reading"
                    " WHERE user_id = %s AND hour = %s",
                    user_id,
                    hour,
                )
            )
            total = cr.fetchone()[0]
        return total, total - count

    def _tell(self, kind, model, total):
        """Put it on record, also when the reader's own transaction is undone."""
        with self.env.registry.cursor() as cr:
            env = self.env(cr=cr)
            env["c360.customer.audit"]._record(kind, model, total)

    @api.autovacuum
    def _gc_old(self):
        horizon = fields.Datetime.now() - timedelta(days=KEEP_DAYS)
        return self.search([("hour", "<", horizon)], limit=10000).unlink()

from collections import Counter
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

KEEP_DAYS = 90
READ_LIMIT = 5000
# So many records are read before a process tells the database.
LEASE = 100

# Records read since the last time the database was told:
# (database, user, hour) -> number. Each worker has its own.
_pending = Counter()


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
            the hour than the settings allow; a single record may always be read
        """
        if self.env.su or not count:
            return
        hour = fields.Datetime.now().replace(minute=0, second=0, microsecond=0)
        key = (self.env.cr.dbname, self.env.uid, hour)
        _pending[key] += count
        if _pending[key] < LEASE:
            return
        total, before = self._add(key)
        limit = self._get_limit()
        if not limit or total <= limit:
            return
        may_export = self.env.user.has_group("base.group_allow_export")
        if before <= limit:
            self._tell("reading" if may_export else "refused", model, total)
        if not may_export and count > 1:
            # the next list asks the database again
            _pending[key] = LEASE - 1
            raise AccessError(
                self.env._(
                    "You have read %(count)s contacts within this hour, more than "
                    "%(limit)s. Reading on is possible in the next hour, or with the "
                    "right to export.",
                    count=total,
                    limit=limit,
                )
            )

    def _add(self, key):
        """Add what this process counted; return the total of the hour, now and before.

        Always a new row: processes never wait for each other.
        """
        _dbname, user_id, hour = key
        count = _pending.pop(key)
        for old in [k for k in _pending if k[2] < hour]:
            del _pending[old]
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

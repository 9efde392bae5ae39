from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

KEEP_DAYS = 730
DETAIL_LENGTH = 500
MASS_CHANGE = 20


class C360CustomerAudit(models.Model):
    """Who took customer data out, or changed many at once: written once, never edited.

    A change is on record when it is committed, in the same transaction. Rows go after
    two years.
    """

    _name = "c360.customer.audit"
    _description = "Export or Mass Change"
    _order = "id desc"
    _rec_name = "kind"
    _log_access = False

    kind = fields.Selection(
        selection=[
            ("export", "Export"),
            ("import", "Import"),
            ("change", "Mass change"),
            ("delete", "Mass deletion"),
            ("reading", "Reading in bulk"),
            ("refused", "Reading refused"),
        ],
        required=True,
        readonly=True,
    )
    date = fields.Datetime(required=True, default=fields.Datetime.now, readonly=True)
    user_id = fields.Many2one(
        comodel_name="res.users", ondelete="set null", readonly=True
    )
    user_name = fields.Char(readonly=True, help="Stays when the user is deleted.")
    company_id = fields.Many2one(
        comodel_name="res.company", ondelete="cascade", readonly=True
    )
    model = fields.Char(required=True, readonly=True)
    model_name = fields.Char(string="What", compute="_compute_model_name")
    record_count = fields.Integer(string="Records", readonly=True)
    detail = fields.Char(
        string="Fields", readonly=True, help="Which fields were exported or changed."
    )

    # the list, newest first; the rows to forget
    _date_idx = models.Index("(date)")

    @api.depends("model")
    @api.depends_context("lang")
    def _compute_model_name(self):
        # The names of models are no secret, users just have no right to the table.
        models_sudo = self.env["ir.model"].sudo()
        for audit in self:
            audit.model_name = models_sudo._get(audit.model).name or audit.model

    @api.model
    def _record(self, kind, model, count, field_names=()):
        """Put on record what the user did with many records.

        :param str kind: a value of ``kind``
        :param str model: name of the model
        :param int count: number of records
        :param field_names: names of the fields exported or changed
        :return: the new row
        """
        # Nobody may write the log, everybody's doings belong into it.
        audit_sudo = self.sudo()
        return audit_sudo.create(
            {
                "kind": kind,
                "user_id": self.env.uid,
                "user_name": self.env.user.name,
                "company_id": self.env.company.id,
                "model": model,
                "record_count": count,
                "detail": ", ".join(sorted(field_names))[:DETAIL_LENGTH],
            }
        )

    @api.model
    def _record_export(self, records, paths, rows):
        """Put exports of customers, and of what names one, on record.

        :param records: what was exported
        :param paths: fields exported, as ``export_data`` takes them
        :param int rows: rows of the file; a record has several when lists of it are in
        """
        if {"res.partner", "crm.lead"}.isdisjoint(self._get_models(records, paths)):
            return
        count = max(len(records), rows)
        for name in {path.replace(".", "/").split("/")[0] for path in paths}:
            field = records._fields.get(name)
            if field and field.type == "many2many":
                # the host may put them all into one cell
                count = max(count, len(records[name]))
        self._record("export", records._name, count, paths)

    def _get_models(self, records, paths):
        """Return the models these fields come from, and the model's own customer's."""
        partner = records._fields.get("partner_id")
        models_met = {records._name, partner and partner.comodel_name}
        todo = [(records, path.replace(".", "/").split("/")) for path in paths]
        while todo:
            model, names = todo.pop()
            for name in names:
                field = model._fields.get(name)
                if field is None:
                    break
                if field.related:
                    todo.append((model, field.related.split(".")))
                if not field.relational:
                    break
                model = self.env[field.comodel_name]
                models_met.add(model._name)
        return models_met

    @api.model
    def _get_mass_size(self):
        """Return from how many records on a change is one of many; 0: never."""
        # The system's settings, whoever acts.
        parameters_sudo = self.env["ir.config_parameter"].sudo()
        value = parameters_sudo.get_param("crm_customer360.mass_change", MASS_CHANGE)
        return max(int(value or 0), 0)

    @api.model
    def _allow_change(self, kind, records, field_names=()):
        """Record a change of many records, and refuse it to those without the right.

        The system itself (a job, code that acts as superuser) is not asked.

        :param str kind: ``change`` or ``delete``
        :raise AccessError: when there are more than the user may change in one go
        """
        if self.env.su or len(records) < 2:
            return
        size = self._get_mass_size()
        if not size or records._get_audit_size() < size:
            return
        if not self.env.user.has_group("crm_customer360.group_mass_change"):
            raise AccessError(
                self.env._(
                    "You may change fewer than %(size)s records at once, and these are "
                    "%(count)s. Choose fewer, or ask an administrator for the right to "
                    "change many customers at once.",
                    size=size,
                    count=len(records),
                )
            )
        self._record(kind, records._name, len(records), field_names)

    @api.autovacuum
    def _gc_old(self):
        horizon = fields.Datetime.now() - timedelta(days=KEEP_DAYS)
        old = self.search(Domain("date", "<", horizon), limit=10000)
        return old.with_context(c360_audit_forget=True).unlink()

    # Written once: there is no way on to super, not even for the system.
    def write(self, vals):  # pylint: disable=method-required-super
        raise UserError(self.env._("What was exported or changed stays on record."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        # only the vacuum, and by a context nobody's right to delete reaches
        if not self.env.context.get("c360_audit_forget"):
            raise UserError(self.env._("What was exported or changed stays on record."))

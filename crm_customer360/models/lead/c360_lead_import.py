from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .c360_lead_intake_mixin import LEADER

STATES = [
    ("draft", "New"),
    ("ready", "To import"),
    ("running", "Importing"),
    ("done", "Imported"),
]
# What only the system writes.
SYSTEM_FIELDS = {"checksum", "company_id", "has_heading", "notes", "previous_id"}
SYSTEM_FIELDS |= {"row_count", "state", "date_done", "line_ids", "is_checked"}
# so many rows of each kind the form shows
PREVIEW = 8


class C360LeadImport(models.Model):
    """A card list on its way to becoming leads: read, looked through, imported.

    ``c360_lead_import_read.py`` reads the file, ``…_check.py`` says what will become of
    each row, ``…_run.py`` creates the leads in slices.
    """

    _name = "c360.lead.import"
    _description = "Card List"
    _order = "id desc"
    _rec_name = "file_name"
    _check_company_auto = True

    file = fields.Binary(string="Card List", attachment=True, copy=False)
    file_name = fields.Char(copy=False)
    checksum = fields.Char(
        readonly=True, copy=False, export_string_translation=False, index=True
    )
    state = fields.Selection(
        selection=STATES, required=True, default="draft", readonly=True, copy=False
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        readonly=True,
        default=lambda self: self.env.company,
        ondelete="cascade",
    )
    previous_id = fields.Many2one(
        comodel_name="c360.lead.import",
        string="Imported Before",
        readonly=True,
        copy=False,
        ondelete="set null",
        index="btree_not_null",
    )
    previous_date = fields.Datetime(
        related="previous_id.create_date", string="Read Before On"
    )
    notes = fields.Text(readonly=True, copy=False)
    has_heading = fields.Boolean(readonly=True, copy=False)
    date_done = fields.Datetime(string="Imported On", readonly=True, copy=False)
    # false once a column was corrected: the rows are to be looked through again
    is_checked = fields.Boolean(readonly=True, copy=False)
    # What all leads of the list get
    source_id = fields.Many2one(comodel_name="utm.source", ondelete="set null")
    medium_id = fields.Many2one(comodel_name="utm.medium", ondelete="set null")
    campaign_id = fields.Many2one(comodel_name="utm.campaign", ondelete="set null")
    tag_ids = fields.Many2many(comodel_name="crm.tag", string="Tags")
    collector_id = fields.Many2one(
        comodel_name="res.users",
        string="Brought By",
        required=True,
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        ondelete="cascade",
    )
    team_id = fields.Many2one(
        comodel_name="crm.team",
        string="Sales Team",
        check_company=True,
        ondelete="set null",
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Salesperson",
        domain=[("share", "=", False)],
        ondelete="set null",
        help="Empty: the leads go where the rules put new leads.",
    )
    take_invalid = fields.Boolean(
        string="Also Import Invalid Rows",
        help="They become leads that are set aside with the reason.",
    )
    take_duplicates = fields.Boolean(
        string="Also Import Duplicates",
        help="They become leads of their own, to be merged later.",
    )
    # Rows
    column_ids = fields.One2many(
        comodel_name="c360.lead.import.column", inverse_name="import_id"
    )
    line_ids = fields.One2many(
        comodel_name="c360.lead.import.line",
        inverse_name="import_id",
        string="Rows",
        readonly=True,
    )
    preview_ids = fields.Many2many(
        comodel_name="c360.lead.import.line",
        string="First Rows",
        compute="_compute_preview_ids",
    )
    row_count = fields.Integer(string="Rows Read", readonly=True, copy=False)
    new_count = fields.Integer(string="New", compute="_compute_counts")
    invalid_count = fields.Integer(string="Invalid", compute="_compute_counts")
    duplicate_count = fields.Integer(string="Duplicates", compute="_compute_counts")
    imported_count = fields.Integer(string="Imported", compute="_compute_counts")
    refused_count = fields.Integer(string="Refused", compute="_compute_counts")
    progress = fields.Float(string="Done", compute="_compute_counts")

    @api.depends("line_ids.state", "take_invalid", "take_duplicates")
    def _compute_counts(self):
        counts = {}
        for card_list, state, count in self.env["c360.lead.import.line"]._read_group(
            [("import_id", "in", self.ids)], ["import_id", "state"], ["__count"]
        ):
            counts[card_list.id, state] = count
        for card_list in self:
            for state in ("new", "invalid", "duplicate", "imported", "refused"):
                card_list[f"{state}_count"] = counts.get((card_list.id, state), 0)
            ended = card_list.imported_count + card_list.refused_count
            waiting = card_list.new_count if card_list.state == "running" else 0
            card_list.progress = 100 * ended / ((ended + waiting) or 1)

    @api.depends("line_ids.state")
    def _compute_preview_ids(self):
        lines = self.env["c360.lead.import.line"]
        self.preview_ids = False
        # a list that is not saved yet has no rows
        for card_list in self.filtered("id"):
            # once it is imported, only what was not
            for state in ("new", "duplicate", "invalid", "refused"):
                domain = [("import_id", "=", card_list.id), ("state", "=", state)]
                card_list.preview_ids += lines.search(domain, limit=PREVIEW)

    # ------------------------------------------------------------------- records

    @api.model_create_multi
    def create(self, vals_list):
        self._check_system_fields(vals_list)
        lists = super().create(vals_list)
        lists._check_people()
        return lists

    def write(self, vals):
        self._check_system_fields([vals])
        if "file" in vals and vals["file"] and self.filtered("date_done"):
            raise UserError(self.env._("This list was imported. Start a new one."))
        result = super().write(vals)
        if {"collector_id", "user_id"} & vals.keys():
            self._check_people()
        if "column_ids" in vals:
            # The rows are the system's to write, the right to the list was checked.
            lists_sudo = self.sudo()
            lists_sudo._check_again()
        return result

    def _check_system_fields(self, vals_list):
        if not self.env.su and any(SYSTEM_FIELDS & vals.keys() for vals in vals_list):
            raise AccessError(
                self.env._("What the file says is read from it, not written by hand.")
            )

    def _check_people(self):
        """A salesperson brings leads himself, and to nobody else.

        :raise UserError: he names a colleague
        """
        if self.env.su or self.env.user.has_group(LEADER):
            return
        for card_list in self:
            if (card_list.collector_id | card_list.user_id) - self.env.user:
                raise UserError(
                    self.env._("Only a team leader imports leads of or for others.")
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_running(self):
        if self.filtered(lambda card_list: card_list.state == "running"):
            raise UserError(self.env._("Wait until the import is done."))

    @api.autovacuum
    def _gc_rows(self):
        """Forget rows of lists nobody looks at any more: they name people."""
        limit = fields.Datetime.subtract(fields.Datetime.now(), days=30)
        old = self.search([("write_date", "<", limit), ("state", "!=", "running")])
        old.line_ids.unlink()
        old.file = False

    # ------------------------------------------------------------------- actions

    def action_view_leads(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm.crm_lead_all_leads")
        action["domain"] = [("import_line_ids.import_id", "=", self.id)]
        # also what was set aside; the host's action filters by type
        action["context"] = {"active_test": False, "create": False}
        return action

    def action_view_lines(self):
        """Show the rows; which of them, says the button."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_customer360.c360_lead_import_line_action"
        )
        action["domain"] = [("import_id", "=", self.id)]
        return action

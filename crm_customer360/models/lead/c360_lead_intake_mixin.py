from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.http import request
from odoo.tools.sql import column_exists, create_column

LEADER = "crm_customer360.group_leader"
CAPTURE = ("capture_channel", "capture_date", "collector_id")
CHANNELS = [
    ("manual", "By hand"),
    ("import", "Import"),
    ("email", "E-mail"),
    ("website", "Website"),
    ("survey", "Survey"),
    ("event", "Event"),
    ("livechat", "Live chat"),
    ("call", "Call"),
    ("api", "Interface"),
    ("other", "Other"),
]
# Where outside systems come in that do not use the web client.
API_PATHS = ("/json/2/", "/xmlrpc/", "/jsonrpc")
KEY = "c360_capture"


class Channel(str):
    """The channel our own code states in the context, under :data:`KEY`.

    Nobody can send one from outside: what arrives in a request is a plain string.
    """

    __slots__ = ()


class C360LeadIntakeMixin(models.AbstractModel):
    """Where a lead comes from: by which channel, when, and who brought it.

    It is noted on every road when the lead is created, and stays: through a merge (the
    earliest counts), a conversion and a copy. Leaders may correct it.
    """

    _name = "c360.lead.intake.mixin"
    _description = "Where a Lead Comes From"

    capture_channel = fields.Selection(
        selection=CHANNELS,
        string="Came By",
        copy=False,
        help="The road on which the lead came in. Leads from before have none.",
    )
    capture_date = fields.Datetime(
        string="Captured",
        copy=False,
        help="When the lead came in, or when the card was collected.",
    )
    collector_id = fields.Many2one(
        comodel_name="res.users",
        string="Brought By",
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The colleague or the interface that brought the lead.",
    )

    import_line_ids = fields.One2many(
        comodel_name="c360.lead.import.line", inverse_name="lead_id", readonly=True
    )

    def _auto_init(self):
        """Date the leads there are in one statement, whatever their number."""
        if not self._abstract and not column_exists(
            self.env.cr, self._table, "capture_date"
        ):
            create_column(self.env.cr, self._table, "capture_date", "timestamp")
            self.env.cr.execute("UPDATE crm_lead SET capture_date = create_date")
        return super()._auto_init()

    # --------------------------------------------------------------------- roads

    @api.model_create_multi
    def create(self, vals_list):
        self._check_capture(vals_list)
        user = self.env.user
        is_person = user._is_internal() and not user._is_superuser()
        common = {
            "capture_date": fields.Datetime.now(),
            "collector_id": user.id if is_person else False,
        }
        captured = []
        for vals in vals_list:
            channel = vals.get("capture_channel") or self._get_capture_channel(vals)
            captured.append(
                common | self._cap_capture_date(vals) | {"capture_channel": channel}
            )
            if not vals.get("medium_id"):
                captured[-1] |= self._prepare_medium_vals(channel)
        return super().create(captured)

    @api.model
    def load(self, fields, data):
        by_import = self._captured_by("import")
        return super(C360LeadIntakeMixin, by_import).load(fields, data)

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        by_mail = self._captured_by("email")
        author = self.env["res.partner"].browse(msg_dict.get("author_id") or [])
        # Who receives the mail need not be allowed to read users.
        colleagues_sudo = author.sudo().user_ids.filtered(lambda user: not user.share)
        # a colleague who forwards a mail to the alias brought the lead
        values = {"collector_id": colleagues_sudo[:1].id, **(custom_values or {})}
        lead = super(C360LeadIntakeMixin, by_mail).message_new(msg_dict, values)
        return lead.with_env(self.env)

    def copy(self, default=None):
        """A copy comes from where the original came from."""
        copies = super().copy(default)
        # Who copies a lead need not be allowed to correct where it came from.
        originals_sudo = self.sudo()
        copies_sudo = copies.sudo()
        for original_sudo, copy_sudo in zip(originals_sudo, copies_sudo, strict=True):
            copy_sudo.write(original_sudo._prepare_origin_vals())
        return copies

    @api.model
    def _captured_by(self, channel):
        """Return the model, telling every lead created with it how it came in."""
        return self.with_context(**{KEY: Channel(channel)})

    @api.model
    def _get_capture_channel(self, vals):
        """Return the road on which a lead with these values comes in."""
        stated = self.env.context.get(KEY)
        if isinstance(stated, Channel):
            return str(stated)
        for name, channel in self._get_capture_fields().items():
            if vals.get(name):
                return channel
        if request and request.httprequest.path.startswith(API_PATHS):
            return "api"
        user = self.env.user
        is_person = user._is_internal() and not user._is_superuser()
        return "manual" if is_person else "other"

    @api.model
    def _get_capture_fields(self):
        """Return field -> channel: a lead with that field set came by that channel."""
        return {}

    @api.model
    def _get_capture_mediums(self):
        """Return channel -> name of the medium, where a lead has none."""
        return {"email": "Email", "call": "Phone"}

    @api.model
    def _prepare_medium_vals(self, channel):
        name = self._get_capture_mediums().get(channel)
        if not name:
            return {}
        # Who brings a lead need not be allowed to read mediums.
        mediums_sudo = self.env["utm.medium"].sudo()
        return {"medium_id": mediums_sudo._fetch_or_create_utm_medium(name).id}

    # ------------------------------------------------------------------- keeping

    def write(self, vals):
        self._check_capture([vals])
        return super().write(self._cap_capture_date(vals))

    @api.model
    def _cap_capture_date(self, vals):
        """Nothing was captured later than now: no answer could come after it."""
        moment = fields.Datetime.to_datetime(vals.get("capture_date"))
        now = fields.Datetime.now()
        return vals | {"capture_date": now} if moment and moment > now else vals

    def _check_capture(self, vals_list):
        """Only the system and leaders say where a lead comes from.

        :raise AccessError: somebody else does
        """
        if (
            any(name in vals for vals in vals_list for name in CAPTURE)
            and not self.env.su
            and not isinstance(self.env.context.get(KEY), Channel)
            and not self.env.user.has_group(LEADER)
        ):
            raise AccessError(
                self.env._(
                    "Where a lead comes from is noted when it comes in. A team leader "
                    "can correct it."
                )
            )

    def _prepare_origin_vals(self):
        self.ensure_one()
        return {
            "capture_channel": self.capture_channel,
            "capture_date": self.capture_date,
            "collector_id": self.collector_id.id,
        }

    def _merge_opportunity(self, *args, **kwargs):
        # whoever may merge leads may let the origin of the earliest stay
        merging = self.with_context(**{KEY: Channel("other")})
        head = super(C360LeadIntakeMixin, merging)._merge_opportunity(*args, **kwargs)
        return head.with_env(self.env)

    def _merge_get_fields_specific(self):
        def of_first(name, leads):
            dated = leads.filtered("capture_date") or leads
            first = min(dated, key=lambda lead: (lead.capture_date or lead.create_date))
            return first._prepare_origin_vals()[name]

        return super()._merge_get_fields_specific() | dict.fromkeys(CAPTURE, of_first)

import math
import secrets
from datetime import UTC, datetime, timedelta

from psycopg2.errors import SerializationFailure
from werkzeug.exceptions import ServiceUnavailable, TooManyRequests

from odoo import Command, api, fields, models
from odoo.tools import SQL

from odoo.addons.base.models.res_users import check_identity

WINDOW = timedelta(minutes=1)
LIMIT_MAX = 1000
KEY_DAYS = 365
# Requests at the same moment wait for each other this often before they give up.
TRIES = 50


class C360LeadIntakeCaller(models.Model):
    """Another system that hands in leads: who it is, and how often it may.

    It has a user of its own, who may do nothing else.
    """

    _name = "c360.lead.intake.caller"
    _description = "Lead Interface"
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        default=lambda self: self.env.company,
        ondelete="cascade",
        help="The leads belong to this company.",
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Technical User",
        readonly=True,
        copy=False,
        ondelete="restrict",
        index=True,
        context={"active_test": False},
    )
    limit_count = fields.Integer(
        string="Requests a Minute",
        required=True,
        default=60,
        help="More requests are refused with the time after which to try again. "
        "One request may bring up to a hundred leads.",
    )
    source_id = fields.Many2one(
        comodel_name="utm.source",
        ondelete="set null",
        help="Of leads that come without a source.",
    )
    team_id = fields.Many2one(
        comodel_name="crm.team",
        string="Sales Team",
        check_company=True,
        ondelete="set null",
    )
    lead_count = fields.Integer(string="Leads", compute="_compute_lead_count")

    _limit_range = models.Constraint(
        f"CHECK (limit_count BETWEEN 1 AND {LIMIT_MAX})",
        f"A caller may send 1 to {LIMIT_MAX} requests a minute.",
    )

    def init(self):
        """The moments of the latest requests: written past the ORM only."""
        self.env.cr.execute(
            "ALTER TABLE c360_lead_intake_caller"
            " ADD COLUMN IF NOT EXISTS recent timestamp[] NOT NULL DEFAULT '{}'"
        )

    @api.depends("user_id")
    def _compute_lead_count(self):
        # How many there are is no secret to who manages interfaces.
        leads_sudo = self.env["crm.lead"].sudo().with_context(active_test=False)
        counts = dict(
            leads_sudo._read_group(
                [("collector_id", "in", self.user_id.ids)],
                ["collector_id"],
                ["__count"],
            )
        )
        for caller in self:
            caller.lead_count = counts.get(caller.user_id, 0)

    # ------------------------------------------------------------------- records

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            # its user is made for it: no person's user becomes an interface
            vals.pop("user_id", None)
        callers = super().create(vals_list)
        for caller in callers:
            # Who sets up interfaces need not manage users.
            caller_sudo = caller.sudo()
            caller_sudo.user_id = caller_sudo._create_user()
        return callers

    def write(self, vals):
        if not self.env.su:
            vals = {name: value for name, value in vals.items() if name != "user_id"}
        result = super().write(vals)
        if "active" in vals:
            # Who sets up interfaces need not manage users.
            callers_sudo = self.sudo()
            callers_sudo.user_id.active = vals["active"]
        return result

    def _create_user(self):
        users = self.env["res.users"].with_context(no_reset_password=True)
        return users.create(
            {
                "name": self.name,
                "login": f"lead-interface-{self.id}-{secrets.token_hex(4)}",
                "company_id": self.company_id.id,
                "company_ids": [Command.set(self.company_id.ids)],
                "group_ids": [
                    Command.set(self.env.ref("crm_customer360.group_intake").ids)
                ],
            }
        )

    # ---------------------------------------------------------------------- keys

    @check_identity
    def action_create_key(self):
        """Show a new API key, once; the former ones end."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("API Key of %(name)s", name=self.name),
            "res_model": "res.users.apikeys.show",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_key": self._create_key()},
        }

    def _create_key(self):
        # A key belongs to the technical user; the right to set it up was checked.
        keys_sudo = self.env["res.users.apikeys"].with_user(self.sudo().user_id).sudo()
        keys_sudo.search([("user_id", "=", keys_sudo.env.uid)])._remove()
        expires = fields.Datetime.now() + timedelta(days=KEY_DAYS)
        return keys_sudo._generate("rpc", self.name, expires)

    def action_view_leads(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm.crm_lead_all_leads")
        action["domain"] = [("collector_id", "=", self.user_id.id)]
        action["context"] = {"active_test": False, "create": False}
        return action

    # --------------------------------------------------------------------- limit

    def _take_turn(self):
        """Count a request, also one that fails later.

        In a transaction of its own, so that requests at the same time wait for each
        other for no longer than it takes to count.

        :raise TooManyRequests: beyond the limit, with the seconds to wait
        :raise ServiceUnavailable: too many requests at the same moment
        """
        for _attempt in range(TRIES):
            try:
                with self.env.registry.cursor() as cr:
                    seconds = self._count_request(cr)
            except SerializationFailure:
                continue
            if seconds is None:
                return
            raise TooManyRequests(
                self.env._(
                    "More than %(limit)s requests in a minute. Try again in "
                    "%(seconds)s seconds.",
                    limit=self.limit_count,
                    seconds=seconds,
                ),
                retry_after=seconds,
            )
        raise ServiceUnavailable(
            self.env._("Too many requests at the same moment. Try again."),
            retry_after=1,
        )

    def _count_request(self, cr):
        """Return None when there is room, else after how many seconds there is."""
        now = datetime.now(UTC).replace(tzinfo=None)
        cr.execute(
            SQL(
                """
                UPDATE c360_lead_intake_caller
                   SET recent = recent[cardinality(recent) + 2 - limit_count:]
                                || %(now)s::timestamp
                 WHERE id = %(id)s
                   AND (cardinality(recent) < limit_count
                        OR recent[cardinality(recent) + 1 - limit_count]
                           <= %(start)s::timestamp)
                RETURNING id
                """,
                id=self.id,
                now=now,
                start=now - WINDOW,
            )
        )
        if cr.fetchone():
            return None
        cr.execute(
            SQL(
                """
                SELECT recent[cardinality(recent) + 1 - limit_count]
                  FROM c360_lead_intake_caller
                 WHERE id = %(id)s
                """,
                id=self.id,
            )
        )
        [[oldest]] = cr.fetchall()
        return max(1, math.ceil((oldest + WINDOW - now).total_seconds()))

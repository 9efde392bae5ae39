import re
from collections import Counter, defaultdict

from odoo import api, fields, models

KINDS = [
    ("allowed", "Go now"),
    ("deferred", "Wait"),
    ("blocked", "Stopped"),
    ("excluded", "Left out"),
]
# Reasons that name no policy may be many: the rest is summed up.
MOST_REASONS = 20


class C360ContactMailingCheck(models.TransientModel):
    """What the contact policies will do to a mailing; nothing is sent or booked."""

    _name = "c360.contact.mailing.check"
    _description = "Check of a Mailing against the Contact Limits"

    mailing_id = fields.Many2one(
        comodel_name="mailing.mailing",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    date = fields.Datetime(
        string="Departure",
        required=True,
        readonly=True,
        default=fields.Datetime.now,
        help="The moment the limits were checked for.",
    )
    line_ids = fields.One2many(
        comodel_name="c360.contact.mailing.check.line",
        inverse_name="check_id",
        readonly=True,
    )
    total_count = fields.Integer(string="Recipients", compute="_compute_counts")
    allowed_count = fields.Integer(compute="_compute_counts")
    deferred_count = fields.Integer(compute="_compute_counts")
    blocked_count = fields.Integer(compute="_compute_counts")
    excluded_count = fields.Integer(compute="_compute_counts")

    @api.depends("line_ids.count", "line_ids.kind")
    def _compute_counts(self):
        for check in self:
            counts = Counter()
            for line in check.line_ids:
                counts[line.kind] += line.count
            for kind, _label in KINDS:
                check[f"{kind}_count"] = counts[kind]
            check.total_count = counts.total()

    @api.model_create_multi
    def create(self, vals_list):
        checks = super().create(vals_list)
        for check in checks:
            check._fill()
        return checks

    def _get_action(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._(
                "Contact Limits: %(mailing)s", mailing=self.mailing_id.subject
            ),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def _fill(self):
        """Sort all recipients who are still to be reached into lines."""
        mailing = self.mailing_id
        groups, reasons = defaultdict(list), defaultdict(set)
        recipients = mailing._get_contact_recipients(
            mailing._get_remaining_recipients()
        )
        excluded = mailing._get_excluded(recipients)
        for recipient, why in excluded.items():
            groups["excluded", None, None, self._describe(why)].append(recipient.res_id)
        going = [who for who in recipients if who not in excluded]
        decided = mailing._decide_for(going, self.date)
        for recipient in going:
            _request, decision = decided.get(recipient, (None, None))
            group = self._get_group(decision)
            groups[group].append(recipient.res_id)
            if group[3]:
                reasons[group[3]].add(decision.reason)
        self._write_lines(groups, reasons)

    def _get_group(self, decision):
        """Return kind, day, policy and sentence: what one line stands for."""
        if decision is None or decision.state == "allowed":
            return "allowed", None, None, None
        day = None
        if decision.state == "deferred":
            day = fields.Datetime.context_timestamp(self, decision.date).date()
        # the sentence of a policy tells numbers of one person; the same sentence about
        # another document is the same reason
        reason = None
        if not decision.policy_id:
            reason = re.sub(r"\d+", "#", decision.reason or "")
        return decision.state, day, decision.policy_id, reason

    def _say_reason(self, reason, reasons):
        """Return the sentence of a line, one of them where there are several."""
        found = reasons.get(reason)
        if not found:
            return reason
        if len(found) == 1:
            return next(iter(found))
        return self.env._("e.g. %(reason)s", reason=min(found))

    def _describe(self, why):
        return {
            "address": self.env._("No usable address"),
            "blacklist": self.env._("On the blacklist"),
            "optout": self.env._("Opted out"),
            "duplicate": self.env._("Reached already, or the same address twice"),
        }[why]

    def _write_lines(self, groups, reasons):
        kinds = [kind for kind, _label in KINDS]
        largest = sorted(groups, key=lambda key: -len(groups[key]))
        nameless = [key for key in largest if key[3] and key[0] != "excluded"]
        for key in nameless[MOST_REASONS:]:
            rest = (key[0], key[1], None, self.env._("Other reasons"))
            groups[rest].extend(groups.pop(key))
        order = sorted(
            groups,
            key=lambda key: (
                kinds.index(key[0]),
                key[1] or fields.Date.today(),
                -len(groups[key]),
            ),
        )
        self.line_ids.create(
            [
                {
                    "check_id": self.id,
                    "kind": kind,
                    "date": day,
                    "policy_id": policy_id,
                    "reason": self._say_reason(reason, reasons),
                    "count": len(groups[kind, day, policy_id, reason]),
                    "res_ids": groups[kind, day, policy_id, reason],
                }
                for kind, day, policy_id, reason in order
            ]
        )


class C360ContactMailingCheckLine(models.TransientModel):
    _name = "c360.contact.mailing.check.line"
    _description = "Recipients with the Same Fate"
    _order = "id"

    check_id = fields.Many2one(
        comodel_name="c360.contact.mailing.check",
        required=True,
        ondelete="cascade",
        index=True,
    )
    kind = fields.Selection(selection=KINDS, string="What Happens", required=True)
    date = fields.Date(string="Until")
    policy_id = fields.Many2one(comodel_name="c360.contact.policy", ondelete="cascade")
    reason = fields.Char()
    explanation = fields.Char(string="Because Of", compute="_compute_explanation")
    count = fields.Integer(string="Recipients")
    res_ids = fields.Json(export_string_translation=False)

    @api.depends("policy_id", "reason")
    def _compute_explanation(self):
        for line in self:
            # Whoever sends mailings is told the policy's name, not more.
            policy_sudo = line.policy_id.sudo()
            line.explanation = policy_sudo.name or line.reason or ""

    def action_open(self):
        """Open the recipients of the line."""
        self.ensure_one()
        mailing = self.check_id.mailing_id
        return {
            "type": "ir.actions.act_window",
            "name": " · ".join(
                filter(
                    None,
                    [
                        dict(self._fields["kind"]._description_selection(self.env))[
                            self.kind
                        ],
                        self.explanation,
                    ],
                )
            ),
            "res_model": mailing.mailing_model_real,
            "view_mode": "list,form",
            "domain": [("id", "in", self.res_ids)],
            "context": {"create": False},
        }

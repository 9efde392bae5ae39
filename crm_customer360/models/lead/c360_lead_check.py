from ast import literal_eval
from typing import NamedTuple

from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ...tools.lead_check import Contact, split_words

FEATURE = "crm_customer360.group_use_lead"
# What a domain raises that names a field, a model or a value that is no more. Errors of
# the database are not among them: they have to reach the host, which tries again.
RULE_ERRORS = (AttributeError, KeyError, SyntaxError, TypeError, ValueError)
# Which check a list of leads tries.
TRIED = "c360_tried_check"
# How many open leads a rule is tried on: enough for a share, little enough to wait for.
TRIED_LEADS = 5_000
KINDS = [
    ("unreachable", "No way to reach"),
    ("email_malformed", "E-mail address malformed"),
    ("email_dead", "E-mail address dead"),
    ("email_disposable", "Throw-away e-mail address"),
    ("email_role", "Address of a role, not a person"),
    ("email_free", "Free e-mail provider"),
    ("email_blacklisted", "Asked for no e-mail"),
    ("phone_impossible", "Phone number impossible"),
    ("test", "Test words"),
    ("out_of_scope", "Out of scope"),
]
# Kinds about one way to reach somebody: another one may still work.
EMAIL_KINDS = {kind for kind, _label in KINDS if kind.startswith("email_")}
# Kinds that need a list of words, and those that may have one.
NEED_WORDS = {"email_role", "test"}


class Rule(NamedTuple):
    """A check as it is applied: plain values, so that it can be cached."""

    id: int
    kind: str
    company_id: int | bool
    words: frozenset
    except_words: frozenset
    anywhere: bool
    unless_reachable: bool
    failures: int
    domain: str


class C360LeadCheck(models.Model):
    """A rule that finds a lead invalid, with the reason in words.

    Rules only judge; ``c360.lead.check.mixin`` sets leads aside. How each kind judges
    is in ``c360_lead_check_kind.py``: one method per kind, on plain values.
    """

    _name = "c360.lead.check"
    _description = "Lead Check"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(
        default=True, help="Off: the check can be tried, it sets nothing aside."
    )
    sequence = fields.Integer(
        default=10, help="A lead is set aside by the first check that finds something."
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        # not “set null”: the check of a company must not become everybody's
        ondelete="cascade",
        help="Leads of this company only. Empty: leads of every company.",
    )
    kind = fields.Selection(selection=KINDS, required=True, default="unreachable")
    words = fields.Text(
        string="List",
        help="One entry per line, or separated by commas: words, domains or the part "
        "of an address before the @, according to the kind of the check.",
    )
    except_words = fields.Text(
        string="Except",
        help="Domains the check leaves alone.",
    )
    anywhere = fields.Boolean(
        string="Anywhere in the Name",
        help="Off: all names, of the person and the company, are nothing but test "
        "words. On: one of them has a test word among others.",
    )
    unless_reachable = fields.Boolean(
        string="Not When Reachable Otherwise",
        default=True,
        help="Leave the lead alone when there is another way to reach it: a phone "
        "number that can exist, or a well-formed e-mail address.",
    )
    failures = fields.Integer(
        string="Failures in a Row",
        default=3,
        help="So many messages in a row came back or failed.",
    )
    lead_domain = fields.Char(
        string="Leads Out of Scope",
        default="[]",
        help="Leads that fit this rule are none of our business.",
    )
    lead_ids = fields.One2many(comodel_name="crm.lead", inverse_name="check_id")
    hit_count = fields.Integer(string="Invalid Leads", compute="_compute_hit_count")
    is_email_kind = fields.Boolean(compute="_compute_is_email_kind")

    _failures_positive = models.Constraint(
        "CHECK (failures > 0)", "An address is dead after one failure at the earliest."
    )

    @api.depends("lead_ids")
    def _compute_hit_count(self):
        counts = dict(
            self.env["crm.lead"]
            .with_context(active_test=False)
            ._read_group([("check_id", "in", self.ids)], ["check_id"], ["__count"])
        )
        for check in self:
            check.hit_count = counts.get(check, 0)

    @api.depends("kind")
    def _compute_is_email_kind(self):
        for check in self:
            check.is_email_kind = check.kind in EMAIL_KINDS

    @api.constrains("kind", "lead_domain")
    def _check_lead_domain(self):
        for check in self.filtered(lambda check: check.kind == "out_of_scope"):
            try:
                domain = Domain(literal_eval(check.lead_domain or "[]"))
                self.env["crm.lead"].search(domain, limit=1)
            except Exception as error:
                raise ValidationError(
                    self.env._(
                        "The rule of “%(check)s” cannot be read: %(error)s",
                        check=check.name,
                        error=error,
                    )
                ) from error
            if domain.is_true():
                raise ValidationError(
                    self.env._(
                        "“%(check)s” would set every lead aside: say which are out "
                        "of scope.",
                        check=check.name,
                    )
                )

    @api.constrains("kind", "words")
    def _check_words(self):
        for check in self:
            if check.kind in NEED_WORDS and not split_words(check.words or ""):
                raise ValidationError(
                    self.env._(
                        "“%(check)s” finds nothing without a list.", check=check.name
                    )
                )

    # ------------------------------------------------------------
    # Records
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        checks = super().create(vals_list)
        self.env.registry.clear_cache()
        return checks

    def write(self, vals):
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    # ------------------------------------------------------------
    # Judging
    # ------------------------------------------------------------

    @api.model
    def _is_enabled(self):
        return self.env["res.groups"]._is_feature_enabled(FEATURE)

    @api.model
    @tools.ormcache()
    def _get_rules(self):
        """Return the active rules in their order, as plain values."""
        # Whoever brings a lead (a website visitor too) has it checked by all rules. The
        # table is cached for everyone: no caller's context may let others in.
        checks_sudo = self.sudo().search([("active", "=", True)])
        return tuple(check._prepare_rule() for check in checks_sudo)

    def _prepare_rule(self):
        self.ensure_one()
        return Rule(
            id=self.id,
            kind=self.kind,
            company_id=self.company_id.id,
            words=split_words(self.words or ""),
            except_words=split_words(self.except_words or ""),
            anywhere=self.anywhere,
            unless_reachable=self.unless_reachable,
            failures=self.failures,
            domain=self.lead_domain or "[]",
        )

    @api.model
    def _find_reasons(self, vals_list_or_records):
        """Tell what is wrong with leads, whether they exist already or not.

        No query per lead: rules are cached, and only those about dead or blacklisted
        addresses ask the database, once for all leads.

        :param vals_list_or_records: ``crm.lead`` records, or a list of values as for
            their ``create``
        :return: a list in the same order: ``(check, reason)`` of the first rule that
            finds something, or None
        """
        return self._judge(vals_list_or_records, self._get_rules())

    @api.model
    def _judge(self, leads, rules):
        if isinstance(leads, list):
            contacts, companies = self._read_vals(leads)
        else:
            contacts, companies = self._read_leads(leads)
        found = [None] * len(contacts)
        for rule in rules:
            places = [
                place
                for place, reason in enumerate(found)
                if reason is None
                and rule.company_id in (False, companies[place] or rule.company_id)
            ]
            if not places:
                continue
            hits = getattr(self, f"_find_{rule.kind}")(rule, contacts, places, leads)
            check = self.browse(rule.id)
            for place, reason in hits.items():
                found[place] = (check, reason)
        return found

    @api.model
    def _get_reachable_fields(self):
        """Return the fields of a lead that are a way to reach it by themselves.

        Bridges add theirs: a chat, a visitor of the website.
        """
        return {"partner_id", "website"}

    @api.model
    def _read_leads(self, leads):
        """Return contact data and company id per lead, in their order."""
        # Checked for the house: the one who brings a lead need not be able to read it.
        leads_sudo = leads.sudo()
        reachable = self._get_reachable_fields()
        # a visitor of the website may not read companies; their country is no secret
        company_sudo = self.env.company.sudo()
        own = company_sudo.country_id.code or ""
        contacts = [
            Contact(
                email=lead.email_from or "",
                phone=lead.phone or "",
                region=lead.country_id.code or own,
                person=lead.contact_name or "",
                company=lead.partner_name or "",
                title=lead.name or "",
                known=any(lead[name] for name in reachable),
            )
            for lead in leads_sudo
        ]
        return contacts, [lead.company_id.id for lead in leads_sudo]

    @api.model
    def _read_vals(self, vals_list):
        """Return contact data and company id per dictionary of values."""
        reachable = self._get_reachable_fields()
        # a visitor of the website may not read companies; their country is no secret
        company_sudo = self.env.company.sudo()
        own = company_sudo.country_id.code or ""
        # country codes are no secret
        countries_sudo = self.env["res.country"].sudo()
        codes = {
            country_id: countries_sudo.browse(country_id).code or own
            for country_id in {vals.get("country_id") or False for vals in vals_list}
        }
        contacts = [
            Contact(
                email=vals.get("email_from") or "",
                phone=vals.get("phone") or "",
                region=codes[vals.get("country_id") or False],
                person=vals.get("contact_name") or "",
                company=vals.get("partner_name") or "",
                title=vals.get("name") or "",
                known=any(vals.get(name) for name in reachable),
            )
            for vals in vals_list
        ]
        return contacts, [vals.get("company_id") or False for vals in vals_list]

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_try(self):
        """Show which of the latest open leads the check would find invalid now."""
        self.ensure_one()
        leads = self.env["crm.lead"].search(
            [("won_status", "=", "pending")], limit=TRIED_LEADS, order="id DESC"
        )
        if not leads:
            raise UserError(self.env._("There are no open leads to try it on."))
        found = self._judge(leads, (self._prepare_rule(),))
        hits = leads.browse(
            [lead.id for lead, reason in zip(leads, found, strict=True) if reason]
        )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_customer360.crm_lead_action_check_try"
        )
        action["domain"] = [("id", "in", hits.ids)]
        # the list names the reason of this check, on or off
        action["context"] = {"create": False, TRIED: self.id}
        action["display_name"] = self.env._(
            "“%(check)s” would find %(hits)s of the latest %(count)s open leads",
            check=self.name,
            hits=len(hits),
            count=len(leads),
        )
        return action

    def action_view_leads(self):
        self.ensure_one()
        action = self._get_leads_action([("check_id", "=", self.id)])
        action["context"] = {"active_test": False, "create": False}
        return action

    @api.model
    def action_check_all(self):
        """Check all open leads again, in the background."""
        self.check_access("write")
        self.env["c360.lead.recheck"]._schedule("check")
        return {
            "type": "ir.actions.act_window",
            "res_model": "c360.lead.recheck",
            "name": self.env._("Checked in the Background"),
            "views": [(False, "list")],
        }

    @api.model
    def _get_leads_action(self, domain):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_customer360.crm_lead_action_set_aside"
        )
        action.pop("path", None)
        return {**action, "domain": domain, "context": {"create": False}}

import hashlib
import json
import logging

from psycopg2 import OperationalError
from werkzeug.exceptions import Conflict

from odoo import api, fields, models
from odoo.exceptions import AccessError, ConcurrencyError, UserError

from ...tools.lead_text import is_storable

_logger = logging.getLogger(__name__)

FEATURE = "crm_customer360.group_use_lead"
INTAKE = "crm_customer360.group_intake"
LEADS_MAX = 100
KEY_LENGTH = 200
TEXT_LENGTH = 20_000
# What a caller may send -> the field of the lead, as the reader knows it.
FIELDS = {
    "name": "name",
    "contact_name": "contact_name",
    "partner_name": "partner_name",
    "email_from": "email_from",
    "phone": "phone",
    "mobile": "mobile",
    "function": "function",
    "website": "website",
    "street": "street",
    "street2": "street2",
    "zip": "zip",
    "city": "city",
    "state": "state_id",
    "country": "country_id",
    "description": "description",
    "expected_revenue": "expected_revenue",
    "referred": "referred",
    "source": "source_id",
    "medium": "medium_id",
    "campaign": "campaign_id",
    "tags": "tag_ids",
    "interest": "interest",
    "date": "capture_date",
}
# Of the row itself, not of the lead.
ENVELOPE = {"kind", "reference", "direction"}
CONTACTS = ("contact_name", "partner_name", "email_from", "phone")
QUIET = {"mail_create_nosubscribe": True, "mail_auto_subscribe_no_notify": True}
# Of the database: to be run again, not the fault of a lead.
RETRIED = (OperationalError, ConcurrencyError)


class C360LeadIntake(models.AbstractModel):
    """The door for other systems: call centres, advertising platforms, chats."""

    _name = "c360.lead.intake"
    _description = "Lead Intake"

    @api.model
    def submit(self, leads, key=None):
        """Hand in leads and calls; each is taken or refused by itself.

        :param list leads: up to 100 objects. Fields, all texts and all optional, but a
            name, an e-mail address or a number is needed: ``name`` (title),
            ``contact_name``, ``partner_name`` (company), ``email_from``, ``phone``,
            ``mobile``, ``function``, ``website``, ``street``, ``street2``, ``zip``,
            ``city``, ``state``, ``country`` (code or name), ``description``,
            ``expected_revenue``, ``referred``, ``source``, ``medium``, ``campaign``,
            ``tags`` (separated by commas), ``interest`` (names of products and product
            categories; what has another name is noted), ``date`` (ISO 8601, when it
            was collected), ``reference`` (of the caller, returned as it came), ``kind``
            (``lead`` or ``call``) and, for calls, ``direction`` (``in`` or ``out``). A
            call is noted at the customer or lead with its ``phone``; nobody's number
            becomes a lead.
        :param str key: of the request, chosen by the caller: the same request again
            gets the same answer and creates nothing. Kept for seven days.
        :return: ``{"created": [{"index", "id", "reference"}], "logged": [{"index",
            "reference"}], "refused": [{"index", "reason", "reference"}]}``
        :rtype: dict
        :raise AccessError: the user is no interface (HTTP 403)
        :raise UserError: the request cannot be understood (HTTP 422)
        :raise werkzeug.exceptions.Conflict: the key belongs to another request (409)
        :raise werkzeug.exceptions.TooManyRequests: too many requests (429, with the
            seconds to wait in the header Retry-After)
        """
        caller_sudo = self._get_caller()
        self._check_request(leads, key)
        row_sudo = caller_sudo.env["c360.lead.intake.key"]
        if key is not None:
            body = json.dumps(leads, sort_keys=True, ensure_ascii=False)
            # half a sign is refused later, with its lead
            body_hash = hashlib.sha256(body.encode(errors="surrogatepass")).hexdigest()
            row_sudo = row_sudo._open(caller_sudo, key, body_hash)
            if row_sudo.body_hash != body_hash:
                raise Conflict(
                    self.env._("The key “%(key)s” belongs to another request.", key=key)
                )
        caller_sudo._take_turn()
        if row_sudo.answer:
            return row_sudo.answer
        answer = self._take(caller_sudo, leads)
        if row_sudo:
            row_sudo.answer = answer
        return answer

    # ------------------------------------------------------------------ checking

    @api.model
    def _get_caller(self):
        """Return the interface the user belongs to, in sudo: it sees nothing itself.

        :raise AccessError: he is no interface, or leads are switched off
        """
        callers_sudo = self.env["c360.lead.intake.caller"].sudo()
        caller_sudo = callers_sudo.search([("user_id", "=", self.env.uid)], limit=1)
        if not caller_sudo or not self.env.user.has_group(INTAKE):
            raise AccessError(self.env._("You are not a lead interface."))
        if not self.env["res.groups"]._is_feature_enabled(FEATURE):
            raise AccessError(self.env._("Leads are switched off."))
        return caller_sudo

    @api.model
    def _check_request(self, leads, key):
        """:raise UserError: the request is no list of objects, or its key no text"""
        if (
            not isinstance(leads, list)
            or not 1 <= len(leads) <= LEADS_MAX
            or not all(isinstance(lead, dict) for lead in leads)
        ):
            raise UserError(
                self.env._(
                    "“leads” is a list of 1 to %(limit)s objects.", limit=LEADS_MAX
                )
            )
        if key is not None and not (
            isinstance(key, str) and 0 < len(key) <= KEY_LENGTH and is_storable(key)
        ):
            raise UserError(
                self.env._(
                    "“key” is a text of 1 to %(limit)s characters.", limit=KEY_LENGTH
                )
            )

    @api.model
    def _find_problem(self, lead):
        """Return why a lead of a request cannot be understood, in words, else None."""
        for name, value in lead.items():
            if not is_storable(name):
                return self.env._("The name of a field holds signs that are none.")
            if name not in FIELDS and name not in ENVELOPE:
                return self.env._("Unknown field “%(name)s”.", name=name[:80])
            if not isinstance(value, str) or len(value) > TEXT_LENGTH:
                return self.env._(
                    "“%(name)s” is a text of at most %(limit)s characters.",
                    name=name,
                    limit=TEXT_LENGTH,
                )
            if not is_storable(value):
                return self.env._("“%(name)s” holds signs that are none.", name=name)
        if lead.get("kind", "lead") not in ("lead", "call"):
            return self.env._("“kind” is “lead” or “call”.")
        if lead.get("direction", "in") not in ("in", "out"):
            return self.env._("“direction” is “in” or “out”.")
        if lead.get("kind") == "call" and not lead.get("phone", "").strip():
            return self.env._("A call needs the number: “phone”.")
        return None

    # ------------------------------------------------------------------- taking

    @api.model
    def _take(self, caller, leads):
        """Take each lead and call; what fails is refused by itself."""
        answer = {"created": [], "logged": [], "refused": []}
        problems = [self._find_problem(lead) for lead in leads]
        rows = [
            {}
            if problem
            else {
                field: lead[name].strip()
                for name, field in FIELDS.items()
                if name in lead
            }
            for lead, problem in zip(leads, problems, strict=True)
        ]
        reader = caller.env["c360.lead.reader"]
        read = reader._read_rows(rows)
        names = {field: name for name, field in FIELDS.items()}
        for index, (lead, problem) in enumerate(zip(leads, problems, strict=True)):
            vals, unread = read[index]
            if text := unread.pop("interest", ""):
                note = self.env._("Interested in: %(text)s", text=text)
                vals["notes"] = "\n".join(filter(None, [vals.get("notes"), note]))
            if not problem and unread:
                field, text = next(iter(unread.items()))
                problem = self.env._(
                    "“%(text)s” is no %(name)s.", text=text[:80], name=names[field]
                )
            if not problem and not any(vals.get(name) for name in CONTACTS):
                problem = self.env._("Nobody to contact: no name, address or number.")
            entry = {"index": index}
            reference = lead.get("reference")
            if isinstance(reference, str) and is_storable(reference):
                entry["reference"] = reference[:KEY_LENGTH]
            if problem:
                answer["refused"].append(entry | {"reason": problem})
                continue
            kind, result = self._take_one(caller, lead, vals)
            answer[kind].append(entry | result)
        return answer

    @api.model
    def _take_one(self, caller, lead, vals):
        """Return what becomes of a lead or call, and what its caller is told."""
        try:
            with self.env.cr.savepoint():
                [vals] = caller.env["c360.lead.reader"]._find_names([vals])
                vals = self._prepare_caller_vals(caller) | vals
                if lead.get("kind") == "call":
                    created = self._take_call(caller, lead, vals)
                else:
                    created = self._get_leads(caller).create(
                        vals | {"capture_channel": "api"}
                    )
                # in sudo: the interface may not read what is computed
                caller.env.flush_all()
        except RETRIED:
            raise
        except UserError as error:
            return "refused", {"reason": str(error)}
        except Exception:
            _logger.exception("A lead of the interface %s was refused", caller.name)
            return "refused", {"reason": self.env._("This lead cannot be saved.")}
        return ("created", {"id": created.id}) if created else ("logged", {})

    @api.model
    def _take_call(self, caller, lead, vals):
        """Log a call; return the lead it became, empty for a known number."""
        call = {
            "channel": "phone",
            "direction": lead.get("direction", "in"),
            "purpose": "sales",
            "subject": lead.get("name") or self.env._("Call"),
            "outcome": lead.get("description"),
            "company_id": caller.company_id.id,
            "date": min(
                fields.Datetime.to_datetime(vals.get("capture_date"))
                or fields.Datetime.now(),
                fields.Datetime.now(),
            ),
        }
        logs = self._get_leads(caller).env["c360.lead.call"]
        _touch, created = logs._log_call(call, vals)
        return created

    @api.model
    def _get_leads(self, caller):
        """Return the leads of the caller's company; the interface itself sees none."""
        leads_sudo = self.env["crm.lead"].sudo().with_company(caller.company_id)
        return leads_sudo.with_context(**QUIET)

    @api.model
    def _prepare_caller_vals(self, caller):
        """Return what every lead of the caller gets, unless it says otherwise."""
        uses_leads = self.env["res.groups"]._is_feature_enabled("crm.group_use_lead")
        return {
            "type": "lead" if uses_leads else "opportunity",
            "company_id": caller.company_id.id,
            "user_id": False,
            "team_id": caller.team_id.id,
            "source_id": caller.source_id.id,
            "collector_id": caller.user_id.id,
        }

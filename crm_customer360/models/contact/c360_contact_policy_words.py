from odoo import api, models
from odoo.tools import format_datetime
from odoo.tools.i18n import format_list

from .c360_contact_policy import QUIET_WEEKDAYS
from .c360_contact_purpose import NEVER_HELD

# Which flag of a purpose a policy of this kind needs, to have any effect on it.
NEEDED_FLAGS = {"limit": "is_capped", "quiet": "keeps_quiet_hours"}


class C360ContactPolicy(models.Model):
    """Policies explain themselves: one sentence says what each of them does."""

    _inherit = "c360.contact.policy"

    @api.depends(
        "kind",
        "is_limited",
        "limit_count",
        "period_count",
        "period_unit",
        "scope",
        "hour_from",
        "hour_to",
        *QUIET_WEEKDAYS,
        "calendar_id.name",
        "stop_kind",
        "stop_days",
        "stop_count",
        "channel",
        "purpose_ids.name",
        "purpose_ids.is_capped",
        "purpose_ids.keeps_quiet_hours",
        "company_id.name",
        "partner_domain",
        "date_from",
        "date_to",
    )
    @api.depends_context("lang", "tz")
    def _compute_summary(self):
        for policy in self:
            sentences = [policy._get_summary(), *policy._get_conditions()]
            policy.summary = " ".join(sentences)

    def _get_summary(self):
        """Say in one sentence what the policy does."""
        self.ensure_one()
        return getattr(self, f"_get_summary_{self.kind}", lambda: "")()

    def _get_summary_limit(self):
        if not self.is_limited:
            return self.env._("Limits nothing.")
        words = {
            "limit": self.limit_count,
            "by": self._get_channel_words(),
            "purposes": self._get_purpose_words("is_capped"),
            "period": self._get_period_words(),
        }
        if not self.limit_count:
            return self.env._("Nobody ever gets %(purposes)s %(by)s.", **words)
        if self.limit_count == 1 and self.scope == "customer":
            return self.env._(
                "A customer with all his contact persons gets %(purposes)s at most "
                "once within %(period)s %(by)s.",
                **words,
            )
        if self.limit_count == 1:
            return self.env._(
                "Each contact person gets %(purposes)s at most once within "
                "%(period)s %(by)s.",
                **words,
            )
        if self.scope == "customer":
            return self.env._(
                "A customer with all his contact persons gets %(purposes)s at most "
                "%(limit)s times within %(period)s %(by)s.",
                **words,
            )
        return self.env._(
            "Each contact person gets %(purposes)s at most %(limit)s times within "
            "%(period)s %(by)s.",
            **words,
        )

    def _get_summary_quiet(self):
        when = self._get_quiet_words()
        if not when:
            return self.env._("Keeps nothing quiet.")
        return self.env._(
            "Nobody gets %(purposes)s %(by)s %(when)s.",
            purposes=self._get_purpose_words("keeps_quiet_hours"),
            by=self._get_channel_words(),
            when=format_list(self.env, when),
        )

    def _get_summary_stop(self):
        condition = self.stop_kind and self._get_stop_words()
        if not condition:
            return self.env._("Stops nothing yet.")
        return self.env._(
            "While %(condition)s, he gets no %(purposes)s %(by)s.",
            condition=condition,
            purposes=self._get_purpose_words("is_capped"),
            by=self._get_channel_words(),
        )

    def _get_conditions(self):
        """Return sentences on whom and when the policy is for."""
        sentences = self._get_effect_words()
        if self.company_id:
            sentences.append(
                self.env._("Only for %(company)s.", company=self.company_id.name)
            )
        if self.partner_domain and self.partner_domain != "[]":
            sentences.append(self.env._("Only for contacts of its filter."))
        if self.date_from:
            sentences.append(
                self.env._("From %(date)s on.", date=self._format(self.date_from))
            )
        if self.date_to:
            sentences.append(
                self.env._("Until %(date)s.", date=self._format(self.date_to))
            )
        return sentences

    def _get_effect_words(self):
        """Say which of its purposes the policy cannot hold back."""
        flag = NEEDED_FLAGS.get(self.kind)
        free = self.purpose_ids.filtered(
            lambda purpose: purpose.code in NEVER_HELD or (flag and not purpose[flag])
        )
        if not free:
            return []
        return [
            self.env._(
                "It has no effect on %(purposes)s: the contact purposes say so.",
                purposes=format_list(self.env, self._get_names(free)),
            )
        ]

    def _format(self, moment):
        return format_datetime(self.env, moment, dt_format="short")

    # ------------------------------------------------------------------- pieces

    def _get_channel_words(self):
        return {
            "email": self.env._("by e-mail"),
            "sms": self.env._("by SMS"),
            "phone": self.env._("by phone"),
            "letter": self.env._("by letter"),
            "visit": self.env._("by visit"),
            "chat": self.env._("by chat"),
            "other": self.env._("by other channels"),
        }.get(self.channel) or self.env._("by any channel")

    def _get_purpose_words(self, flag):
        """Name the purposes; none are given: those with the flag."""
        purposes = self.purpose_ids or self.env["c360.contact.purpose"].search(
            [(flag, "=", True)]
        )
        names = self._get_names(purposes)
        return format_list(self.env, names, "or") if names else self.env._("anything")

    def _get_names(self, purposes):
        names = purposes.sorted("sequence").mapped("name")
        # In English the names of purposes are ordinary words.
        if (self.env.lang or "en").startswith("en"):
            names = [name.lower() for name in names]
        return names

    def _get_period_words(self):
        return self._say_period(self.period_count, self.period_unit)

    @api.model
    def _say_period(self, count, unit):
        words = {"count": count}
        if count == 1:
            return {
                "hour": self.env._("an hour"),
                "day": self.env._("a day"),
                "week": self.env._("a week"),
                "month": self.env._("a month"),
                "year": self.env._("a year"),
            }[unit]
        return {
            "hour": self.env._("%(count)s hours", **words),
            "day": self.env._("%(count)s days", **words),
            "week": self.env._("%(count)s weeks", **words),
            "month": self.env._("%(count)s months", **words),
            "year": self.env._("%(count)s years", **words),
        }[unit]

    def _get_quiet_words(self):
        """Return the quiet times of the policy, a phrase each."""
        when = []
        if self.hour_from != self.hour_to:
            when.append(
                self.env._(
                    "from %(begin)s to %(end)s on his clock",
                    begin=self._get_hour_words(self.hour_from),
                    end=self._get_hour_words(self.hour_to),
                )
            )
        days = [
            label
            for name, label in zip(
                QUIET_WEEKDAYS,
                (
                    self.env._("Mondays"),
                    self.env._("Tuesdays"),
                    self.env._("Wednesdays"),
                    self.env._("Thursdays"),
                    self.env._("Fridays"),
                    self.env._("Saturdays"),
                    self.env._("Sundays"),
                ),
                strict=True,
            )
            if self[name]
        ]
        if days:
            when.append(self.env._("on %(days)s", days=format_list(self.env, days)))
        if self.calendar_id:
            # its name is no secret, working schedules are not for everybody
            calendar_sudo = self.calendar_id.sudo()
            when.append(
                self.env._(
                    "on the holidays of “%(calendar)s”", calendar=calendar_sudo.name
                )
            )
        return when

    @api.model
    def _get_hour_words(self, hour):
        minutes = round(hour * 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}"

    def _get_stop_words(self):
        """Say what stops contacts: the clause after “while”."""
        days, count = self.stop_days, self.stop_count
        words = {
            "dispute": lambda: self.env._("an invoice of a customer is in dispute"),
            "overdue": lambda: (
                self.env._(
                    "an invoice of a customer is more than %(days)s days overdue",
                    days=days,
                )
                if days
                else self.env._("an invoice of a customer is overdue")
            ),
            "undelivered": lambda: (
                self.env._(
                    "a customer has waited for late goods for more than %(days)s days",
                    days=days,
                )
                if days
                else self.env._("a customer waits for goods that are late")
            ),
            "dead_address": lambda: (
                self.env._("somebody could not be reached the last time")
                if count == 1
                else self.env._(
                    "somebody could not be reached %(count)s times in a row",
                    count=count,
                )
            ),
        }
        return words[self.stop_kind]() if self.stop_kind in words else ""

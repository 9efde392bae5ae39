from typing import NamedTuple

from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools.sql import escape_psql

# Longer than any name: what is longer was pasted by mistake.
TEXT_LENGTH = 100


class TimelineFilter(NamedTuple):
    """What the reader wants to see of the timeline; empty is everything.

    A source that cannot answer a question (it has no colleague, no channel, no text)
    is left out of the query, so a filter makes a page cheaper, never dearer.

    :param kinds: of the sources
    :param contact_id: one person of the customer
    :param user_id: one colleague
    :param channel: email, sms, phone ...
    :param text: looked for in the names of the documents, within this customer only
    """

    kinds: tuple = ()
    contact_id: int | None = None
    user_id: int | None = None
    channel: str | None = None
    text: str | None = None

    @classmethod
    def parse(cls, env, values):
        """Return the filter a client asks for.

        :param values: a dict with the names of the parameters above, or None
        :raise UserError: when it is none
        """
        values = values or {}
        try:
            unknown = set(values) - set(cls._fields)
            text = (values.get("text") or "").strip()
            if unknown or "\0" in text or len(text) > TEXT_LENGTH:
                raise ValueError("not a filter")
            return cls(
                kinds=tuple(str(kind) for kind in values.get("kinds") or ()),
                contact_id=int(values.get("contact_id") or 0) or None,
                user_id=int(values.get("user_id") or 0) or None,
                channel=str(values.get("channel") or "") or None,
                text=text or None,
            )
        except (TypeError, ValueError, AttributeError, OverflowError) as error:
            raise UserError(
                env._("The timeline cannot be filtered like this. Please reload.")
            ) from error

    @property
    def asks_details(self):
        """Tell whether more is asked than a kind and a person of the customer."""
        return bool(self.user_id or self.channel or self.text)

    def select_partners(self, partner_ids):
        """Return those of the contacts that are asked for."""
        if not self.contact_id:
            return partner_ids
        return [id_ for id_ in partner_ids if id_ == self.contact_id]

    def get_domain(self, env, source):
        """Return the domain of a source, None when it cannot answer.

        :param source: ``TimelineSource``
        """
        domain = Domain.TRUE
        if self.kinds and source.kind not in self.kinds:
            return None
        if self.user_id:
            if not source.user:
                return None
            domain &= self._get_user_domain(env, source)
        if self.channel:
            channels = dict(source.channels)
            if self.channel not in channels:
                return None
            domain &= Domain(channels[self.channel])
        if self.text:
            if not source.text:
                return None
            text = escape_psql(self.text)
            domain &= Domain.OR(Domain(name, "ilike", text) for name in source.text)
        return domain

    def _get_user_domain(self, env, source):
        """Return the rows of a colleague; messages know him as a contact."""
        field = env[source.model]._fields[source.user]
        if field.comodel_name != "res.partner":
            return Domain(source.user, "=", self.user_id)
        users = env["res.users"].with_context(active_test=False)
        return Domain(
            source.user,
            "in",
            users.search_fetch(
                [("id", "=", self.user_id)], ["partner_id"]
            ).partner_id.ids,
        )

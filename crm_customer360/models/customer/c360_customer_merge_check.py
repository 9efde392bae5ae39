from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .c360_customer_merge import LEADER

# Whoever has one of these roles, and is no leader, has customers of his own or none.
ROLES = (
    "crm_customer360.group_user",
    "crm_customer360.group_care",
    "crm_customer360.group_service",
    "crm_customer360.group_analyst",
)

# A merge that can be undone needs no limit to prevent loss; a slip of the hand does.
MAX_LENGTH = 50


class C360CustomerMerge(models.Model):
    """What must not be merged, in words."""

    _inherit = "c360.customer.merge"

    @api.model
    def _check_merge(self, partners, target, extra_checks=True):
        """Refuse what must not be merged.

        :raise AccessError: contacts the user may not change
        :raise UserError: each reason, one per line
        """
        partners.check_access("write")
        refusals = self._get_refusals(partners, target, extra_checks)
        if refusals:
            raise UserError("\n".join(refusals))

    @api.model
    def _get_refusals(self, partners, target, extra_checks=True):
        """Return why contacts must not be merged, a sentence each.

        :param partners: the contacts, with the one that stays
        :param target: the contact that stays
        :param bool extra_checks: ``False``: whatever their e-mail is
        """
        # Users, other companies and journal entries count, whoever may see them.
        partners_sudo = partners.sudo().with_context(active_test=False)
        found = [
            self._refuse_number(partners_sudo),
            self._refuse_merged(partners_sudo),
            self._refuse_family(partners_sudo),
            self._refuse_users(partners_sudo),
            self._refuse_companies(partners_sudo),
            self._refuse_owners(partners_sudo),
            extra_checks and self._refuse_emails(partners_sudo),
            self._refuse_sealed(partners_sudo - target.sudo(), target),
        ]
        return [refusal for refusal in found if refusal]

    @api.model
    def _refuse_number(self, partners):
        if len(partners) > MAX_LENGTH:
            return self.env._(
                "Merge at most %(count)s contacts at once.", count=MAX_LENGTH
            )
        return None

    @api.model
    def _refuse_merged(self, partners):
        gone = partners.filtered("c360_merged_into_id")[:1]
        if gone:
            return self.env._(
                "“%(name)s” was merged into “%(target)s” already.",
                name=gone.display_name,
                target=gone.c360_merged_into_id.display_name,
            )
        return None

    @api.model
    def _refuse_family(self, partners):
        for partner in partners:
            parent = partner.parent_id
            while parent:
                if parent in partners:
                    return self.env._(
                        "“%(child)s” belongs to “%(parent)s”: take one of them out, or "
                        "detach the contact from the company first.",
                        child=partner.display_name,
                        parent=parent.display_name,
                    )
                parent = parent.parent_id
        return None

    @api.model
    def _refuse_users(self, partners):
        users = partners.user_ids
        if len(users) > 1:
            return self.env._(
                "More than one of them signs in here (%(logins)s); a contact has one "
                "sign-in. Take one out, or delete a user first.",
                logins=", ".join(users.mapped("login")),
            )
        return None

    @api.model
    def _refuse_companies(self, partners):
        companies = partners.company_id
        if len(companies) > 1:
            return self.env._(
                "They belong to different companies of yours (%(companies)s), which "
                "must not see each other's documents.",
                companies=", ".join(companies.mapped("name")),
            )
        return None

    @api.model
    def _refuse_owners(self, partners):
        """Whoever merges a colleague's customer into his own takes him over."""
        user = self.env.user
        if self.env.su or user.has_group(LEADER):
            return None
        if not any(user.has_group(role) for role in ROLES):
            return None
        for partner in partners:
            owner = partner.user_id or partner.commercial_partner_id.user_id
            if owner and owner != user:
                return self.env._(
                    "%(owner)s looks after “%(name)s”: ask a team leader to merge "
                    "them.",
                    owner=owner.name,
                    name=partner.display_name,
                )
        return None

    @api.model
    def _refuse_emails(self, partners):
        """Whoever takes over the e-mail of a sign-in takes over the sign-in."""
        if self.env.is_admin():
            return None
        emails = {partner.email_normalized or partner.email for partner in partners}
        if len(emails) < 2:
            return None
        if partners.user_ids:
            return self.env._(
                "One of them signs in here, and their e-mails differ: only the "
                "administrator may merge them."
            )
        if not self.env.user.has_group(LEADER):
            return self.env._(
                "Their e-mails differ: a team leader may merge them, or give them the "
                "same e-mail first."
            )
        return None

    @api.model
    def _refuse_sealed(self, sources, target):
        """Journal entries sealed by a hash name their partner for good."""
        sealed = self._get_sealed(sources)
        if sealed:
            return self.env._(
                "“%(name)s” has journal entries sealed by law (hash), which cannot "
                "name another contact. Let “%(name)s” be the one that stays.",
                name=sealed[0].display_name,
            )
        return None

    @api.model
    def _get_sealed(self, partners):
        """Return the contacts that have sealed journal entries."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT partner.id
                  FROM unnest(%s) AS partner(id)
                 WHERE EXISTS (
                       SELECT
                         FROM account_move_line AS line
                         JOIN account_move AS move ON move.id = line.move_id
                        WHERE line.partner_id = partner.id
                          AND move.inalterable_hash IS NOT NULL)
                """,
                partners.ids,
            )
        )
        return partners.browse(partner_id for [partner_id] in rows)

    @api.model
    def _get_target(self, partners):
        """Return the contact that stays when nobody chose one.

        One with sealed entries or a sign-in, else the one the host prefers.
        """
        wizards = self.env["base.partner.merge.automatic.wizard"]
        ordered = wizards._get_ordered_partner(partners.ids)
        partners_sudo = partners.sudo().with_context(active_test=False)
        sealed = self._get_sealed(partners_sudo)
        named = partners_sudo.filtered("user_ids")
        return partners.browse((sealed[:1] or named[:1] or ordered[-1:]).ids)

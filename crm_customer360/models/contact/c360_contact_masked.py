from odoo import models


class C360ContactMaskedMixin(models.AbstractModel):
    """Rows whose names tell about people.

    The host reads the labels of many2one fields with all rights: whoever can point to
    a row (by a wizard, an activity) would read its name.
    """

    _name = "c360.contact.masked.mixin"
    _description = "Named Only to Who May Read It"

    def _mask_names(self):
        """Name the rows the user may not read by their numbers, and return the others.

        For ``_compute_display_name``, which depends on the context's ``uid`` and
        ``allowed_company_ids`` then.
        """
        # the user himself, also where the system reads for him
        hidden = self - self.with_user(self.env.uid)._filtered_access("read")
        for row in hidden:
            row.display_name = self.env._("Contact %(id)s", id=row.id)
        return self - hidden

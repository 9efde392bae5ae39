from odoo import api, models


class Base(models.AbstractModel):
    _inherit = "base"

    def export_data(self, fields_to_export):
        """Put exports of customers, and of documents that name one, on record."""
        result = super().export_data(fields_to_export)
        self.env["c360.customer.audit"]._record_export(
            self, fields_to_export, len(result["datas"])
        )
        return result

    @api.model
    @api.readonly
    def read_group(self, domain, fields, groupby, *args, **kwargs):
        groups = super().read_group(domain, fields, groupby, *args, **kwargs)
        self.env["c360.customer.reading"]._count_groups(
            self, (groupby, fields), [groups]
        )
        return groups

    @api.model
    @api.readonly
    def formatted_read_group(self, domain, groupby=(), aggregates=(), *args, **kwargs):
        groups = super().formatted_read_group(
            domain, groupby, aggregates, *args, **kwargs
        )
        self.env["c360.customer.reading"]._count_groups(
            self, (groupby, aggregates), [groups]
        )
        return groups

    @api.model
    @api.readonly
    def formatted_read_grouping_sets(
        self, domain, grouping_sets, aggregates=(), **kwargs
    ):
        sets = super().formatted_read_grouping_sets(
            domain, grouping_sets, aggregates, **kwargs
        )
        self.env["c360.customer.reading"]._count_groups(
            self, (*grouping_sets, aggregates), sets
        )
        return sets

    @api.model
    @api.readonly
    def read_progress_bar(self, domain, group_by, progress_bar):
        bars = super().read_progress_bar(domain, group_by, progress_bar)
        self.env["c360.customer.reading"]._count_groups(
            self, [group_by], [[{}] * len(bars)]
        )
        return bars

import {_t} from "@web/core/l10n/translation";
import {Component} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

/**
 * Two records line by line: what is the same recedes, what differs stands out.
 */
export class LeadComparison extends Component {
    static template = "crm_customer360.LeadComparison";
    static props = {...standardFieldProps};

    get comparison() {
        return this.props.record.data[this.props.name] || {};
    }

    get rows() {
        return this.comparison.rows || [];
    }

    getBadge(row) {
        return {
            same: ["text-bg-success", _t("same")],
            typo: ["text-bg-warning", _t("typing error")],
            similar: ["text-bg-warning", _t("alike")],
            different: ["text-bg-danger", _t("different")],
        }[row.level];
    }
}

export const leadComparison = {
    component: LeadComparison,
    supportedTypes: ["json"],
};

registry.category("fields").add("c360_comparison", leadComparison);

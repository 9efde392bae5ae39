import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

/** An arrow: did we reach out, or the customer? */
export class ContactDirectionField extends Component {
    static template = "crm_customer360.ContactDirectionField";
    static props = {...standardFieldProps};

    get incoming() {
        return this.props.record.data[this.props.name] === "in";
    }

    get title() {
        return this.incoming ? _t("Incoming") : _t("Outgoing");
    }
}

registry.category("fields").add("c360_direction", {
    component: ContactDirectionField,
    supportedTypes: ["selection"],
});

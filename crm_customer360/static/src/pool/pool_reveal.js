import {Component} from "@odoo/owl";
import {Dialog} from "@web/core/dialog/dialog";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";

/** Contact data of a lead that waits in a pool, as the server just logged it. */
export class PoolRevealDialog extends Component {
    static template = "crm_customer360.PoolRevealDialog";
    static components = {Dialog};
    static props = {close: Function, title: String, rows: Array};
}

registry.category("actions").add("c360_pool_reveal", (env, action) => {
    const {title, rows} = action.params;
    env.services.dialog.add(PoolRevealDialog, {title: title || _t("Lead"), rows});
});

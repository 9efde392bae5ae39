import {Component, onWillStart, onWillUpdateProps, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {KeepLast} from "@web/core/utils/concurrency";
import {useService} from "@web/core/utils/hooks";
import {Layout} from "@web/search/layout";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";
import {errorSentence} from "./customer_error";
import {badgeClass, formatDay} from "./customer_format";
import {CustomerPanel} from "./customer_panel";
import {CustomerTimeline} from "./customer_timeline";

const APP = "crm_customer360.customer360_menu_root";

/**
 * The Customer 360 page, at /odoo/customer-360/<contact> or /odoo/contacts/<contact>/
 * customer-360. One call brings header and panels, another the timeline.
 */
export class CustomerPage extends Component {
    static template = "crm_customer360.CustomerPage";
    static components = {CustomerPanel, CustomerTimeline, Layout};
    static props = {...standardActionServiceProps};
    static path = "customer-360";
    static displayName = _t("Customer 360");
    static extractProps = ({params, context}) => ({
        resId: Number(params?.resId || context?.active_id) || false,
    });

    setup() {
        this.action = useService("action");
        this.menu = useService("menu");
        this.orm = useService("orm");
        this.keepLast = new KeepLast();
        this.badgeClass = badgeClass;
        this.formatDay = formatDay;
        this.state = useState({page: null, error: ""});
        // Not awaited: a skeleton shows while the page is on its way.
        onWillStart(() => {
            this.load();
        });
        onWillUpdateProps((next) => {
            if (next.resId !== this.props.resId) {
                this.load(next.resId);
            }
        });
    }

    async load(partnerId = this.props.resId) {
        Object.assign(this.state, {page: null, error: ""});
        if (!partnerId) {
            return;
        }
        try {
            const page = await this.keepLast.add(
                this.orm.call("c360.customer.page", "load", [partnerId])
            );
            this.state.page = page;
            this.enterApp();
            this.env.config.setDisplayName(page.header.name);
        } catch (error) {
            this.state.error = errorSentence(error);
        }
    }

    /**
     * Opened by its address the page belongs to this app, not to the last one used.
     * Opened from a document it stays in the app of the document.
     */
    enterApp() {
        const app = this.menu.getApps().find(({xmlid}) => xmlid === APP);
        if (app && this.env.config.breadcrumbs.length < 2) {
            this.menu.setCurrentMenu(app);
        }
    }

    get header() {
        return this.state.page.header;
    }

    get place() {
        return [this.header.city, this.header.country].filter(Boolean).join(", ");
    }

    sinceTitle(badge) {
        return badge.since ? _t("since %s", formatDay(badge.since)) : "";
    }

    /** A room may ask before it rings; else the link does what links do. */
    onClickPhone(ev, partnerId, number) {
        const ask = registry.category("c360_customer_page_hooks").get("phone", null);
        return ask?.(this.env, ev, partnerId, number);
    }

    openAction(action) {
        return this.action.doAction(action);
    }

    openRecord(ev, {model, id}) {
        ev.preventDefault();
        return this.action.doAction(
            {
                type: "ir.actions.act_window",
                res_model: model,
                res_id: id,
                views: [[false, "form"]],
            },
            {newWindow: ev.ctrlKey || ev.metaKey}
        );
    }

    openCustomers() {
        return this.action.doAction({
            type: "ir.actions.act_window",
            name: _t("Customers"),
            res_model: "res.partner",
            views: [
                [false, "list"],
                [false, "form"],
            ],
            domain: [["parent_id", "=", false]],
        });
    }
}

registry.category("actions").add("c360_customer_page", CustomerPage);

import {Component, onWillStart, onWillUpdateProps, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {Dropdown} from "@web/core/dropdown/dropdown";
import {DropdownItem} from "@web/core/dropdown/dropdown_item";
import {browser} from "@web/core/browser/browser";
import {registry} from "@web/core/registry";
import {KeepLast} from "@web/core/utils/concurrency";
import {useService} from "@web/core/utils/hooks";
import {Layout} from "@web/search/layout";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";
import {errorSentence} from "./customer_error";
import {badgeClass, formatDay, formatWhen, textClass} from "./customer_format";
import {CustomerPanel} from "./customer_panel";
import {CustomerTimeline} from "./customer_timeline";

const APP = "crm_customer360.customer360_menu_root";
const FOLDED = "c360_customer_page_folded";
const DOSSIER = "crm_customer360.c360_customer_dossier";
const HEALTH_TONES = {good: "success", fair: "warning", poor: "danger"};

/** Which cards the reader folded last time, in this browser. */
function readFolded() {
    try {
        return JSON.parse(browser.localStorage.getItem(FOLDED)) || {};
    } catch {
        return {};
    }
}

/**
 * The Customer 360 page, at /odoo/customer-360/<contact> or /odoo/contacts/<contact>/
 * customer-360. One call brings header and panels, another the timeline.
 */
export class CustomerPage extends Component {
    static template = "crm_customer360.CustomerPage";
    static components = {
        CustomerPanel,
        CustomerTimeline,
        Dropdown,
        DropdownItem,
        Layout,
    };
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
        this.formatWhen = formatWhen;
        this.textClass = textClass;
        this.state = useState({page: null, error: ""});
        this.folded = useState(readFolded());
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

    /** The buttons everybody uses all day; the others wait in the menu. */
    get bar() {
        return this.header.buttons.filter(({role}) => role);
    }

    get menuButtons() {
        return this.header.buttons.filter(({role}) => !role);
    }

    get panels() {
        return this.state.page.panels.filter(({quiet}) => !quiet);
    }

    /** The card of the people says all the list of contacts says, and more. */
    get hasPeopleCard() {
        return this.panels.some(({key}) => key === "person");
    }

    /** Cards with nothing to say are named in one line. */
    get quietTitles() {
        return this.state.page.panels
            .filter(({quiet}) => quiet)
            .map(({title}) => title)
            .join(", ");
    }

    /** What a blank page says instead of nothing: why it is blank. */
    get blankReason() {
        return this.state.page.panels.find(({empty}) => empty)?.empty || "";
    }

    get startButtons() {
        return this.header.buttons.filter(({action}) => action);
    }

    get moreDue() {
        const {items, count} = this.header.due;
        return count > items.length ? _t("and %s more", count - items.length) : "";
    }

    healthTone(rating) {
        return HEALTH_TONES[rating] || "muted";
    }

    /** The people of the customer and the colleagues one may look for. */
    get timelineChoices() {
        return {...this.state.page.timeline, contacts: this.header.contacts};
    }

    toggleFolded(key) {
        this.folded[key] = !this.folded[key];
        browser.localStorage.setItem(FOLDED, JSON.stringify(this.folded));
    }

    openDue({action}) {
        return action.type ? this.openAction(action) : this.openDocument(action);
    }

    onClickButton(ev, button) {
        if (button.phone) {
            // A link does it, unless a room asks before it rings.
            const number = button.phone;
            return this.onClickPhone(ev, this.header.id, number);
        }
        return this.openAction(button.action);
    }

    printDossier() {
        return this.openAction({
            type: "ir.actions.report",
            report_type: "qweb-pdf",
            report_name: DOSSIER,
            report_file: DOSSIER,
            name: _t("Customer Dossier"),
            context: {active_ids: [this.header.id]},
        });
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

    openDocument({model, id}, options = {}) {
        return this.action.doAction(
            {
                type: "ir.actions.act_window",
                res_model: model,
                res_id: id,
                views: [[false, "form"]],
            },
            options
        );
    }

    openRecord(ev, record) {
        ev.preventDefault();
        return this.openDocument(record, {newWindow: ev.ctrlKey || ev.metaKey});
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

import {Component, useState} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {CustomerChart} from "./customer_chart";
import {
    badgeClass,
    describeTrend,
    formatDay,
    formatFigure,
    formatMoney,
    textClass,
} from "./customer_format";

// What a room draws between figures and rows of its card: a component by the card's key.
const extras = registry.category("c360_customer_panel_extras");

// So many numbers are seen at a glance; the others wait behind "more".
const FIGURES = 4;

/** One card: title, figures, the most urgent rows. The server says all it shows. */
export class CustomerPanel extends Component {
    static template = "crm_customer360.CustomerPanel";
    static components = {CustomerChart};
    static props = {
        panel: Object,
        isFolded: Boolean,
        toggleFolded: Function,
        currencyId: Number,
        partnerId: Number,
        openAction: Function,
        openRecord: Function,
        onClickPhone: Function,
    };

    setup() {
        this.badgeClass = badgeClass;
        this.describeTrend = describeTrend;
        this.formatDay = formatDay;
        this.textClass = textClass;
        this.state = useState({showsAll: false});
    }

    get figures() {
        const {figures} = this.props.panel;
        return this.state.showsAll ? figures : figures.slice(0, FIGURES);
    }

    get hasMoreFigures() {
        return this.props.panel.figures.length > FIGURES;
    }

    toggleFigures() {
        this.state.showsAll = !this.state.showsAll;
    }

    get extra() {
        return extras.get(this.props.panel.key, null);
    }

    get count() {
        const {count} = this.props.panel;
        return count > 999 ? "999+" : count;
    }

    formatFigure(figure) {
        return formatFigure(figure, this.props.currencyId);
    }

    formatAmount(amount) {
        return formatMoney(amount, this.props.currencyId);
    }

    /** Figures only: a strip over all columns. */
    get isWide() {
        const {rows, action, chart} = this.props.panel;
        return !rows.length && !action && !chart;
    }

    hasTrend(figure) {
        return typeof figure.trend === "number";
    }

    hasAmount(row) {
        return typeof row.amount === "number";
    }
}

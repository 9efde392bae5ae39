import {Component} from "@odoo/owl";
import {
    badgeClass,
    formatDay,
    formatFigure,
    formatMoney,
    textClass,
} from "./customer_format";

/** One card: title, figures, the most urgent rows. The server says all it shows. */
export class CustomerPanel extends Component {
    static template = "crm_customer360.CustomerPanel";
    static props = {
        panel: Object,
        currencyId: Number,
        openAction: Function,
        openRecord: Function,
    };

    setup() {
        this.badgeClass = badgeClass;
        this.formatDay = formatDay;
        this.textClass = textClass;
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

    hasAmount(row) {
        return typeof row.amount === "number";
    }
}

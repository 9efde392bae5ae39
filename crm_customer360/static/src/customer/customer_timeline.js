import {Component, onWillStart, onWillUpdateProps, useState} from "@odoo/owl";
import {useService} from "@web/core/utils/hooks";
import {KeepLast} from "@web/core/utils/concurrency";
import {formatMoment, formatMoney, textClass, toLocal} from "./customer_format";
import {errorSentence} from "./customer_error";

/** What happened with the customer, newest first, by month, page after page. */
export class CustomerTimeline extends Component {
    static template = "crm_customer360.CustomerTimeline";
    static props = {
        partnerId: Number,
        currencyId: {type: Number, optional: true},
        openRecord: Function,
    };

    setup() {
        this.orm = useService("orm");
        this.keepLast = new KeepLast();
        this.formatMoment = formatMoment;
        this.textClass = textClass;
        this.state = useState({entries: [], next: false, loading: false, error: ""});
        // Not awaited: the page shows while the history is on its way.
        onWillStart(() => {
            this.load();
        });
        onWillUpdateProps((next) => {
            if (next.partnerId !== this.props.partnerId) {
                Object.assign(this.state, {entries: [], next: false});
                this.load(next.partnerId);
            }
        });
    }

    async load(partnerId = this.props.partnerId) {
        Object.assign(this.state, {loading: true, error: ""});
        try {
            const {entries, next} = await this.keepLast.add(
                this.orm.call("c360.customer.page", "load_timeline", [partnerId], {
                    before: this.state.next || null,
                })
            );
            this.state.entries.push(...entries);
            this.state.next = next;
        } catch (error) {
            this.state.error = errorSentence(error);
        }
        this.state.loading = false;
    }

    get months() {
        const months = [];
        for (const entry of this.state.entries) {
            const label = toLocal(entry.date).toFormat("LLLL yyyy");
            if (months.at(-1)?.label !== label) {
                months.push({label, entries: []});
            }
            months.at(-1).entries.push(entry);
        }
        return months;
    }

    hasAmount(entry) {
        return typeof entry.amount === "number" && this.props.currencyId;
    }

    formatAmount(amount) {
        return formatMoney(amount, this.props.currencyId);
    }
}

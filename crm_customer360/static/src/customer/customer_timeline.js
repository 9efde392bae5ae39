import {
    Component,
    onWillStart,
    onWillUnmount,
    onWillUpdateProps,
    useEffect,
    useRef,
    useState,
} from "@odoo/owl";
import {KeepLast} from "@web/core/utils/concurrency";
import {useService} from "@web/core/utils/hooks";
import {useDebounced} from "@web/core/utils/timing";
import {errorSentence} from "./customer_error";
import {formatMoment, formatMoney, textClass, toLocal} from "./customer_format";

const NO_FILTER = {kind: "", person: "", channel: "", text: ""};

/** What happened with the customer, newest first, by month, page after page. */
export class CustomerTimeline extends Component {
    static template = "crm_customer360.CustomerTimeline";
    static props = {
        partnerId: Number,
        currencyId: {type: Number, optional: true},
        choices: Object,
        openRecord: Function,
    };

    setup() {
        this.orm = useService("orm");
        this.keepLast = new KeepLast();
        this.formatMoment = formatMoment;
        this.textClass = textClass;
        this.more = useRef("more");
        this.state = useState({entries: [], next: false, loading: false, error: ""});
        this.filter = useState({...NO_FILTER});
        this.reloadSoon = useDebounced(() => this.reload(), 300);
        // Not awaited: the page shows while the history is on its way.
        onWillStart(() => {
            this.load();
        });
        onWillUpdateProps((next) => {
            if (next.partnerId !== this.props.partnerId) {
                Object.assign(this.filter, NO_FILTER);
                this.reload(next.partnerId);
            }
        });
        // Endless: the next page follows when the end of this one comes into sight.
        this.observer = new IntersectionObserver((entries) => {
            if (entries.some((entry) => entry.isIntersecting)) {
                this.loadMore();
            }
        });
        useEffect(
            (el) => {
                if (el) {
                    this.observer.observe(el);
                    return () => this.observer.unobserve(el);
                }
            },
            () => [this.more.el]
        );
        onWillUnmount(() => this.observer.disconnect());
    }

    // What the server is asked for.
    get filters() {
        const {kind, person, channel, text} = this.filter;
        const [role, id] = person.split(":");
        return {
            kinds: kind ? [kind] : [],
            contact_id: role === "contact" ? Number(id) : false,
            user_id: role === "user" ? Number(id) : false,
            channel,
            text,
        };
    }

    get isFiltered() {
        return Object.values(this.filter).some(Boolean);
    }

    setFilter(name, value) {
        this.filter[name] = value;
        return name === "text" ? this.reloadSoon() : this.reload();
    }

    clearFilters() {
        Object.assign(this.filter, NO_FILTER);
        return this.reload();
    }

    reload(partnerId = this.props.partnerId) {
        Object.assign(this.state, {entries: [], next: false});
        return this.load(partnerId);
    }

    async load(partnerId = this.props.partnerId) {
        Object.assign(this.state, {loading: true, error: ""});
        try {
            const {entries, next} = await this.keepLast.add(
                this.orm.call("c360.customer.page", "load_timeline", [partnerId], {
                    before: this.state.next || null,
                    filters: this.filters,
                })
            );
            this.state.entries.push(...entries);
            this.state.next = next;
        } catch (error) {
            this.state.error = errorSentence(error);
        }
        this.state.loading = false;
    }

    loadMore() {
        if (this.state.next && !this.state.loading) {
            return this.load();
        }
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

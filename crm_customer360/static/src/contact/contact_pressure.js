import {Component, onWillStart, onWillUpdateProps, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {KeepLast} from "@web/core/utils/concurrency";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {errorSentence} from "../customer/customer_error";
import {formatDay, formatMoment} from "../customer/customer_format";

const ICONS = {email: "fa-envelope-o", sms: "fa-commenting-o", phone: "fa-phone"};
const TONES = {
    allowed: "text-success",
    deferred: "text-warning",
    blocked: "text-danger",
    unreachable: "text-muted",
};

/** How often we bother a customer: a bar a week, and when we may write again. */
export class ContactPressure extends Component {
    static template = "crm_customer360.ContactPressure";
    static props = {partnerId: Number};

    setup() {
        this.orm = useService("orm");
        this.keepLast = new KeepLast();
        this.formatMoment = formatMoment;
        this.state = useState({pressure: null, error: ""});
        // Not awaited: the card shows while the numbers are on their way.
        onWillStart(() => {
            this.load();
        });
        onWillUpdateProps((next) => {
            if (next.partnerId !== this.props.partnerId) {
                this.load(next.partnerId);
            }
        });
    }

    async load(partnerId = this.props.partnerId) {
        this.state.error = "";
        try {
            this.state.pressure = await this.keepLast.add(
                this.orm.silent.call("c360.contact.pressure", "load", [partnerId])
            );
        } catch (error) {
            this.state.error = errorSentence(error);
        }
    }

    /** Twelve empty weeks are no picture. */
    get isContacted() {
        return this.state.pressure.weeks.some(({total}) => total);
    }

    /** The highest bar, or the limit where it is higher. */
    get scale() {
        const {weeks, limit} = this.state.pressure;
        return Math.max(1, limit ? limit.count : 0, ...weeks.map(({total}) => total));
    }

    get limitStyle() {
        return `bottom: ${(100 * this.state.pressure.limit.count) / this.scale}%`;
    }

    partStyle(week, group) {
        return `height: ${(100 * week.counts[group.key]) / this.scale}%`;
    }

    weekTitle(week) {
        const parts = this.state.pressure.groups
            .filter(({key}) => week.counts[key])
            .map(({key, label}) => `${label}: ${week.counts[key]}`);
        return _t("%(start)s – %(end)s: %(contacts)s", {
            start: formatDay(week.start),
            end: formatDay(week.end),
            contacts: parts.join(", ") || _t("no contact"),
        });
    }

    get shownGroups() {
        const {groups, weeks} = this.state.pressure;
        return groups.filter(({key}) => weeks.some(({counts}) => counts[key]));
    }

    iconClass({channel, state}) {
        return `${ICONS[channel]} ${TONES[state]}`;
    }

    /** The same reason for every channel is said with the last one. */
    isSaid(index) {
        const {channels} = this.state.pressure;
        return channels[index + 1]?.reason === channels[index].reason;
    }

    moment({state, date}) {
        switch (state) {
            case "allowed":
                return _t("now");
            case "deferred":
                return formatMoment(date);
            case "blocked":
                return _t("not now");
        }
        return _t("no address");
    }
}

registry.category("c360_customer_panel_extras").add("contact", ContactPressure);

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

    /** How many contacts of a week stand above the base line, or hang below it. */
    count(week, isBelow) {
        const below = Object.values(week.others).reduce((sum, n) => sum + n, 0);
        return isBelow ? below : week.total - below;
    }

    /** The highest bar of a side; the limit has its place above. */
    height(isBelow) {
        const {weeks, limit} = this.state.pressure;
        const limited = limit && !isBelow ? limit.count : 0;
        return Math.max(limited, ...weeks.map((week) => this.count(week, isBelow)));
    }

    get scale() {
        return Math.max(1, this.height(false) + this.height(true));
    }

    percent(number) {
        return `${(100 * number) / this.scale}%`;
    }

    get limitStyle() {
        return `bottom: ${this.percent(this.height(true) + this.state.pressure.limit.count)}`;
    }

    get baseStyle() {
        return `bottom: ${this.percent(this.height(true))}`;
    }

    /**
     * Above: what the limit counts. Below, where the limit has nothing to say: the rest.
     */
    partStyle(week, {key}, isBelow) {
        const number = isBelow ? week.others[key] : week.counts[key] - week.others[key];
        return `height: ${this.percent(number)}`;
    }

    spaceStyle(week) {
        return `height: ${this.percent(this.height(true) - this.count(week, true))}`;
    }

    weekTitle(week) {
        const {groups, limit} = this.state.pressure;
        const parts = groups
            .filter(({key}) => week.counts[key])
            .map(({key, label}) => `${label}: ${week.counts[key]}`);
        if (limit && week.total) {
            parts.push(
                _t("%(used)s of %(limit)s of “%(policy)s”", {
                    used: this.count(week, false),
                    limit: limit.count,
                    policy: limit.label,
                })
            );
        }
        return _t("%(start)s – %(end)s: %(contacts)s", {
            start: formatDay(week.start),
            end: formatDay(week.end),
            contacts: parts.join(", ") || _t("no contact"),
        });
    }

    /** Below, the order is mirrored: what matters most is next to the base line. */
    get belowGroups() {
        return [...this.state.pressure.groups].reverse();
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

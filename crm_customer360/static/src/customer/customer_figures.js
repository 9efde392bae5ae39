import {Component, onWillStart, useState} from "@odoo/owl";
import {formatDate} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";
import {downloadFile} from "@web/core/network/download";
import {registry} from "@web/core/registry";
import {KeepLast} from "@web/core/utils/concurrency";
import {useService} from "@web/core/utils/hooks";
import {useSetupAction} from "@web/search/action_hook";
import {Layout} from "@web/search/layout";
import {
    formatFloat,
    formatInteger,
    formatPercentage,
} from "@web/views/fields/formatters";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";
import {errorSentence} from "./customer_error";
import {CustomerFigureChart} from "./customer_figure_chart";
import {toLocal} from "./customer_format";

const {DateTime} = luxon;
const MODEL = "c360.customer.figure";
const SHOWN = 15;

/** The first and the last day of a period by its name; none ends after today. */
function periodOf(name, today) {
    const unit = name.includes("quarter") ? "quarter" : "month";
    if (name === "year") {
        return [today.startOf("year"), today];
    }
    if (name === "twelve") {
        const last = today.startOf("month").minus({days: 1});
        return [last.minus({months: 11}).startOf("month"), last];
    }
    if (name.startsWith("last")) {
        const day = today.minus({[`${unit}s`]: 1});
        return [day.startOf(unit), day.endOf(unit)];
    }
    return [today.startOf(unit), today];
}

/**
 * Conversion, retention, churn and repurchase over a period, at
 * /odoo/lifecycle-figures. One call brings everything; each number opens its rows.
 */
export class CustomerFigures extends Component {
    static template = "crm_customer360.CustomerFigures";
    static components = {CustomerFigureChart, Layout};
    static props = {...standardActionServiceProps};
    static displayName = _t("Lifecycle Figures");

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.keepLast = new KeepLast();
        this.formatInteger = formatInteger;
        this.periods = {
            last_month: _t("Last month"),
            month: _t("This month"),
            last_quarter: _t("Last quarter"),
            quarter: _t("This quarter"),
            twelve: _t("Last 12 months"),
            year: _t("This year"),
            custom: _t("From … to …"),
        };
        this.comparisons = {
            previous: _t("with the period before"),
            year: _t("with last year"),
            "": _t("with nothing"),
        };
        const [from, to] = periodOf("quarter", DateTime.now());
        this.state = useState({
            data: null,
            error: "",
            isBusy: false,
            isExplained: false,
            isLong: false,
            // coming back by the breadcrumb finds what was chosen
            ...(this.props.state?.figures || {
                period: "quarter",
                from: from.toISODate(),
                to: to.toISODate(),
                compare: "previous",
                dimension: "user",
                filters: {},
            }),
        });
        useSetupAction({
            getLocalState: () => ({figures: this.chosen}),
        });
        // Not awaited: a skeleton shows while the figures are on their way.
        onWillStart(() => {
            this.load();
        });
    }

    get chosen() {
        const {period, from, to, compare, dimension, filters} = this.state;
        return {period, from, to, compare, dimension, filters: {...filters}};
    }

    async load(change = {}) {
        Object.assign(this.state, change, {error: "", isBusy: true, isLong: false});
        const {from, to, compare, dimension, filters} = this.chosen;
        try {
            this.state.data = await this.keepLast.add(
                this.orm.call(MODEL, "load", [from, to], {
                    dimension,
                    compare: compare || null,
                    filters,
                })
            );
        } catch (error) {
            this.state.error = errorSentence(error);
        }
        this.state.isBusy = false;
    }

    // ------------------------------------------------------------- choosing

    choosePeriod(period) {
        if (period === "custom") {
            this.state.period = period;
            return;
        }
        const [from, to] = periodOf(period, DateTime.now());
        this.load({period, from: from.toISODate(), to: to.toISODate()});
    }

    chooseDay(name, value) {
        if (value) {
            this.load({period: "custom", [name]: value});
        }
    }

    filterBy(row) {
        this.load({filters: {...this.state.filters, ...row.filters}});
    }

    dropFilter(key) {
        const filters = {...this.state.filters};
        delete filters[key];
        this.load({filters});
    }

    async exportTable() {
        const {from, to, dimension, filters} = this.chosen;
        const text = await this.orm.call(MODEL, "export_csv", [from, to], {
            dimension,
            filters,
        });
        // the mark tells spreadsheets that it is UTF-8
        downloadFile(
            `\ufeff${text}`,
            `lifecycle-${dimension}-${from}-${to}.csv`,
            "text/csv"
        );
    }

    // -------------------------------------------------------------- telling

    get data() {
        return this.state.data;
    }

    get dimension() {
        return this.data.dimensions.find(({key}) => key === this.data.dimension);
    }

    get columns() {
        return Object.keys(this.data.classes);
    }

    get afterwards() {
        const gone = this.data.matrix.some((row) =>
            row.cells.some((cell) => !cell.after && cell.count)
        );
        return [...this.columns, ...(gone ? [null] : [])];
    }

    get rows() {
        return this.state.isLong ? this.data.table : this.data.table.slice(0, SHOWN);
    }

    get hidden() {
        return this.data.table.length - this.rows.length;
    }

    day(value) {
        return formatDate(toLocal(value));
    }

    percent(value) {
        return value === null ? "–" : formatPercentage(value, {digits: [16, 1]});
    }

    change({value, before}) {
        if (value === null || before === null) {
            return "";
        }
        const points = 100 * (value - before);
        if (Math.abs(points) < 0.05) {
            return _t("as before");
        }
        const text = formatFloat(Math.abs(points), {digits: [16, 1]});
        return points > 0 ? _t("▲ %s points", text) : _t("▼ %s points", text);
    }

    changeClass({value, before, good}) {
        if (value === null || before === null || Math.abs(value - before) < 0.0005) {
            return "text-muted";
        }
        return value > before === (good === "up") ? "text-success" : "text-danger";
    }

    beforeTitle(figure) {
        const [from, to] = this.data.before;
        return _t("%(value)s from %(from)s to %(to)s", {
            value: this.percent(figure.before),
            from: this.day(from),
            to: this.day(to),
        });
    }

    className(name) {
        return name ? this.data.classes[name] : _t("Deleted");
    }

    beforeName(name) {
        return name ? this.data.classes[name] : _t("Not known yet");
    }

    cellOf(row, name) {
        return row.cells.find((cell) => cell.after === name);
    }

    closing(name) {
        return this.data.matrix.reduce(
            (sum, row) => sum + (this.cellOf(row, name)?.count || 0),
            0
        );
    }

    // -------------------------------------------------- the rows behind it

    open(key, name) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            name,
            res_model: "c360.customer.profile",
            views: [
                [false, "list"],
                [false, "kanban"],
                [false, "graph"],
                [false, "pivot"],
            ],
            domain: [["figure_key", "=", key]],
        });
    }

    openClass(row, name) {
        const key = JSON.stringify({...JSON.parse(row.key), after: [name]});
        return this.open(key, `${row.name}: ${this.data.classes[name]}`);
    }

    /** Those of the row who are counted above the line of the quotient. */
    openRate(row, figure) {
        const [part] = figure.parts;
        const key = JSON.stringify({...JSON.parse(part.key), filters: row.filters});
        return this.open(key, `${row.name}: ${part.label}`);
    }

    openPart(figure, part) {
        return this.open(part.key, `${figure.label}: ${part.label}`);
    }

    openCell(row, cell) {
        return this.open(
            cell.key,
            `${this.beforeName(row.before)} → ${this.className(cell.after)}`
        );
    }

    openLedger() {
        return this.action.doAction({
            type: "ir.actions.act_window",
            name: _t("Transitions"),
            res_model: "c360.customer.lifecycle",
            views: [
                [false, "list"],
                [false, "pivot"],
                [false, "graph"],
            ],
            domain: [
                ["date", ">=", this.data.from],
                ["date", "<=", this.data.to],
            ],
        });
    }
}

registry.category("actions").add("c360_customer_figures", CustomerFigures);

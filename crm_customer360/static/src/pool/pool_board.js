import {Component, onWillStart, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {formatDate} from "@web/core/l10n/dates";
import {formatFloat, formatPercentage} from "@web/views/fields/formatters";
import {registry} from "@web/core/registry";
import {KeepLast} from "@web/core/utils/concurrency";
import {useService} from "@web/core/utils/hooks";
import {Layout} from "@web/search/layout";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";
import {errorSentence} from "../customer/customer_error";
import {toLocal} from "../customer/customer_format";

const HELD = [
    ["pool_state", "=", "held"],
    ["won_status", "=", "pending"],
    ["active", "=", true],
];
const SERIES = ["entered", "taken", "back"];

/** The pools at a glance, at /odoo/pool-board. One call brings everything. */
export class PoolBoard extends Component {
    static template = "crm_customer360.PoolBoard";
    static components = {Layout};
    static props = {...standardActionServiceProps};
    static displayName = _t("Pool Board");

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.keepLast = new KeepLast();
        this.series = SERIES;
        this.periods = {
            week: _t("7 days"),
            month: _t("30 days"),
            quarter: _t("13 weeks"),
        };
        this.labels = {
            entered: _t("Came in"),
            claimed: _t("Claimed"),
            assigned: _t("Assigned"),
            returned: _t("Given back"),
            recycled: _t("Recycled"),
            converted: _t("Converted"),
            won: _t("Won"),
            taken: _t("Taken"),
            back: _t("Back"),
        };
        this.state = useState({board: null, error: "", period: "month", poolId: false});
        // Not awaited: a skeleton shows while the figures are on their way.
        onWillStart(() => {
            this.load();
        });
    }

    async load(change = {}) {
        Object.assign(this.state, change, {error: ""});
        try {
            this.state.board = await this.keepLast.add(
                this.orm.call("c360.pool.board", "load", [], {
                    period: this.state.period,
                    pool_id: this.state.poolId,
                })
            );
        } catch (error) {
            this.state.error = errorSentence(error);
        }
    }

    get board() {
        return this.state.board;
    }

    onChangePool(ev) {
        this.load({poolId: Number(ev.target.value) || false});
    }

    // ------------------------------------------------------------- drawing

    get highest() {
        return Math.max(
            1,
            ...this.board.bars.flatMap((bar) => SERIES.map((name) => bar[name]))
        );
    }

    height(value) {
        return `height: ${Math.round((100 * value) / this.highest)}%`;
    }

    width(row, rows) {
        const largest = Math.max(1, ...rows.map(({count}) => count));
        return `width: ${Math.max(2, Math.round((100 * row.count) / largest))}%`;
    }

    barTitle(bar) {
        return [
            formatDate(toLocal(bar.date)),
            ...SERIES.map((name) => `${this.labels[name]}: ${bar[name]}`),
        ].join("\n");
    }

    get firstDay() {
        return formatDate(toLocal(this.board.bars[0].date));
    }

    get lastDay() {
        return formatDate(toLocal(this.board.bars.at(-1).date));
    }

    change({value, before}) {
        const difference = value - before;
        if (!difference) {
            return _t("as before");
        }
        return difference > 0
            ? _t("%s more than before", difference)
            : _t("%s fewer than before", -difference);
    }

    hours(value) {
        if (value === false) {
            return "–";
        }
        return value < 48
            ? _t("%s h", formatFloat(value, {digits: [16, 1]}))
            : _t("%s days", formatFloat(value / 24, {digits: [16, 1]}));
    }

    percent(value) {
        return value === false ? "–" : formatPercentage(value, {digits: [16, 0]});
    }

    reasonName({kind, name}) {
        return name || (kind === "recycle" ? _t("Recycled") : _t("No reason given"));
    }

    // ------------------------------------------------------ the rows behind it

    openMoves(measure, domain = [], name = this.labels[measure]) {
        const counted = {
            taken: [["kind", "in", ["claim", "assign", "transfer"]]],
            back: [["kind", "in", ["return", "recycle"]]],
        };
        return this.action.doAction({
            type: "ir.actions.act_window",
            name,
            res_model: "c360.pool.report",
            views: [
                [false, "list"],
                [false, "pivot"],
                [false, "graph"],
            ],
            domain: [
                ...this.board.domain,
                ...(counted[measure] || [[`${measure}_count`, "=", 1]]),
                ...domain,
            ],
        });
    }

    openHeld(name, domain = []) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            name,
            res_model: "crm.lead",
            views: [
                [false, "list"],
                [false, "kanban"],
                [false, "form"],
            ],
            domain: [["pool_id", "!=", false], ...HELD, ...this.board.scope, ...domain],
            context: {create: false},
        });
    }

    openHeldOf(member) {
        return this.openHeld(_t("Held by %s", member.name), [
            ["user_id", "=", member.id],
        ]);
    }

    openSilentOf(member) {
        return this.openHeld(_t("Held without contact by %s", member.name), [
            ["user_id", "=", member.id],
            ["pool_silent", "=", true],
        ]);
    }

    openLongOf(member) {
        return this.openHeld(_t("Held long by %s", member.name), [
            ["user_id", "=", member.id],
            ["pool_date", "<", this.board.long_date],
        ]);
    }

    openWaiting(pool) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            name: pool.name,
            res_model: "c360.pool.lead",
            views: [
                [false, "list"],
                [false, "kanban"],
            ],
            domain: [["pool_id", "=", pool.id]],
        });
    }

    openReason({kind, return_reason_id, rule_id}) {
        return this.openMoves("back", [
            ["kind", "=", kind],
            ["return_reason_id", "=", return_reason_id],
            ["rule_id", "=", rule_id],
        ]);
    }
}

registry.category("actions").add("c360_pool_board", PoolBoard);

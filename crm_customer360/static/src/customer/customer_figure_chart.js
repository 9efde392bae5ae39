import {
    Component,
    onMounted,
    onWillStart,
    onWillUnmount,
    onWillUpdateProps,
    useRef,
    useState,
} from "@odoo/owl";
import {loadBundle} from "@web/core/assets";
import {cookie} from "@web/core/browser/cookie";
import {getColor} from "@web/core/colors/colors";
import {_t} from "@web/core/l10n/translation";
import {toLocal} from "./customer_format";

const PALETTE = "md";

/** Month by month: the rates as lines, or the customers of each class as columns. */
export class CustomerFigureChart extends Component {
    static template = "crm_customer360.CustomerFigureChart";
    static props = {trend: Array, classes: Object, figures: Array};

    setup() {
        this.canvas = useRef("canvas");
        this.state = useState({mode: "rates"});
        this.modes = {rates: _t("Rates"), stock: _t("Customers")};
        onWillStart(() => loadBundle("web.chartjs_lib"));
        onMounted(() => this.draw(this.props));
        onWillUpdateProps((next) => this.draw(next));
        onWillUnmount(() => this.chart?.destroy());
    }

    choose(mode) {
        this.state.mode = mode;
        this.draw(this.props);
    }

    draw(props) {
        this.chart?.destroy();
        // eslint-disable-next-line no-undef
        this.chart = new Chart(this.canvas.el, this.getConfig(props));
    }

    getDatasets({trend, classes, figures}) {
        const scheme = cookie.get("color_scheme");
        if (this.state.mode === "rates") {
            return figures.map(({key, label}, index) => ({
                label,
                data: trend.map(({rates}) =>
                    rates[key] === null ? null : Math.round(1000 * rates[key]) / 10
                ),
                borderColor: getColor(index, scheme, PALETTE),
                backgroundColor: getColor(index, scheme, PALETTE),
                spanGaps: true,
                // never above or below what was counted
                cubicInterpolationMode: "monotone",
            }));
        }
        // prospects are another order of magnitude, and no customers
        return Object.entries(classes)
            .filter(([name]) => name !== "prospect")
            .map(([name, label], index) => ({
                label,
                data: trend.map(({stock}) => stock[name]),
                backgroundColor: getColor(index, scheme, PALETTE),
                stack: "customers",
            }));
    }

    getConfig(props) {
        const isRate = this.state.mode === "rates";
        const dark = cookie.get("color_scheme") === "dark";
        const text = dark ? "#c8ccd4" : "#495057";
        const grid = {color: dark ? "#3c3e4b" : "#e9ecef"};
        return {
            type: isRate ? "line" : "bar",
            data: {
                labels: props.trend.map(({date}) => toLocal(date).toFormat("LLL yy")),
                datasets: this.getDatasets(props),
            },
            options: {
                maintainAspectRatio: false,
                animation: false,
                interaction: {mode: "index", intersect: false},
                plugins: {
                    legend: {position: "bottom", labels: {color: text, boxWidth: 12}},
                    tooltip: {
                        callbacks: {
                            label: ({dataset, formattedValue}) =>
                                `${dataset.label}: ${formattedValue}${isRate ? " %" : ""}`,
                        },
                    },
                },
                scales: {
                    x: {stacked: !isRate, ticks: {color: text}, grid: {display: false}},
                    y: {
                        stacked: !isRate,
                        beginAtZero: true,
                        max: isRate ? 100 : undefined,
                        ticks: {
                            color: text,
                            precision: 0,
                            callback: (value) => (isRate ? `${value} %` : value),
                        },
                        grid,
                    },
                },
            },
        };
    }
}

/* global Chart */

import {Component, onMounted, onWillUnmount, useEffect, useRef} from "@odoo/owl";
import {loadBundle} from "@web/core/assets";
import {cookie} from "@web/core/browser/cookie";
import {getColor, getCustomColor, hexToRGBA} from "@web/core/colors/colors";
import {_t} from "@web/core/l10n/translation";
import {formatFigure, formatShort} from "./customer_format";

/**
 * A small chart. It is drawn when it comes into sight, with the library the host
 * bundles; whoever cannot see it reads the same numbers in a table.
 */
export class CustomerChart extends Component {
    static template = "crm_customer360.CustomerChart";
    static props = {
        chart: Object,
        currencyId: Number,
    };

    setup() {
        this.canvas = useRef("canvas");
        this.scheme = cookie.get("color_scheme");
        this.isSeen = false;
        onMounted(() => {
            this.observer = new IntersectionObserver((entries) => {
                if (entries.some((entry) => entry.isIntersecting)) {
                    this.observer.disconnect();
                    this.isSeen = true;
                    this.draw();
                }
            });
            this.observer.observe(this.canvas.el);
        });
        useEffect(
            () => {
                if (this.isSeen) {
                    this.draw();
                }
            },
            () => [this.props.chart]
        );
        onWillUnmount(() => {
            this.observer.disconnect();
            this.drawing?.destroy();
        });
    }

    format(value) {
        return formatFigure(
            {value, kind: this.props.chart.kind},
            this.props.currencyId
        );
    }

    async draw() {
        await loadBundle("web.chartjs_lib");
        if (!this.canvas.el) {
            return; // Left meanwhile.
        }
        this.drawing?.destroy();
        this.drawing = new Chart(this.canvas.el, this.config);
    }

    get colors() {
        // The present in full colour, what it is compared with behind it.
        const present = getColor(0, this.scheme, "sm");
        const past = getCustomColor(this.scheme, "#adb5bd", "#6c757d");
        return [present, past, getColor(3, this.scheme, "sm")];
    }

    get datasets() {
        return this.props.chart.series.map(({label, values}, index) => {
            const color = this.colors[index % 3];
            return {
                label,
                data: values,
                backgroundColor: hexToRGBA(color, index ? 0.6 : 1),
                borderColor: color,
                borderWidth: this.props.chart.type === "line" ? 2 : 0,
                borderRadius: 2,
                pointRadius: 2,
                tension: 0.3,
            };
        });
    }

    get config() {
        const text = getCustomColor(this.scheme, "#5f636f", "#b5b8c2");
        const line = getCustomColor(this.scheme, "#e7e9ed", "#3c3e4b");
        const tick = {color: text, font: {size: 11}, maxTicksLimit: 4};
        return {
            type: this.props.chart.type,
            data: {labels: this.props.chart.labels, datasets: this.datasets},
            options: {
                animation: false,
                maintainAspectRatio: false,
                interaction: {mode: "index", intersect: false},
                plugins: {
                    legend: {
                        display: this.props.chart.series.length > 1,
                        position: "bottom",
                        labels: {color: text, boxWidth: 10, boxHeight: 10},
                    },
                    tooltip: {
                        callbacks: {
                            label: ({dataset, parsed}) =>
                                _t("%(name)s: %(value)s", {
                                    name: dataset.label,
                                    value: this.format(parsed.y),
                                }),
                        },
                    },
                },
                scales: {
                    x: {
                        grid: {display: false},
                        border: {color: line},
                        ticks: {...tick, maxTicksLimit: 12, maxRotation: 0},
                    },
                    y: {
                        beginAtZero: true,
                        grid: {color: line},
                        border: {display: false},
                        ticks: {
                            ...tick,
                            precision: 0,
                            callback: (value) =>
                                formatShort(
                                    {value, kind: this.props.chart.kind},
                                    this.props.currencyId
                                ),
                        },
                    },
                },
            },
        };
    }
}

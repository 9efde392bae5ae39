import {_t} from "@web/core/l10n/translation";
import {
    deserializeDate,
    deserializeDateTime,
    formatDate,
    toLocaleDateString,
    toLocaleDateTimeString,
} from "@web/core/l10n/dates";
import {
    formatInteger,
    formatMonetary,
    formatPercentage,
} from "@web/views/fields/formatters";

/**
 * The server's dates are "2026-03-01" or "2026-03-01 10:00:00" (UTC).
 *
 * @param {string} value
 * @returns {luxon.DateTime}
 */
export function toLocal(value) {
    return value.length > 10 ? deserializeDateTime(value) : deserializeDate(value);
}

/**
 * @param {string} value
 * @returns {string} the day, in the user's format
 */
export function formatDay(value) {
    return value ? formatDate(toLocal(value)) : "";
}

/**
 * @param {string} value
 * @returns {string} the day in short words, and the time where there is one
 */
export function formatMoment(value) {
    if (!value) {
        return "";
    }
    const moment = toLocal(value);
    return value.length > 10
        ? toLocaleDateTimeString(moment)
        : toLocaleDateString(moment);
}

/**
 * @param {string} value
 * @returns {string} how far away the day is: "3 days ago", "today", "in 2 days"
 */
export function formatWhen(value) {
    return value ? toLocal(value).toRelativeCalendar({unit: "days"}) : "";
}

/**
 * @param {number} value
 * @param {number} currencyId
 * @returns {string} round money: nobody reads the cents of a total
 */
export function formatMoney(value, currencyId) {
    return formatMonetary(value || 0, {
        currencyId,
        humanReadable: Math.abs(value) >= 100000,
    });
}

/**
 * @param {{value: any, kind: string}} figure
 * @param {number} currencyId
 * @returns {string}
 */
export function formatFigure({value, kind}, currencyId) {
    if (kind === "money") {
        return formatMoney(value, currencyId);
    }
    if (value === false || value === null || value === "") {
        return "–";
    }
    if (kind === "integer") {
        return formatInteger(value);
    }
    if (kind === "date") {
        return formatDay(value);
    }
    if (kind === "percent") {
        return formatPercentage(value);
    }
    return String(value);
}

/**
 * @param {{value: number, kind: string}} figure
 * @param {number} currencyId
 * @returns {string} as short as an axis needs it: "10k"
 */
export function formatShort({value, kind}, currencyId) {
    return kind === "money"
        ? formatMonetary(value, {currencyId, digits: [0, 0], humanReadable: true})
        : formatInteger(value, {humanReadable: true});
}

/**
 * A direction is welcome or not; which one, the card knows.
 *
 * @param {{trend: number, trend_good: string}} figure
 * @returns {{icon: string, tone: string, text: string}}
 */
export function describeTrend({trend, trend_good: good}) {
    const rounded = Math.round(trend);
    if (!rounded) {
        return {icon: "fa-caret-right", tone: "muted", text: formatPercentage(0)};
    }
    const isUp = rounded > 0;
    const isGood = isUp === (good !== "down");
    return {
        icon: isUp ? "fa-caret-up" : "fa-caret-down",
        tone: isGood ? "success" : "danger",
        // Beyond that it says only that there was next to nothing before.
        text:
            Math.abs(rounded) > 999
                ? _t("%s and more", `${isUp ? "+" : "−"}999 %`)
                : `${isUp ? "+" : "−"}${formatPercentage(Math.abs(rounded) / 100, {
                      digits: [false, 0],
                  })}`,
    };
}

// Only what asks for attention is filled, so that a page full of badges stays calm.
const BADGES = {
    danger: "border border-danger text-bg-danger",
    warning: "border border-warning text-bg-warning",
    success: "border border-success text-success",
    info: "border border-info text-info",
};

/**
 * @param {string} [tone] success, warning, danger, info or muted
 * @returns {string} the class of a badge
 */
export function badgeClass(tone) {
    return BADGES[tone] || "border text-muted";
}

/**
 * @param {string} [tone]
 * @returns {string} the class of a text
 */
export function textClass(tone) {
    return tone ? `text-${tone}` : "";
}

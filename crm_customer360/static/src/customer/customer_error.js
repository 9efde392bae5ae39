import {_t} from "@web/core/l10n/translation";
import {ConnectionLostError, RPCError} from "@web/core/network/rpc";

// Errors the server explains in a sentence of its own, meant for the reader.
const EXPLAINED = [
    "odoo.exceptions.UserError",
    "odoo.exceptions.AccessError",
    "odoo.exceptions.MissingError",
    "odoo.exceptions.ValidationError",
];

/**
 * Say in one sentence what went wrong; errors of our own making are not hidden.
 *
 * @param {Error} error
 * @returns {string}
 */
export function errorSentence(error) {
    if (error instanceof ConnectionLostError) {
        return _t("The server cannot be reached at the moment.");
    }
    if (error instanceof RPCError) {
        return EXPLAINED.includes(error.exceptionName)
            ? error.data.message
            : _t("Something went wrong on the server.");
    }
    throw error;
}

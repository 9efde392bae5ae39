import {Component, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {Dialog} from "@web/core/dialog/dialog";
import {rpc} from "@web/core/network/rpc";
import {patch} from "@web/core/utils/patch";
import {useService} from "@web/core/utils/hooks";
import {user} from "@web/core/user";
import {PhoneField} from "@web/views/fields/phone/phone_field";
import {useAutofocus} from "@web/core/utils/hooks";

// The documents whose phone button asks first.
const ASKING_MODELS = ["res.partner", "crm.lead", "helpdesk.ticket", "c360.care.task"];

function dial(method, args) {
    return rpc(
        `/web/dataset/call_kw/c360.contact.dial/${method}`,
        {
            model: "c360.contact.dial",
            method,
            args,
            kwargs: {context: user.context},
        },
        {silent: method === "ask"}
    );
}

/** As the host's own link does: the phone program opens, the page stays. */
function ring(href) {
    const link = document.createElement("a");
    link.href = href;
    link.target = "_blank";
    link.click();
}

/** Says why not to call now; the colleague decides. */
export class ContactCallDialog extends Component {
    static template = "crm_customer360.ContactCallDialog";
    static components = {Dialog};
    static props = {
        advice: Object,
        onLater: {type: Function, optional: true},
        onCall: Function,
        close: Function,
    };

    setup() {
        this.state = useState({reason: "", asking: false, busy: false});
        useAutofocus({refName: "reason"});
    }

    get title() {
        const {name} = this.props.advice;
        return name ? _t("Call %s now?", name) : _t("Call now?");
    }

    async later() {
        this.state.busy = true;
        await this.props.onLater();
        this.props.close();
    }

    async call() {
        if (!this.state.asking) {
            this.state.asking = true;
            return;
        }
        const reason = this.state.reason.trim();
        if (reason) {
            this.state.busy = true;
            await this.props.onCall(reason);
            this.props.close();
        }
    }
}

patch(PhoneField.prototype, {
    setup() {
        super.setup(...arguments);
        this.c360Dialog = useService("dialog");
        this.c360Notification = useService("notification");
    },

    /**
     * The click on the number or on "Call": ask the gate, then ring or warn.
     *
     * @param {MouseEvent} ev
     */
    async onClickCall360(ev) {
        const {record, name} = this.props;
        if (!ASKING_MODELS.includes(record.resModel) || !record.resId) {
            return;
        }
        ev.preventDefault();
        ev.stopPropagation();
        const href = this.phoneHref;
        const subject = [record.resModel, record.resId, record.data[name]];
        let advice = false;
        try {
            advice = await dial("ask", subject);
        } catch {
            // who cannot be advised may still call
        }
        if (!advice || advice.decision === "allowed") {
            ring(href);
            return;
        }
        this.c360Dialog.add(ContactCallDialog, {
            advice,
            onLater: advice.date
                ? async () => {
                      await dial("call_later", [
                          record.resModel,
                          record.resId,
                          advice.date,
                      ]);
                      this.c360Notification.add(
                          _t("The call is planned for %s.", advice.date_label),
                          {type: "success"}
                      );
                      await record.load();
                  }
                : undefined,
            onCall: async (reason) => {
                await dial("call_anyway", [...subject, reason]);
                ring(href);
            },
        });
    },
});

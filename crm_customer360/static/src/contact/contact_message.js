import {Component, onWillStart, useState} from "@odoo/owl";
import {Message} from "@mail/core/common/message";
import {patch} from "@web/core/utils/patch";
import {rpc} from "@web/core/network/rpc";
import {useService} from "@web/core/utils/hooks";
import {user} from "@web/core/user";

// Messages of these purposes are never held back.
const NEVER_HELD = ["transactional", "service"];

/** Why a message waits or was stopped, and the way to its rows in the ledger. */
export class ContactMessageReason extends Component {
    static template = "crm_customer360.ContactMessageReason";
    static props = {message: Object, close: {type: Function, optional: true}};

    setup() {
        this.action = useService("action");
        this.state = useState({rows: []});
        onWillStart(async () => {
            if (!this.mayBeHeld) {
                return;
            }
            try {
                this.state.rows = await rpc(
                    "/web/dataset/call_kw/c360.contact.touch/explain_message",
                    {
                        model: "c360.contact.touch",
                        method: "explain_message",
                        args: [this.props.message.id],
                        kwargs: {context: user.context},
                    },
                    {silent: true}
                );
            } catch {
                this.state.rows = [];
            }
        });
    }

    /** Asked only for messages that something may have held back. */
    get mayBeHeld() {
        // the host hands the raw record over, whose values are with its proxy
        const {contact_purpose: purpose} =
            this.props.message._proxy || this.props.message;
        return Boolean(purpose) && !NEVER_HELD.includes(purpose);
    }

    open(row) {
        this.props.close?.();
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "c360.contact.touch",
            res_id: row.id,
            views: [[false, "form"]],
        });
    }
}

patch(Message.prototype, {
    setup() {
        // Applications bring popovers of their own with the same template.
        const {Popover} = this.constructor.components;
        if (!Popover.components?.ContactMessageReason) {
            Popover.components = {...Popover.components, ContactMessageReason};
        }
        super.setup(...arguments);
    },
});

import {Component, onWillStart, onWillUpdateProps, useState} from "@odoo/owl";
import {Chatter} from "@mail/chatter/web_portal/chatter";
import {KeepLast} from "@web/core/utils/concurrency";
import {patch} from "@web/core/utils/patch";
import {rpc} from "@web/core/network/rpc";
import {user} from "@web/core/user";

/** A quiet line where somebody writes to a customer: how much he hears from us. */
export class ContactBrief extends Component {
    static template = "crm_customer360.ContactBrief";
    static props = {partnerIds: Array};

    setup() {
        this.keepLast = new KeepLast();
        this.state = useState({brief: false});
        // Not awaited: writing must not wait for it.
        onWillStart(() => {
            this.load(this.props.partnerIds);
        });
        onWillUpdateProps(({partnerIds}) => {
            if (String(partnerIds) !== String(this.props.partnerIds)) {
                this.load(partnerIds);
            }
        });
    }

    async load(partnerIds) {
        try {
            this.state.brief =
                partnerIds.length > 0 &&
                (await this.keepLast.add(
                    rpc(
                        "/web/dataset/call_kw/c360.contact.pressure/brief",
                        {
                            model: "c360.contact.pressure",
                            method: "brief",
                            args: [partnerIds],
                            kwargs: {context: user.context},
                        },
                        {silent: true}
                    )
                ));
        } catch {
            // information only: without it the message is written all the same
            this.state.brief = false;
        }
    }
}

Object.assign(Chatter.components, {ContactBrief});
patch(Chatter.prototype, {
    /** The contacts the message is going to; none while no message is written. */
    get contactBriefIds() {
        const thread = this.state.thread;
        if (this.state.composerType !== "message" || !thread) {
            return [];
        }
        return [...thread.suggestedRecipients, ...thread.additionalRecipients]
            .map(({partner_id}) => partner_id)
            .filter(Boolean);
    },
});

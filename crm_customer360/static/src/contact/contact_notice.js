import {Component, useState} from "@odoo/owl";
import {Domain} from "@web/core/domain";
import {_t} from "@web/core/l10n/translation";
import {rpc} from "@web/core/network/rpc";
import {registry} from "@web/core/registry";
import {user} from "@web/core/user";
import {KeepLast} from "@web/core/utils/concurrency";
import {useDebounced} from "@web/core/utils/timing";
import {useRecordObserver} from "@web/model/relational_model/utils";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";

const TONES = {
    success: "text-success fa-check",
    warning: "text-warning fa-clock-o",
    danger: "text-danger fa-ban",
    muted: "text-muted fa-info-circle",
};

/** Ids as the composers keep them: "[1, 2]", "1,2" or nothing. */
function parseIds(text) {
    return (String(text || "").match(/\d+/g) || []).map(Number);
}

/** What each composer asks about, from the fields of its form. */
const QUESTIONS = {
    "mail.compose.message": ({data, context}) => ({
        alone: data.composition_mode === "comment",
        model: data.model || "res.partner",
        resIds: parseIds(data.res_ids) || context.active_ids || [],
        domain: data.res_domain,
        channel: "email",
        purpose: data.contact_purpose || false,
        topicId: data.contact_topic_id?.id || false,
        partnerIds:
            data.composition_mode === "comment" ? data.partner_ids.currentIds : [],
    }),
    "sms.composer": ({data, context}) => ({
        alone: Boolean(data.comment_single_recipient),
        model: data.res_model,
        resIds: parseIds(data.res_ids || data.res_id || context.active_ids),
        domain: false,
        channel: "sms",
        purpose: data.contact_purpose || false,
        partnerIds: [],
    }),
};

/**
 * Tells in a composer, before anything is sent, what the contact gate will say: how
 * many leave, wait or are stopped. Who writes to one person may go on with a reason.
 */
export class ContactNotice extends Component {
    static template = "crm_customer360.ContactNotice";
    static props = {...standardWidgetProps};

    setup() {
        this.keepLast = new KeepLast();
        this.state = useState({lines: [], held: false});
        this.refresh = useDebounced(() => this.load(), 250);
        useRecordObserver((record) => {
            // read here, or a change would not be noticed
            this.question = QUESTIONS[record.resModel](record);
            const asked = JSON.stringify(this.question);
            if (asked !== this.asked) {
                this.asked = asked;
                this.refresh();
            }
        });
    }

    get reason() {
        return this.props.record.data.contact_override_reason || "";
    }

    /** Only the composers that keep a reason offer to go on. */
    get canGoOn() {
        return (
            this.state.held &&
            this.question.alone &&
            "contact_override_reason" in this.props.record.fields
        );
    }

    iconClass(line) {
        return TONES[line.tone] || TONES.muted;
    }

    async load() {
        const found = await this.keepLast.add(this.ask(this.question));
        this.state.lines = found.lines;
        this.state.held = found.held;
    }

    async ask(question) {
        try {
            return question.alone && !question.purpose
                ? await this.askBrief(question)
                : await this.askPreview(question);
        } catch {
            // a warning that cannot be given must not stop the message
            const text = _t("Contact limits cannot be read now.");
            return {lines: [{tone: "muted", text}], held: false};
        }
    }

    /** An answer to one person: how much he hears from us. */
    async askBrief({model, resIds, partnerIds, channel}) {
        const document = channel === "sms" ? {model, res_id: resIds[0]} : {};
        const brief = await this.call("c360.contact.pressure", "brief", [], {
            partner_ids: partnerIds,
            channel,
            ...document,
        });
        return {lines: brief ? [{tone: "muted", text: brief.text}] : [], held: false};
    }

    /** What the gate will say. */
    async askPreview(question) {
        const {alone, model, resIds, domain, partnerIds, channel, purpose} = question;
        const found =
            this.isComplete({alone, model, resIds, domain, partnerIds, channel}) &&
            (await this.call("c360.contact.gate", "preview", [model], {
                res_ids: resIds,
                channel,
                purpose,
                domain: domain ? new Domain(domain).toList(user.context) : null,
                partner_ids: partnerIds.length ? partnerIds : null,
                topic_id: question.topicId || null,
            }));
        return found
            ? {lines: found.lines, held: Boolean(found.waiting || found.stopped)}
            : {lines: [], held: false};
    }

    isComplete({alone, model, resIds, domain, partnerIds, channel}) {
        if (alone && channel === "email") {
            return partnerIds.length > 0;
        }
        return Boolean(model && (resIds.length || domain));
    }

    call(model, method, args, kwargs) {
        return rpc(
            `/web/dataset/call_kw/${model}/${method}`,
            {model, method, args, kwargs: {...kwargs, context: user.context}},
            {silent: true}
        );
    }

    onReason(ev) {
        this.props.record.update({contact_override_reason: ev.target.value.trim()});
    }
}

registry.category("view_widgets").add("c360_contact_notice", {
    component: ContactNotice,
});

import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");

tours.add("c360_contact_composer", {
    steps: () => [
        {
            content: "whoever writes learns how much the customer hears",
            trigger: ".o-mail-Chatter-sendMessage",
            run: "click",
        },
        {
            trigger: ".o_c360_contact_brief:contains(1 contact in 7 days)",
        },
        {
            content: "in the full composer too",
            trigger: ".o-mail-Composer button[name=open-full-composer]",
            run: "click",
        },
        {
            trigger: ".modal .o_c360_contact_notice:contains(1 contact in 7 days)",
        },
        {
            content: "an offer would be stopped",
            trigger: ".modal .o_field_widget[name=contact_purpose] input",
            run: "click",
        },
        {
            trigger: ".o_select_menu_item:contains(Sales)",
            run: "click",
        },
        {
            trigger: ".modal .o_c360_contact_notice:contains(No offers)",
        },
        {
            content: "with a reason it goes on",
            trigger: ".modal .o_c360_contact_reason",
            run: "edit She asked for it && press Tab",
        },
        {
            trigger: ".modal button.o_mail_send",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal))",
        },
        {
            content: "why is one click from the message",
            trigger:
                ".o-mail-Message:contains(Benches), .o-mail-Message:has(.o-mail-Message-notification)",
        },
    ],
});

tours.add("c360_contact_why", {
    steps: () => [
        {
            trigger: ".o-mail-Message-notification",
            run: "click",
        },
        {
            content: "the message says why it was stopped",
            trigger: ".o_c360_message_reason a:contains(No offers)",
            run: "click",
        },
        {
            content: "and leads to its row in the ledger",
            trigger: ".o_form_view .alert:contains(No offers)",
        },
    ],
});

tours.add("c360_contact_phone", {
    steps: () => [
        {
            content: "the number stands in the form",
            trigger: ".o_field_widget[name=phone]",
            run: "hover",
        },
        {
            trigger: ".o_field_widget[name=phone] .o_phone_form_link:not(:visible)",
            run() {
                this.anchor.click();
            },
        },
        {
            content: "the gate advises against the call",
            trigger: ".modal .o_c360_call_dialog:contains(One call a week)",
        },
        {
            trigger: ".modal .o_c360_call_later",
            run: "click",
        },
        {
            content: "the call is planned",
            trigger: ".o_notification:contains(planned)",
        },
        {
            trigger: "body:not(:has(.modal))",
        },
        {
            trigger: ".o_field_widget[name=phone] .o_phone_form_link:not(:visible)",
            run() {
                this.anchor.click();
            },
        },
        {
            content: "calling all the same needs a reason",
            trigger: ".modal .o_c360_call_anyway",
            run: "click",
        },
        {
            trigger: ".modal .o_c360_call_anyway[disabled]",
        },
        {
            trigger: ".modal .o_c360_call_reason",
            run: "edit He asked to be rung back",
        },
        {
            trigger: ".modal .o_c360_call_anyway:enabled",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal))",
        },
    ],
});

tours.add("c360_contact_pressure", {
    steps: () => [
        {
            content: "the bar of this week",
            trigger: ".o_c360_week[data-total='1']",
        },
        {
            content: "the next call",
            trigger: ".o_c360_next [data-channel=phone][data-state=deferred]",
        },
    ],
});

import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");

tours.add("c360_lead_to_care_claim", {
    steps: () => [
        {
            content: "the salesperson claims the lead",
            trigger: ".o_data_row:contains(Espresso wanted) button[name=action_claim]",
            run: "click",
        },
        {
            content: "it is his now",
            trigger: ".o_form_view .o_field_widget[name=email_from]",
        },
    ],
});

tours.add("c360_lead_to_care_sell", {
    steps: () => [
        {
            content: "the lead becomes an opportunity",
            trigger: "button:contains(Convert to Opportunity)",
            run: "click",
        },
        {
            content: "of a new customer",
            trigger: ".modal button[name=action_apply]",
            run: "click",
        },
        {
            content: "a quotation is written",
            trigger: "button[name=action_sale_quotations_new]",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=order_line] a:contains(Add a product)",
            run: "click",
        },
        {
            trigger:
                ".o_field_widget[name=product_template_id] input, " +
                ".o_field_widget[name=product_id] input",
            run: "edit Lever Machine",
        },
        {
            trigger: ".dropdown-item:contains(Lever Machine)",
            run: "click",
        },
        {
            content: "with its price",
            trigger: ".o_field_cell[name=price_subtotal]:not(:contains($ 0.00))",
        },
        {
            content: "and becomes an order",
            trigger: "button[name=action_confirm]:visible",
            run: "click",
        },
        {
            trigger:
                ".o_statusbar_status button.o_arrow_button_current:contains(Sales)",
        },
    ],
});

tours.add("c360_lead_to_care_deliver", {
    steps: () => [
        {
            content: "the goods leave",
            trigger: "button[name=button_validate]",
            run: "click",
        },
        {
            trigger: ".o_statusbar_status button.o_arrow_button_current:contains(Done)",
        },
    ],
});

tours.add("c360_lead_to_care_invoice", {
    steps: () => [
        {
            content: "the order is invoiced",
            trigger: "button#create_invoice, button#create_invoice_percentage",
            run: "click",
        },
        {
            trigger:
                ".modal button#create_invoice_open, .modal button[name=create_invoices]",
            run: "click",
        },
        {
            trigger: "button[name=action_post].btn-primary",
            run: "click",
        },
        {
            content: "and paid",
            trigger: "button[name=action_register_payment]",
            run: "click",
        },
        {
            trigger: ".modal button[name=action_create_payments]",
            run: "click",
        },
        {
            trigger: ".o_widget_web_ribbon:contains(Paid), .ribbon:contains(Paid)",
        },
    ],
});

function sendMessage(answer) {
    return [
        {
            content: "the message of the care task is sent",
            trigger: "button[name=action_send_message]",
            run: "click",
        },
        {
            content: "and says what became of it",
            trigger: `.o_form_view .alert:contains(${answer})`,
        },
    ];
}

tours.add("c360_lead_to_care_sent", {steps: () => sendMessage("sent")});
tours.add("c360_lead_to_care_deferred", {
    steps: () => sendMessage("Two care or marketing e-mails a week"),
});
tours.add("c360_lead_to_care_stopped", {steps: () => sendMessage("complaint")});

tours.add("c360_lead_to_care_complaint", {
    steps: () => [
        {
            content: "the agent marks the ticket as a complaint",
            trigger: "button[name=action_mark_complaint]",
            run: "click",
        },
        {
            trigger: ".alert:contains(Open complaint)",
        },
    ],
});

tours.add("c360_lead_to_care_page", {
    steps: () => [
        {
            content: "the page knows who this is now",
            trigger: ".o_c360_page:contains(Corner Bakery) .badge:contains(New)",
        },
        {
            content: "the order is delivered and invoiced",
            trigger: ".o_c360_page:contains(Lever Machine), .o_c360_page:contains(S0)",
        },
        {
            content: "a message waits",
            trigger: ".o_c360_page .badge:contains(Waiting)",
        },
        {
            content: "another was stopped",
            trigger: ".o_c360_page .badge:contains(Stopped)",
        },
    ],
});

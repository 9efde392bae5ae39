import {registry} from "@web/core/registry";
import {user} from "@web/core/user";

registry.category("web_tour.tours").add("c360_customer_page", {
    steps: () => [
        {
            content: "from the contact to its page",
            trigger: ".o_form_view button[name=action_view_customer_360]",
            run: "click",
        },
        {
            content: "header and panels are there",
            trigger: ".o_c360_page .o_c360_header h1:contains(Tour Timber)",
        },
        {trigger: ".o_c360_panel[data-panel=order]:contains(To deliver)"},
        {trigger: ".o_breadcrumb:contains(Tour Timber)"},
        {
            content: "the address keeps the customer",
            trigger: ".o_c360_timeline .o_c360_entry",
            run: () => {
                if (!/\/customer-360\/\d+$/.test(location.pathname)) {
                    throw new Error(`no customer in ${location.pathname}`);
                }
                location.reload();
            },
            expectUnloadPage: true,
        },
        {
            content: "the page survives a reload",
            trigger: ".o_c360_page .o_c360_header h1:contains(Tour Timber)",
        },
        {
            content: "older events follow",
            trigger: ".o_c360_timeline:has(.o_c360_entry) .o_c360_more",
            run: "click",
        },
        {
            trigger:
                ".o_c360_timeline:not(:has(.o_c360_more)) .o_c360_entry:contains(TOUR-OLDEST)",
        },
        {
            content: "a row opens its document, the breadcrumb leads back",
            trigger: ".o_c360_panel[data-panel=order] .o_c360_row:first",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_field_widget[name=partner_id]",
        },
        {
            trigger: ".o_back_button a",
            run: "click",
        },
        {trigger: ".o_c360_page .o_c360_header h1:contains(Tour Timber)"},
    ],
});

registry.category("web_tour.tours").add("c360_customer_page_app", {
    steps: () => [
        {
            content: "another app was used last",
            trigger: ".o_menu_brand:contains(Discuss)",
            run: () => {
                location.href = `/odoo/customer-360/${user.partnerId}`;
            },
            expectUnloadPage: true,
        },
        {trigger: ".o_c360_page .o_c360_header h1"},
        {
            content: "the page belongs to its own app",
            trigger: ".o_menu_brand:contains(Customer 360)",
        },
    ],
});

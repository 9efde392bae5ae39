import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("c360_customer_figures", {
    steps: () => [
        {
            content: "the figure, and what it is made of",
            trigger: "[data-figure=retention]:contains(customers)",
        },
        {
            content: "how is this reckoned?",
            trigger: "button:contains(How is this reckoned)",
            run: "click",
        },
        {
            trigger: ".o_c360_explained:contains(churned customers ÷ all customers)",
        },
        {
            content: "by another dimension",
            trigger: "select.o_c360_dimension",
            run: "select country",
        },
        {
            trigger: "section[data-section=table] th:contains(Country)",
        },
        {
            content: "a number opens the rows behind it",
            trigger: "[data-figure=churn] button:contains(customers)",
            run: "click",
        },
        {
            trigger: ".o_list_view .o_data_row:contains(Tour Timber)",
        },
        {
            content: "and back, to what was chosen",
            trigger: ".o_breadcrumb a:contains(Lifecycle Figures), .o_back_button a",
            run: "click",
        },
        {
            trigger: "section[data-section=table] th:contains(Country)",
        },
        {
            content: "so does a share in the table",
            trigger: "section[data-section=table] button[data-rate=conversion]",
            run: "click",
        },
        {
            trigger: ".o_list_view .o_data_row",
        },
    ],
});

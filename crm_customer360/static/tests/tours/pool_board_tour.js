import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("c360_pool_board", {
    steps: () => [
        {
            content: "what came in, and who has it",
            trigger: ".o_c360_board_card[data-card=entered]:contains(2)",
        },
        {
            trigger: "section[data-section=members] tr:contains(Test user)",
        },
        {
            content: "another period",
            trigger: "button[data-period=quarter]",
            run: "click",
        },
        {
            trigger: ".o_c360_board:contains(Week by week)",
        },
        {
            content: "a number opens the rows behind it",
            trigger: ".o_c360_board_card[data-card=claimed]:contains(1)",
            run: "click",
        },
        {
            trigger: ".o_list_view .o_data_row:contains(Claimed)",
        },
        {
            content: "and back",
            trigger: ".o_breadcrumb a:contains(Pool Board), .o_back_button a",
            run: "click",
        },
        {
            trigger: ".o_c360_board_card[data-card=entered]",
        },
    ],
});

import {registry} from "@web/core/registry";

const PAGE = ".o_c360_page .o_c360_header h1:contains(Tour Timber)";
const ENTRY = ".o_c360_timeline .o_c360_entry";

registry.category("web_tour.tours").add("c360_customer_page_filter", {
    steps: () => [
        {content: "the page is open", trigger: PAGE},
        {
            content: "what is due opens its document",
            trigger: ".o_c360_due button:contains(Call about the quay)",
        },
        {
            content: "health says why",
            trigger: ".o_c360_health[data-rating=poor]",
            run: "click",
        },
        {trigger: ".o_c360_health_menu li:contains(The boards were wet)"},
        {trigger: ".o_c360_health", run: "click"},
        {
            content: "a chart is drawn, and told to those who cannot see it",
            trigger: ".o_c360_chart:has(table td:contains(17)) canvas[width]",
        },
        {
            content: "quiet cards are named in one line",
            trigger: ".o_c360_quiet:contains(Opportunities)",
        },
        {
            trigger: ".o_c360_page:not(:has(.o_c360_panel[data-panel=opportunity]))",
        },
        {
            content: "people stand in one card, and can be called and written to",
            trigger:
                ".o_c360_panel[data-panel=person] li:contains(Berta):has(a[href^='tel:']) a[href^='mailto:berta']",
        },
        {trigger: ".o_c360_page:not(:has(.o_c360_panel[data-panel=people]))"},
        {
            content: "search the timeline",
            trigger: ".o_c360_filters input[name=text]",
            run: "edit OLDEST",
        },
        {
            trigger:
                ".o_c360_timeline:not(:has(.o_c360_entry[data-kind=message])) .o_c360_entry:contains(TOUR-OLDEST)",
        },
        {trigger: ".o_c360_clear", run: "click"},
        {trigger: `${ENTRY}[data-kind=message]`},
        {
            content: "by kind",
            trigger: ".o_c360_filters select[name=kind]",
            run: "select order",
        },
        {
            trigger:
                ".o_c360_timeline:has(.o_c360_entry[data-kind=order]):not(:has(.o_c360_entry[data-kind=message]))",
        },
        {
            content: "nothing matches",
            trigger: ".o_c360_filters select[name=channel]",
            run: "select sms",
        },
        {trigger: ".o_c360_no_entry:contains(Nothing matches)"},
        {trigger: ".o_c360_clear", run: "click"},
        {trigger: `${ENTRY}[data-kind=message]`},
        {
            content: "fold a card; the browser remembers",
            trigger: ".o_c360_panel[data-panel=order] .o_c360_fold[aria-expanded=true]",
            run: "click",
        },
        {
            trigger:
                ".o_c360_panel[data-panel=order]:not(:has(.o_c360_row)) .o_c360_fold[aria-expanded=false]",
            run: () => location.reload(),
            expectUnloadPage: true,
        },
        {
            trigger:
                ".o_c360_panel[data-panel=order]:not(:has(.o_c360_row)) .o_c360_fold[aria-expanded=false]",
            run: "click",
        },
        {trigger: ".o_c360_panel[data-panel=order] .o_c360_row"},
        {
            content: "a number that can be clicked keeps its tone",
            trigger: ".o_c360_figure_link:contains(3)",
            run: ({anchor}) => {
                const probe = document.createElement("span");
                probe.className = "text-danger";
                document.body.append(probe);
                const {color} = getComputedStyle(probe);
                probe.remove();
                const shown = getComputedStyle(anchor.querySelector("span") || anchor);
                if (shown.color !== color) {
                    throw new Error(`The number is ${shown.color}, not ${color}`);
                }
            },
        },
        {
            content: "a number opens the records behind it",
            trigger: ".o_c360_panel[data-panel=order] .o_c360_figure_link:contains(3)",
            run: "click",
        },
        {trigger: ".o_list_view .o_data_row"},
        {trigger: ".o_back_button a", run: "click"},
        {trigger: PAGE},
    ],
});

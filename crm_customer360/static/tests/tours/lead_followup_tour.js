import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("c360_lead_followup", {
    steps: () => [
        {
            content: "a lead without a step asks for one",
            trigger: "div[name=c360_step_missing] button[name=action_plan_next_step]",
            run: "click",
        },
        {
            content: "the host's window plans it",
            trigger: ".modal div[name=summary] input",
            run: "edit Send prices",
        },
        {
            trigger: ".modal footer button[name=action_schedule_activities]",
            run: "click",
        },
        {
            content: "nothing is missing any more",
            trigger:
                ".o_form_view:not(:has(div[name=c360_step_missing])) .o-mail-Activity:contains(Send prices)",
        },
        {
            content: "the step is done …",
            trigger: ".o-mail-Activity .o-mail-Activity-markDone",
            run: "click",
        },
        {
            trigger: ".o-mail-ActivityMarkAsDone button[aria-label=Done]",
            run: "click",
        },
        {
            content: "… and the form asks for the next one",
            trigger: "div[name=c360_step_missing]:contains(What comes next?)",
        },
    ],
});

// Take the pictures of the README from a served demo: make demo, then make screenshots.
import {createRequire} from "node:module";
import {mkdirSync} from "node:fs";
import process from "node:process";

const require = createRequire(`${process.env.C360_NODE_MODULES}/node_modules/`);
const {chromium} = require("playwright-core");

const [base, browserPath, folder] = process.argv.slice(2);
const FLAGSHIP = "Harbour Coffee Roasters";
const SIZE = {width: 1400, height: 900};

/** Who takes which picture; `open` leads from the page to what is shown. */
const PICTURES = [
    {
        name: "customer-page",
        login: "sam",
        path: "/odoo/customers-360",
        open: [`.o_data_row:has-text("${FLAGSHIP}") .o_data_cell`],
        ready: ".o_c360_timeline .o_c360_entry",
    },
    {
        name: "lifecycle-figures",
        login: "mia",
        path: "/odoo/lifecycle-figures",
        ready: ".o_c360_figures_chart canvas",
    },
    {
        name: "handover",
        login: "mia",
        path: "/odoo/handovers",
        open: ['.o_data_row:has-text("Kit") .o_data_cell'],
        ready: ".o_form_view",
    },
    {name: "lead-pool", login: "sam", path: "/odoo/lead-pool", ready: ".o_data_row"},
    {
        name: "pool-board",
        login: "mia",
        path: "/odoo/pool-board",
        ready: ".o_c360_board table",
    },
    {
        name: "lead-duplicates",
        login: "mia",
        path: "/odoo/lead-duplicates",
        open: [".o_data_row .o_data_cell"],
        ready: ".c360_comparison_row",
    },
    {
        name: "care-tasks",
        login: "cora",
        path: "/odoo/care",
        ready: ".o_kanban_record button",
    },
    {
        name: "contact-history",
        login: "cora",
        path: "/odoo/contact-history",
        ready: ".o_data_row",
    },
    {
        name: "opportunity",
        login: "sam",
        path: "/odoo/crm",
        open: [".o_kanban_record:has-text('Bar refit at Tooley Wharf')"],
        ready: ".o_form_view",
    },
];

async function login(page, name) {
    await page.goto(`${base}/web/login`);
    await page.fill("#login", name);
    await page.fill("#password", name);
    // a website has a search button of its own
    await page.click(".oe_login_form button[type=submit]");
    await page.waitForSelector(".o_main_navbar", {timeout: 180000});
}

async function take(context, picture) {
    const page = await context.newPage();
    const faults = [];
    // what the page of a website fetches from elsewhere before is none of ours
    await login(page, picture.login);
    page.on(
        "console",
        (message) => message.type() === "error" && faults.push(message.text())
    );
    await page.goto(base + picture.path);
    for (const selector of picture.open || []) {
        await page.click(selector, {timeout: 60000});
    }
    await page.waitForSelector(picture.ready, {timeout: 60000});
    await page.mouse.move(0, 0);
    // images arrive after the view
    await page.waitForFunction(
        () =>
            !document.querySelector(".o_loading_indicator, .o_blockUI") &&
            [...document.images].every((image) => image.complete),
        null,
        {timeout: 60000}
    );
    await page.screenshot({path: `${folder}/${picture.name}.png`});
    await page.close();
    return faults;
}

mkdirSync(folder, {recursive: true});
const browser = await chromium.launch({
    executablePath: browserPath,
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
});
let failed = false;
for (const picture of PICTURES) {
    const context = await browser.newContext({viewport: SIZE});
    const faults = await take(context, picture);
    failed ||= faults.length > 0;
    console.log([`${picture.name}.png`, ...faults].join("\n    "));
    await context.close();
}
await browser.close();
process.exit(failed ? 1 : 0);

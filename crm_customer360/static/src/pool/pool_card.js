import {onMounted, onWillUnmount} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {FormController} from "@web/views/form/form_controller";
import {formView} from "@web/views/form/form_view";

// A sign of life a minute; without one the server forgets the card after five.
const BEAT = 60 * 1000;

/** The card of a pooled lead: while it is open, others are told who looks at it. */
export class PoolCardController extends FormController {
    setup() {
        super.setup();
        this.cardOrm = useService("orm");
        this.lookedAt = false;
        onMounted(() => {
            this.look();
            this.beat = setInterval(() => this.look(), BEAT);
        });
        onWillUnmount(() => {
            clearInterval(this.beat);
            this.lookAway();
        });
    }

    /** The pager may have moved on to another card since the last beat. */
    async look() {
        const {resId} = this.model.root;
        if (this.lookedAt && this.lookedAt !== resId) {
            this.lookAway();
        }
        this.lookedAt = resId;
        if (resId) {
            await this.callCard("look", resId);
        }
    }

    lookAway() {
        if (this.lookedAt) {
            this.callCard("look_away", this.lookedAt);
            this.lookedAt = false;
        }
    }

    async onPagerUpdate() {
        await super.onPagerUpdate(...arguments);
        await this.look();
    }

    /** A word for others only: whatever goes wrong with it must not disturb here. */
    async callCard(method, resId) {
        try {
            await this.cardOrm.silent.call("c360.pool.lead", method, [[resId]]);
        } catch {
            // Claimed by somebody else meanwhile, or offline: nothing to tell
        }
    }
}

registry.category("views").add("c360_pool_card", {
    ...formView,
    Controller: PoolCardController,
});

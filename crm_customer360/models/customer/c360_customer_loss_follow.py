from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .c360_customer_loss import OPEN
from .c360_customer_profile_query import PURCHASE
from .c360_customer_scope import CustomerScope

# Losses older than this are history: nobody is asked about them.
LOOK_BACK = 14
DAYS_TO_ASK = 7

# What a customer bought in the twelve months up to his last order, as the profile
# counts it: less what was credited
YEAR_REVENUE = """
    SELECT profile.partner_id, profile.company_id, SUM(purchase.revenue) AS revenue
      FROM c360_customer_profile AS profile
      JOIN (%(purchase)s) AS purchase
        ON purchase.partner_id = profile.partner_id
       AND purchase.company_id = profile.company_id
       AND purchase.day > profile.last_order_date - INTERVAL '12 months'
       AND purchase.day <= profile.last_order_date
  GROUP BY profile.partner_id, profile.company_id
"""

# Customers who churned lately and whose loss nobody has recorded since they last
# ordered. One row each; a second refresh at the same time adds none.
RECORD = """
    INSERT INTO c360_customer_loss AS loss (
           partner_id, partner_name, company_id, lifecycle_id, date, user_id, state,
           won_back_rate, known_rate, create_uid, write_uid, create_date, write_date)
    SELECT profile.partner_id, partner.name, profile.company_id, row.id,
           profile.lifecycle_date, partner.user_id, 'open', 0, 0,
           %(uid)s, %(uid)s, %(now)s, %(now)s
      FROM c360_customer_profile AS profile
      JOIN res_partner AS partner ON partner.id = profile.partner_id
     CROSS JOIN LATERAL (
           SELECT id
             FROM c360_customer_lifecycle AS row
            WHERE row.partner_id = profile.partner_id
              AND row.company_id = profile.company_id
              AND row.new = 'churned'
         ORDER BY date DESC, id DESC
            LIMIT 1) AS row
     WHERE profile.lifecycle = 'churned'
       AND profile.lifecycle_date > %(since)s
       AND partner.active
       AND %(of_profile)s
       AND NOT EXISTS (
           SELECT
             FROM c360_customer_loss AS known
            WHERE known.partner_id = profile.partner_id
              AND known.company_id = profile.company_id
              -- one that is open is this one, also when it was heard of on the very
              -- day of the last order
              AND (known.state IN ('open', 'winning')
                   OR known.state <> 'void'
                      AND known.date > profile.last_order_date))
  ORDER BY profile.partner_id, profile.company_id
        ON CONFLICT (lifecycle_id) WHERE lifecycle_id IS NOT NULL DO NOTHING
 RETURNING id
"""

# Open losses that ended: he ordered again, never was lost, or was deleted. A churn
# begins with the day: an order on that very day brings him back; what somebody heard
# that day, an order of that day does not undo.
ENDED = """
    SELECT loss.id,
           profile.last_order_date >= loss.date AS is_back,
           CASE WHEN profile.last_order_date >= loss.date THEN COALESCE(
                (SELECT MIN(row.date)
                   FROM c360_customer_lifecycle AS row
                  WHERE row.partner_id = loss.partner_id
                    AND row.company_id = loss.company_id
                    AND row.new = 'won_back'
                    AND row.date >= loss.date),
                profile.last_order_date) END AS day
      FROM c360_customer_loss AS loss
 LEFT JOIN c360_customer_profile AS profile
        ON profile.partner_id = loss.partner_id
       AND profile.company_id = loss.company_id
     WHERE loss.state IN ('open', 'winning')
       AND %(of_loss)s
       AND CASE WHEN loss.partner_id IS NULL THEN TRUE
                WHEN loss.lifecycle_id IS NULL
                THEN profile.last_order_date > loss.date
                ELSE profile.lifecycle <> 'churned' END
"""


class C360CustomerLoss(models.Model):
    """Losses follow the lifecycle: recorded, asked about, ended with it."""

    _inherit = "c360.customer.loss"

    @api.model
    def _is_used(self):
        enabled = self.env["res.groups"]._is_feature_enabled
        return enabled("crm_customer360.group_use_value") and enabled(
            "crm_customer360.group_use_lifecycle"
        )

    @api.model
    def _follow(self, partners=None):
        """Bring losses in line with the profiles: a few statements at any size.

        :param partners: only these customers (any contact of theirs); ``None`` for all
        :return: the losses that are new
        """
        if not self._is_used() or (partners is not None and not partners):
            return self.browse()
        self.flush_model()
        self.env["res.partner"].flush_model(["name", "active", "user_id"])
        scope = CustomerScope()
        if partners is not None:
            # The system keeps the books, whoever's document is the reason.
            partners_sudo = partners.sudo().exists()
            scope = CustomerScope(
                (partners_sudo | partners_sudo.commercial_partner_id).ids
            )
        self._follow_back(scope)
        losses_sudo = self.sudo()._follow_lost(scope)
        if partners is None:
            self._ask()
        else:
            self._ask(losses_sudo)
        return losses_sudo

    @api.model
    def _follow_back(self, scope):
        """End the losses of customers who are back, gone, or never were lost."""
        today = fields.Date.today()
        ended = {}
        for loss_id, is_back, day in self.env.execute_query(
            SQL(ENDED, of_loss=scope.only("loss.partner_id"))
        ):
            key = ("won_back", day) if is_back else ("void", today)
            ended.setdefault(key, []).append(loss_id)
        for (state, day), ids in ended.items():
            losses = self.browse(ids).with_context(tracking_disable=True)
            losses._close(state, day)
        if ended:
            # what is read next has to know
            self.flush_model()

    @api.model
    def _follow_lost(self, scope):
        """Record who churned lately."""
        now = fields.Datetime.now()
        # what ended a moment ago is no reason to keep silent
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                RECORD,
                of_profile=scope.only("profile.partner_id"),
                since=now.date() - timedelta(days=LOOK_BACK),
                now=now,
                uid=self.env.uid,
            )
        )
        losses = self.browse(row_id for (row_id,) in rows)
        if losses:
            self.invalidate_model()
            losses._set_lost_revenue()
            losses._on_lost()
        return losses

    def _set_lost_revenue(self):
        """Work out what these losses cost, by one statement."""
        if not self:
            return
        profiles = self.env["c360.customer.profile"]
        profiles._flush_sources()
        self.flush_model(["partner_id", "company_id"])
        # he is somebody's customer, whoever may see his orders
        scope = CustomerScope(self.sudo().partner_id.ids)
        purchase = SQL(
            PURCHASE,
            orders=scope.rows("sale_order"),
            credits=profiles._get_credits(scope),
            tomorrow=fields.Date.today() + timedelta(days=1),
            of_partner=scope.only("partner.commercial_partner_id"),
        )
        self.env.cr.execute(
            SQL(
                """
                UPDATE c360_customer_loss AS loss
                   SET lost_revenue = ROUND(
                           year.revenue::numeric, currency.decimal_places)
                  FROM (%(year)s) AS year
                  JOIN res_company AS company ON company.id = year.company_id
                  JOIN res_currency AS currency ON currency.id = company.currency_id
                 WHERE loss.id = ANY(%(ids)s)
                   AND loss.partner_id = year.partner_id
                   AND loss.company_id = year.company_id
                """,
                year=SQL(YEAR_REVENUE, purchase=purchase),
                ids=self.ids,
            )
        )
        self.invalidate_recordset(["lost_revenue"], flush=False)

    # ------------------------------------------------------------ who asks why?

    @api.model
    def _ask(self, losses=None):
        """Ask salespeople why: the dearest losses first, and not too many.

        Nobody has more open questions at a time than the settings allow; whoever
        answers gets the next ones. No mail is sent for it.

        :param losses: ask about these; ``None``: about all that are fresh
        """
        since = fields.Date.today() - timedelta(days=LOOK_BACK)
        # The system asks in everybody's name.
        losses_sudo = self.sudo()
        domain = [
            ("state", "in", OPEN),
            ("cause", "=", False),
            ("date", ">", since),
            ("user_id.active", "=", True),
            ("company_id.c360_loss_ask", "=", True),
            ("activity_ids", "=", False),
        ]
        if losses is not None:
            domain.append(("id", "in", losses.ids))
        fresh = losses_sudo.search(domain, order="lost_revenue desc nulls last, id")
        if not fresh:
            return
        kind = self.env.ref("crm_customer360.mail_activity_type_loss")
        activities_sudo = self.env["mail.activity"].sudo()
        asked = dict(
            activities_sudo._read_group(
                [
                    ("activity_type_id", "=", kind.id),
                    ("user_id", "in", fresh.user_id.ids),
                    ("res_model", "=", self._name),
                ],
                ["user_id"],
                ["__count"],
            )
        )
        vals_list = []
        for loss in fresh:
            user = loss.user_id
            if asked.get(user, 0) >= loss.company_id.c360_loss_ask_limit:
                continue
            asked[user] = asked.get(user, 0) + 1
            vals_list.append(loss._prepare_question_vals(kind))
        activities_sudo.with_context(mail_activity_quick_update=True).create(vals_list)

    def _prepare_question_vals(self, kind):
        self.ensure_one()
        # in the words of whoever gets it
        speaker = self.with_context(lang=self.user_id.lang)
        return {
            "activity_type_id": kind.id,
            "res_model_id": self.env["ir.model"]._get_id(self._name),
            "res_id": self.id,
            "user_id": self.user_id.id,
            # goes away with the answer, however it came
            "automated": True,
            "date_deadline": fields.Date.today() + relativedelta(days=DAYS_TO_ASK),
            "summary": speaker.env._(
                "Why did we lose %(customer)s?", customer=self.partner_name
            ),
        }

    # ------------------------------------------------------------------ ways in

    @api.model
    def _open_for(self, partner, company):
        """Return the action that shows the open loss of a customer, or asks for one.

        :param partner: any contact of the customer
        :param company: whose customer he is
        """
        customer = partner.commercial_partner_id
        loss = self.search(
            [
                ("partner_id", "=", customer.id),
                ("company_id", "=", company.id),
                ("state", "in", OPEN),
            ],
            limit=1,
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Lost Customer"),
            "res_model": self._name,
            "res_id": loss.id,
            "views": [(False, "form")],
            "target": "current" if loss else "new",
            "context": {
                "default_partner_id": customer.id,
                "default_company_id": company.id,
            },
        }


class C360CustomerEvent(models.Model):
    """Losses are news like the documents of the host."""

    _inherit = "c360.customer.event"

    kind = fields.Selection(
        selection_add=[
            ("customer_lost", "Customer lost"),
            ("winback_started", "Win-back started"),
        ],
        ondelete={"customer_lost": "cascade", "winback_started": "cascade"},
    )


class C360CustomerProfile(models.Model):
    """Whoever refreshes profiles lets the losses follow."""

    _inherit = "c360.customer.profile"

    @api.model
    def _refresh(self, partners=None):
        written = super()._refresh(partners)
        self.env["c360.customer.loss"]._follow(partners)
        return written

    @api.model
    def _refresh_comparison(self):
        # the end of the nightly run, which refreshes by parts
        result = super()._refresh_comparison()
        self.env["c360.customer.loss"]._follow()
        return result

    def action_record_loss(self):
        """Say that these customers are lost: a form for one, rows for several.

        :return: the action that shows them
        """
        Loss = self.env["c360.customer.loss"]
        if len(self) == 1:
            return Loss._open_for(self.partner_id, self.company_id)
        known = Loss.search(
            [("partner_id", "in", self.partner_id.ids), ("state", "in", OPEN)]
        )
        keys = {(loss.partner_id, loss.company_id) for loss in known}
        losses = Loss.create(
            [
                {
                    "partner_id": profile.partner_id.id,
                    "company_id": profile.company_id.id,
                }
                for profile in self
                if (profile.partner_id, profile.company_id) not in keys
            ]
        )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_customer360.c360_customer_loss_action"
        )
        return {
            **action,
            "domain": [("id", "in", (known + losses).ids)],
            "context": {},
        }

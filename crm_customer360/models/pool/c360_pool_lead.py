from odoo import api, fields, models
from odoo.tools import SQL

from ..lead.c360_lead_profile_mixin import GRADE_SELECTION

# Shown instead of what a member must not read before he claims.
HIDDEN = "…"
# Full-width, Arabic-Indic and extended Arabic-Indic characters write numbers too.
FOREIGN = "０１２３４５６７８９＋－（）＠．　٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹"
PLAIN = "0123456789+-()@. 01234567890123456789"
# A Latin name ends where no Latin letter follows; Chinese may. The range is short
# because PostgreSQL compiles it anew for the names of every lead.
LETTERS = "0-9A-Za-zÀ-ſ"
WORD_START, WORD_END = f"(?<![{LETTERS}])", f"(?![{LETTERS}])"
# Scripts without spaces between words: names are found wherever they stand.
UNSPACED = "[぀-ヿ㐀-鿿가-힣]"
# What stands between the words of a name, Chinese legal forms among it.
SEPARATORS = (
    r"[^0-9A-Za-zÀ-῿぀-ヿ㐀-鿿가-힣'’-]+"
    "|(股份|责任|責任)?有限(责任|責任)?公司|公司|集团|集團"
)
# Words of names that tell nothing about whose name it is: legal forms and fillers.
COMMON_WORDS = (
    "ab ag as bv bvba cie co company corp corporation eg ev gbr gesellschaft gmbh "
    "group holding inc incorporated international intl jsc kft kg kgaa kk limitada "
    "limited llc llp lp ltd ltda mbh nv ohg ooo oy oyj plc pte pty pvt sa sarl sas "
    "sdn bhd se sl slu sp spa spzoo srl srls sro ug zoo "
    "and the of for und der die das van von de la le les el los et di da du des den "
    "mr mrs ms dr prof herr frau"
).split()
# Top-level domains: a dot between two words is not always an address.
TLDS = (
    "com|net|org|info|biz|io|co|app|dev|shop|online|site|store|tech|cloud|xyz|top|vip|"
    "club|me|tv|cc|link|email|company|group|eu|de|at|ch|fr|be|nl|lu|es|pt|it|pl|cz|sk|"
    "hu|ro|bg|gr|dk|se|no|fi|ee|lv|lt|si|hr|rs|ua|ru|by|kz|tr|il|ae|sa|eg|za|ng|ke|"
    "br|ar|mx|cl|pe|us|ca|uk|ie|cn|hk|tw|mo|jp|kr|sg|my|th|vn|id|ph|in|au|nz|"
    "公司|中国|中國|网络|網絡"
)
AT = r"\s*[\[({<【]\s*(at|ät)\s*[\])}>】]\s*"
DOT = r"(\s*[\[({<【]\s*(dot|punkt)\s*[\])}>】]\s*|\s+dot\s+|\.)"
# an account without a colon before it: letters and digits, so that words stay
ACCOUNT = r"(?=[a-z_-]*[0-9_])[a-z0-9][a-z0-9_-]{4,19}"
# Applied one after the other to the topic; PostgreSQL regular expressions.
CONTACT_PATTERNS = (
    # e-mail, first in plain letters so that Chinese text around it stays
    r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9.-]+",
    r"[^\s@<>,;:()，。；：、（）]+@[^\s@<>,;:()，。；：、（）]+",
    # e-mail spelled out: bob (at) acme.com, bob at acme dot com
    rf"[A-Za-z0-9._%+-]+{AT}[A-Za-z0-9-]+({DOT}[A-Za-z0-9-]+)+",
    r"[A-Za-z0-9._%+-]+\s+at\s+[A-Za-z0-9-]+(\s+dot\s+[A-Za-z0-9-]+)+",
    r"(https?://|www\.)\S+",
    rf"([0-9A-Za-zÀ-ɏ-]+\.)+({TLDS}){WORD_END}(/[A-Za-z0-9._~%?#&=+/-]*)?",
    r"[㐀-鿿]+\.(公司|中国|中國|网络|網絡)",
    # messengers: with a colon anything, without one what looks like an account
    r"(wechat|weixin|whatsapp|telegram|line|qq|vx|wx|微信|薇信|威信|v信)(号|號|id)?"
    r"\s*[:：]\s*[A-Za-z0-9._-]+",
    rf"(微信|薇信|威信|{WORD_START}v信)(号|號|id)?\s*[a-z][a-z0-9_-]{{4,19}}",
    rf"{WORD_START}(wechat|weixin|whatsapp|telegram|qq|vx|wx)(号|號|\s*id)?\s*{ACCOUNT}",
    # seven digits or more, whatever stands between them
    r"[+(]?\d([\s().·/–—_-]*\d){6,}",
)


class C360PoolLead(models.Model):
    """What a member sees of a lead before he claims it: enough to choose, no contact.

    Pooled leads themselves are hidden from members by a rule on ``crm.lead``; this view
    has columns of its own, so there is nothing to filter, group or export by that a
    member must not know. The id is the id of the lead.
    """

    _name = "c360.pool.lead"
    _description = "Lead in the Pool"
    _auto = False
    _order = "priority desc, pool_date, id"
    _rec_name = "topic"
    _depends = {
        "crm.lead": [
            "name",
            "contact_name",
            "partner_name",
            "partner_id",
            "pool_id",
            "pool_state",
            "pool_date",
            "active",
            "won_status",
            "type",
            "company_id",
            "country_id",
            "state_id",
            "city",
            "source_id",
            "medium_id",
            "campaign_id",
            "expected_revenue",
            "priority",
            "grade",
            "tag_ids",
            "offer_user_id",
        ],
        "res.partner": ["name"],
        "c360.pool.move": ["lead_id", "kind"],
    }

    topic = fields.Char(readonly=True)
    pool_id = fields.Many2one(comodel_name="c360.pool", readonly=True)
    pool_date = fields.Datetime(string="In the Pool Since", readonly=True)
    age_days = fields.Integer(
        string="Days in the Pool", readonly=True, aggregator="avg"
    )
    owner_count = fields.Integer(
        string="Earlier Owners", readonly=True, aggregator="avg"
    )
    type = fields.Selection(
        selection=[("lead", "Lead"), ("opportunity", "Opportunity")], readonly=True
    )
    priority = fields.Selection(
        selection=[("0", "Low"), ("1", "Medium"), ("2", "High"), ("3", "Very High")],
        readonly=True,
    )
    grade = fields.Selection(selection=GRADE_SELECTION, readonly=True)
    country_id = fields.Many2one(comodel_name="res.country", readonly=True)
    state_id = fields.Many2one(comodel_name="res.country.state", readonly=True)
    city = fields.Char(readonly=True)
    source_id = fields.Many2one(comodel_name="utm.source", readonly=True)
    medium_id = fields.Many2one(comodel_name="utm.medium", readonly=True)
    campaign_id = fields.Many2one(comodel_name="utm.campaign", readonly=True)
    tag_ids = fields.Many2many(
        comodel_name="crm.tag",
        string="Tags",
        relation="crm_tag_rel",
        column1="lead_id",
        column2="tag_id",
        readonly=True,
    )
    expected_revenue = fields.Monetary(readonly=True)
    currency_id = fields.Many2one(comodel_name="res.currency", readonly=True)
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    offer_user_id = fields.Many2one(
        comodel_name="res.users",
        string="Offered to",
        readonly=True,
        groups="crm_customer360.group_leader",
    )
    can_assign = fields.Boolean(compute="_compute_can_assign")

    @api.depends_context("uid")
    @api.depends("pool_id")
    def _compute_can_assign(self):
        assignable = self.env["c360.pool"]._get_assignable()
        for lead in self:
            lead.can_assign = lead.pool_id in assignable

    @property
    def _table_query(self):
        """Open leads that wait in a pool, with the columns anybody may know."""
        return SQL(
            """
            SELECT lead.id, lead.pool_id, lead.pool_date, lead.type, lead.priority,
                   lead.grade,
                   lead.country_id, lead.state_id, %(city)s AS city, lead.source_id,
                   lead.medium_id, lead.campaign_id, lead.expected_revenue,
                   lead.company_id, lead.offer_user_id,
                   COALESCE(company.currency_id, %(currency)s) AS currency_id,
                   %(topic)s AS topic,
                   (%(now)s::date - lead.pool_date::date) AS age_days,
                   (SELECT COUNT(*)
                      FROM c360_pool_move AS move
                     WHERE move.lead_id = lead.id
                       AND move.kind IN ('claim', 'assign', 'transfer')
                   ) AS owner_count
              FROM crm_lead AS lead
         LEFT JOIN res_company AS company ON company.id = lead.company_id
         LEFT JOIN res_partner AS partner ON partner.id = lead.partner_id
             WHERE lead.pool_state = 'pooled'
               AND lead.active
               AND lead.won_status = 'pending'
            """,
            currency=self.env.company.currency_id.id,
            now=fields.Datetime.now(),
            city=self._scrub(SQL("lead.city")),
            topic=self._scrub(
                SQL("lead.name"),
                names=[
                    SQL("lead.contact_name"),
                    SQL("lead.partner_name"),
                    SQL("partner.name"),
                ],
            ),
        )

    @api.model
    def _scrub(self, text, names=()):
        """Return SQL for ``text`` without names, addresses, numbers and links.

        :param SQL text: the expression to clean
        :param names: expressions whose value is cut out, whatever its case: as a whole
            and word by word
        """
        if names:
            text = SQL(
                "REGEXP_REPLACE(%s, COALESCE((%s), '(?!)'), %s, 'gi')",
                text,
                self._get_names_pattern(names),
                HIDDEN,
            )
        text = SQL("TRANSLATE(%s, %s, %s)", text, FOREIGN, PLAIN)
        for pattern in CONTACT_PATTERNS:
            text = SQL("REGEXP_REPLACE(%s, %s, %s, 'gi')", text, pattern, HIDDEN)
        return text

    @api.model
    def _get_names_pattern(self, names):
        """Return SQL for a regular expression that finds names and their words.

        Where words have spaces between them it finds whole words only: “Al” does not
        tear “Aluminium” apart. NULL when there are no names.
        """
        return SQL(
            r"""
            SELECT NULLIF(CONCAT_WS('|',
                   %(start)s || '('
                   || STRING_AGG(literal, '|') FILTER (WHERE part !~ %(unspaced)s)
                   || ')' || %(end)s,
                   STRING_AGG(literal, '|') FILTER (WHERE part ~ %(unspaced)s)), '')
              FROM (
                   SELECT TRIM(name) AS part
                     FROM unnest(ARRAY[%(names)s]) AS name
                    UNION
                   SELECT word
                     FROM unnest(ARRAY[%(names)s]) AS name,
                          regexp_split_to_table(name, %(separators)s) AS word
                    WHERE LOWER(word) <> ALL(%(common)s)
                   ) AS parts,
                   REGEXP_REPLACE(part, '([^[:alnum:][:space:]])', '\\\1', 'g')
                   AS literal
             WHERE LENGTH(part) > 1
            """,
            names=SQL(", ").join(SQL("%s::text", name) for name in names),
            unspaced=UNSPACED,
            start=WORD_START,
            end=WORD_END,
            separators=SEPARATORS,
            common=COMMON_WORDS,
        )

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_claim(self):
        """Claim these leads and tell what came of each."""
        topics = {lead.id: lead.topic for lead in self}
        result = self.env["c360.pool"].claim(self.ids)
        granted, refused = result["granted"], result["refused"]
        action = self._prepare_claim_notification(granted, refused, topics)
        if len(granted) == 1 and not refused:
            action["params"]["next"] = {
                "type": "ir.actions.act_window",
                "res_model": "crm.lead",
                "res_id": granted[0],
                "views": [(False, "form")],
            }
        return action

    @api.model
    def _prepare_claim_notification(self, granted, refused, topics):
        lines = []
        if granted:
            lines.append(
                self.env._("%(count)s granted: now yours.", count=len(granted))
            )
        lines += [
            self.env._(
                "“%(topic)s”: %(reason)s",
                topic=topics.get(item["id"]) or item["id"],
                reason=item["reason"],
            )
            for item in refused[:5]
        ]
        if len(refused) > 5:
            lines.append(
                self.env._("… and %(count)s more refused.", count=len(refused) - 5)
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.env._("Claim"),
                # the client fills in links at each "%s": a topic must not look like one
                "message": "\n".join(lines).replace("%", "%%"),
                "type": "warning" if refused else "success",
                "sticky": bool(refused),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_open_lead(self):
        """Open the lead itself, for those who may see it."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "crm.lead",
            "res_id": self.id,
            "views": [(False, "form")],
        }

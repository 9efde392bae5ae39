"""What the columns of a card list hold, by their headings, else by what stands there.

>>> guess_columns(["Vorname", "Nachname", "Firma", "E-Mail", "PLZ"], [])
['first_name', 'last_name', 'partner_name', 'email_from', 'zip']
>>> guess_columns(["姓名", "公司名称", "手机", "邮箱", "職稱", "國家"], [])
['contact_name', 'partner_name', 'mobile', 'email_from', 'function', 'country_id']
>>> guess_columns(["Nom", "Prénom", "Société", "Téléphone", "Courriel *"], [])
['last_name', 'first_name', 'partner_name', 'phone', 'email_from']
>>> guess_columns(["", "?"], [["+49 30 1234567", "a@b.example"]] * 3)
['phone', 'email_from']
>>> guess_columns(["Name", "Product", "产品"], [])
['contact_name', 'interest', 'interest']
>>> guess_columns(["Hat size"], [["L"]])
['note']
>>> find_heading([["Fair 2026", ""], ["Name", "E-Mail"], ["Jo", "jo@x.example"]])
1
>>> find_heading([["Jo Li", "jo@x.example"], ["Al Wu", "al@x.example"]])
-1
"""

import re
import unicodedata

from .lead_country import get_country_code

# Headings in English, German, French, simplified and traditional Chinese.
SYNONYMS = {
    "name": "title|lead|opportunity|subject|topic|titel|betreff|thema|anfrage|interesse"
    "|interest|objet|sujet|opportunité|标题|主题|商机|线索名称|標題|主題|商機|線索名稱",
    "contact_name": "name|full name|contact|contact name|contact person|person"
    "|attendee|visitor|ansprechpartner|ansprechpartnerin|kontakt|kontaktperson"
    "|vollständiger name|besucher|vor und nachname|nom complet|contact principal"
    "|interlocuteur|nom et prénom|nom prénom|姓名|联系人|联系人姓名|客户姓名|名字"
    "|聯絡人|聯繫人|聯絡人姓名|客戶姓名|名称",
    "first_name": "first name|firstname|given name|forename|vorname|prénom|名",
    "last_name": "last name|lastname|surname|family name|nachname|familienname|zuname"
    "|nom de famille|nom|姓|姓氏",
    "partner_name": "company|company name|organization|organisation|account|employer"
    "|business|customer|firm|firma|firmenname|unternehmen|kunde|firmierung|arbeitgeber"
    "|société|entreprise|raison sociale|organisme|client|公司|公司名|公司名称|单位"
    "|单位名称|企业|企业名称|客户|客户名称|公司名稱|單位|單位名稱|企業|企業名稱|客戶"
    "|客戶名稱|工作单位|工作單位",
    "email_from": "email|e mail|mail|email address|e mail address|mail address"
    "|work email|mailadresse|e mail adresse|email adresse|courriel|adresse email"
    "|adresse e mail|adresse électronique|mél|邮箱|电子邮箱|电子邮件|邮件|邮箱地址"
    "|電子郵箱|電子郵件|郵箱|郵件|電郵|信箱|电邮",
    "phone": "phone|phone number|telephone|tel|telephone number|work phone|landline"
    "|business phone|office phone|telefon|telefonnummer|rufnummer|festnetz|tel nr"
    "|téléphone|numéro de téléphone|fixe|téléphone fixe|电话|联系电话|电话号码|座机"
    "|固话|固定电话|联系方式|電話|聯絡電話|聯繫電話|電話號碼|座機|市話|聯絡方式|公司电话"
    "|公司電話|办公电话|辦公電話",
    "mobile": "mobile|mobile phone|mobile number|cell|cell phone|cellphone|handy"
    "|handynummer|mobil|mobiltelefon|mobilnummer|portable|téléphone portable|gsm"
    "|téléphone mobile|手机|手机号|手机号码|移动电话|手機|手機號|手機號碼|行動電話"
    "|移動電話",
    "function": "job|job title|job position|position|role|function|occupation"
    "|funktion|stelle|beruf|berufsbezeichnung|stellung|fonction|poste|profession"
    "|职位|职务|岗位|头衔|職位|職務|職稱|職銜|头衔职务",
    "website": "website|web|url|homepage|web site|internet|webseite|internetseite"
    "|site|site web|site internet|网站|网址|主页|公司网站|公司网址|網站|網址|主頁",
    "street": "street|address|address 1|address line 1|street address|road|straße"
    "|strasse|adresse|anschrift|straße und hausnummer|straße nr|strasse und hausnummer"
    "|rue|adresse postale|voie|地址|详细地址|街道|公司地址|联系地址|詳細地址|聯絡地址"
    "|通讯地址|通訊地址",
    "street2": "street 2|address 2|address line 2|adresszusatz|zusatz"
    "|complément d adresse|地址2|地址补充",
    "zip": "zip|zip code|zipcode|postcode|postal code|post code|plz|postleitzahl"
    "|code postal|cp|邮编|邮政编码|郵編|郵遞區號|郵政編碼|邮政编号",
    "city": "city|town|ort|stadt|wohnort|ville|commune|localité|城市|市|所在城市|市区"
    "|所在地|縣市",
    "state_id": "state|province|region|county|bundesland|kanton|région|département"
    "|省|省份|州|所在省|省市|地区|地區",
    "country_id": "country|nation|land|staat|pays|国家|国别|国家地区|國家|國別"
    "|國家地區",
    "description": "note|notes|comment|comments|remark|remarks|description|message"
    "|bemerkung|bemerkungen|notiz|notizen|kommentar|beschreibung|nachricht|anmerkung"
    "|remarque|remarques|commentaire|commentaires|notes internes|备注|说明|描述|留言"
    "|需求|備註|說明|附註|意见|需求描述",
    "expected_revenue": "expected revenue|revenue|amount|budget|value|deal value"
    "|umsatz|erwarteter umsatz|betrag|auftragswert|montant|revenu attendu"
    "|预计金额|金额|预算|預計金額|金額|預算|预期收入",
    "interest": "product|products|product name|product category|product of interest"
    "|interested in|produkt|produkte|artikel|warengruppe|interessiert an|produit"
    "|produits|article|intéressé par|产品|产品名称|产品类别|意向产品|感兴趣的产品|商品"
    "|產品|產品名稱|產品類別|意向產品|感興趣的產品",
    "tag_ids": "tag|tags|label|labels|category|categories|schlagwort|schlagworte"
    "|kategorie|étiquette|étiquettes|catégorie|标签|分类|類別|標籤|類型|类别",
    "source_id": "source|lead source|origin|quelle|herkunft|leadquelle|origine|来源"
    "|线索来源|客户来源|來源|客戶來源|線索來源|渠道",
    "medium_id": "medium|channel|kanal|canal|support|媒介|媒体|媒體",
    "campaign_id": "campaign|kampagne|aktion|campagne|活动|营销活动|推广活动|活動"
    "|行銷活動",
    "capture_date": "date|capture date|captured|collected on|created|created on"
    "|creation date|datum|erfasst|erfasst am|erstellt|erstellt am|date de création"
    "|日期|收集日期|创建日期|创建时间|登记时间|收集時間|建立日期|創建日期|登記日期|采集日期",
    "referred": "referred by|referral|referrer|empfohlen von|empfehlung"
    "|recommandé par|parrain|推荐人|介绍人|推薦人|介紹人",
    "skip": "no|nr|number|id|lfd nr|row|index|numéro|序号|编号|序號|編號|号|salutation"
    "|anrede|civilité|称呼|稱謂|性别|性別|gender|geschlecht|title mr mrs",
}
FIELD_BY_WORD = {
    word: field for field, words in SYNONYMS.items() for word in words.split("|")
}
HEADING_ROWS = 10
SAMPLE = 50
EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.\w{2,}$")
PHONE = re.compile(r"^\(?[+\d][\d\s()./–-]{5,22}\d$")
URL = re.compile(r"^(https?://|www\.)\S+$", re.IGNORECASE)
ZIP = re.compile(r"^([A-Z]{1,2}-)?\d{4,6}$")
COMPANY = re.compile(
    r"公司|集团|集團|工厂|工廠|\b(GmbH|AG|KG|Ltd|Inc|LLC|Corp|Co|SA|SARL|SAS|BV|Srl)\b\.?"
)
PERSON = re.compile(r"^([一-鿿]{2,4}|[^\W\d_][\w'’.-]+( [^\W\d_][\w'’.-]*){1,3})$")
CONTENTS = (
    # in this order: what is surest first; share of the cells that have to look so
    ("email_from", EMAIL.match, 0.6),
    ("website", URL.match, 0.6),
    ("country_id", get_country_code, 0.6),
    ("zip", ZIP.match, 0.8),
    ("phone", PHONE.match, 0.6),
    ("partner_name", COMPANY.search, 0.4),
    ("contact_name", PERSON.match, 0.6),
)
# Fields that two columns may share: their texts are put together.
SHARED = ("note", "skip", "interest", "tag_ids", "description")


def fold_heading(text):
    """Return a heading without case, width, signs.

    >>> fold_heading(" E－Mail＊ :"), fold_heading("Straße/Nr.")
    ('e mail', 'straße nr')
    """
    text = unicodedata.normalize("NFKC", text).lower()
    return " ".join(re.sub(r"[\W_]+", " ", text).split())


def get_field(heading):
    """Return the field a heading names, "" when unknown.

    >>> get_field("E-Mail (geschäftlich)"), get_field("客户联系电话"), get_field("Foo")
    ('email_from', 'phone', '')
    """
    folded = fold_heading(heading)
    if folded in FIELD_BY_WORD:
        return FIELD_BY_WORD[folded]
    bare = fold_heading(re.sub(r"[(（\[【].*?[)）\]】]", " ", heading))
    if bare in FIELD_BY_WORD:
        return FIELD_BY_WORD[bare]
    # a longer heading: the longest word of ours in it that is no mere syllable
    found = [word for word in FIELD_BY_WORD if _is_within(word, bare)]
    return FIELD_BY_WORD[max(found, key=len)] if found else ""


def _is_within(word, heading):
    if not word.isascii() and len(word) > 1:
        return word in heading
    return len(word) > 3 and f" {word} " in f" {heading} "


def find_heading(rows):
    """Return the position of the row with the headings, -1 when there is none.

    :param list rows: lists of texts, the first rows of the file
    """
    rates = [sum(bool(get_field(cell)) for cell in row) for row in rows[:HEADING_ROWS]]
    if not rates:
        return -1
    best = max(rates)
    row = rows[rates.index(best)]
    if best >= 2 or (best == 1 and sum(map(bool, row)) == 1):
        return rates.index(best)
    # headings in words of their own: no cell of the row looks like contents
    first = rows[0]
    if any(_looks_like_contents(cell) for cell in first) or not all(first):
        return -1
    later = [cell for row in rows[1:SAMPLE] for cell in row]
    return 0 if any(_looks_like_contents(cell) for cell in later) else -1


def _looks_like_contents(cell):
    return bool(
        cell and (EMAIL.match(cell) or URL.match(cell) or re.search(r"\d", cell))
    )


def guess_columns(headings, rows):
    """Return the field of each column; what is not understood goes to the notes.

    :param list headings: texts, "" where there is none
    :param list rows: lists of texts, the first rows below
    :return: list of field names, ``note`` where unknown
    """
    fields = [get_field(heading) for heading in headings]
    taken = set()
    for position, field in enumerate(fields):
        if field and field in taken and field not in SHARED:
            # a second number may be the mobile one
            field = "mobile" if field == "phone" and "mobile" not in fields else "note"
            fields[position] = field
        taken.add(field)
    has_headings = any(headings)
    for position, field in enumerate(fields):
        if not field:
            cells = [row[position] for row in rows[:SAMPLE] if row[position]]
            field = _guess_contents(cells, taken, only_sure=has_headings)
            fields[position] = field
            taken.add(field)
    return _settle_names(fields)


def _guess_contents(cells, taken, only_sure):
    for field, looks_so, share in CONTENTS:
        if only_sure and field == "contact_name":
            continue
        if field not in taken and cells:
            if sum(bool(looks_so(cell)) for cell in cells) >= share * len(cells):
                return field
    return "note"


def _settle_names(fields):
    """``Name`` next to ``First name`` is the family name; ``Nom`` alone the whole."""
    if "first_name" in fields and "last_name" not in fields:
        if "contact_name" in fields:
            fields[fields.index("contact_name")] = "last_name"
    if "last_name" in fields and "first_name" not in fields:
        if "contact_name" not in fields:
            fields[fields.index("last_name")] = "contact_name"
    return fields

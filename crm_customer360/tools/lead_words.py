"""Words that say little about who somebody is: titles, legal forms, kinds of streets.

Only lists, in folded spelling (see ``lead_text.fold``).

>>> "gmbh" in LEGAL_FORMS, "dr" in TITLES, "gmail.com" in FREE_MAIL
(True, True, True)
"""

TITLES = frozenset(
    "mr mrs ms miss mx dr drs prof professor sir madam herr frau hr fr ing dipl mag"
    " mme mlle monsieur madame sr sra srta don dona sig signor signora dott dhr mevr"
    " phd mba msc bsc md esq jr junior senior ii iii iv dring".split()
)
HAN_TITLES = (
    "总经理", "副总裁", "董事长", "先生", "女士", "小姐", "经理", "老师", "主任",
    "教授", "博士", "医生", "总监", "老板",
)  # fmt: skip
PARTICLES = frozenset(
    "van von der den de del della di da dos das do du la le el al bin ibn ter ten zu"
    " zur vom y e und and".split()
)
# the surnames of two characters that are met
HAN_SURNAMES = frozenset(
    "欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 慕容 令狐 司徒 夏侯 端木 南宫 长孙 宇文"
    " 轩辕 独孤 闻人 万俟 钟离 濮阳 淳于 太叔 申屠 赫连 澹台 拓跋 呼延 西门".split()
)
LEGAL_FORMS = frozenset(
    "gmbh mbh ag kg kgaa ohg ug gbr ek ev eg se inc incorporated corp corporation co"
    " company ltd limited llc llp lp plc pllc pc pty pte sdn bhd sa sas sasu sarl eurl"
    " sci snc sca spa srl srls sapa sl slu sau scl lda ltda eireli bv nv vof cv bvba"
    " sprl asbl vzw ab as asa oy oyj aps a/s hf ehf sro spol doo dd ad ood eood kft rt"
    " zrt nyrt bt sp zoo z o o oo oao zao pao ooo kk gk kabushiki kaisha yk pt tbk cia"
    " cie compania compagnie pvt private public holding the und and et y e haftungs"
    " beschrankt jsc pjsc cjsc ojsc fze fzco fzc wll tnc sti as ae epe ike vhf sh pk"
    " dmcc est trust societe anonyme gesellschaft mit beschrankter haftung".split()
)
HAN_LEGAL_FORMS = (
    "股份有限公司", "有限责任公司", "集团有限公司", "控股有限公司", "有限公司",
    "集团公司", "分公司", "总公司", "株式会社", "有限会社", "公司", "集团",
    "股份", "有限", "控股", "合伙企业", "工作室", "经营部",
)  # fmt: skip
# words many companies have; they tell less than the rest of the name
COMMON_COMPANY_WORDS = frozenset(
    "group gruppe groupe grupo international global services service solutions"
    " systems system technologies technology tech trading trade consulting consultants"
    " partners associates industries industrial enterprises enterprise products"
    " engineering construction design media software digital energy logistics"
    " transport foods food medical health care capital management marketing handel"
    " handels vertrieb bau technik europe european deutschland germany france italia"
    " usa america china asia uk restaurant cafe hotel bar grill shop store studio"
    " 科技 贸易 实业 商贸 电子 信息 技术 网络 国际 发展 投资 工程 建筑 设计 咨询 管理"
    " 服务 文化 传媒 机械 设备 医疗 食品 物流 软件".split()
)
STREET_KINDS = frozenset(
    "street st str road rd avenue ave av boulevard blvd lane ln drive dr court ct"
    " place pl square sq terrace tce close crescent cres circuit cct way highway hwy"
    " parade pde grove strasse weg platz gasse allee ring rue chemin ch impasse quai"
    " via viale piazza calle plaza paseo avenida camino straat laan plein rua the of"
    " de la le du des der die den am an im zur zum parkway pkwy trail".split()
)
UNIT_KINDS = frozenset(
    "apt apartment unit flat suite ste room rm no nr floor fl haus building bldg lot"
    " level".split()
)
STREET_ENDS = (
    "strasse", "str", "straat", "gasse", "platz", "allee", "weg", "laan", "street",
)  # fmt: skip
HAN_STREET_MARKS = (
    "大道", "大街", "街道", "胡同", "路", "街", "巷", "弄", "号楼", "号", "栋", "幢",
    "单元", "室", "楼", "层", "座",
)  # fmt: skip
HAN_PLACE_MARKS = ("特别行政区", "自治区", "省", "市", "县")
FREE_MAIL = frozenset(
    "gmail.com googlemail.com yahoo.com yahoo.de yahoo.fr yahoo.co.uk yahoo.co.jp"
    " hotmail.com hotmail.fr hotmail.co.uk outlook.com outlook.de outlook.fr live.com"
    " msn.com icloud.com me.com mac.com aol.com gmx.de gmx.net gmx.at gmx.ch web.de"
    " t-online.de freenet.de mail.com mail.ru yandex.ru proton.me protonmail.com"
    " qq.com foxmail.com 163.com 126.com yeah.net sina.com sina.cn sohu.com 139.com"
    " 189.cn aliyun.com orange.fr wanadoo.fr free.fr laposte.net sfr.fr libero.it"
    " virgilio.it tiscali.it bluewin.ch ziggo.nl kpnmail.nl bigpond.com optusnet.com.au"
    " comcast.net verizon.net att.net naver.com daum.net rediffmail.com uol.com.br"
    " terra.com.br zoho.com fastmail.com posteo.de mailbox.org telenet.be skynet.be"
    .split()
)  # fmt: skip
ROLES = frozenset(
    "info contact kontakt office sales admin mail hello support service team post"
    " buro verkauf vertrieb einkauf purchasing marketing hr jobs billing accounting"
    " buchhaltung rechnung invoice enquiries inquiry welcome reception sekretariat"
    " contacto ventas commercial export import webmaster noreply market".split()
)

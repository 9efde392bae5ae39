"""Words the names are made of."""

FIRST = (
    "Harbour Northern Green Delta River Summit Cedar Silver Urban Coastal Granite "
    "Bright Polar Amber Falcon Alpine Meadow Orchard Copper Lunar Vivid Quartz "
    "Willow Castle"
).split()
SECOND = (
    "Timber Foods Machines Textiles Optics Logistics Energy Paper Tools Dental "
    "Plastics Books Motors Gardens Lighting Metals Studios Chemicals Packaging "
    "Systems Fabrics Coffee Ceramics Instruments"
).split()
FORMS = ("GmbH", "Ltd", "SA", "BV", "Inc", "SRL", "AG", "& Co")
GIVEN = (
    "Anna Ben Clara David Elena Felix Greta Hugo Ines Jonas Karin Liam Maria Noah "
    "Olga Paul Rosa Simon Tara Victor Wendy Yusuf Zoe Emil"
).split()
FAMILY = (
    "Adams Bauer Costa Dubois Evans Fischer Garcia Hansen Ivanov Janssens Keller "
    "Lopez Martin Novak Olsen Peeters Rossi Schmidt Tanaka Urban Vogel Weber Young "
    "Zimmer"
).split()
HAN_CITY = (
    "北京",
    "上海",
    "深圳",
    "广州",
    "杭州",
    "成都",
    "苏州",
    "南京",
    "武汉",
    "厦门",
)
HAN_BRAND = tuple("华中天新宏远东盛瑞恒金信嘉德明泰")
HAN_TRADE = ("科技", "贸易", "机械", "电子", "食品", "物流", "建材", "服装")
HAN_FAMILY = tuple("王李张刘陈杨赵黄周吴徐孙胡朱高林")
HAN_GIVEN = (
    "伟 芳 娜 敏 静 丽 强 磊 军 洋 勇 艳 杰 娟 涛 明 超 "
    "秀英 建国 晓燕 志强 海燕 文博 雨桐"
).split()
CITIES = (
    ("Antwerp", "be"),
    ("Ghent", "be"),
    ("Leuven", "be"),
    ("Bruges", "be"),
    ("Berlin", "de"),
    ("Hamburg", "de"),
    ("Munich", "de"),
    ("Cologne", "de"),
)
STREETS = ("Station Road", "Mill Lane", "Market Street", "Harbour Way", "Park Avenue")
WISHES = (
    "Spare parts for a new line",
    "Request from the fair",
    "Yearly supply contract",
    "Replacement of two machines",
    "Office furniture for a branch",
    "询价：办公设备",
    "年度采购合同",
    "新生产线设备",
)

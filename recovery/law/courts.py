"""Courts by name: which settings apply at a court, however its name was typed.

The full name of a local court begins with its province (江苏省南京市…, 上海市…). A name that begins
with the city instead is placed where it is a provincial capital or a city under the plan; any
other takes no setting of a province by itself.
"""

import unicodedata
from functools import lru_cache

PROVINCES = (
    *("北京", "天津", "河北", "山西", "内蒙古", "辽宁", "吉林", "黑龙江", "上海", "江苏", "浙江"),
    *(
        "安徽",
        "福建",
        "江西",
        "山东",
        "河南",
        "湖北",
        "湖南",
        "广东",
        "广西",
        "海南",
        "重庆",
        "四川",
    ),
    *("贵州", "云南", "西藏", "陕西", "甘肃", "青海", "宁夏", "新疆"),
)
CITIES = {
    "石家庄": "河北",
    "太原": "山西",
    "呼和浩特": "内蒙古",
    "沈阳": "辽宁",
    "大连": "辽宁",
    "长春": "吉林",
    "哈尔滨": "黑龙江",
    "南京": "江苏",
    "杭州": "浙江",
    "宁波": "浙江",
    "合肥": "安徽",
    "福州": "福建",
    "厦门": "福建",
    "南昌": "江西",
    "济南": "山东",
    "青岛": "山东",
    "郑州": "河南",
    "武汉": "湖北",
    "长沙": "湖南",
    "广州": "广东",
    "深圳": "广东",
    "南宁": "广西",
    "海口": "海南",
    "成都": "四川",
    "贵阳": "贵州",
    "昆明": "云南",
    "拉萨": "西藏",
    "西安": "陕西",
    "兰州": "甘肃",
    "西宁": "青海",
    "银川": "宁夏",
    "乌鲁木齐": "新疆",
}
"""Capital of a province, or city under the plan → its province."""

COURT, PROVINCE = "court:", "province:"


def plain_name(name: str) -> str:
    """Return a name without spaces and with full-width signs made narrow, to compare by."""
    return "".join(unicodedata.normalize("NFKC", name).split())


def province_of(name: str) -> str | None:
    """Return the province, short, that the name of a court or place begins with."""
    plain = plain_name(name)
    found = next((one for one in PROVINCES if plain.startswith(one)), None)
    return found or next((CITIES[one] for one in CITIES if plain.startswith(one)), None)


@lru_cache(maxsize=4096)
def place_key(place: str) -> str:
    """Return a place (`court:…`, `province:…`) as it is compared with another."""
    kind, _colon, name = place.partition(":")
    short = province_of(name) if kind == "province" else None
    return f"{kind}:{short or plain_name(name)}"


def places_of(court: str, province: str = "") -> tuple[str, ...]:
    """Return the places whose settings apply at `court`, the nearer later.

    `province` is what was said of it; left out, it is taken from the name of the court.
    """
    of = province.strip() or province_of(court)
    places = (f"{PROVINCE}{of}",) if of else ()
    return (*places, f"{COURT}{court}") if court.strip() else places

"""Courts by name: which settings apply at a court, however its name was typed.

The full name of a local court begins with its province (江苏省南京市…, 上海市…); the few that have
none there (specialised courts named after a city) take no setting of a province by themselves.
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
COURT, PROVINCE = "court:", "province:"


def plain_name(name: str) -> str:
    """Return a name without spaces and with full-width signs made narrow, to compare by."""
    return "".join(unicodedata.normalize("NFKC", name).split())


def province_of(name: str) -> str | None:
    """Return the province, short, that the name of a court or place begins with."""
    plain = plain_name(name)
    return next((one for one in PROVINCES if plain.startswith(one)), None)


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

"""Synthetic persons: plausible names, and numbers in ranges that nobody is assigned."""

from datetime import date, timedelta
from random import Random

from stdnum.iso7064 import mod_11_2

from recovery.demo.places import Place
from recovery.loans.values import NewPerson

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟"
    "姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛"
)
"""Most frequent first: they are drawn with falling weight."""

DOUBLE_SURNAMES = ("欧阳", "上官", "司马", "诸葛", "慕容")
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华建文玉兰红国志海东晓雪梅婷宇浩欣子轩梓涵诗佳俊天"
    "博雅晨曦思远嘉怡辰睿瑶琪萱铭泽昊然一诺可馨安彤旭鹏飞龙凤云峰林森淼鑫晶莹洁颖慧琳琴倩岚薇蕾蓉"
)
WEIGHTS = tuple(1 / (place + 6) for place in range(len(SURNAMES)))
ROADS = ("解放路", "人民路", "建设大道", "中山路", "和平街", "新华路", "滨江大道", "文化路")

NO_COUNTY = "99"
"""Last two digits of a place of GB/T 2260 under which no county was ever listed."""

NO_OPERATOR = "154"
"""First three digits of mobile numbers that no operator was given."""

NO_BANK = "699999"
"""First six digits of card numbers that no bank was given."""


def name(random: Random) -> str:
    """Return a full name of two or three characters, now and then with a double surname."""
    if random.random() < 0.004:
        surname = random.choice(DOUBLE_SURNAMES)
    else:
        surname = random.choices(SURNAMES, WEIGHTS)[0]
    return surname + "".join(random.choice(GIVEN) for _ in range(1 + (random.random() < 0.72)))


def id_number(random: Random, city: str) -> str:
    """Return an ID number with a right check digit, of a county that does not exist."""
    born = date(1962, 1, 1) + timedelta(days=random.randrange(40 * 365))
    body = f"{city}{NO_COUNTY}{born:%Y%m%d}{random.randrange(1, 1000):03d}"
    return body + str(mod_11_2.calc_check_digit(body))


def phone(random: Random) -> str:
    """Return a mobile number of eleven digits that is assigned to nobody."""
    return f"{NO_OPERATOR}{random.randrange(10**8):08d}"


def person(random: Random, place: Place) -> NewPerson:
    """Return a person who lives at `place`."""
    house, flat = random.randrange(1, 400), random.randrange(101, 2504)
    return NewPerson(
        name=name(random),
        id_number=id_number(random, place.city),
        phone=phone(random),
        address=f"{place.town}{random.choice(ROADS)}{house}号{flat}室",
        bank_account=f"{NO_BANK}{random.randrange(10**13):013d}",
        city=place.city,
    )

"""Synthetic cars: makes with list prices, VINs with a right check digit, number plates."""

from dataclasses import dataclass
from decimal import Decimal
from random import Random

from recovery.loans.rules.identity import vin_check_digit


@dataclass(frozen=True, slots=True)
class Car:
    """A model on sale, with its price when new in yuan and the beginning of its VINs."""

    make: str
    model: str
    price: Decimal
    prefix: str


CARS = (
    Car("大众", "朗逸", Decimal(118_000), "LSV"),
    Car("大众", "途观", Decimal(219_000), "LSV"),
    Car("丰田", "卡罗拉", Decimal(126_800), "LFM"),
    Car("丰田", "凯美瑞", Decimal(198_800), "LVG"),
    Car("本田", "雅阁", Decimal(189_800), "LHG"),
    Car("日产", "轩逸", Decimal(119_000), "LGB"),
    Car("别克", "君威", Decimal(178_800), "LSG"),
    Car("比亚迪", "秦", Decimal(109_800), "LGX"),
    Car("比亚迪", "汉", Decimal(209_800), "LGX"),
    Car("吉利", "帝豪", Decimal(79_800), "L6T"),
    Car("长安", "逸动", Decimal(82_900), "LS5"),
    Car("哈弗", "H6", Decimal(118_900), "LGW"),
    Car("宝马", "3系", Decimal(313_900), "LBV"),
    Car("奥迪", "A4L", Decimal(321_800), "LFV"),
    Car("五菱", "宏光", Decimal(52_800), "LZW"),
    Car("福田", "欧曼", Decimal(358_000), "LVB"),
)

SIGNS = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"
PLATE_SIGNS = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"
YEARS = "ABCDEFGHJKLMNPRSTVWXY123456789"
"""Letters of model years from 2010 on."""


def vin(random: Random, car: Car, year: int, number: int) -> str:
    """Return a VIN of the model year whose serial digits are those of `number`."""
    described = "".join(random.choices(SIGNS, k=5))
    rest = f"{YEARS[(year - 2010) % len(YEARS)]}{random.choice(SIGNS)}{number % 10**6:06d}"
    check = vin_check_digit(f"{car.prefix}{described}0{rest}")
    return f"{car.prefix}{described}{check}{rest}"


def plate(random: Random, prefix: str) -> str:
    """Return a plate of the city, one in six of a new-energy car."""
    if random.random() < 1 / 6:
        return f"{prefix}D{random.randrange(10**5):05d}"
    return prefix + "".join(random.choices(PLATE_SIGNS, k=1)) + f"{random.randrange(10**4):04d}"

"""Where the synthetic lender works: its branches, their courts, and its collection agencies."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A branch with its city (GB/T 2260, four digits), number plates and court."""

    code: str
    name: str
    city: str
    plate: str
    town: str
    court: str

    @property
    def province(self) -> str:
        """The province's two digits."""
        return self.city[:2]


PLACES = (
    Place("SH", "上海分公司", "3101", "沪A", "上海市", "上海市浦东新区人民法院"),
    Place("BJ", "北京分公司", "1101", "京A", "北京市", "北京市朝阳区人民法院"),
    Place("GZ", "广州分公司", "4401", "粤A", "广东省广州市", "广州市天河区人民法院"),
    Place("SZ", "深圳分公司", "4403", "粤B", "广东省深圳市", "深圳市南山区人民法院"),
    Place("HZ", "杭州分公司", "3301", "浙A", "浙江省杭州市", "杭州市余杭区人民法院"),
    Place("NJ", "南京分公司", "3201", "苏A", "江苏省南京市", "南京市江宁区人民法院"),
    Place("CD", "成都分公司", "5101", "川A", "四川省成都市", "成都高新技术产业开发区人民法院"),
    Place("CQ", "重庆分公司", "5001", "渝A", "重庆市", "重庆市渝北区人民法院"),
    Place("WH", "武汉分公司", "4201", "鄂A", "湖北省武汉市", "武汉市洪山区人民法院"),
    Place("XA", "西安分公司", "6101", "陕A", "陕西省西安市", "西安市雁塔区人民法院"),
    Place("ZZ", "郑州分公司", "4101", "豫A", "河南省郑州市", "郑州市金水区人民法院"),
    Place("SY", "沈阳分公司", "2101", "辽A", "辽宁省沈阳市", "沈阳市沈河区人民法院"),
)

AGENCIES = ("恒信资产服务有限公司", "诚达商务咨询有限公司", "远拓信用管理有限公司")

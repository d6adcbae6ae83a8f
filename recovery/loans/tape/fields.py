"""What a tape can tell us: our fields, how each is read, and whether a new loan needs it."""

from dataclasses import dataclass

from recovery.kernel.text import Text, _


@dataclass(frozen=True, slots=True)
class Field:
    """A value that a column of a tape can be mapped to.

    `kind` names the rule of casting; `codes` the closed list of a code.
    """

    name: str
    label: Text
    kind: str
    group: str
    required: bool = False
    codes: str | None = None

    @property
    def is_yearly_rate(self) -> bool:
        """Whether it is a rate a year, not a share of another rate."""
        return self.kind == "rate" and self.name.endswith("_per_year")


GROUPS: dict[str, Text] = {
    "loan": _("合同"),
    "borrower": _("借款人"),
    "co_borrower": _("共同借款人"),
    "guarantor": _("保证人"),
    "position": _("余额与逾期"),
    "vehicle": _("车辆与抵押"),
    "fact": _("会计数据"),
    "other": _("其他"),
}


def _person(group: str, prefix: str) -> tuple[Field, ...]:
    """Return the fields of a person."""
    return (
        Field(f"{prefix}name", _("姓名"), "text", group),
        Field(f"{prefix}id_number", _("身份证号码"), "id_number", group),
        Field(f"{prefix}phone", _("手机号码"), "phone", group),
        Field(f"{prefix}address", _("地址"), "address", group),
    )


ALL = (
    Field("contract_no", _("合同编号"), "code_text", "loan", required=True),
    Field("disbursed_on", _("放款日"), "day", "loan", required=True),
    Field("disbursed_amount", _("放款金额"), "yuan", "loan", required=True),
    Field("rate_per_year", _("年利率"), "rate", "loan", required=True),
    Field("first_due_on", _("首期还款日"), "day", "loan"),
    Field("matures_on", _("到期日"), "last_day", "loan"),
    Field("term_months", _("期数（月）"), "count", "loan"),
    Field("instalment_amount", _("每期应还"), "yuan", "loan"),
    Field("penalty_rate_per_year", _("罚息年利率"), "rate", "loan"),
    Field("penalty_markup", _("罚息上浮比例"), "rate", "loan"),
    Field("compound_rate_per_year", _("复利年利率"), "rate", "loan"),
    Field("repayment_method", _("还款方式"), "code", "loan", codes="repayment_method"),
    Field("product", _("产品"), "code", "loan", codes="product"),
    Field("guarantee", _("担保方式"), "code", "loan", codes="guarantee"),
    Field("branch", _("分支机构"), "text", "loan"),
    *_person("borrower", ""),
    Field("bank_account", _("银行账号"), "account", "borrower"),
    Field("birth_year", _("出生年份"), "count", "borrower"),
    Field("sex", _("性别"), "code", "borrower", codes="sex"),
    Field("province", _("省份"), "province", "borrower"),
    *_person("co_borrower", "co_borrower_"),
    *_person("guarantor", "guarantor_"),
    Field("guarantee_mode", _("保证方式"), "code", "guarantor", codes="guarantee_mode"),
    Field("as_of", _("数据日期"), "day", "position"),
    Field("principal", _("剩余本金"), "yuan", "position", required=True),
    Field("billed_interest", _("欠息"), "yuan", "position"),
    Field("penalty_due", _("罚息"), "yuan", "position"),
    Field("compound_due", _("复利"), "yuan", "position"),
    Field("costs_due", _("费用"), "yuan", "position"),
    Field("overdue_since", _("逾期起始日"), "day", "position"),
    Field("days_past_due", _("逾期天数"), "count", "position"),
    Field("assigned_class", _("五级分类"), "code", "position", codes="assigned_class"),
    Field("stage", _("诉讼状态"), "code", "position", codes="stage"),
    Field("written_off_on", _("核销日"), "day", "position"),
    Field("closed_on", _("结清日"), "day", "position"),
    Field("vin", _("车架号"), "vin", "vehicle"),
    Field("plate", _("车牌号"), "plate", "vehicle"),
    Field("engine_no", _("发动机号"), "code_text", "vehicle"),
    Field("make", _("车辆品牌"), "text", "vehicle"),
    Field("model", _("车型"), "text", "vehicle"),
    Field("model_year", _("年款"), "count", "vehicle"),
    Field("condition", _("新车或二手车"), "code", "vehicle", codes="condition"),
    Field("vehicle_value", _("车辆价格"), "yuan", "vehicle"),
    Field("mortgage_state", _("抵押登记情况"), "code", "vehicle", codes="mortgage_state"),
    Field("mortgage_registered_on", _("抵押登记日"), "day", "vehicle"),
    Field("mortgage_certificate_no", _("机动车登记证书编号"), "code_text", "vehicle"),
    Field("vehicle_state", _("车辆状况"), "code", "vehicle", codes="vehicle_state"),
    Field("gross_carrying_amount", _("账面余额"), "yuan", "fact"),
    Field("allowance", _("减值准备"), "yuan", "fact"),
    Field("ifrs9_stage", _("减值阶段"), "count", "fact"),
    Field("effective_rate_per_year", _("实际利率"), "rate", "fact"),
    Field("application", _("申请资料（保留原文）"), "kept", "other"),
)

FIELDS = {field.name: field for field in ALL}

REPORTING = (
    Field("period_begin", _("报告期首日"), "day", "other"),
    Field("period_end", _("报告期末日"), "day", "other", required=True),
    Field("begin_balance", _("期初余额"), "yuan", "other"),
    Field("end_balance", _("期末余额"), "yuan", "other"),
    Field("total_paid", _("实收合计"), "yuan", "other"),
    Field("principal_paid", _("实收本金"), "yuan", "other"),
    Field("interest_paid", _("实收利息"), "yuan", "other"),
    Field("other_paid", _("实收其他"), "yuan", "other"),
    Field("principal_adjusted", _("本金调整"), "yuan", "other"),
    Field("charged_off", _("核销本金"), "yuan", "other"),
    Field("recovered", _("回收金额"), "yuan", "other"),
    Field("proceeds", _("车辆处置价款"), "yuan", "other"),
    Field("scheduled_payment", _("当期应还"), "yuan", "other"),
    Field("next_payment_due", _("下期应还"), "yuan", "other"),
    Field("zero_balance_on", _("余额归零日"), "day", "other"),
    Field("zero_balance_code", _("余额归零原因"), "code_text", "other"),
)
"""Fields of a reporting row of ABS-EE: what happened to a loan in one month."""

REPORTING_FIELDS = {field.name: field for field in (ALL[0], *REPORTING)}
"""What a row of a payments file tells."""

SNAPSHOT_FIELDS = {
    name: field for name, field in (FIELDS | REPORTING_FIELDS).items() if name != "principal"
}
"""What a row of an ABS-EE loans file tells: the loan, and its latest month."""

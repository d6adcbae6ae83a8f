"""Forms of the auditor's workspace."""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TypeVar

from wtforms import HiddenField
from wtforms.validators import ValidationError

from recovery.evidence.sampling.labels import (
    ALLOCATIONS,
    EXCEPTIONS,
    LETTER_STATES,
    MEASURES,
    METHODS,
)
from recovery.evidence.sampling.population import MEASURES as MEASURED
from recovery.evidence.sampling.service import Result, Seeded
from recovery.evidence.sampling.sizes import monetary_size
from recovery.kernel.errors import RuleViolation
from recovery.kernel.text import _
from recovery.web.fields import (
    CountField,
    LineField,
    NoteField,
    PastDateField,
    RadioField,
    RateField,
    SelectField,
    YuanField,
)
from recovery.web.forms import BaseForm, VersionedForm
from recovery.web.reading import Unreadable, read_count, read_yuan
from recovery.web.validators import Required, length_up_to, not_negative

T = TypeVar("T")
USUAL_CONFIDENCE = Decimal("0.95")


class PopulationForm(BaseForm):
    """What is to be examined; the conditions stand in `query`."""

    title = LineField(
        _("抽样目的"), [Required(), length_up_to(120)], help_text=_("如：贷款余额的存在与准确。")
    )
    measure = SelectField(_("金额口径"))
    log_size = CountField(
        _("截至检查点"),
        help_text=_("日志条数，只取在此之前登记的交易；不填则先登记并签署最新的检查点。"),
    )
    query = HiddenField()

    @classmethod
    def of(cls, source: str) -> "PopulationForm":
        """Return the form for a population of `source`."""
        form = cls()
        form.measure.choices = [(code, MEASURES[code]) for code in MEASURED[source]]
        if source == "loan":
            del form.log_size
        return form


class SeedForm(BaseForm):
    """The auditor's seed and the method."""

    seed = LineField(
        _("种子"),
        [Required(), length_up_to(200)],
        help_text=_("由您自己随机确定（掷骰、抽数），至少 6 个字符；输入后不能更换。"),
    )
    method = RadioField(_("方法"), choices=list(METHODS.items()), default="mus")
    size = CountField(
        _("样本量"), help_text=_("货币单元抽样可不填，按可容忍错报、预计错报和置信水平计算。")
    )
    confidence = RateField(_("置信水平"), [Required()], default=USUAL_CONFIDENCE)
    tolerable = YuanField(_("可容忍错报"), [not_negative])
    expected = YuanField(_("预计错报"), [not_negative])
    bounds = NoteField(
        _("各层下限（元）"),
        help_text=_("分层抽样用。从小到大，每行一个；最低一层不写。如 10000 和 50000 分为三层。"),
    )
    allocation = SelectField(_("分配"), choices=list(ALLOCATIONS.items()))
    numbers = LineField(_("各层数量"), help_text=_("逐层指定时填写，从低到高。"))

    def validate_bounds(self, field: NoteField) -> None:
        """Read the bounds."""
        self.lower_ends: tuple[Decimal, ...] = ()
        if self.method.data == "stratified":
            self.lower_ends = tuple(_each(field.data or "", read_yuan))

    def validate_numbers(self, field: LineField) -> None:
        """Read the numbers of the strata."""
        self.given_numbers: tuple[int, ...] = ()
        if self.method.data == "stratified" and self.allocation.data == "given":
            self.given_numbers = tuple(_each(field.data or "", read_count))

    def seeded(self, positive: Decimal) -> Seeded:
        """Return what was asked for; `positive` is the population's value above zero.

        Raises:
            RuleViolation: no size, and nothing to compute one from.
        """
        return Seeded(
            seed=self.seed.data or "",
            method=self.method.data,
            size=self.size_for(positive),
            confidence=self.confidence.data or USUAL_CONFIDENCE,
            bounds=self.lower_ends,
            allocation=self.allocation.data,
            numbers=self.given_numbers,
            tolerable=self.tolerable.data,
            expected=self.expected.data,
        )

    def size_for(self, positive: Decimal) -> int:
        """Return the size asked for, or the one that a monetary-unit sample needs.

        Raises:
            RuleViolation: as `seeded`.
        """
        if self.size.data is not None:
            return int(self.size.data)
        if self.method.data == "stratified" and self.allocation.data == "given":
            return sum(self.given_numbers)
        if self.method.data != "mus" or self.tolerable.data is None:
            raise RuleViolation(_("请填写样本量；货币单元抽样也可填写可容忍错报，由系统计算。"))
        return monetary_size(
            positive,
            tolerable=self.tolerable.data,
            expected=self.expected.data or Decimal(0),
            confidence=self.confidence.data or USUAL_CONFIDENCE,
        )


def _each(text: str, read: Callable[[str], T]) -> list[T]:
    """Return what each of the values in `text` says."""
    try:
        parts = re.split(r"[\s;；、，]+|,\s+", text.strip())
        return [read(part) for part in parts if part]
    except Unreadable as error:
        raise ValidationError(str(error.message)) from error


class ResultForm(VersionedForm):
    """What was found of one item."""

    examined = YuanField(_("核对金额"), [Required()])
    exception = SelectField(_("例外"), choices=[("", _("没有例外")), *EXCEPTIONS.items()])
    reason = NoteField(_("理由"), [length_up_to(1000)], help_text=_("有例外时必填。"))
    note = NoteField(_("备注"), [length_up_to(2000)], help_text=_("查阅的文件、询问的人员等。"))

    @property
    def result(self) -> Result:
        """What was typed."""
        return Result(
            self.examined.data or Decimal(0),
            self.exception.data or None,
            self.reason.data or "",
            self.note.data or "",
        )


class PasteResultsForm(BaseForm):
    """Many results at once."""

    lines = NoteField(
        _("结果"),
        [Required()],
        help_text=_(
            "每行一项：序号、核对金额，有例外时再写例外种类和理由，用制表符或逗号分开。可从表格复制。"
        ),
    )


class ConclusionForm(BaseForm):
    """The auditor's conclusion."""

    words = NoteField(_("结论"), [Required(), length_up_to(4000)])


class ReaderForm(BaseForm):
    """A colleague who may work on the sample."""

    user = SelectField(_("同事"), coerce=int)

    def offer(self, people: Sequence[tuple[int, str]]) -> None:
        """Offer these people."""
        self.user.choices = list(people)


class ReplyForm(VersionedForm):
    """How a letter stands."""

    state = SelectField(
        _("状态"), choices=[(code, name) for code, (name, _meaning) in LETTER_STATES.items()]
    )
    sent_on = PastDateField(_("发出日"))
    replied_on = PastDateField(_("回函日"))
    confirmed = YuanField(_("回函金额"), help_text=_("回函不符时填写对方所称的余额。"))
    alternative = NoteField(
        _("替代程序"),
        [length_up_to(2000)],
        help_text=_("未回函时必填：如检查期后还款、合同与放款凭证。"),
    )

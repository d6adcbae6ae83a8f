"""Use cases of a sample: fix the population, enter the seed, draw, record results, conclude.

The order is the point: a seed is taken only for a population that is fixed and registered, and only
once, so that neither can be chosen to fit the other. Nothing of a sample is deleted.
"""

import os
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.evidence.sampling import draw
from recovery.evidence.sampling.labels import EXCEPTIONS, METHODS
from recovery.evidence.sampling.models import AuditSample, SampleItem
from recovery.evidence.sampling.population import BARS, MEASURES, conditions_of
from recovery.evidence.sampling.readers import engagement_of, sample_for_change
from recovery.evidence.sampling.sizes import check_confidence
from recovery.kernel.actions import Action
from recovery.kernel.errors import NotFound, RuleViolation
from recovery.kernel.money import fen_of
from recovery.kernel.numbering import draw as draw_number
from recovery.kernel.numbering import house_number
from recovery.kernel.text import _
from recovery.kernel.work import Work

FIX = "sampling.fix"
DRAW = "sampling.draw"
MOST_ITEMS = 5_000
MOST_STRATA = 12
SHORTEST_SEED = 6


@dataclass(frozen=True, slots=True)
class NewSample:
    """What population is asked for."""

    title: str
    source: str
    measure: str
    query: str
    log_size: int | None = None
    """Transactions registered before this size of the log; None: all by now."""


@dataclass(frozen=True, slots=True)
class Seeded:
    """The auditor's seed and how to draw. `bounds` are inclusive lower ends in yuan."""

    seed: str
    method: str
    size: int
    confidence: Decimal
    bounds: tuple[Decimal, ...] = ()
    allocation: str = "by_value"
    numbers: tuple[int, ...] = ()
    tolerable: Decimal | None = None
    expected: Decimal | None = None


def start_sample(work: Work, new: NewSample) -> AuditSample:
    """Begin a sample: a job fixes its population; the seed follows when that is done.

    Raises:
        RuleViolation: no title, an unknown source or measure, or no open engagement.
    """
    if not new.title.strip():
        raise RuleViolation(_("请写明抽样目的。"))
    if new.measure not in MEASURES.get(new.source, ()):
        raise RuleViolation(_("没有这种总体或金额口径。"))
    filters = conditions_of(new.source, new.query)
    if filters.problems:
        raise RuleViolation(_("有的条件看不懂，请先改正。"))
    [number] = draw_number(work, "audit_sample")
    sample = work.add(
        AuditSample(
            row_uuid=os.urandom(16),
            number=f"SJ{house_number(work.today.year, number)}",
            title=new.title.strip(),
            auditor_id=work.actor.id,
            engagement_id=engagement_of(work.session, work.actor, work.today),
            state="fixing",
            created_at=work.now,
            source=new.source,
            measure=new.measure,
            query=filters.query,
            conditions="；".join(f"{chip.label}：{chip.value}" for chip in filters.chips),
            log_size=new.log_size if new.source in BARS and new.source != "loan" else None,
            bounds=[],
            numbers=[],
            strata=[],
        )
    )
    sample.salt = os.urandom(32).hex()
    work.session.flush()
    work.record(Action.DRAW_SAMPLE, sample, step="population")
    work.enqueue(FIX, {"sample": sample.id}, key=f"sample-{sample.id}")
    return sample


def enter_seed(work: Work, sample_id: int, given: Seeded) -> AuditSample:
    """Take the seed for a fixed population, once; a job draws.

    Raises:
        RuleViolation: the population is not fixed yet, there is a seed already, or what was asked
            for cannot be drawn.
    """
    sample = sample_for_change(work, sample_id)
    if sample.state in {"fixing", "failed"} or sample.digest is None:
        raise RuleViolation(_("总体还没有固定并登记，现在不能输入种子。"))
    if sample.state != "fixed":
        raise RuleViolation(
            _("这个总体已经输入过种子，不能再换。需要另一个样本时，请重新固定总体。")
        )
    _check(sample, given)
    sample.seed = given.seed.strip()
    sample.method, sample.size = given.method, given.size
    sample.confidence = str(given.confidence)
    sample.tolerable, sample.expected = given.tolerable, given.expected
    if given.method == "stratified":
        sample.bounds = [f"{bound:.2f}" for bound in given.bounds]
        sample.allocation, sample.numbers = given.allocation, list(given.numbers)
    sample.state, sample.seeded_at = "drawing", work.now
    work.session.flush()
    work.record(Action.DRAW_SAMPLE, sample, step="seed", method=given.method)
    work.enqueue(DRAW, {"sample": sample.id}, key=f"sample-{sample.id}")
    return sample


def _check(sample: AuditSample, given: Seeded) -> None:
    """Refuse what cannot be drawn."""
    if len(given.seed.strip()) < SHORTEST_SEED:
        raise RuleViolation(
            _("种子至少 {count} 个字符，请自行掷骰或随机确定。", count=SHORTEST_SEED)
        )
    if given.method not in METHODS:
        raise RuleViolation(_("没有这种抽样方法。"))
    check_confidence(given.confidence)
    asked = sum(given.numbers) if _is_given(given) else given.size
    if not 1 <= asked <= MOST_ITEMS:
        raise RuleViolation(_("样本量须在 1 至 {most} 之间。", most=MOST_ITEMS))
    if given.method == "mus" and not sample.positive_count:
        raise RuleViolation(_("总体中没有大于零的项目，不能按货币单元抽样。"))
    if given.method == "stratified":
        _check_strata(given)


def _is_given(given: Seeded) -> bool:
    return given.method == "stratified" and given.allocation == "given"


def _check_strata(given: Seeded) -> None:
    bounds = given.bounds
    if not bounds or len(bounds) >= MOST_STRATA or list(bounds) != sorted(set(bounds)):
        raise RuleViolation(
            _("请从小到大写出各层的下限（不含最低一层），最多 {most} 层。", most=MOST_STRATA)
        )
    wrong = len(given.numbers) != len(bounds) + 1 or min(given.numbers, default=0) < 0
    if given.allocation == "given" and wrong:
        raise RuleViolation(_("请为 {count} 个层各写一个数量。", count=len(bounds) + 1))


def plan_of(sample: AuditSample) -> draw.Plan:
    """Return the plan by which `draw.py` draws the sample."""
    numbers = tuple(int(number) for number in sample.numbers)
    given = sample.allocation == "given"
    return draw.Plan(
        method=sample.method or "",
        seed=sample.seed or "",
        size=sum(numbers) if given and numbers else sample.size or 0,
        digest=sample.digest or "",
        bounds=tuple(draw.fen_of(bound) for bound in sample.bounds),
        allocation=sample.allocation or "given",
        numbers=numbers,
    )


def population_text(sample: AuditSample, file_sha256: str) -> str:
    """Return what is registered of a population, a line each: count, value, digest, file."""
    return f"{sample.item_count}\n{sample.value}\n{sample.digest}\n{file_sha256}\n"


def registered_digest(sample: AuditSample, text: str) -> str:
    """Return the salted digest under which a text of the sample is registered.

    Salted, because records of the house are open to many: whoever guessed conditions or a seed
    could otherwise check the guess.
    """
    return sha256(bytes.fromhex(sample.salt or "") + text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Result:
    """What the auditor found of one item."""

    examined: Decimal
    exception: str | None = None
    reason: str = ""
    note: str = ""


def item_at(session: Session, sample: AuditSample, place: int) -> SampleItem:
    """Return an item of a sample whose gate was passed.

    Raises:
        NotFound: the sample has none at that place.
    """
    item = session.scalars(
        select(SampleItem).where(SampleItem.sample_id == sample.id, SampleItem.place == place)
    ).one_or_none()
    if item is None:
        raise NotFound
    return item


def record_result(
    work: Work, sample_id: int, place: int, result: Result, *, version: int | None = None
) -> SampleItem:
    """Record what was found of an item; an earlier finding is replaced, and the audit log says so.

    Raises:
        RuleViolation: the conclusion stands already; a difference without its kind; no reason.
        Conflict: a colleague changed it since the `version` that the form showed.
    """
    sample = sample_for_change(work, sample_id)
    if sample.state != "drawn":
        raise RuleViolation(_("样本尚未抽出，或已出结论，不能登记结果。"))
    item = item_at(work.session, sample, place)
    if version is not None:
        work.require_version(item, version)
    _check_result(item, result)
    again = item.examined is not None
    item.examined, item.exception = result.examined, result.exception
    item.reason = result.reason.strip() or None
    item.note = result.note.strip() or None
    item.examined_at, item.examined_by = work.now, work.actor.name
    work.session.flush()
    work.record(Action.RECORD_SAMPLE, sample, place=place, again=again)
    return item


def _check_result(item: SampleItem, result: Result) -> None:
    fen_of(result.examined)
    if result.exception is None and result.examined != item.value:
        raise RuleViolation(_("核对金额与账面不同，请选择例外的种类。"))
    if result.exception is not None and result.exception not in EXCEPTIONS:
        raise RuleViolation(_("没有这种例外。"))
    if result.exception is not None and not result.reason.strip():
        raise RuleViolation(_("有例外时请写明理由。"))


def items_of(session: Session, sample_id: int) -> list[SampleItem]:
    """Return the items of a sample in the order of the draw."""
    rows = select(SampleItem).where(SampleItem.sample_id == sample_id)
    return list(session.scalars(rows.order_by(SampleItem.place)))


def conclude(work: Work, sample_id: int, words: str) -> AuditSample:
    """Keep the auditor's conclusion; results do not change afterwards. Registered as evidence.

    Raises:
        RuleViolation: items are not examined yet, or nothing is said.
    """
    sample = sample_for_change(work, sample_id)
    if sample.state != "drawn":
        raise RuleViolation(_("样本尚未抽出，或已出结论。"))
    items = items_of(work.session, sample.id)
    left = sum(1 for item in items if item.examined is None)
    if left:
        raise RuleViolation(_("还有 {count} 项没有核对，不能出结论。", count=left))
    if not words.strip():
        raise RuleViolation(_("请写明结论。"))
    sample.conclusion = words.strip()
    sample.state, sample.concluded_at = "concluded", work.now
    work.session.flush()
    results = "".join(
        f"{item.place},{item.examined},{item.exception or ''},{item.reason or ''}\n"
        for item in items
    )
    fields = {
        "event": "sample.conclude",
        "sample": sample.number,
        "results_digest": registered_digest(sample, results),
        "conclusion_digest": registered_digest(sample, sample.conclusion),
    }
    work.register("event", sample, loan_id=None, fields=fields)
    work.record(Action.RECORD_SAMPLE, sample, step="conclusion")
    return sample

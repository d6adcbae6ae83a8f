"""An item in words: its title, its fields, its states, what its signatures say."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from recovery.evidence.dossiers import words
from recovery.evidence.dossiers.values import value_of
from recovery.kernel import links
from recovery.kernel.models import RegistrationIntent
from recovery.kernel.text import Text, _
from recovery.loans.labels import ENTRY_KINDS
from recovery.web.display import moment
from recovery.web.worklist import Badge

FIELDS: dict[str, Text] = {
    "condition": _("状况"),
    "reason": _("原因"),
}
"""Fields that dossiers name otherwise; the others are called as there."""

HIDDEN = frozenset(
    {
        "id_number",
        "borrower_id_number",
        "phone",
        "address",
        "contact_address",
        "bank_account",
        "signatures",
    }
)
"""Fields that the page says to be registered without showing them."""

EVENTS: dict[str, Text] = {
    "custody.receive": _("接收原件 {barcode}"),
    "custody.move": _("原件 {barcode} 移库至 {place}"),
    "custody.lend": _("借出原件 {barcode}，期限 {due_on}"),
    "custody.return": _("归还原件 {barcode}"),
    "custody.hand_over": _("移交原件 {barcode}"),
    "scan.attest": _("核对扫描件与原件 {barcode} 一致"),
    "stocktake.close": _("结束盘点 {number}"),
    "signature.check": _("检查文件内的电子签名"),
    "receipt.add": _("收录 {issuer} 的存证凭证 {number}"),
}
"""Events of intake and custody as one sentence, filled from the registered fields."""


def event_sentence(fields: Mapping[str, str]) -> Text:
    """Return an event of intake or custody as one sentence; a field not shown stays a dash."""
    text = EVENTS[fields["event"]]
    shown: dict[str, object] = {
        name: fields.get(name) or "—" for name in ("barcode", "place", "due_on", "number", "issuer")
    }
    used = {name: value for name, value in shown.items() if f"{{{name}}}" in text.key}
    return replace(text, values=used)


def register() -> None:
    """Let dossiers tell the events of intake and custody."""
    for event in EVENTS:
        links.event_words.put(event, event_sentence)


def title_of(intent: RegistrationIntent, fields: Mapping[str, str]) -> Text | str:
    """Return what an item is called."""
    event = fields.get("event", "")
    if event in links.event_words:
        return links.event_words.get(event)(fields)
    if intent.kind == "transaction" and "kind" in fields:
        kind = ENTRY_KINDS.get(fields["kind"], fields["kind"])
        return _("第 {number} 笔 {kind}", number=fields.get("number", ""), kind=kind)
    return fields.get("title") or fields.get("contract_no") or event or _("登记记录")


def shown_fields(fields: Mapping[str, str]) -> list[tuple[Text | str, Text | str]]:
    """Return the registered fields as the page lists them; personal numbers are only named."""
    return [(_label(name), _value(name, text)) for name, text in sorted(fields.items())]


def _label(name: str) -> Text | str:
    return FIELDS.get(name) or words.label_of(name) or name


def _value(name: str, text: str) -> Text | str:
    last = name.rpartition(".")[2]
    if last in HIDDEN:
        return _("已登记，不在此显示")
    return value_of(name, text)


def duration(span: timedelta | None) -> Text | str:
    """Return a span as people say it; blank where there is none."""
    if span is None:
        return ""
    seconds = abs(span.total_seconds())
    if seconds < 120:
        return _("{count} 秒", count=round(seconds))
    if seconds < 7200:
        return _("{count} 分钟", count=round(seconds / 60))
    if seconds < 172_800:
        return _("{count} 小时", count=round(seconds / 3600))
    return _("{count} 天", count=round(seconds / 86_400))


OUTCOMES: dict[str, Badge] = {
    "good": Badge(_("有效，签名人可信"), "good"),
    "untrusted": Badge(_("签名完好，签发机构不在信任名单中"), "warning"),
    "broken": Badge(_("签名不成立或签署后被改动"), "danger"),
    "unreadable": Badge(_("无法验证"), "neutral"),
}

COVERAGES: dict[str, Text] = {
    "ENTIRE_FILE": _("覆盖整个文件"),
    "ENTIRE_REVISION": _("覆盖签署时的全部内容，其后另有追加"),
    "CONTIGUOUS_BLOCK_FROM_START": _("只覆盖文件开头一段"),
    "UNCLEAR": _("覆盖范围不明"),
}

CHANGES: dict[str, Text] = {
    "NONE": _("签署后没有改动"),
    "LTA_UPDATES": _("签署后只追加了验证资料"),
    "FORM_FILLING": _("签署后只填写了表单或追加签名"),
    "ANNOTATIONS": _("签署后追加了批注"),
    "OTHER": _("签署后内容有改动"),
}

REVOCATIONS: dict[str, Text] = {
    "embedded": _("文件内附有吊销资料，证书未被吊销"),
    "none": _("文件内没有吊销资料，未联网查询"),
    "revoked": _("证书已被吊销"),
}


def signature_words(report: Mapping[str, Any]) -> dict[str, Any]:
    """Return the report on one embedded signature in words."""
    unknown = _("不详")
    return {
        "signer": report.get("signer") or unknown,
        "badge": OUTCOMES[report.get("outcome", "unreadable")],
        "issuer": report.get("issuer") or unknown,
        "chain": " → ".join(report.get("chain", ())) or unknown,
        "claimed_at": _moment(report.get("claimed_at", "")),
        "stamped_at": _moment(report.get("stamped_at", "")),
        "checked_for": _moment(report.get("checked_for", "")),
        "coverage": COVERAGES.get(report.get("coverage", ""), unknown),
        "changes": CHANGES.get(report.get("changes", ""), unknown),
        "revocation": REVOCATIONS.get(report.get("revocation", ""), unknown),
        "is_stamp": report.get("kind") == "time_stamp",
    }


def _moment(text: str) -> str:
    return moment(datetime.fromisoformat(text) if text else None)

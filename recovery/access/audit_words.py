"""What an audit event says to people: who did it, what changed, in words of the reader.

The log keeps keys, which never change; here they become labels. A feature names the fields and
codes of its own records in `links.change_words`; what all features share is named here.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from recovery.access.labels import action_label, subject_label
from recovery.access.lists import STATUSES, kind_label
from recovery.access.queries import names_of
from recovery.access.rights import ROLE_NAMES, Role
from recovery.kernel import links, reasons
from recovery.kernel.models import AuditEvent
from recovery.kernel.text import Listed, Text, _

UNKNOWN = "—"
SYSTEM = "system:"

FIELDS: dict[str, Text] = {
    "accelerated_on": _("提前到期日"),
    "act": _("办理事项"),
    "added": _("新增笔数"),
    "again": _("重新登记"),
    "agency": _("委外机构"),
    "amount": _("金额（元）"),
    "approval_limit": _("审批额度（元）"),
    "as_of": _("日期"),
    "auditor": _("审计人员"),
    "balance": _("账面余额（元）"),
    "book": _("法律库版本"),
    "branch": _("机构"),
    "branches": _("机构"),
    "case_type": _("案件类型"),
    "cause": _("原因"),
    "change": _("改动"),
    "changed": _("更新的项目"),
    "checkpoint": _("检查点"),
    "checks": _("核对项"),
    "class_floor": _("分类下限"),
    "closing": _("处理结果"),
    "code": _("编号"),
    "columns": _("显示的列"),
    "concession": _("减免或核销编号"),
    "confirmed": _("已确认"),
    "contracts": _("合同份数"),
    "copied_from": _("复制自"),
    "cosigned_at": _("会签时间"),
    "corrects": _("更正的记录"),
    "counted": _("实盘数"),
    "court": _("法院"),
    "created": _("新建笔数"),
    "cut_off_date": _("交易基准日"),
    "differing": _("差异数"),
    "digest": _("指纹"),
    "document": _("文件编号"),
    "ended": _("停用"),
    "ended_on": _("终止日"),
    "entered": _("录入数"),
    "erased": _("删除数"),
    "event": _("事项"),
    "excluded": _("剔除的合同"),
    "expected": _("应有数"),
    "failed": _("不符数"),
    "fields": _("项目"),
    "file": _("文件"),
    "files": _("文件"),
    "filter": _("筛选条件"),
    "first_day": _("第一日"),
    "form": _("形式"),
    "found": _("盘到件数"),
    "intake": _("收录批次"),
    "item": _("证据"),
    "items": _("件数"),
    "job": _("任务编号"),
    "key": _("密钥"),
    "kind": _("种类"),
    "last_day": _("最后一日"),
    "layout": _("导入格式"),
    "lender": _("委托人"),
    "letter": _("询证函"),
    "letters": _("询证函份数"),
    "loan": _("贷款"),
    "loans": _("贷款笔数"),
    "made_at": _("形成时间"),
    "method": _("方法"),
    "missing": _("盘亏件数"),
    "month": _("月份"),
    "name": _("姓名或名称"),
    "name_changed": _("姓名已更改"),
    "network": _("网络地址"),
    "number": _("编号"),
    "on": _("对象"),
    "on_behalf_of": _("受谁委托"),
    "organisation": _("单位"),
    "outcome": _("结果"),
    "own_password": _("本人修改密码"),
    "owner": _("权属"),
    "packages": _("资产包"),
    "pages": _("页数"),
    "parameter": _("法律参数"),
    "party": _("当事人编号"),
    "person": _("人员编号"),
    "personal_data": _("个人信息"),
    "place": _("地点或适用于"),
    "preset": _("用途"),
    "principal": _("本金（元）"),
    "printed": _("打印笔数"),
    "program": _("程序"),
    "purged_rows": _("清除行数"),
    "reader": _("参与的同事"),
    "reason": _("理由"),
    "record": _("催收记录编号"),
    "recovery_code": _("恢复码"),
    "recovery_codes": _("恢复码"),
    "redaction": _("遮盖件编号"),
    "rejected": _("拒绝行数"),
    "rejects_downloaded": _("下载的拒绝行"),
    "requested": _("已提交"),
    "resolution": _("处理"),
    "restored": _("恢复数"),
    "retracts": _("撤销的变更"),
    "reversed_number": _("被冲正的序号"),
    "revision": _("改动序号"),
    "role": _("角色"),
    "rows": _("行数"),
    "rule": _("规则"),
    "scan": _("扫描件"),
    "second_factor": _("动态口令"),
    "session": _("登录会话"),
    "sessions": _("登录会话"),
    "sha256": _("文件指纹"),
    "since": _("起始日"),
    "source": _("来源"),
    "source_system": _("来源系统"),
    "stage": _("阶段"),
    "state": _("状态"),
    "status": _("状态"),
    "step": _("步骤"),
    "to": _("受托人"),
    "token": _("令牌"),
    "token_ended": _("结束的令牌"),
    "unchanged": _("未变笔数"),
    "until": _("截止日"),
    "updated": _("更新笔数"),
    "username": _("用户名"),
    "value": _("数值或项目"),
    "value_date": _("起息日"),
    "vehicle": _("车辆编号"),
    "version": _("版本"),
    "views": _("保存的视图数"),
    "what": _("内容"),
    "year": _("年度"),
}
"""Field of an event → what it is called."""

FLAGS: dict[bool, Text] = {True: _("是"), False: _("否")}


@dataclass(frozen=True, slots=True)
class Change:
    """One line of an event: a field, what it was (None: not said), what it is."""

    label: Text | str
    before: Text | str | None
    after: Text | str


def changes_of(event: AuditEvent) -> list[Change]:
    """Return the lines of an event in words."""
    table = event.subject_type or ""
    known = table in links.change_words
    words = links.change_words.get(table) if known else links.ChangeWords()
    lines = [_change(words, name, value) for name, value in event.changes.items()]
    reason = reasons.said(event)
    return lines if reason is None else [*lines, Change(FIELDS["reason"], None, reason)]


def change_said(event: AuditEvent) -> Text | Listed:
    """Return what an event changed as part of a sentence: fields, and of values only codes."""
    table = event.subject_type or ""
    words = links.change_words.get(table) if table in links.change_words else links.ChangeWords()
    parts = []
    for name, value in event.changes.items():
        label = words.fields.get(name) or FIELDS.get(name) or name
        now = value[-1] if isinstance(value, list) and value else value
        code = words.codes.get(name, {}).get(str(now))
        if name != "revision":
            parts.append(label if code is None else _("{field}：{value}", field=label, value=code))
    return Listed(tuple(parts) or (action_label(event.action),))


def _change(words: links.ChangeWords, name: str, value: object) -> Change:
    label: Text | str = words.fields.get(name) or FIELDS.get(name) or name
    if isinstance(value, list) and len(value) == 2 and name not in words.lists:
        before, after = value
        return Change(label, _word(words, name, before), _word(words, name, after))
    return Change(label, None, _word(words, name, value))


def _word(words: links.ChangeWords, name: str, value: object) -> Text | str:
    """Return a value in words; unknown is a dash."""
    if value is None or value in ([], ""):
        return UNKNOWN
    if isinstance(value, bool):
        return FLAGS[value]
    if isinstance(value, list):
        return "、".join(str(_word(words, name, one)) for one in value)
    if isinstance(value, dict):
        return "、".join(f"{FIELDS.get(key, key)} {one}" for key, one in value.items())
    return words.codes.get(name, {}).get(str(value)) or _shared(name, str(value))


def _shared(name: str, value: str) -> Text | str:
    """Return a code that means the same in every feature, in words."""
    if name == "status" and value in STATUSES:
        return STATUSES[value][0]
    if name == "on":
        table, _colon, number = value.partition(":")
        return f"{subject_label(table)} {number}"
    if name == "role" and value in {role.value for role in Role}:
        return ROLE_NAMES[Role(value)]
    return kind_label(value) if name == "kind" else value


def people_of(session: Session, events: Iterable[AuditEvent]) -> Mapping[str, Any]:
    """Return what to call each actor of `events`, by the name that the log keeps."""
    return called(session, {event.actor_name for event in events})


def called(session: Session, actors: Collection[str]) -> Mapping[str, Text | str]:
    """Return what to call actors, by the names that rows keep: a person's, or the system's."""
    found: dict[str, Text | str] = dict(names_of(session, actors))
    for actor in actors:
        if actor.startswith(SYSTEM):
            found[actor] = _("系统（{process}）", process=actor.removeprefix(SYSTEM))
    return found

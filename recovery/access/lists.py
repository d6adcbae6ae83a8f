"""The lists of people, approval requests and audit events."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from recovery.access.labels import action_label
from recovery.access.models import AccessEntry, ApprovalRequest, UserAccount, UserSession
from recovery.access.rights import ROLE_NAMES, Role
from recovery.kernel import clock, links
from recovery.kernel.actions import Action
from recovery.kernel.models import AuditEvent
from recovery.kernel.text import Text, _
from recovery.web.filters import Choices, CountRange, DayRange, FilterBar, Words
from recovery.web.pagination import Sort, Sorts
from recovery.web.worklist import Badge, Column, View, Worklist

LIVE = (("live", _("在用")), ("ended", _("已停用")))
STATUSES: dict[str, tuple[Text, str]] = {
    "pending": (_("待审批"), "waiting"),
    "approved": (_("已同意"), "good"),
    "rejected": (_("不同意"), "danger"),
    "withdrawn": (_("已撤回"), "neutral"),
    "void": (_("已失效"), "warning"),
}
"""Status of a request → its name and the meaning of its badge."""


def account_badge(row: Any) -> Badge:
    """Return whether an account is in use."""
    return Badge(*((_("已停用"), "neutral") if row.ended_at else (_("在用"), "good")))


def factor_badge(row: Any) -> Badge:
    """Return whether a person has a second factor."""
    return Badge(*((_("已启用"), "good") if row.totp_confirmed_at else (_("未启用"), "warning")))


def status_badge(request: ApprovalRequest) -> Badge:
    """Return the state of an approval request."""
    return Badge(*STATUSES[request.status])


def kind_label(kind: str) -> Text | str:
    """Return what a kind of request is called; its key where its feature is not installed."""
    return links.approval_kinds.get(kind).label if kind in links.approval_kinds else kind


def acts_on(*subjects: str) -> str:
    """Return the condition on all acts on some subjects, as the query string writes it."""
    acts = [a.value for a in Action if a.value.split(".")[0] in subjects]
    return urlencode([("action", act) for act in acts])


def kind_options() -> list[tuple[str, Text | str]]:
    """Return every kind of request with its name."""
    return [(name, kind.label) for name, kind in links.approval_kinds.items()]


def limited_kinds() -> list[tuple[str, Text | str]]:
    """Return the kinds of request that move money, so that a limit says something about them."""
    kinds = links.approval_kinds.items()
    return [(name, kind.label) for name, kind in kinds if kind.amount is not None]


PEOPLE = Worklist(
    key="people",
    title=_("人员"),
    endpoint="people.index",
    row_endpoint="people.show",
    row_argument="user_id",
    columns=(
        Column("username", _("用户名"), "link", sort="username"),
        Column("name", _("姓名")),
        Column("role", _("角色"), value=lambda row: ROLE_NAMES[Role(row.role)]),
        Column("place", _("所属机构"), value=lambda row: row.branch_name or row.agency_name),
        Column("second_factor", _("动态口令"), "badge", value=factor_badge),
        Column("state", _("状态"), "badge", value=account_badge),
        Column("created_at", _("建立时间"), "moment", shown=False),
    ),
    sorts=Sorts((Sort("username", _("用户名"), UserAccount.username),), UserAccount.id),
    filters=FilterBar(
        (
            Words("q", _("用户名或姓名")),
            Choices("role", _("角色"), tuple((role.value, ROLE_NAMES[role]) for role in Role)),
            Choices("state", _("状态"), LIVE),
        )
    ),
    views=(View(_("在用"), "state=live"), View(_("已停用"), "state=ended")),
)


def token_badge(row: Any) -> Badge:
    """Return whether a token still opens, and why not."""
    if row.ended_at:
        return Badge(_("已结束"))
    if row.account_ended_at:
        return Badge(_("账户已停用"))
    return Badge(_("有效"), "good") if token_opens(row) else Badge(_("已到期"))


def token_opens(row: Any) -> bool:
    """Return whether a program that shows the token is let in."""
    over = row.ended_at or row.account_ended_at
    return over is None and clock.machine_now() < row.valid_until


def last_used(row: Any) -> datetime | None:
    """Return when a token was last shown; None: never."""
    return None if row.last_seen_at == row.started_at else row.last_seen_at


TOKENS = Worklist(
    key="tokens",
    title=_("接口令牌"),
    endpoint="tokens.index",
    columns=(
        Column("program", _("程序")),
        Column("username", _("账户")),
        Column("role", _("权限（角色）"), value=lambda row: ROLE_NAMES[Role(row.role)]),
        Column("state", _("状态"), "badge", value=token_badge),
        Column("started_at", _("签发时间"), "moment", sort="id"),
        Column("last_used", _("最近使用"), "moment", value=last_used),
        Column("valid_until", _("有效期至"), "moment"),
        Column("acts", _("操作"), "own"),
    ),
    sorts=Sorts((Sort("id", _("签发时间"), UserSession.id, descending=True),), UserSession.id),
    filters=FilterBar(
        (
            Words("q", _("程序或用户名")),
            Choices("state", _("状态"), (("live", _("有效")), ("over", _("已失效")))),
        )
    ),
    views=(View(_("有效"), "state=live"), View(_("已失效"), "state=over")),
)

REQUESTS = Worklist(
    key="approvals",
    title=_("审批"),
    endpoint="approvals.index",
    row_endpoint="approvals.show",
    row_argument="request_id",
    columns=(
        Column("number", _("编号"), "link", value=lambda row: f"SP{row.id:06d}", sort="id"),
        Column("kind", _("事项"), value=lambda row: kind_label(row.kind)),
        Column("amount", _("金额（元）"), "money"),
        Column("reason", _("申请理由")),
        Column("requester", _("申请人")),
        Column("requested_at", _("申请时间"), "moment"),
        Column("status", _("状态"), "badge", value=status_badge),
    ),
    sorts=Sorts((Sort("id", _("编号"), ApprovalRequest.id, descending=True),), ApprovalRequest.id),
    filters=FilterBar(
        (
            Choices("status", _("状态"), tuple((key, s[0]) for key, s in STATUSES.items())),
            Choices("kind", _("事项"), kind_options),
            Choices("whose", _("范围"), (("mine", _("我提交的")), ("decided", _("我处理的")))),
            DayRange("requested", _("申请日期")),
        )
    ),
    views=(
        View(_("待审批"), "status=pending"),
        View(_("我提交的"), "whose=mine"),
        View(_("我处理的"), "whose=decided"),
    ),
)

EVENTS = Worklist(
    key="audit",
    title=_("审计日志"),
    endpoint="audit.index",
    columns=(
        Column("at", _("时间"), "moment"),
        Column("actor_name", _("人员"), "own"),
        Column("action", _("操作"), value=lambda event: action_label(event.action)),
        Column("subject", _("对象"), "own"),
        Column("changes", _("变化"), "own"),
        Column("request_id", _("请求编号"), shown=False),
        Column("id", _("序号"), "count", sort="id"),
    ),
    sorts=Sorts((Sort("id", _("序号"), AuditEvent.id, descending=True),), AuditEvent.id),
    filters=FilterBar(
        (
            Words("person", _("人员（用户名）")),
            Choices("action", _("操作"), tuple((a.value, action_label(a.value)) for a in Action)),
            Words("object", _("对象"), _("如 贷款:1024")),
            DayRange("day", _("日期")),
        )
    ),
    views=(
        View(_("登录"), acts_on("session")),
        View(_("权限与人员"), acts_on("user", "branch", "engagement")),
        View(_("审批"), acts_on("approval")),
        View(_("个人信息"), acts_on("personal_data")),
    ),
)

VISITS = Worklist(
    key="visits",
    title=_("访问记录"),
    endpoint="audit.visits",
    columns=(
        Column("at", _("时间"), "moment"),
        Column("username", _("人员")),
        Column("endpoint", _("页面")),
        Column("record_id", _("记录号")),
        Column("method", _("方式")),
        Column("status", _("结果")),
        Column("request_id", _("请求编号"), shown=False),
        Column("id", _("序号"), "count", sort="id"),
    ),
    sorts=Sorts((Sort("id", _("序号"), AccessEntry.id, descending=True),), AccessEntry.id),
    filters=FilterBar(
        (
            Words("person", _("人员（用户名）")),
            Words("page", _("页面"), _("如 loans.show")),
            CountRange("record", _("记录号")),
            DayRange("day", _("日期")),
        )
    ),
)

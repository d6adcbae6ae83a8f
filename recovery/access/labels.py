"""What acts and kinds of records are called, for the audit log and the rights table."""

from recovery.kernel.actions import Action
from recovery.kernel.text import Text, _

_A = Action
ACTION_NAMES: dict[Action, Text] = {
    _A.SIGN_IN: _("登录"),
    _A.SIGN_OUT: _("退出登录"),
    _A.SIGN_OUT_EVERYWHERE: _("退出全部登录"),
    _A.SIGN_IN_REFUSED: _("登录被拒"),
    _A.CHANGE_OWN_ACCOUNT: _("修改本人账户"),
    _A.VIEW_USERS: _("查看人员"),
    _A.MANAGE_USERS: _("管理人员"),
    _A.RESET_PASSWORD: _("重置密码"),
    _A.MANAGE_BRANCHES: _("管理机构"),
    _A.MANAGE_ENGAGEMENTS: _("管理审计委托"),
    _A.VIEW_AUDIT: _("查看审计日志"),
    _A.EXPORT_AUDIT: _("导出审计日志"),
    _A.VIEW_APPROVALS: _("查看审批"),
    _A.REQUEST_APPROVAL: _("提交审批"),
    _A.DECIDE_APPROVAL: _("审批"),
    _A.WITHDRAW_APPROVAL: _("撤回审批"),
    _A.DELEGATE_APPROVAL: _("委托审批"),
    _A.VIEW_STYLE: _("查看样式"),
    _A.VIEW_JOBS: _("查看任务"),
    _A.CANCEL_JOB: _("取消任务"),
    _A.RETRY_JOB: _("重试任务"),
    _A.USE_CALCULATORS: _("使用计算器"),
    _A.VIEW_RULEBOOK: _("查看规则"),
    _A.CHANGE_RULEBOOK: _("修改规则"),
    _A.VIEW_LOANS: _("查看贷款"),
    _A.EXPORT_LOANS: _("导出贷款"),
    _A.ASSIGN_LOANS: _("分配贷款"),
    _A.UNMASK_PERSONAL_DATA: _("查看完整个人信息"),
    _A.IMPORT_TAPE: _("导入数据"),
    _A.CHANGE_LAYOUT: _("修改导入格式"),
    _A.RECORD_TRANSACTION: _("登记交易"),
    _A.REVERSE_TRANSACTION: _("冲正交易"),
    _A.CHANGE_COLLATERAL: _("修改抵押物"),
    _A.CHANGE_LOAN: _("修改贷款"),
    _A.VIEW_LOAN_HISTORY: _("查看贷款的修改历史"),
    _A.PROPOSE_CONCESSION: _("提出减免或核销"),
    _A.EXECUTE_CONCESSION: _("执行减免或核销"),
    _A.SAVE_VIEW: _("保存视图"),
    _A.VIEW_EVIDENCE: _("查看证据"),
    _A.ADD_EVIDENCE: _("添加证据"),
    _A.REGISTER_EVIDENCE: _("存证"),
    _A.VERIFY_EVIDENCE: _("验证存证"),
    _A.VIEW_CUSTODY: _("查看纸质原件"),
    _A.CHANGE_CUSTODY: _("保管与交接原件"),
    _A.ATTEST_SCAN: _("核对扫描件与原件"),
    _A.TAKE_STOCK: _("盘点原件"),
    _A.CLOSE_STOCKTAKE: _("复核并结束盘点"),
    _A.MANAGE_WITNESSES: _("登记见证人"),
    _A.TAKE_IN_COSIGNATURE: _("接收会签"),
    _A.CHANGE_EVIDENCE_LIST: _("修改证据目录"),
    _A.EXPORT_DOSSIER: _("导出卷宗"),
    _A.DOWNLOAD_DOSSIER: _("下载卷宗"),
    _A.BLACK_OUT: _("制作遮盖件"),
    _A.VIEW_KEEPING: _("查看存证保管"),
    _A.CHECK_FIXITY: _("处理存证告警"),
    _A.RESTORE_OBJECT: _("恢复受损文件"),
    _A.CHANGE_HOLD: _("设置与解除诉讼留存"),
    _A.REQUEST_ERASURE: _("申请删除个人信息"),
    _A.EXECUTE_ERASURE: _("执行删除"),
    _A.BACK_UP: _("备份与恢复"),
    _A.CHANGE_LOG_KEY: _("更换与吊销日志密钥"),
    _A.VIEW_TOTALS: _("查看外部对账"),
    _A.CHANGE_TOTALS: _("录入与处理对账"),
    _A.SIGN_RECONCILIATION: _("签署月度对账"),
    _A.REGISTER_CONTRACTS: _("批量登记合同"),
    _A.VIEW_SAMPLES: _("查看审计抽样"),
    _A.DRAW_SAMPLE: _("固定总体与抽样"),
    _A.RECORD_SAMPLE: _("登记抽样结果"),
    _A.EXPORT_CONTROLS: _("导出控制资料"),
    _A.VIEW_COLLECTION: _("查看催收"),
    _A.RECORD_CONTACT: _("登记催收联系"),
    _A.RECORD_DEMAND: _("登记催收函"),
    _A.RECORD_DELIVERY: _("登记催收函送达"),
    _A.RECORD_VISIT: _("登记上门拜访"),
    _A.RECORD_AGREEMENT: _("登记还款协议"),
    _A.CORRECT_COLLECTION: _("撤回催收记录"),
    _A.VIEW_FILES: _("查看案件"),
    _A.OPEN_FILE: _("开案"),
    _A.CHANGE_FILE: _("修改案件"),
    _A.CHANGE_STAGE: _("变更案件阶段"),
    _A.VIEW_DEADLINES: _("查看期限"),
    _A.CHANGE_DEADLINE: _("修改期限"),
    _A.VIEW_PACKAGES: _("查看资产包"),
    _A.BUILD_PACKAGE: _("组建资产包"),
    _A.FREEZE_PACKAGE: _("冻结资产包"),
    _A.EXPORT_PACKAGE: _("导出资产包"),
    _A.VIEW_DASHBOARD: _("查看总览"),
}

SUBJECT_NAMES: dict[str, Text] = {
    "agency": _("委外机构"),
    "audit_batch": _("审计批次"),
    "audit_sample": _("审计样本"),
    "approval_request": _("审批申请"),
    "branch": _("机构"),
    "collection_record": _("催收记录"),
    "concession": _("减免或核销"),
    "contact": _("催收联系"),
    "contract_registration": _("合同登记"),
    "control_difference": _("对账差异"),
    "control_total": _("控制总数"),
    "deadline": _("期限"),
    "delegation": _("审批委托"),
    "demand": _("催收函"),
    "demand_delivery": _("催收函送达"),
    "document": _("文件"),
    "dossier": _("卷宗"),
    "engagement": _("审计委托"),
    "evidence_list": _("证据目录"),
    "erasure": _("删除"),
    "field_visit": _("上门拜访"),
    "fixity_finding": _("完好性告警"),
    "import_batch": _("导入批次"),
    "job": _("任务"),
    "law_change": _("法律变更"),
    "legal_hold": _("诉讼留存"),
    "ledger_entry": _("交易"),
    "litigation_file": _("案件"),
    "loan": _("贷款"),
    "package": _("资产包"),
    "paper_original": _("纸质原件"),
    "person": _("当事人"),
    "reconciliation": _("月度对账"),
    "repayment_agreement": _("还款协议"),
    "stocktake": _("盘点"),
    "tape_layout": _("导入格式"),
    "user_account": _("账户"),
    "vehicle": _("车辆"),
    "witness": _("见证人"),
}
"""Table → what one of its records is called."""

CONTENT_NAMES: dict[str, Text] = {
    "after": _("变更后"),
    "agency": _("委外机构"),
    "amount": _("金额（元）"),
    "balance": _("余额合计"),
    "before": _("变更前"),
    "borrower": _("借款人"),
    "branch": _("机构"),
    "code": _("编号"),
    "compound": _("复利"),
    "contract_no": _("合同编号"),
    "costs": _("费用"),
    "digest": _("指纹"),
    "first_day": _("第一日"),
    "interest": _("利息"),
    "kind": _("种类"),
    "last_day": _("最后一日"),
    "loans": _("贷款笔数"),
    "name": _("名称"),
    "number": _("编号"),
    "owed_before": _("办理前债权"),
    "penalty": _("罚息"),
    "penalty_and_compound": _("罚息与复利"),
    "principal": _("本金"),
    "rate": _("利率"),
    "reason": _("理由"),
    "total": _("合计"),
    "until": _("截止日"),
    "value_date": _("起息日"),
    "waiver": _("减免"),
    "write_off": _("核销"),
}
"""Names of parts of a request's content, and of a few values, for the page of the request."""


def content_label(key: object) -> Text | str:
    """Return what a part of a request's content is called; itself where it has no name here."""
    return CONTENT_NAMES.get(str(key), str(key))


def action_label(action: str) -> Text | str:
    """Return what an act is called; its key where it has no name here."""
    known = {one.value: name for one, name in ACTION_NAMES.items()}
    return known.get(action, action)


def subject_label(table: str) -> Text | str:
    """Return what a record of `table` is called; the table where it has no name here."""
    return SUBJECT_NAMES.get(table, table)


def table_of(typed: str) -> str:
    """Return the table that was meant by its own name or by what its records are called."""
    named = {str(name): table for table, name in SUBJECT_NAMES.items()}
    return named.get(typed.strip(), typed.strip())

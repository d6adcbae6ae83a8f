"""What the law can refuse: a day without law, an input that makes no sense, a rule nobody wrote."""

from recovery.kernel.errors import RecoveryError
from recovery.kernel.text import Text, _


class NoLawInForce(RecoveryError):
    """The law book holds no value for the day asked about: an unknown past is not a zero."""


class BadInput(RecoveryError):
    """An input of a rule is missing, of the wrong kind, or impossible; `field` names it."""

    def __init__(self, field: str, reason: Text) -> None:
        super().__init__(_("{field}：{reason}", field=field, reason=reason))
        self.field = field
        self.reason = reason


class UnknownRule(BadInput):
    """No rule has the id asked for."""

    def __init__(self, rule: str) -> None:
        super().__init__("rule", _("没有名为“{rule}”的规则。", rule=rule))

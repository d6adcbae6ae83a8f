"""ABS-EE snapshot files made for tests: 79 columns, some twice, some empty, with odd rows."""

import csv
from decimal import Decimal
from pathlib import Path

NAMES = [
    "assetTypeNumber",
    "assetNumber",
    "reportingPeriodBeginningDate",
    "reportingPeriodEndingDate",
    "originatorName",
    "originationDate",
    "originalLoanAmount",
    "originalLoanTerm",
    "loanMaturityDate",
    "originalInterestRatePercentage",
    "interestCalculationTypeCode",
    "originalInterestRateTypeCode",
    "originalInterestOnlyTermNumber",
    "originalFirstPaymentDate",
    "underwritingIndicator",
    "gracePeriodNumber",
    "paymentTypeCode",
    "subvented",
    "vehicleManufacturerName",
    "vehicleModelName",
    "vehicleNewUsedCode",
    "vehicleModelYear",
    "vehicleTypeCode",
    "vehicleValueAmount",
    "vehicleValueSourceCode",
    "obligorCreditScoreType",
    "obligorCreditScore",
    "obligorIncomeVerificationLevelCode",
    "obligorEmploymentVerificationCode",
    "coObligorIndicator",
    "paymentToIncomePercentage",
    "obligorGeographicLocation",
    "assetAddedIndicator",
    "remainingTermToMaturityNumber",
    "reportingPeriodModificationIndicator",
    "servicingAdvanceMethodCode",
    "reportingPeriodBeginningLoanBalanceAmount",
    "nextReportingPeriodPaymentAmountDue",
    "reportingPeriodInterestRatePercentage",
    "nextInterestRatePercentage",
    "servicingFeePercentage",
    "servicingFlatFeeAmount",
    "otherServicerFeeRetainedByServicer",
    "otherAssessedUncollectedServicerFeeAmount",
    "scheduledInterestAmount",
    "scheduledPrincipalAmount",
    "otherPrincipalAdjustmentAmount",
    "reportingPeriodActualEndBalanceAmount",
    "reportingPeriodScheduledPaymentAmount",
    "totalActualAmountPaid",
    "actualInterestCollectedAmount",
    "actualPrincipalCollectedAmount",
    "actualOtherCollectedAmount",
    "servicerAdvancedAmount",
    "interestPaidThroughDate",
    "zeroBalanceEffectiveDate",
    "zeroBalanceCode",
    "currentDelinquencyStatus",
    "primaryLoanServicerName",
    "mostRecentServicingTransferReceivedDate",
    "assetSubjectDemandIndicator",
    "assetSubjectDemandStatusCode",
    "repurchaseAmount",
    "demandResolutionDate",
    "repurchaserName",
    "repurchaseReplacementReasonCode",
    "chargedoffPrincipalAmount",
    "recoveredAmount",
    "modificationTypeCode",
    "paymentExtendedNumber",
    "repossessedIndicator",
    "repossessedProceedsAmount",
    "emptyOne",
    "emptyTwo",
    "emptyThree",
    "emptyFour",
]
HEADER = [*NAMES, "originalLoanAmount", "obligorGeographicLocation", ""]
"""79 columns: three are named twice or not at all."""


def snapshot_row(serial: int, **changes: str) -> dict[str, str]:
    """Return a row of an open loan on which an instalment was paid."""
    begin = Decimal(20000) + serial
    return {
        "assetTypeNumber": "Auto",
        "assetNumber": f"AL{serial:07d}",
        "reportingPeriodBeginningDate": "05-01-2023",
        "reportingPeriodEndingDate": "05-31-2023",
        "originationDate": "03/2021",
        "originalLoanAmount": "32000.00",
        "originalLoanTerm": "72",
        "loanMaturityDate": "04/2027",
        "originalInterestRatePercentage": "0.0479",
        "originalFirstPaymentDate": "05/2021",
        "vehicleManufacturerName": "HONDA",
        "vehicleModelName": "CIVIC",
        "vehicleNewUsedCode": "2",
        "vehicleModelYear": "2019",
        "vehicleValueAmount": "21000",
        "obligorCreditScore": "0" if serial % 5 == 0 else "712",
        "paymentToIncomePercentage": "8.53",
        "obligorGeographicLocation": "CA",
        "reportingPeriodBeginningLoanBalanceAmount": str(begin),
        "reportingPeriodActualEndBalanceAmount": str(begin - 400),
        "reportingPeriodScheduledPaymentAmount": "480.00",
        "totalActualAmountPaid": "480.00",
        "actualInterestCollectedAmount": "80.00",
        "actualPrincipalCollectedAmount": "400.00",
        "currentDelinquencyStatus": "0",
    } | changes


def closed_row(serial: int) -> dict[str, str]:
    """Return a loan paid off in the month: its delinquency is left out."""
    begin = str(Decimal(20000) + serial)
    return snapshot_row(
        serial,
        reportingPeriodActualEndBalanceAmount="0",
        totalActualAmountPaid=str(Decimal(begin) + 80),
        actualPrincipalCollectedAmount=begin,
        zeroBalanceEffectiveDate="05/2023",
        zeroBalanceCode="1",
        currentDelinquencyStatus="",
    )


def charged_off_row(serial: int) -> dict[str, str]:
    """Return a loan charged off in the month, with an earlier delinquency."""
    begin = str(Decimal(20000) + serial)
    return snapshot_row(
        serial,
        reportingPeriodActualEndBalanceAmount="0",
        totalActualAmountPaid="0",
        actualInterestCollectedAmount="0",
        actualPrincipalCollectedAmount="0",
        chargedoffPrincipalAmount=begin,
        zeroBalanceCode="4",
        currentDelinquencyStatus="121",
    )


def lone_recovery_row(serial: int) -> dict[str, str]:
    """Return a recovery on a loan charged off long ago: nothing else is told."""
    return {
        "assetNumber": f"AL{serial:07d}",
        "reportingPeriodEndingDate": "05-31-2023",
        "recoveredAmount": "250.00",
    }


def write_snapshot(path: Path, rows: list[dict[str, str]]) -> Path:
    """Write rows under `HEADER`; the second column of a name stays blank, or repeats the value."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for row in rows:
            writer.writerow(
                [*(row.get(name, "") for name in NAMES), "", row.get(HEADER[-2], ""), ""]
            )
    return path

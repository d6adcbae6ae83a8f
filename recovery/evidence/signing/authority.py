"""The configured time-stamp authorities as pyHanko asks them: in order, with fallback."""

from asyncio import to_thread
from collections.abc import Sequence

from asn1crypto import tsp
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError

from evidence_store.tokens import Authority, TokenError, ask


class HouseTimeStamper(TimeStamper):
    """Asks the first authority that answers."""

    def __init__(self, authorities: Sequence[Authority]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.authorities = authorities

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Return the answer of the first authority that gives one.

        Raises:
            TimestampRequestError: none does.
        """
        failures = []
        for authority in self.authorities:
            try:
                return tsp.TimeStampResp.load(await to_thread(ask, authority, req.dump()))
            except (TokenError, ValueError) as error:
                failures.append(f"{authority.name}: {error}")
        raise TimestampRequestError("; ".join(failures) or "no authority is configured")

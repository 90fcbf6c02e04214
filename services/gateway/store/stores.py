"""All stores of the gateway, put together."""

from dataclasses import dataclass
from typing import Any

from services.gateway.domain.channels import Cards
from services.gateway.domain.limits import Limits
from services.gateway.store.acts import Acts
from services.gateway.store.alerts import Alerts
from services.gateway.store.arrivals import Arrivals
from services.gateway.store.assignments import Assignments
from services.gateway.store.callbacks import Callbacks
from services.gateway.store.channels import Channels
from services.gateway.store.consents import Consents
from services.gateway.store.counts import Counts
from services.gateway.store.device_codes import DeviceCodes
from services.gateway.store.documents import Documents
from services.gateway.store.drafts import Drafts
from services.gateway.store.forwards import Forwards
from services.gateway.store.logins import Logins
from services.gateway.store.mandates import Mandates
from services.gateway.store.newcomers import Newcomers
from services.gateway.store.packets import Packets
from services.gateway.store.pages import Pages
from services.gateway.store.people import People
from services.gateway.store.printed import Printed
from services.gateway.store.quota import Quota
from services.gateway.store.reach import Reach
from services.gateway.store.receipts import Receipts
from services.gateway.store.timeline import Entries
from services.gateway.store.transfers import Transfers
from shared.clock import Clock
from shared.messaging.ledger import Ledger
from shared.storage.deleting import Expiring
from shared.storage.documents import Database
from shared.storage.inventory import Inventory
from shared.storage.objects import Objects


@dataclass(frozen=True, slots=True)
class Stores:
    """One store per collection."""

    acts: Acts
    people: People
    device_codes: DeviceCodes
    newcomers: Newcomers
    assignments: Assignments
    logins: Logins
    pages: Pages
    drafts: Drafts
    documents: Documents
    consents: Consents
    mandates: Mandates
    callbacks: Callbacks
    channels: Channels
    reach: Reach
    forwards: Forwards
    alerts: Alerts
    packets: Packets
    timeline: Entries
    receipts: Receipts
    printed: Printed
    transfers: Transfers
    arrivals: Arrivals
    objects: Objects
    counts: Counts
    quota: Quota

    async def prepare(self) -> None:
        """Create all indexes."""
        for expiring in self.expiring:
            await expiring.prepare()
        for store in (
            self.people,
            self.newcomers,
            self.assignments,
            self.logins,
            self.pages,
            self.drafts,
            self.transfers,
            self.documents,
            self.consents,
            self.mandates,
            self.callbacks,
            self.channels,
            self.forwards,
            self.alerts,
            self.timeline,
            self.quota,
        ):
            await store.prepare()

    @property
    def expiring(self) -> tuple[Expiring, ...]:
        """Which rows are of no use after a time."""
        return tuple(store.expiring for store in (self.acts, self.people, self.logins, self.packets, self.counts))

    @property
    def swept(self) -> tuple[Inventory, ...]:
        """Which objects the gateway's rows account for, the cards of channels apart."""
        return *self.pages.inventories, *self.transfers.inventories, self.documents.receipts

    async def let_go(self, device_id: str, person_id: str) -> None:
        """Let a device in no more, and tell its browser nothing more.

        Raises:
            RefusedError: `device.missing`; somebody else's is missing, too.
        """
        await self.people.revoke(device_id, person_id)
        await self.channels.end_of_device(device_id)


def stores(  # noqa: PLR0917 - what all stores together are made of
    database: Database, ledger: Ledger, objects: Objects, receipts: Receipts, cards: Cards, limits: Limits, clock: Clock
) -> Stores:
    """Put the stores of one database together."""
    acts, timeline, people = Acts(database, ledger, clock), Entries(database), People(database, clock)
    pages, transfers = Pages(database, objects, acts, ledger, clock), Transfers(database, objects, limits, clock)
    newcomers = Newcomers(database, ledger, people=people, timeline=timeline, clock=clock)
    return Stores(
        acts=acts,
        people=people,
        device_codes=DeviceCodes(acts, people, clock),
        newcomers=newcomers,
        assignments=Assignments(database, acts, newcomers=newcomers, timeline=timeline, clock=clock),
        pages=pages,
        drafts=(drafts := Drafts(database, clock)),
        documents=Documents(database, acts, pages, newcomers, timeline, receipts, clock),
        consents=Consents(database, acts, ledger, timeline),
        mandates=Mandates(database, acts, ledger, people=people, timeline=timeline, clock=clock),
        callbacks=Callbacks(database, acts, timeline),
        channels=Channels(database, objects, acts, ledger, cards, clock),
        packets=Packets(database, acts, ledger, clock),
        timeline=timeline,
        receipts=receipts,
        printed=Printed(objects, receipts),
        transfers=transfers,
        arrivals=Arrivals(transfers, pages, drafts, limits, clock),
        objects=objects,
        counts=(counts := Counts(database, clock)),
        quota=Quota(database, counts, limits, clock),
        **_alone(database, clock),
    )


def _alone(database: Database, clock: Clock) -> dict[str, Any]:
    """Return the stores that need no other one."""
    return {
        "logins": Logins(database, clock),
        "reach": Reach(database),
        "forwards": Forwards(database),
        "alerts": Alerts(database),
    }

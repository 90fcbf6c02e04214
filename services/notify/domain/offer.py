"""What a supplier is told of a packet: two signed links and no word about a person."""

from datetime import datetime, timedelta

from services.notify.domain.forward import Forward, Packet
from shared.events.notify import PacketFile, PacketOffered
from shared.links import Links, PacketLink


def offer(
    forward: Forward, packet: Packet, links: Links, public_url: str, *, at: datetime, pick_up_within: timedelta
) -> PacketOffered:
    """Return the notice of a packet; each try signs its links anew, so that they are valid from that try on."""
    link = PacketLink(
        forward_id=forward.forward_id,
        consent_id=forward.consent_id,
        supplier_id=forward.supplier_id,
        object_key=packet.key,
        sha256=packet.sha256,
    )
    packets = f"{public_url}/v1/packets"
    file = PacketFile(
        url=f"{packets}/{links.sign(link, 'download')}",
        media_type="application/pdf",
        sha256=packet.sha256,
        size_bytes=packet.size_bytes,
    )
    return PacketOffered(
        forward_id=forward.forward_id,
        supplier_id=forward.supplier_id,
        purpose=forward.purpose,
        files=(file,),
        confirm_url=f"{packets}/{links.sign(link, 'confirm')}/confirmation",
        due_at=at + pick_up_within,
        offered_at=at,
    )

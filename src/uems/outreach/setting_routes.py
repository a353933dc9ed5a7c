"""Which routes have topics, restraints, channels and suppressed addresses?"""

from typing import Annotated, Final

from fastapi import Path, Query, Request
from fastapi.responses import StreamingResponse

from uems.access.api import Access, guard, house_of
from uems.kernel.edge import Cursor, Key, Limit, Page, decode_cursor, encode_cursor
from uems.kernel.house import House
from uems.kernel.routing import Routes
from uems.outreach.bodies import (
    ChannelBody,
    ChannelDraft,
    ChannelList,
    MailboxBody,
    RefusedLine,
    RestraintsBody,
    RestraintsDraft,
    SuppressionBody,
    SuppressionDraft,
    SuppressionTaken,
    TopicBody,
    TopicList,
)
from uems.outreach.consent import settings, suppressions
from uems.outreach.consent.model import Topic
from uems.outreach.consent.tokens import Tokens
from uems.outreach.mailbox.state import State, state_of
from uems.outreach.messages.writing import receipts_url

router = Routes()
_BASE: Final = "/workspaces/{workspace}"
TopicKey = Annotated[Key, Path(description="Key of the topic.")]
ChannelKey = Annotated[Key, Path(description="Key of the channel.")]


@router.get(f"{_BASE}/topics")
def list_topics(request: Request, access: Annotated[Access, guard("messages:read")]) -> TopicList:
    """What people can subscribe to."""
    found = settings.topics(house_of(request).store, access.scope)
    return TopicList(items=[TopicBody(key=key, **topic.model_dump()) for key, topic in found.items()])


@router.put(f"{_BASE}/topics/{{topic}}")
def put_topic(request: Request, access: Annotated[Access, guard("messages:write")], topic: TopicKey, body: Topic) -> TopicBody:
    """Make or change a topic."""
    settings.save_topic(house_of(request).store, access, topic, body)
    return TopicBody(key=topic, **body.model_dump())


@router.delete(f"{_BASE}/topics/{{topic}}", status_code=204)
def archive_topic(request: Request, access: Annotated[Access, guard("messages:write")], topic: TopicKey) -> None:
    """Send nothing more under a topic; what people said of it stays."""
    settings.archive_topic(house_of(request).store, access, topic)


@router.get(f"{_BASE}/restraints")
def get_restraints(request: Request, access: Annotated[Access, guard("messages:read")]) -> RestraintsBody:
    """How much is sent at most, and when nobody is disturbed."""
    found, version = settings.restraints(house_of(request).store, access.scope)
    return RestraintsBody(restraints=found, version=version)


@router.put(f"{_BASE}/restraints")
def put_restraints(request: Request, access: Annotated[Access, guard("messages:write")], body: RestraintsDraft) -> RestraintsBody:
    """Set them; they hold for everything that is sent from now on, also for what waits."""
    version = settings.save_restraints(house_of(request).store, access, body.restraints, body.if_version)
    return RestraintsBody(restraints=body.restraints, version=version)


@router.get(f"{_BASE}/channels")
def list_channels(request: Request, access: Annotated[Access, guard("messages:read")]) -> ChannelList:
    """Every channel, and what it lacks before it can send."""
    house = house_of(request)
    with house.store.read() as conn:
        found = settings.setups(conn, house.settings, access.scope.workspace_id)
        mailbox = state_of(conn, access.scope.workspace_id)
    return ChannelList(items=[_channel(house, access, one, mailbox) for one in found.values()], smtp=bool(house.settings.smtp_host))


@router.put(f"{_BASE}/channels/{{channel}}")
def put_channel(request: Request, access: Annotated[Access, guard("keys:write")], channel: ChannelKey, body: ChannelDraft) -> ChannelBody:
    """Set up a channel. A secret that is left out stays as it is."""
    house = house_of(request)
    settings.save_channel(house, access, channel, body.enabled, body.config)
    with house.store.read() as conn:
        found = settings.setups(conn, house.settings, access.scope.workspace_id)[channel]
        return _channel(house, access, found, state_of(conn, access.scope.workspace_id))


@router.delete(f"{_BASE}/channels/{{channel}}", status_code=204)
def forget_channel(request: Request, access: Annotated[Access, guard("keys:write")], channel: ChannelKey) -> None:
    """Take the settings of a channel away."""
    settings.forget_channel(house_of(request).store, access, channel)


@router.get(f"{_BASE}/suppressions")
def list_suppressions(
    request: Request,
    access: Annotated[Access, guard("people:read")],
    search: Annotated[str, Query(max_length=200)] = "",
    cursor: Cursor | None = None,
    limit: Limit = 100,
) -> Page[SuppressionBody]:
    """Addresses that nothing is sent to, whoever has them."""
    after = decode_cursor(cursor, str, str) if cursor else None
    place = (after[0], after[1]) if after else None
    found = suppressions.suppressions(house_of(request).store, access.scope, search=search, after=place, limit=limit + 1)
    page = found[:limit]
    following = encode_cursor(page[-1].channel, page[-1].address) if len(found) > limit else None
    return Page[SuppressionBody](items=[SuppressionBody.of(one) for one in page], next_cursor=following)


@router.get(
    f"{_BASE}/suppressions/file",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "channel, address, reason, detail, at, by"}},
)
def download_suppressions(request: Request, access: Annotated[Access, guard("people:read")]) -> StreamingResponse:
    """All addresses that nothing is sent to, as CSV. Who fetches them is written into the audit log."""
    rows = suppressions.suppressions_csv(house_of(request).store, access)
    headers = {"Content-Disposition": 'attachment; filename="suppressions.csv"'}
    return StreamingResponse(rows, media_type="text/csv; charset=utf-8", headers=headers)


@router.post(f"{_BASE}/suppressions")
def add_suppressions(request: Request, access: Annotated[Access, guard("messages:write")], body: SuppressionDraft) -> SuppressionTaken:
    """Send nothing to these addresses any more; lines that are no address are named."""
    lines = body.addresses.splitlines()
    found = suppressions.add_addresses(house_of(request).store, access, body.channel, lines, "manual" if len(lines) == 1 else "import")
    refused = [RefusedLine(line=line, why=why) for line, why in found.refused[:1_000]]
    return SuppressionTaken(added=found.added, known=found.known, refused=refused)


@router.delete(f"{_BASE}/suppressions/{{channel}}", status_code=204)
def remove_suppression(
    request: Request,
    access: Annotated[Access, guard("messages:write")],
    channel: ChannelKey,
    address: Annotated[str, Query(min_length=1, max_length=400)],
) -> None:
    """Let messages go to an address again."""
    suppressions.remove_address(house_of(request).store, access, channel, address)


def _channel(house: House, access: Access, one: settings.Setup, mailbox: State | None) -> ChannelBody:
    channel = one.channel
    read = mailbox if getattr(one.config, "bounce_server", "") else None
    return ChannelBody(
        key=channel.key,
        label_zh=channel.label_zh,
        label_en=channel.label_en,
        medium=channel.medium,
        content=channel.content,
        extras=list(channel.extras),
        provider_templates=channel.provider_templates,
        unknown=channel.unknown,
        enabled=one.enabled,
        lacks=one.lacks,
        config=settings.shown_config(channel, one.config),
        config_schema=channel.Config.model_json_schema(),
        secrets=list(channel.secrets),
        receipts_url=_receipts_url(house, access, channel.key) if "keys:write" in access.actor.permissions else "",
        mailbox=None if read is None else MailboxBody(**{name: getattr(read, name) for name in MailboxBody.model_fields}),
    )


def _receipts_url(house: House, access: Access, channel: str) -> str:
    """A secret: shown to those who may set the channel up."""
    return receipts_url(house.settings, Tokens(house.settings), access.scope.workspace_id, channel)

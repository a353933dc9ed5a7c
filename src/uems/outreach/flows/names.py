"""What may a graph name, and does it exist in the workspace? What steps ask when somebody is about to publish."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from uems.collect import api as collect
from uems.kernel.errors import UemsError
from uems.kernel.filters import At, Fields, Matcher, Node, matcher, parse
from uems.kernel.house import House
from uems.kernel.outbound import host_of
from uems.kernel.scope import Scope
from uems.outreach.consent.settings import signing_secret
from uems.outreach.messages.model import Kind
from uems.outreach.registry import CHANNELS
from uems.outreach.scenes.definitions import get_scene
from uems.profiles import api as profiles
from uems.segments import api as segments

_ANY_TIME: Final = At(now=datetime(1970, 1, 1, tzinfo=UTC), zone="UTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What exists in a workspace. templates: key → topic of those that can be sent, "" for none. topics: keys of topics.

    has_goal: whether the flow at hand has one. after: segments and tags as they would be, where they are about to be changed too.
    """

    house: House
    scope: Scope
    templates: Mapping[str, str]
    topics: frozenset[str]
    has_goal: bool = False
    after: segments.After | None = None

    def condition(self, body: object) -> Node:
        """The condition on people, with segments put in their places. Raises ``bad_filter``."""
        node = profiles.parse_condition(body)
        if self.after is not None:
            if self.after.tags is not None:
                profiles.check_asked(node, self.after.tags)
            return segments.resolve("", {**self.after.segments, "": node})
        with self.house.store.read() as conn:
            profiles.check_tags(conn, self.scope.workspace_id, node)
        return segments.resolve_node(node, self.house.store, self.scope)

    def template(self, key: str) -> None:
        if key not in self.templates:
            raise UemsError("unknown_template", f"There is no template {key!r}; make it first, or choose another.", status=422)

    def channel(self, key: str) -> None:
        """Empty: that of the template."""
        if key:
            CHANNELS.get(key)

    def topic(self, key: str) -> None:
        """Empty: that of the template."""
        if key and key not in self.topics:
            raise UemsError("unknown_topic", f"There is no topic {key!r}; make it first, or leave it to the template.", status=422)

    def subscribed(self, template: str, kind: Kind, topic: str) -> None:
        """Raise ``no_topic`` for a message that nobody could have subscribed to: every one of it would be held back."""
        if kind != "service" and not topic and not self.templates[template]:
            message = f"{template} is no service message and has no topic, so nobody would get it. Give the template a topic."
            raise UemsError("no_topic", message, status=422)

    def address(self, url: str) -> None:
        """Raise what keeps a webhook from being called: a private address, or nothing to sign it with."""
        host_of(url, private=self.house.settings.allow_private_outbound)
        with self.house.store.read() as conn:
            if not signing_secret(conn, self.house.settings, self.scope.workspace_id):
                message = "Nothing signs what is called: set a secret of the webhook channel under Messages first."
                raise UemsError("no_signing_secret", message, status=422)

    def tag(self, key: str, value: object) -> None:
        """Raise unless it is a tag set by hand that can have the value; None for any."""
        known = self._tag(key)
        if known is None or known.kind != "manual":
            raise UemsError("unknown_tag", f"There is no tag {key!r} that is set by hand; make one first, or choose another.", status=422)
        problem = "" if value is None else profiles.value_problem(known, value)
        if problem:
            raise UemsError("bad_tag_value", f"The tag {key} cannot have the value: {problem}", status=422)

    def _tag(self, key: str) -> profiles.TagDef | None:
        if self.after is not None and self.after.tags is not None:
            return self.after.tags.get(key)
        known = profiles.definitions(self.house.store, self.scope).get(key)
        return None if known is None else known.tag

    def goal(self, event: str) -> None:
        """An event that a test is for; empty for the goal of the flow, which must be there then."""
        if not event and not self.has_goal:
            raise UemsError("no_goal", "The test has no event of its own and the flow has no goal; set one of them.", status=422)

    def segment(self, key: str) -> None:
        if self.after is not None:
            if key not in self.after.segments:
                raise UemsError("not_found", f"There would be no segment {key!r}; add it to the documents, or choose another.", status=404)
            return
        if segments.segment(self.house.store, self.scope, key).archived:
            raise UemsError("segment_archived", f"The segment {key} is archived; restore it, or choose another.", status=409)

    def scene(self, key: str) -> None:
        """Raise unless there is such a scene that is not archived, or would be."""
        if self.after is not None and key in self.after.documents.rooms.get("scene", {}):
            return
        if self.after is not None and ("scene", key) in self.after.documents.archived:
            raise UemsError("scene_archived", f"The scene {key} would be archived; choose another.", status=409)
        if get_scene(self.house.store, self.scope, key).state == "archived":
            raise UemsError("scene_archived", f"The scene {key} is archived; save it again, or choose another.", status=409)


def event_filter(body: object | None) -> Matcher | None:
    """A filter on single events as a function of a record; None for none. Raises ``bad_filter``."""
    return None if body is None else matcher(parse(body), collect.event_fields(), _ANY_TIME)


def context_filter(body: object) -> Matcher:
    """A filter on what is known of a run, by its properties. Raises ``bad_filter``."""
    return matcher(parse(body), Fields(columns={}, properties=collect.event_fields().properties), _ANY_TIME)

// Who is it, may we ask, and in which form is it said?
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { uuid } from "../src/client";
import { begin, kept, online, Server, leavePage } from "./world";

let server: Server;
beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
  online(true);
  history.replaceState(null, "", "/start?a=1");
  server = new Server();
});
afterEach(leavePage);

test("every call has the form of the Segment protocol", async () => {
  const uems = begin();
  const anonymous = uems.anonymousId();
  uems.track("Order Completed", { revenue: 12.5 });
  uems.identify(17, { email: "mei@example.com" });
  uems.group("org-1", { name: "Org" });
  uems.alias("u-18");
  uems.page("Home", { kind: "start" });
  await uems.flush();
  const [track, identify, group, alias, page] = server.messages();
  expect(track).toMatchObject({ type: "track", event: "Order Completed", properties: { revenue: 12.5 }, anonymousId: anonymous });
  expect(track).not.toHaveProperty("userId");
  expect(identify).toMatchObject({ type: "identify", userId: "17", anonymousId: anonymous, traits: { email: "mei@example.com" } });
  expect(group).toMatchObject({ type: "group", groupId: "org-1", traits: { name: "Org" }, userId: "17" });
  expect(alias).toMatchObject({ type: "alias", userId: "u-18", previousId: "17" });
  expect(page).toMatchObject({ type: "page", name: "Home", properties: { kind: "start", path: "/start", search: "?a=1" } });
  for (const message of server.messages()) {
    expect(message.messageId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(message.context.page.url).toBe("https://shop.example/start?a=1");
    expect(new Date(message.timestamp).toISOString()).toBe(message.timestamp);
  }
});

test("ids are kept for the next page", () => {
  const first = begin();
  first.identify("u-1");
  const second = begin();
  expect(second.anonymousId()).toBe(first.anonymousId());
  expect(second.userId()).toBe("u-1");
});

test("another person at the same browser is another anonymous visitor, the same one again is not", () => {
  const uems = begin();
  const before = uems.anonymousId();
  uems.identify("u-1");
  uems.identify("u-1", { plan: "pro" });
  expect(uems.anonymousId()).toBe(before);
  uems.identify("u-2");
  expect(uems.anonymousId()).not.toBe(before);
});

test("traits alone leave the id as it is", async () => {
  const uems = begin();
  uems.identify(null, { plan: "free" });
  await uems.flush();
  expect(server.messages()[0]).not.toHaveProperty("userId");
  expect(uems.userId()).toBeUndefined();
});

test("after a reset somebody else sits here", () => {
  const uems = begin();
  const before = uems.anonymousId();
  uems.identify("u-1");
  uems.reset();
  expect(uems.userId()).toBeUndefined();
  expect(uems.anonymousId()).not.toBe(before);
});

test("before consent nothing is stored and nothing is sent; afterwards what waited is sent", async () => {
  const uems = begin({ consent: "required" });
  expect(uems.consent()).toBe("asking");
  uems.track("Before");
  uems.identify("u-1");
  dispatchEvent(new Event("pagehide"));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(kept()).toEqual({});
  expect(document.cookie).toBe("");
  expect([...server.bodies, ...server.beacons]).toEqual([]);
  const anonymous = uems.anonymousId();
  uems.optIn();
  expect(uems.consent()).toBe("granted");
  await vi.advanceTimersByTimeAsync(3000);
  expect(server.messages().map((message) => message.anonymousId)).toEqual([anonymous, anonymous]);
  expect(begin({ consent: "required" }).consent()).toBe("granted");
});

test("after an opt-out everything is forgotten but the decision", async () => {
  const uems = begin({ consent: "required" });
  uems.track("Dropped");
  uems.optOut();
  uems.track("Never");
  uems.identify("u-1");
  await vi.advanceTimersByTimeAsync(60_000);
  expect(server.bodies).toEqual([]);
  expect(kept()).toEqual({ "uems.23456789.consent": "denied" });
  expect(uems.userId()).toBeUndefined();
  expect(begin().consent()).toBe("denied");
});

test("whoever was collected and opts out leaves nothing behind, and may come back", async () => {
  const uems = begin();
  uems.identify("u-1");
  const before = uems.anonymousId();
  uems.optOut();
  expect(kept()).toEqual({ "uems.23456789.consent": "denied" });
  uems.optIn();
  uems.track("Back");
  await uems.flush();
  expect(server.messages().map((message) => message.event)).toEqual(["Back"]);
  expect(uems.anonymousId()).not.toBe(before);
});

test("what is decided in one tab holds in the others", async () => {
  const uems = begin();
  uems.track("Waiting");
  dispatchEvent(new StorageEvent("storage", { key: "uems.23456789.consent", newValue: "denied" }));
  expect(uems.consent()).toBe("denied");
  await vi.advanceTimersByTimeAsync(60_000);
  expect(server.bodies).toEqual([]);
  dispatchEvent(new StorageEvent("storage", { key: "uems.23456789.consent", newValue: "granted" }));
  expect(uems.consent()).toBe("granted");
});

test("a decision that nobody can read is asked for again", () => {
  localStorage.setItem("uems.23456789.consent", "maybe");
  expect(begin({ consent: "required" }).consent()).toBe("asking");
});

test("campaign and referrer come with the page, and secrets can be cut out of its address", async () => {
  history.replaceState(null, "", "/start?utm_source=news&utm_campaign=spring&utm_content=&token=secret");
  const uems = begin({ cleanUrl: (url) => url.replace(/[?&]token=[^&]*/, "") });
  uems.track("Seen");
  await uems.flush();
  const [message] = server.messages();
  expect(message?.context.campaign).toEqual({ source: "news", name: "spring" });
  expect(message?.context.page.url).toBe("https://shop.example/start?utm_source=news&utm_campaign=spring&utm_content=");
  expect(JSON.stringify(server.bodies)).not.toContain("secret");
});

test("ids are random", () => {
  expect(new Set(Array.from({ length: 500 }, uuid)).size).toBe(500);
});

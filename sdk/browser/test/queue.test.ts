// Does an event reach the server once, whatever the network does?
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { cut } from "../src/queue";
import type { Message } from "../src/types";
import { begin, kept, KEY, online, Server, leavePage } from "./world";

let server: Server;
beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
  online(true);
  server = new Server();
});
afterEach(leavePage);

test("a few events wait for each other and go out in one body", async () => {
  const uems = begin();
  uems.track("One", { n: 1 });
  uems.track("Two");
  expect(server.bodies).toHaveLength(0);
  await vi.advanceTimersByTimeAsync(3000);
  expect(server.bodies).toHaveLength(1);
  const [body] = server.bodies;
  expect(body?.writeKey).toBe(KEY);
  expect(body?.batch.map((message) => message.event)).toEqual(["One", "Two"]);
  expect(body?.context).toMatchObject({ library: { name: "uems-browser" }, channel: "browser" });
  expect(Date.parse(body?.sentAt ?? "")).not.toBeNaN();
  expect(kept()).not.toHaveProperty("uems.23456789.queue");
});

test("many events go out at once", async () => {
  const uems = begin({ flushAt: 5 });
  for (let n = 0; n < 5; n++) uems.track("Many", { n });
  await vi.advanceTimersByTimeAsync(1);
  expect(server.messages()).toHaveLength(5);
});

test.each([0, 408, 410, 429, 460, 500, 503])(
  "after %d the same events are sent again, with the same ids, at growing intervals",
  async (status) => {
    server.answers = [status, status];
    const uems = begin();
    uems.track("Kept");
    const [id] = (JSON.parse(kept()["uems.23456789.queue"] ?? "[]") as Message[]).map((message) => message.messageId);
    await vi.advanceTimersByTimeAsync(3000);
    await vi.advanceTimersByTimeAsync(1000);
    await vi.advanceTimersByTimeAsync(2000);
    const ids = server.messages().map((message) => message.messageId);
    expect(new Set(ids)).toEqual(new Set([id]));
    expect(kept()).not.toHaveProperty("uems.23456789.queue");
  },
);

test("a server that asks for patience gets it", async () => {
  server.answers = [429];
  server.retryAfter = "120";
  begin().track("Patient");
  await vi.advanceTimersByTimeAsync(3000);
  await vi.advanceTimersByTimeAsync(110_000);
  expect(server.bodies).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(11_000);
  expect(server.bodies).toHaveLength(2);
});

test.each([400, 401, 413, 501])("after %d nothing is sent again, for it would be refused again", async (status) => {
  const warned = vi.spyOn(console, "warn").mockReturnValue();
  server.answers = [status];
  begin().track("Refused");
  await vi.advanceTimersByTimeAsync(600_000);
  expect(server.bodies).toHaveLength(1);
  expect(warned).toHaveBeenCalledOnce();
  warned.mockRestore();
});

test("without a network events wait on disk, and go out when it is back", async () => {
  online(false);
  begin().track("Offline");
  await vi.advanceTimersByTimeAsync(60_000);
  expect(server.bodies).toHaveLength(0);
  online(true);
  dispatchEvent(new Event("online"));
  await vi.advanceTimersByTimeAsync(1);
  expect(server.messages().map((message) => message.event)).toEqual(["Offline"]);
});

test("what an earlier page could not send, the next one sends", async () => {
  server.answers = [0, 0, 0, 0, 0, 0, 0, 0];
  begin().track("Left Behind");
  await vi.advanceTimersByTimeAsync(3000);
  vi.clearAllTimers();
  server.answers = [];
  begin();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(server.named("Left Behind")).toHaveLength(1);
});

test("while another tab is sending, this one waits", async () => {
  localStorage.setItem("uems.23456789.lock", String(Date.now() + 10_000));
  begin().track("Second Tab");
  await vi.advanceTimersByTimeAsync(9_000);
  expect(server.bodies).toHaveLength(0);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(server.bodies).toHaveLength(1);
});

test("a queue that somebody spoiled is begun anew", async () => {
  localStorage.setItem("uems.23456789.queue", "{spoiled");
  begin().track("Fresh");
  await vi.advanceTimersByTimeAsync(3000);
  expect(server.messages().map((message) => message.event)).toEqual(["Fresh"]);
});

test("no more than a thousand events wait; the oldest go first", () => {
  online(false);
  const many = Array.from({ length: 998 }, (_, n) => ({ messageId: `m${n}`, properties: { n } }));
  localStorage.setItem("uems.23456789.queue", JSON.stringify(many));
  const uems = begin();
  for (let n = 998; n < 1003; n++) uems.track("Flood", { n });
  const waiting = JSON.parse(kept()["uems.23456789.queue"] ?? "[]") as Message[];
  expect(waiting).toHaveLength(1000);
  expect(waiting[0]?.properties).toEqual({ n: 3 });
});

test("when the page goes away everything is handed to the browser, in pieces that it takes", () => {
  const uems = begin();
  for (let n = 0; n < 30; n++) uems.track("Large", { n, text: "中".repeat(2000) });
  dispatchEvent(new Event("pagehide"));
  const sent = server.beacons.flatMap((body) => body.batch);
  expect(sent).toHaveLength(30);
  for (const body of server.beacons) expect(new Blob([JSON.stringify(body)]).size).toBeLessThan(64_000);
  expect(kept()).not.toHaveProperty("uems.23456789.queue");
});

test("while the server does not answer, nothing is entrusted to a beacon that would be lost", async () => {
  server.answers = [503];
  begin().track("Safe");
  await vi.advanceTimersByTimeAsync(3000);
  dispatchEvent(new Event("pagehide"));
  expect(server.beacons).toHaveLength(0);
  expect(kept()).toHaveProperty("uems.23456789.queue");
});

test("without a disk events are kept in memory", async () => {
  const broken = vi.spyOn(Storage.prototype, "setItem").mockImplementation(() => {
    throw new DOMException("full", "QuotaExceededError");
  });
  const uems = begin();
  uems.track("In Memory");
  const id = uems.anonymousId();
  expect(uems.anonymousId()).toBe(id);
  await vi.advanceTimersByTimeAsync(3000);
  expect(server.messages().map((message) => message.event)).toEqual(["In Memory"]);
  broken.mockRestore();
});

test("a body holds at most a hundred events and at least one", () => {
  const message = { type: "track", messageId: "m", properties: { text: "x".repeat(100) } } as unknown as Message;
  expect(cut(Array<Message>(250).fill(message), 1e9)).toHaveLength(100);
  expect(cut(Array<Message>(250).fill(message), 1)).toHaveLength(1);
  expect(cut([message], 1)).toHaveLength(1);
  expect(cut([], 1)).toHaveLength(0);
});

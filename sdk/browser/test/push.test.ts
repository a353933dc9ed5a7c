// Does a browser subscribe to the server's key, and does it belong to whoever sits there?
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { begin, leavePage } from "./world";

const KEY = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"; // of RFC 8292, 2.4
let told: Record<string, unknown>[] = [];
const keys = { p256dh: "p", auth: "a" };
const subscription = { endpoint: "https://push.example/1", toJSON: () => ({ keys }), unsubscribe: vi.fn(() => Promise.resolve(true)) };
const pushManager = { subscribe: vi.fn(() => Promise.resolve(subscription)), getSubscription: () => Promise.resolve(subscription) };
const registration = { pushManager };
const getRegistration = vi.fn<(worker: string) => Promise<unknown>>(() => Promise.resolve(registration));
const settle = () => new Promise((done) => setTimeout(done, 0));
let online = true;

/** A page of the site, with what the browser gives it. */
function openPage(): void {
  vi.stubGlobal("fetch", (url: string, request: RequestInit) => {
    if (!online) return Promise.reject(new TypeError("Failed to fetch"));
    if (url.endsWith("/api/push")) told.push(JSON.parse(request.body as string) as Record<string, unknown>);
    return Promise.resolve(new Response(JSON.stringify({ public_key: KEY, address_kind: "" })));
  });
  vi.stubGlobal("Notification", { requestPermission: () => Promise.resolve("granted") });
  const serviceWorker = {
    register: () => Promise.resolve(registration),
    ready: Promise.resolve(registration),
    getRegistration,
  };
  Object.defineProperty(navigator, "serviceWorker", { value: serviceWorker, configurable: true });
}

/** The page is left, and another one of the site opened: what was in memory is gone. */
function reload(): ReturnType<typeof begin> {
  leavePage();
  openPage();
  return begin();
}

beforeEach(() => {
  told = [];
  online = true;
  localStorage.clear();
  vi.clearAllMocks();
  openPage();
});
afterEach(leavePage);

test("it subscribes to the key of the server and tells where notes go, with the proof of the user", async () => {
  const uems = begin();
  uems.identify("u-1");
  expect(await uems.webPush.subscribe({ proof: (user) => `signed ${user}` })).toBe(true);
  const [[how]] = pushManager.subscribe.mock.calls as unknown as [[{ applicationServerKey: Uint8Array; userVisibleOnly: boolean }]];
  expect([how.userVisibleOnly, how.applicationServerKey.length, how.applicationServerKey[0]]).toEqual([true, 65, 4]);
  expect(told.at(-1)).toMatchObject({ user_id: "u-1", proof: "signed u-1", anonymous_id: uems.anonymousId() });
  expect(told.at(-1)?.subscription).toEqual({ endpoint: "https://push.example/1", p256dh: "p", auth: "a" });
});

test("after signing out the browser belongs to its anonymous id alone", async () => {
  const uems = begin();
  uems.identify("u-1");
  await uems.webPush.subscribe({ proof: "p" });
  uems.reset();
  await settle();
  expect(told.at(-1)).toMatchObject({ anonymous_id: uems.anonymousId(), subscription: { endpoint: "https://push.example/1" } });
  expect(told.at(-1)).not.toHaveProperty("user_id");
});

test("nobody is asked before consent, and taking it back ends the notes", async () => {
  const uems = begin({ consent: "required" });
  expect(await uems.webPush.subscribe()).toBe(false);
  expect(told).toEqual([]);
  uems.optIn();
  expect(await uems.webPush.subscribe()).toBe(true);
  uems.optOut();
  await settle();
  await settle();
  expect(subscription.unsubscribe).toHaveBeenCalledOnce();
});

test("who says no is told nothing of", async () => {
  vi.stubGlobal("Notification", { requestPermission: () => Promise.resolve("denied") });
  expect(await begin().webPush.subscribe()).toBe(false);
  expect(told).toEqual([]);
});

test("signing out on another page than the one that asked moves the browser too, wherever its worker is", async () => {
  const uems = begin();
  uems.identify("u-1");
  await uems.webPush.subscribe({ proof: "p", serviceWorker: "/push/worker.js" });
  told = [];
  const later = reload();
  later.identify("u-1");
  await settle();
  expect(told).toEqual([]); // still theirs, though this page has no proof
  const before = later.anonymousId();
  later.reset();
  await settle();
  expect(getRegistration).toHaveBeenLastCalledWith("/push/worker.js");
  expect(told).toHaveLength(1);
  expect(told[0]).toMatchObject({ anonymous_id: later.anonymousId(), subscription: { endpoint: "https://push.example/1" } });
  expect(told[0]).not.toHaveProperty("user_id");
  expect(later.anonymousId()).not.toBe(before);
});

test("somebody else who is named after a reload does not get the notes of the one before", async () => {
  const uems = begin();
  uems.identify("u-1");
  await uems.webPush.subscribe({ proof: "p" });
  told = [];
  const later = reload();
  later.identify("u-2");
  await settle();
  expect(told.map((one) => [one.user_id, one.anonymous_id])).toEqual([[undefined, later.anonymousId()]]);
});

test("a sign-out that could not be told is told by the next page", async () => {
  const warned = vi.spyOn(console, "warn").mockImplementation(() => undefined);
  const uems = begin();
  uems.identify("u-1");
  await uems.webPush.subscribe({ proof: "p" });
  told = [];
  online = false;
  uems.reset();
  await settle();
  expect(told).toEqual([]);
  expect(warned).toHaveBeenCalledOnce();
  online = true;
  const later = reload();
  await settle();
  expect(told).toMatchObject([{ anonymous_id: later.anonymousId(), subscription: { endpoint: "https://push.example/1" } }]);
  expect(told[0]).not.toHaveProperty("user_id");
  reload();
  await settle();
  expect(told).toHaveLength(1);
});

test("taking consent back on a later page ends the notes as well, and a site's own notes are left alone", async () => {
  begin().optOut();
  await settle();
  expect(subscription.unsubscribe).not.toHaveBeenCalled();
  localStorage.clear();
  await reload().webPush.subscribe({ serviceWorker: "/push/worker.js" });
  reload().optOut();
  await settle();
  expect(getRegistration).toHaveBeenLastCalledWith("/push/worker.js");
  expect(subscription.unsubscribe).toHaveBeenCalledOnce();
});

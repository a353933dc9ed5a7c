// What does a page hold in its hands? The calls of the Segment protocol, and consent.
import { captureClicks, captureForms, type Track } from "./capture";
import { makeEngagement } from "./engagement";
import { makeInApp } from "./load";
import { watchPages } from "./pages";
import { makePush } from "./push";
import { makeQueue } from "./queue";
import { makeStore, type Store } from "./store";
import type { Capture, Client, Consent, Message, Options, Properties, View } from "./types";
import { common, viewNow } from "./view";

declare const __VERSION__: string;

const MOST_HELD = 100;

/** A random UUID, also on pages without https, where the browser gives none. */
export function uuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 15) | 64;
  bytes[8] = ((bytes[8] ?? 0) & 63) | 128;
  const text = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return text.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

type Send = (type: Message["type"], fields: Properties) => void;

/** Who sits here, as far as anybody has said. */
function makeIdentity(store: Store) {
  const userId = () => store.get("user") ?? undefined;
  const anonymousId = () => {
    const known = store.get("anonymous");
    if (known) return known;
    const made = uuid();
    store.set("anonymous", made);
    return made;
  };
  const become = (user: string) => {
    // Another person at the same browser must not become one with the first.
    if (userId() !== undefined && userId() !== user) store.remove("anonymous");
    store.set("user", user);
  };
  return { userId, anonymousId, become };
}

/** The page that is open: viewed, looked at, left. */
function makePages(options: Options, engaging: boolean, send: Send) {
  const { hashRouting = false, heartbeatSeconds = 30, cleanUrl = (url: string) => url } = options;
  let view: View | undefined;
  let open = false;
  const track: Track = (event, properties) => send("track", { event, properties });
  const beat = () => {
    if (open) track("Heartbeat", { engaged_seconds: seconds() });
  };
  const engagement = engaging ? makeEngagement(heartbeatSeconds * 1000, beat) : undefined;
  /** Engaged seconds since the last report, so that their sum is the time of a page, a visit or a person. */
  const seconds = () => Math.round(engagement?.take() ?? 0) / 1000;

  const now = (referrer = document.referrer) => viewNow(referrer, cleanUrl, hashRouting);
  const leave = () => {
    if (open && engagement) track("Page Left", { engaged_seconds: seconds() });
    open = false;
  };
  const show = (name?: string, properties: Properties = {}, referrer?: string) => {
    leave();
    engagement?.take();
    view = now(referrer);
    open = true;
    send("page", { ...(name && { name }), properties: { ...view.page, ...properties } });
  };
  /** A telephone may end a page that is hidden without another word. */
  const hide = () => {
    const looked = open ? seconds() : 0;
    if (looked > 0) track("Heartbeat", { engaged_seconds: looked });
  };
  return { view: () => view ?? now(), show, leave, hide };
}

/** Begin. Call it once a page. */
export function load(options: Options): Client {
  const { writeKey, consent, autocapture = true, host = location.origin, flushAt = 20, flushInterval = 3000 } = options;
  const wanted = (part: keyof Capture) => (typeof autocapture === "object" ? autocapture[part] !== false : autocapture);
  const prefix = `uems.${writeKey.slice(-8)}.`;
  const store = makeStore(prefix);
  const { userId, anonymousId, become } = makeIdentity(store);
  let state = decided(prefix, consent === "required" ? "asking" : "granted");
  let held: Message[] = [];
  if (state === "granted") store.open();
  const url = `${host.replace(/\/+$/, "")}/v1/batch`;
  const queue = makeQueue({ url, writeKey, flushAt, flushInterval, store, context: () => common(__VERSION__) });

  const send: Send = (type, fields) => {
    if (state === "denied") return;
    const user = userId();
    const message = {
      type,
      messageId: uuid(),
      timestamp: new Date().toISOString(),
      anonymousId: anonymousId(),
      ...(user && { userId: user }),
    };
    const whole: Message = { ...message, context: pages.view(), ...fields };
    if (state === "granted") queue.push(whole);
    else held = [...held, whole].slice(-MOST_HELD);
  };
  const track: Track = (event, properties = {}) => send("track", { event, properties });
  const pages = makePages(options, wanted("engagement"), send);

  if (wanted("clicks")) captureClicks(track);
  if (wanted("forms")) captureForms(track);
  if (wanted("pages")) watchPages(options.hashRouting === true, (referrer) => pages.show(undefined, {}, referrer));
  watchEnd(pages, () => queue.beacon());

  const access = { host: host.replace(/\/+$/, ""), writeKey, anonymousId, userId, granted: () => state === "granted" };
  const inbox = makeInApp(access);
  const push = makePush(access, store);
  const changed = () => [inbox, push].forEach((one) => one.again());

  const optIn = () => {
    if (state === "granted") return;
    state = "granted";
    changed();
    store.open();
    store.set("consent", state);
    held.splice(0).forEach((message) => queue.push(message));
  };
  const optOut = () => {
    if (state === "denied") return;
    state = "denied";
    held = [];
    queue.clear();
    changed(); // while it is known what there is to end
    store.clear();
    remember(prefix, state);
  };
  watchTabs(`${prefix}consent`, optIn, optOut);

  return {
    track,
    page: (name, properties) => pages.show(name, properties),
    identify(user, traits = {}) {
      if (state !== "denied" && user !== null && user !== "") become(String(user));
      send("identify", { traits });
      changed();
    },
    group: (groupId, traits = {}) => send("group", { groupId: String(groupId), traits }),
    alias: (user, previous) => send("alias", { userId: String(user), previousId: String(previous ?? userId() ?? anonymousId()) }),
    reset() {
      store.remove("user");
      store.remove("anonymous");
      changed();
    },
    inApp: inbox.start,
    webPush: push,
    optIn,
    optOut,
    consent: () => state,
    anonymousId,
    userId,
    flush: () => queue.flush(),
  };
}

/** The decision of an earlier page; reading it is all that happens before consent. */
function decided(prefix: string, otherwise: Consent): Consent {
  try {
    const said = localStorage.getItem(`${prefix}consent`);
    return said === "granted" || said === "denied" ? said : otherwise;
  } catch {
    return otherwise;
  }
}

function remember(prefix: string, said: Consent): void {
  try {
    localStorage.setItem(`${prefix}consent`, said);
  } catch {
    // Asked again on the next page.
  }
}

/** What is decided in one tab holds in all of them. */
function watchTabs(name: string, optIn: () => void, optOut: () => void): void {
  addEventListener("storage", ({ key, newValue }) => {
    if (key !== name) return;
    if (newValue === "denied") optOut();
    else if (newValue === "granted") optIn();
  });
}

function watchEnd(pages: { hide(): void; leave(): void }, beacon: () => void): void {
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "hidden") return;
    pages.hide();
    beacon();
  });
  addEventListener("pagehide", () => {
    pages.leave();
    beacon();
  });
}

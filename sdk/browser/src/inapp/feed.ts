// How do messages come, and how is it told what was done with them? One request opens the inbox; then a stream tells of each message at once,
// and where no stream can be had, the inbox is opened again and again.
import type { Access, InAppItem, InAppOptions } from "../types";

export type Done = "shown" | "clicked" | "dismissed";

interface Opened {
  ticket: string;
  items: InAppItem[];
  poll_seconds: number;
}

const POLL = 30_000;
const SOON = 3_000;
const ATTEMPTS = 3;

/** One request: its status, 0 for no answer, and what was answered. Text, not JSON: a plain request needs no preflight. */
async function post(url: string, body: unknown): Promise<[number, unknown]> {
  try {
    const answer = await fetch(url, { method: "POST", body: JSON.stringify(body), keepalive: true, credentials: "omit" });
    return [answer.status, answer.status === 200 ? await answer.json() : undefined];
  } catch {
    return [0, undefined];
  }
}

/** The messages that are known here. What was done here holds, also while the server has not heard of it. */
function shelf() {
  const known = new Map<number, InAppItem>();
  const take = (item: InAppItem) => {
    const before = known.get(item.message_id);
    if (item.dismissed) known.delete(item.message_id);
    else known.set(item.message_id, { ...item, shown: item.shown || !!before?.shown, clicked: item.clicked || !!before?.clicked });
  };
  const replace = (items: InAppItem[]) => {
    const there = new Set(items.map((one) => one.message_id));
    for (const id of known.keys()) if (!there.has(id)) known.delete(id);
    items.forEach(take);
  };
  return { known, take, replace };
}

/** Calls of one round become one. */
function once(work: () => void): () => void {
  let due = false;
  return () => {
    if (due) return;
    due = true;
    queueMicrotask(() => {
      due = false;
      work();
    });
  };
}

/** A stream of messages. over: whether it had worked; called when the browser does not come back to it by itself. */
function listen(url: string, take: (item: InAppItem) => void, over: (worked: boolean) => void): EventSource {
  let worked = false;
  const stream = new EventSource(url);
  stream.onopen = () => (worked = true);
  stream.addEventListener("message", (event) => take(JSON.parse(event.data as string) as InAppItem));
  // The browser comes back where the connection broke; where the server said no, the ticket is over, or too many listen.
  stream.onerror = () => {
    if (stream.readyState === EventSource.CLOSED) over(worked);
  };
  return stream;
}

/** address: of the message, with the ticket of the moment. open: gets another ticket. */
async function tell(address: () => string, what: Done, open: () => Promise<void>, attempts = ATTEMPTS): Promise<void> {
  const [status] = await post(address(), { what });
  if ((status === 0 || status >= 500) && attempts > 1) setTimeout(() => void tell(address, what, open, attempts - 1), SOON);
  else if (status === 401 && attempts > 1) {
    await open();
    await tell(address, what, open, 1);
  }
}

/** Whether the server has an answer. A ticket that is over is renewed, once. */
async function said(address: () => string, body: object, open: () => Promise<void>): Promise<boolean> {
  let [status] = await post(address(), body);
  if (status === 401) {
    await open();
    [status] = await post(address(), body);
  }
  return status === 204;
}

const seen = () => document.visibilityState === "visible";

/** What says who sits here. */
async function who(access: Access, proof: NonNullable<InAppOptions["proof"]>): Promise<object> {
  const user = access.userId();
  const proven = user && (typeof proof === "function" ? await Promise.resolve(proof(user)).catch(() => "") : proof);
  const signed = proven ? { user_id: user, proof: proven } : {};
  return { write_key: access.writeKey, anonymous_id: access.anonymousId(), ...signed };
}

/** told: called when other messages are there, or something was done with one. */
export function makeFeed(access: Access, proof: NonNullable<InAppOptions["proof"]>, told: () => void) {
  const url = `${access.host}/api/inbox`;
  const { known, take, replace } = shelf();
  const changed = once(told);
  let ticket = "";
  let poll = POLL;
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let turn = 0;
  let whose = "";

  const quiet = () => {
    clearTimeout(timer);
    source?.close();
    source = undefined;
  };
  const later = (milliseconds: number) => {
    quiet();
    timer = setTimeout(() => void open(), milliseconds * (0.8 + Math.random() * 0.4));
  };
  const heard = (item: InAppItem) => {
    take(item);
    changed();
  };

  /** What was answered when the inbox was opened; of whoever sits here no more, nothing. */
  function opened(status: number, said: unknown): void {
    if (status === 200) {
      const inbox = said as Opened;
      ticket = inbox.ticket;
      poll = inbox.poll_seconds * 1000;
      replace(inbox.items);
      changed();
      if (typeof EventSource === "undefined") later(poll);
      else source = listen(`${url}/${ticket}/stream`, heard, (worked) => later(worked ? SOON : poll));
    } else if (status === 0 || status === 429 || status >= 500) {
      later(poll);
    } else {
      console.warn(`uems: the inbox was refused with ${status}`);
    }
  }

  async function open(): Promise<void> {
    quiet();
    const mine = ++turn;
    if (!access.granted() || !seen()) return;
    const [status, said] = await post(url, await who(access, proof));
    if (mine === turn) opened(status, said);
  }

  function report(id: number, what: Done): void {
    const item = known.get(id);
    if (!item || item[what]) return;
    item.shown = item[what] = true;
    void tell(() => `${url}/${ticket}/messages/${id}`, what, open);
    if (what === "dismissed") known.delete(id);
    changed();
  }

  // A hidden tab holds no connection: browsers have few of them for one server.
  const look = () => {
    if (seen()) void open();
    else quiet();
  };
  document.addEventListener("visibilitychange", look);

  return {
    items: () => [...known.values()].sort((one, other) => (one.at < other.at ? 1 : -1)),
    report,
    answer: (id: number, text: string, key: string) => said(() => `${url}/${ticket}/messages/${id}/answer`, { text, key }, open),
    /** Ask anew, for whoever sits here now. */
    again() {
      quiet();
      // Who signs in keeps the anonymous id, who signs out does not; the same user named again loses nothing that is open.
      const mine = access.granted() ? access.anonymousId() : "";
      if (mine !== whose) {
        known.clear();
        changed();
      }
      whose = mine;
      void open();
    },
    stop() {
      turn++;
      quiet();
      document.removeEventListener("visibilitychange", look);
    },
  };
}

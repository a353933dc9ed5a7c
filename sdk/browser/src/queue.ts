// How does an event reach the server, once and for certain? It waits in a queue that all tabs share until the server has answered.
//
// Two tabs, or a beacon and a later page, may send the same event; the server counts it once, by its messageId.
import type { Store } from "./store";
import type { Message } from "./types";

const MOST_WAITING = 1000;
const MOST_EVENTS = 100;
// Characters of one body; a character is at most three bytes on the wire. A beacon may have 64 KB.
const BODY = 130_000;
const BEACON = 20_000;
const LONGEST_WAIT = 60_000;
const TIMEOUT = 15_000;

export interface Queue {
  push(message: Message): void;
  flush(): Promise<void>;
  /** The page may go away at any moment: hand everything to the browser. */
  beacon(): void;
  clear(): void;
}

export interface QueueOptions {
  url: string;
  writeKey: string;
  flushAt: number;
  flushInterval: number;
  store: Store;
  /** What is the same for all messages. */
  context: () => Record<string, unknown>;
}

/** Whether sending the same again may help. */
function mayHelp(status: number): boolean {
  return (
    status === 0 ||
    status === 408 ||
    status === 410 ||
    status === 429 ||
    status === 460 ||
    (status >= 500 && status !== 501 && status !== 505)
  );
}

/** The first so many messages that fit into one body, at least one. */
export function cut(messages: Message[], most: number): Message[] {
  let size = 0;
  const end = messages.findIndex((message, at) => (size += JSON.stringify(message).length + 1) > most || at === MOST_EVENTS);
  return end < 0 ? messages : messages.slice(0, Math.max(1, end));
}

/** One request: its status, 0 for no answer, and for how many milliseconds the server asks for patience. */
async function request(url: string, body: string, keepalive: boolean): Promise<[status: number, patience: number]> {
  try {
    // Text, not JSON: a plain request needs no preflight.
    const answer = await fetch(url, { method: "POST", body, keepalive, credentials: "omit", signal: AbortSignal.timeout(TIMEOUT) });
    return [answer.status, Math.min(Number(answer.headers.get("retry-after")) || 0, 300) * 1000];
  } catch {
    return [0, 0];
  }
}

/** The waiting messages, as all tabs see them. */
function shelf(store: Store) {
  const all = (): Message[] => {
    try {
      return JSON.parse(store.get("queue") ?? "[]") as Message[];
    } catch {
      return [];
    }
  };
  const keep = (messages: Message[]) => {
    if (messages.length) store.set("queue", JSON.stringify(messages.slice(-MOST_WAITING)));
    else store.remove("queue");
  };
  const without = (gone: Message[]) => {
    const ids = new Set(gone.map((message) => message.messageId));
    return all().filter((message) => !ids.has(message.messageId));
  };
  return { all, keep, without };
}

export function makeQueue({ url, writeKey, flushAt, flushInterval, store, context }: QueueOptions): Queue {
  const { all, keep, without } = shelf(store);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let sending: Message[] = [];
  let running: Promise<void> | undefined;
  let failures = 0;
  let notBefore = 0;

  const body = (batch: Message[]) => JSON.stringify({ writeKey, batch, sentAt: new Date().toISOString(), context: context() });
  const stop = () => {
    clearTimeout(timer);
    timer = undefined;
  };
  const later = (milliseconds: number) => {
    stop();
    timer = setTimeout(() => void flush(), milliseconds);
  };

  async function post(batch: Message[]): Promise<void> {
    const text = body(batch);
    const survives = text.length < BEACON;
    // What would be cut off by the end of the page is given to the beacon too; the server counts it once.
    sending = survives ? batch : [];
    store.set("lock", String(Date.now() + TIMEOUT));
    const [status, patience] = await request(url, text, survives);
    store.remove("lock");
    sending = [];
    if (mayHelp(status)) {
      const wait = Math.min(LONGEST_WAIT, 1000 * 2 ** failures++) * (0.5 + Math.random() / 2);
      notBefore = Date.now() + Math.max(wait, patience);
      return;
    }
    failures = notBefore = 0;
    if (status >= 400) console.warn(`uems: ${batch.length} events were refused with ${status}`);
    keep(without(batch));
  }

  async function drain(): Promise<void> {
    for (let batch; (batch = cut(all(), BODY)).length;) {
      const pause = Math.max(notBefore, Number(store.get("lock"))) - Date.now();
      if (pause > 0) {
        later(pause);
        return;
      }
      if (!navigator.onLine) return; // the event "online" comes when there is a network again
      await post(batch);
    }
  }

  function flush(): Promise<void> {
    stop();
    running ??= drain().finally(() => (running = undefined));
    return running;
  }

  addEventListener("online", () => {
    notBefore = 0;
    void flush();
  });
  if (all().length) later(flushInterval);

  return {
    push(message) {
      const messages = [...all(), message];
      keep(messages);
      if (messages.length >= flushAt && !failures) void flush();
      else if (timer === undefined && !running) later(flushInterval);
    },
    flush,
    beacon() {
      // While the server does not answer, a beacon would be lost; what is kept on disk goes out from the next page.
      if ((failures || !navigator.onLine) && store.durable()) return;
      for (let rest = without(sending); rest.length;) {
        const batch = cut(rest, BEACON);
        if (!navigator.sendBeacon(url, body(batch))) return;
        keep(without(batch));
        rest = rest.slice(batch.length);
      }
    },
    clear() {
      stop();
      store.remove("queue");
    },
  };
}

// How does a browser get notes while no page is open? It is asked for, subscribes to our key, and we are told where its push service is.
import type { Store } from "./store";
import type { Access, PushOptions, WebPush } from "./types";

interface Answer {
  public_key: string;
}

/** What outlives the page: the path of the worker, and whose the notes are, a proven user or else an anonymous id. */
interface Known {
  worker: string;
  user: string;
  anonymous: string;
}

const WORKER = "/uems-sw.js";

/** The bytes of base64url. */
function bytes(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

async function subscriptionOf(worker: string): Promise<PushSubscription | null | undefined> {
  const { serviceWorker } = navigator as { serviceWorker?: ServiceWorkerContainer };
  return (await serviceWorker?.getRegistration(worker))?.pushManager.getSubscription();
}

export function makePush(access: Access, store: Store): WebPush & { again(): void } {
  let proof: PushOptions["proof"];

  const known = () => JSON.parse(store.get("push") ?? "null") as Known | null;

  /** Our key; a subscription belongs to whoever sits here, which is remembered once the server has it. */
  async function tell(worker: string, subscription?: PushSubscription): Promise<string> {
    const user = access.userId();
    const anonymous = access.anonymousId();
    const proven = user && (typeof proof === "function" ? await proof(user) : proof);
    const keys = subscription?.toJSON().keys;
    const body = {
      write_key: access.writeKey,
      anonymous_id: anonymous,
      ...(proven && { user_id: user, proof: proven }),
      ...(subscription && { subscription: { endpoint: subscription.endpoint, p256dh: keys?.p256dh, auth: keys?.auth } }),
    };
    // The page may be left right after a sign-out.
    const how = { method: "POST", body: JSON.stringify(body), credentials: "omit", keepalive: true } as const;
    const answer = await fetch(`${access.host}/api/push`, how);
    if (!answer.ok) throw new Error(`uems: web push was refused with ${answer.status}`);
    const kept: Known = { worker, user: proven && user ? user : "", anonymous };
    if (subscription && access.granted()) store.set("push", JSON.stringify(kept));
    return ((await answer.json()) as Answer).public_key;
  }

  async function subscribe(given: PushOptions = {}): Promise<boolean> {
    if (!access.granted() || !("serviceWorker" in navigator) || typeof Notification === "undefined") return false;
    if ((await Notification.requestPermission()) !== "granted") return false;
    proof = given.proof;
    const worker = given.serviceWorker ?? WORKER;
    const registered = await navigator.serviceWorker.register(worker);
    await navigator.serviceWorker.ready;
    const applicationServerKey = bytes(await tell(worker));
    await tell(worker, await registered.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey }));
    return true;
  }

  async function unsubscribe(): Promise<void> {
    const worker = known()?.worker ?? WORKER;
    store.remove("push");
    await (await subscriptionOf(worker))?.unsubscribe(); // its service then says that it is gone
  }

  /** Notes go to whoever sits here now, also where an earlier page asked for them. */
  async function move({ worker, user, anonymous }: Known): Promise<void> {
    const now = access.userId() ?? "";
    // A user who was proven before is not proven again: this page may not know how.
    if (user ? now === user : anonymous === access.anonymousId() && !(now && proof)) return;
    const subscription = await subscriptionOf(worker);
    if (subscription) await tell(worker, subscription);
    else store.remove("push");
  }

  /** Somebody else may sit here: what is theirs comes from now on, and nothing of whoever was here before. */
  function again(): void {
    const mine = known();
    if (mine) (access.granted() ? move(mine) : unsubscribe()).catch(console.warn);
  }

  again(); // what an earlier page could not tell any more
  return { subscribe, unsubscribe, again };
}

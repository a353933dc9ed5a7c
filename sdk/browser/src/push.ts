// How does a browser get notes while no page is open? It is asked for, subscribes to our key, and we are told where its push service is.
import type { Access, PushOptions, WebPush } from "./types";

interface Answer {
  public_key: string;
}

const WORKER = "/uems-sw.js";

/** The bytes of base64url. */
function bytes(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

export function makePush(access: Access): WebPush & { again(): void } {
  let options: PushOptions = {};
  let subscription: PushSubscription | undefined;

  /** Our key; a subscription belongs to whoever sits here. */
  async function tell(): Promise<string> {
    const user = access.userId();
    const proof = user && (typeof options.proof === "function" ? await options.proof(user) : options.proof);
    const keys = subscription?.toJSON().keys;
    const body = {
      write_key: access.writeKey,
      anonymous_id: access.anonymousId(),
      ...(proof && { user_id: user, proof }),
      ...(subscription && { subscription: { endpoint: subscription.endpoint, p256dh: keys?.p256dh, auth: keys?.auth } }),
    };
    const answer = await fetch(`${access.host}/api/push`, { method: "POST", body: JSON.stringify(body), credentials: "omit" });
    if (!answer.ok) throw new Error(`uems: web push was refused with ${answer.status}`);
    return ((await answer.json()) as Answer).public_key;
  }

  async function subscribe(given: PushOptions = {}): Promise<boolean> {
    if (!access.granted() || !("serviceWorker" in navigator) || typeof Notification === "undefined") return false;
    if ((await Notification.requestPermission()) !== "granted") return false;
    options = given;
    const registered = await navigator.serviceWorker.register(given.serviceWorker ?? WORKER);
    await navigator.serviceWorker.ready;
    const applicationServerKey = bytes(await tell());
    subscription = await registered.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey });
    await tell();
    return true;
  }

  async function unsubscribe(): Promise<void> {
    subscription = undefined;
    const { serviceWorker } = navigator as { serviceWorker?: ServiceWorkerContainer };
    const registered = await serviceWorker?.getRegistration(options.serviceWorker ?? WORKER);
    await (await registered?.pushManager.getSubscription())?.unsubscribe(); // its service then says that it is gone
  }

  /** Somebody else may sit here: what is theirs comes from now on, and nothing of whoever was here before. */
  function again(): void {
    const work = access.granted() ? subscription && tell() : unsubscribe();
    work?.catch(console.warn);
  }

  return { subscribe, unsubscribe, again };
}

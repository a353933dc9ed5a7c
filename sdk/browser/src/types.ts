// What passes through the door of the SDK? Its options, its calls, and the messages that go over the wire.

export type Properties = Record<string, unknown>;

/** granted: collect from the start. required: keep nothing and send nothing until `optIn` is called. */
export type ConsentMode = "granted" | "required";
/** asking: nobody has decided yet; events wait in memory. */
export type Consent = "granted" | "denied" | "asking";

export interface Capture {
  /** Page views, also of single-page applications. */
  pages?: boolean;
  /** Clicks on links and buttons, and on whatever bears `data-uems-event`. */
  clicks?: boolean;
  /** Submitted forms; never what was typed into them. */
  forms?: boolean;
  /** Engaged time: heartbeats and page leaves. */
  engagement?: boolean;
}

export interface Options {
  /** A write key; it can only send events. */
  writeKey: string;
  /** Where UEMS answers, such as https://uems.example.com; the origin of the page unless given. */
  host?: string;
  /** What is collected without being asked for; true (all of it) unless given. */
  autocapture?: boolean | Capture;
  consent?: ConsentMode;
  /** The part after # tells pages apart. */
  hashRouting?: boolean;
  /** The address as it is to be sent; for cutting secrets out of query strings. */
  cleanUrl?: (url: string) => string;
  /** So many waiting events are sent at once; 20 unless given. */
  flushAt?: number;
  /** Milliseconds after which fewer are sent; 3000 unless given. */
  flushInterval?: number;
  /** Engaged seconds after which a heartbeat is sent; 30 unless given. */
  heartbeatSeconds?: number;
}

/** What every message tells of the page on which it happened. */
export interface View {
  page: { url: string; path: string; search: string; title: string; referrer: string };
  campaign?: Record<string, string>;
}

export interface Message {
  type: "track" | "page" | "identify" | "group" | "alias";
  messageId: string;
  timestamp: string;
  anonymousId: string;
  userId?: string;
  context: View;
  [field: string]: unknown;
}

export interface Client {
  /** Something happened. */
  track(event: string, properties?: Properties): void;
  /** A page was viewed. Called by the SDK itself unless `autocapture.pages` is false. */
  page(name?: string, properties?: Properties): void;
  /** Who this is, from now on; or only more about them. */
  identify(userId: string | number | null, traits?: Properties): void;
  /** To which company, family or team they belong. */
  group(groupId: string | number, traits?: Properties): void;
  /** Two ids are one person; the second is the one known so far unless given. */
  alias(userId: string | number, previousId?: string | number): void;
  /** Show messages of the channel "In-app messages", once consent is given; what is needed for it is loaded then. */
  inApp(options?: InAppOptions): Promise<InApp>;
  webPush: WebPush;
  /** Somebody else sits here from now on: after a sign-out. */
  reset(): void;
  optIn(): void;
  /** Collect nothing any more and forget everything that was kept here. */
  optOut(): void;
  consent(): Consent;
  anonymousId(): string;
  userId(): string | undefined;
  /** Send what waits; resolves when the answer is there. */
  flush(): Promise<void>;
}

export interface InAppOptions {
  /** HMAC-SHA256 of the user id in hexadecimal, made by your server; or what asks your server for it. */
  proof?: string | ((userId: string) => string | Promise<string>);
  /** A button with the number of unread messages, in a corner of the page; true unless given. */
  launcher?: boolean;
  /** "zh" or "en"; that of the page unless given. */
  language?: "zh" | "en";
  /** What is there changed: for an inbox of your own. */
  onChange?: (inbox: InApp) => void;
}

/** A message; all of it plain text. */
export interface InAppItem {
  message_id: number;
  layout: "card" | "banner" | "modal";
  language: string;
  title: string;
  text: string;
  image_url: string;
  button: string;
  link: string;
  at: string;
  expires_at: string;
  shown: boolean;
  clicked: boolean;
  dismissed: boolean;
  /** Whether the reader may answer it. */
  allow_reply: boolean;
}

export interface InApp {
  /** The messages, the latest first. */
  items(): InAppItem[];
  /** How many cards nobody looked at. */
  unread(): number;
  /** Open and close the list of cards. */
  open(): void;
  close(): void;
  /** What the reader did with a message. */
  report(messageId: number, what: "shown" | "clicked" | "dismissed"): void;
  /** Answer a message that allows it; whether the answer arrived. key: the same is one answer. */
  answer(messageId: number, text: string, key?: string): Promise<boolean>;
  /** Show nothing any more. */
  stop(): void;
}

export interface PushOptions {
  /** As for `inApp`. */
  proof?: InAppOptions["proof"];
  /** Path of the service worker on your site, which holds importScripts("https://…/uems-sw.js"); "/uems-sw.js" unless given. */
  serviceWorker?: string;
}

export interface WebPush {
  /** Ask the visitor, once consent is given; call it when they have pressed something. Whether notes reach this browser now. */
  subscribe(options?: PushOptions): Promise<boolean>;
  /** No more notes in this browser. */
  unsubscribe(): Promise<void>;
}

/** What the part that is loaded later gets of the page's client. */
export interface Access {
  host: string;
  writeKey: string;
  anonymousId(): string;
  userId(): string | undefined;
  granted(): boolean;
}

export interface Running extends InApp {
  /** Somebody else may sit here, or consent changed. */
  again(): void;
}

// What does a browser do with a note that comes while no page is open? Runs in the service worker of the company's site, by importScripts.

interface Note {
  title: string;
  body: string;
  image: string;
  link: string;
  tag: string;
}

interface Told extends Event {
  waitUntil: (this: Event, work: Promise<unknown>) => void;
}

interface Pushed extends Told {
  data: { json(): unknown } | null;
}

interface Clicked extends Told {
  notification: Notification;
}

interface Worker {
  registration: ServiceWorkerRegistration;
  clients: { openWindow(url: string): Promise<unknown> };
}

const here = self as unknown as Worker;

self.addEventListener("push", (event) => {
  const pushed = event as Pushed;
  if (!pushed.data) return;
  const { title, body, image, link, tag } = pushed.data.json() as Note;
  const how: NotificationOptions & { image?: string } = { body, tag, data: link, ...(image && { image }) };
  pushed.waitUntil(here.registration.showNotification(title, how));
});

self.addEventListener("notificationclick", (event) => {
  const clicked = event as Clicked;
  const link: unknown = clicked.notification.data;
  clicked.notification.close();
  if (typeof link === "string" && link) clicked.waitUntil(here.clients.openWindow(link));
});

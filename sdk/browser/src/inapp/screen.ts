// What does the reader see? A modal, a banner, and a list of cards behind a button; in a tree of its own, out of reach of the page's styles.
import type { InAppItem, InAppOptions } from "../types";
import { button, cardOf, contentOf, element, modalOf, panelOf, STYLE, words } from "./parts";
import type { Done } from "./feed";

/** A tree of its own at the end of the page. */
function stage() {
  const root = element("div");
  const shadow = root.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE); // not a style element: the page may forbid these
  shadow.adoptedStyleSheets = [sheet];
  document.body.append(root);
  return { root, shadow };
}

export function makeScreen(options: InAppOptions, report: (id: number, what: Done) => void) {
  const say = words(options.language);
  const { root, shadow } = stage();
  const live = element("div", { role: "status", class: "live" });
  const corner = button(say.inbox, "launcher", () => (panel.hidden ? open() : close()), "✉");
  const count = corner.appendChild(element("span", { class: "count", "aria-hidden": "true" }));
  const panel = panelOf(say.inbox);
  panel.addEventListener("keydown", (event) => event.key === "Escape" && close());
  shadow.append(live, panel);
  if (options.launcher !== false) shadow.append(corner);

  let shown: InAppItem[] = [];
  let modal: HTMLDialogElement | undefined;
  let banner: HTMLElement | undefined;
  let bannerOf = 0;

  const content = (item: InAppItem, titleId: string, level: "h2" | "h3") =>
    contentOf(item, titleId, level, say.open, () => report(item.message_id, "clicked"));

  function showModal(item: InAppItem): void {
    const dialog = (modal = modalOf(content(item, "modal", "h2"), say.close));
    dialog.addEventListener("close", () => {
      dialog.remove();
      modal = undefined;
      report(item.message_id, "dismissed");
      draw(shown);
    });
    shadow.append(dialog);
    dialog.showModal();
    report(item.message_id, "shown");
  }

  function showBanner(item: InAppItem | undefined): void {
    if (item?.message_id === bannerOf && banner) return;
    banner?.remove();
    banner = undefined;
    bannerOf = item?.message_id ?? 0;
    if (!item) return;
    banner = element("section", { class: "banner", "aria-labelledby": "banner" });
    banner.append(
      ...content(item, "banner", "h2"),
      button(say.close, "close", () => report(item.message_id, "dismissed")),
    );
    shadow.append(banner);
    live.textContent = [item.title, item.text].join(". ");
    report(item.message_id, "shown");
  }

  function showCards(cards: InAppItem[]): void {
    const unread = cards.filter((one) => !one.shown).length;
    count.textContent = unread ? String(unread) : "";
    corner.setAttribute("aria-label", unread ? `${say.inbox}: ${unread} ${say.unread}` : say.inbox);
    corner.setAttribute("aria-expanded", String(!panel.hidden));
    if (panel.hidden) return;
    const rows = cards.map((item) => {
      const leave = button(say.remove, "close", () => report(item.message_id, "dismissed"));
      return cardOf(item, content(item, `card-${item.message_id}`, "h3"), leave, say.locale);
    });
    const inside = panel.contains(shadow.activeElement);
    const head = element("header", {}, say.inbox);
    head.append(button(say.close, "close", close));
    panel.replaceChildren(head, ...(rows.length ? rows : [element("p", { class: "text" }, say.empty)]));
    if (inside) panel.focus(); // what had it is gone
    for (const item of cards) if (!item.shown) report(item.message_id, "shown");
  }

  function draw(items: InAppItem[]): void {
    shown = items;
    showCards(items.filter((one) => one.layout === "card"));
    showBanner(items.find((one) => one.layout === "banner" && !one.clicked));
    const next = items.filter((one) => one.layout === "modal" && !one.shown).pop(); // the oldest, one after the other
    if (next && !modal) showModal(next);
  }

  function open(): void {
    panel.hidden = false;
    draw(shown);
    panel.focus();
  }

  function close(): void {
    if (panel.hidden) return;
    panel.hidden = true;
    draw(shown);
    corner.focus();
  }

  return { draw, open, close, remove: () => root.remove() };
}

// What does the reader see? A modal, a banner, and a list of cards behind a button; in a tree of its own, out of reach of the page's styles.
import type { InAppItem, InAppOptions } from "../types";
import { answerOf, button, cardOf, contentOf, element, modalOf, panelOf, STYLE, words } from "./parts";
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

/** One modal at a time. made: its dialog. closed: called when its reader closed it. */
function makeModal(shadow: ShadowRoot, made: (item: InAppItem) => HTMLDialogElement, closed: (item: InAppItem) => void) {
  let open: { dialog: HTMLDialogElement; item: InAppItem } | undefined;
  return {
    /** False while another one is open. */
    show(item: InAppItem): boolean {
      if (open) return false;
      const dialog = made(item);
      open = { dialog, item };
      dialog.addEventListener("close", () => {
        dialog.remove();
        if (open?.dialog !== dialog) return; // taken away: its reader closed nothing
        open = undefined;
        closed(item);
      });
      shadow.append(dialog);
      dialog.showModal();
      return true;
    },
    /** Take it away where its message is nobody's here any more. */
    keep(items: InAppItem[]): void {
      if (!open || items.some((one) => one.message_id === open?.item.message_id)) return;
      const { dialog } = open;
      open = undefined;
      dialog.close();
    },
  };
}

type Answer = (id: number, text: string, key: string) => Promise<boolean>;

/** Puts the focus back once the list is drawn anew: into the field that had it, where its caret was; what else had it is gone. */
function focusOf(panel: HTMLElement, active: Element | null): () => void {
  if (!panel.contains(active)) return () => undefined;
  if (!(active instanceof HTMLTextAreaElement)) return () => panel.focus();
  const { selectionStart, selectionEnd } = active;
  return () => {
    active.focus();
    active.setSelectionRange(selectionStart, selectionEnd);
  };
}

/** The field of each message, kept while the list is drawn anew: what somebody is typing must not go. */
function makeFields(options: InAppOptions, answer: Answer): (id: number) => HTMLFormElement {
  const fields = new Map<number, HTMLFormElement>();
  return (id) => {
    const field = fields.get(id) ?? answerOf(words(options.language), (text, key) => answer(id, text, key));
    fields.set(id, field);
    return field;
  };
}

export function makeScreen(options: InAppOptions, report: (id: number, what: Done) => void, answer: Answer) {
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
  let banner: HTMLElement | undefined;
  let bannerItem = 0;

  const fieldOf = makeFields(options, answer);
  const content = (item: InAppItem, titleId: string, level: "h2" | "h3") => [
    ...contentOf(item, titleId, level, say.open, () => report(item.message_id, "clicked")),
    ...(item.allow_reply ? [fieldOf(item.message_id)] : []),
  ];

  const modal = makeModal(
    shadow,
    (item) => modalOf(content(item, "modal", "h2"), say.close),
    (item) => {
      report(item.message_id, "dismissed");
      draw(shown);
    },
  );

  function showBanner(item: InAppItem | undefined): void {
    if (item?.message_id === bannerItem && banner) return;
    banner?.remove();
    banner = undefined;
    bannerItem = item?.message_id ?? 0;
    live.textContent = item ? [item.title, item.text].join(". ") : "";
    if (!item) return;
    banner = element("section", { class: "banner", "aria-labelledby": "banner" });
    banner.append(
      ...content(item, "banner", "h2"),
      button(say.close, "close", () => report(item.message_id, "dismissed")),
    );
    shadow.append(banner);
    report(item.message_id, "shown");
  }

  function showCards(cards: InAppItem[]): void {
    const unread = cards.filter((one) => !one.shown).length;
    count.textContent = unread ? String(unread) : "";
    corner.setAttribute("aria-label", unread ? `${say.inbox}: ${unread} ${say.unread}` : say.inbox);
    corner.setAttribute("aria-expanded", String(!panel.hidden));
    if (panel.hidden) return;
    const back = focusOf(panel, shadow.activeElement); // before fields move to their new places
    const rows = cards.map((item) => {
      const leave = button(say.remove, "close", () => report(item.message_id, "dismissed"));
      return cardOf(item, content(item, `card-${item.message_id}`, "h3"), leave, say.locale);
    });
    const head = element("header", {}, say.inbox);
    head.append(button(say.close, "close", close));
    panel.replaceChildren(head, ...(rows.length ? rows : [element("p", { class: "text" }, say.empty)]));
    back();
    for (const item of cards) if (!item.shown) report(item.message_id, "shown");
  }

  function draw(items: InAppItem[]): void {
    shown = items;
    showCards(items.filter((one) => one.layout === "card"));
    showBanner(items.find((one) => one.layout === "banner" && !one.clicked));
    modal.keep(items);
    const next = items.filter((one) => one.layout === "modal" && !one.shown).pop(); // the oldest, one after the other
    if (next && modal.show(next)) report(next.message_id, "shown");
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

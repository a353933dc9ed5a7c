// What is everything on the screen made of? Elements with text; an address is used only where it is https.
import type { InAppItem } from "../types";

const WORDS = {
  zh: {
    locale: "zh-CN",
    inbox: "消息",
    unread: "条未读",
    close: "关闭",
    remove: "移除",
    open: "查看",
    empty: "没有消息",
    answer: "回复",
    sent: "已发送",
    failed: "未能发送，请重试",
  },
  en: {
    locale: "en",
    inbox: "Messages",
    unread: "unread",
    close: "Close",
    remove: "Remove",
    open: "Open",
    empty: "No messages",
    answer: "Answer",
    sent: "Sent",
    failed: "Not sent, try again",
  },
};

export function words(language: "zh" | "en" | undefined): (typeof WORDS)["zh"] {
  const page = document.documentElement.lang || navigator.language;
  return WORDS[language ?? (page.toLowerCase().startsWith("zh") ? "zh" : "en")];
}

export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Record<string, string> = {},
  text = "",
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
}

export function button(label: string, kind: string, press: () => void, sign = "×"): HTMLButtonElement {
  const made = element("button", { type: "button", class: kind, "aria-label": label }, sign);
  made.addEventListener("click", press);
  return made;
}

/** The address, where it is one that a page may open. */
function safe(url: string): string {
  try {
    return new URL(url).protocol === "https:" ? url : "";
  } catch {
    return "";
  }
}

function link(url: string, label: string): HTMLAnchorElement | undefined {
  return safe(url) ? element("a", { href: url, class: "go", rel: "noopener" }, label) : undefined;
}

function picture(url: string): HTMLImageElement | undefined {
  return safe(url) ? element("img", { src: url, alt: "", referrerpolicy: "no-referrer", loading: "lazy" }) : undefined;
}

/** Title, picture, text and button of a message; none of it is read as HTML. */
export function contentOf(item: InAppItem, titleId: string, level: "h2" | "h3", open: string, followed: () => void): HTMLElement[] {
  const title = element(level, { id: titleId }, item.title);
  const text = element("p", { id: `${titleId}-text`, class: "text" }, item.text);
  const follow = link(item.link, item.button || open);
  follow?.addEventListener("click", followed);
  return [title, picture(item.image_url), text, follow].filter((one) => one !== undefined);
}

/** Tells one answer from the next; pages without TLS have no crypto.randomUUID. */
export const keyOf = (): string => Date.now().toString(36) + Math.random().toString(36).slice(2);

/** A field below a message. It is one answer however often it is sent, until it has arrived; then there is room for the next. */
export function answerOf(say: (typeof WORDS)["zh"], send: (text: string, key: string) => Promise<boolean>): HTMLFormElement {
  const form = element("form");
  const field = element("textarea", { rows: "2", maxlength: "5000", "aria-label": say.answer, placeholder: say.answer });
  const press = element("button", { type: "submit", class: "go" }, say.answer);
  const told = element("span", { role: "status" });
  let key = keyOf();
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (!text || press.disabled) return;
    press.disabled = true;
    void send(text, key).then((arrived) => {
      press.disabled = false;
      told.textContent = arrived ? say.sent : say.failed;
      if (!arrived) return;
      key = keyOf();
      field.value = "";
    });
  });
  form.append(field, press, told);
  return form;
}

export function panelOf(label: string): HTMLElement {
  const panel = element("section", { class: "panel", role: "dialog", "aria-label": label, tabindex: "-1" });
  panel.hidden = true;
  return panel;
}

export function cardOf(item: InAppItem, content: HTMLElement[], leave: HTMLElement, locale: string): HTMLElement {
  const card = element("article", { "aria-labelledby": `card-${item.message_id}` });
  card.append(...content, element("time", { datetime: item.at }, new Date(item.at).toLocaleString(locale)), leave);
  return card;
}

/** A dialog: Escape closes it, the browser keeps the focus inside while it is open, and puts it back afterwards. */
export function modalOf(content: HTMLElement[], close: string): HTMLDialogElement {
  const dialog = element("dialog", { "aria-labelledby": "modal", "aria-describedby": "modal-text" });
  dialog.append(
    ...content,
    button(close, "close", () => dialog.close()),
  );
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close(); // beside it
  });
  return dialog;
}

export const STYLE = `
:host{all:initial;font:15px/1.5 system-ui,"PingFang SC","Microsoft YaHei",sans-serif;color:#1f2329}
*{box-sizing:border-box;font:inherit}
[hidden]{display:none!important}
h2,h3{margin:0 32px 8px 0;font-weight:600;overflow-wrap:anywhere}h2{font-size:18px}
.text{margin:0 0 12px;white-space:pre-line;overflow-wrap:anywhere}
img{display:block;max-width:100%;max-height:40vh;margin:0 0 12px;border-radius:8px}
.go{display:inline-block;padding:8px 18px;border-radius:8px;background:#0958d9;color:#fff;text-decoration:none;margin-right:8px}
textarea{display:block;width:100%;margin:8px 0;padding:8px;border:1px solid #bbbfc4;border-radius:8px;background:none;color:inherit}
button{border:0;background:none;color:inherit;cursor:pointer}
.close{position:absolute;top:8px;right:8px;width:32px;height:32px;font-size:20px;border-radius:8px}
:focus-visible{outline:2px solid #0958d9;outline-offset:2px}
dialog,.banner,.panel{position:fixed;z-index:2147483000;border:0;border-radius:12px;padding:20px;background:#fff;color:inherit}
dialog,.banner,.panel{box-shadow:0 8px 32px #0003}
dialog{width:min(440px,calc(100vw - 32px));max-height:calc(100vh - 32px);overflow:auto}
dialog::backdrop{background:#0008}
.banner{left:16px;right:16px;bottom:16px;max-width:720px;margin:0 auto}
.panel{right:16px;bottom:80px;width:min(380px,calc(100vw - 32px));max-height:min(560px,calc(100vh - 112px));overflow:auto;padding:0}
header{position:sticky;top:0;padding:12px 20px;background:#fff;font-weight:600;border-bottom:1px solid #eceef1}
article{position:relative;padding:16px 20px;border-bottom:1px solid #eceef1}
.panel>.text{padding:16px 20px;margin:0}
time{display:block;margin-top:8px;font-size:13px;color:#646a73}
.launcher{position:fixed;right:16px;bottom:16px;z-index:2147482999;width:48px;height:48px;border-radius:50%;background:#0958d9;color:#fff;font-size:20px}
.count:not(:empty){position:absolute;top:-4px;right:-4px;min-width:20px;padding:0 5px;border-radius:10px;background:#cf1322;font-size:12px;line-height:20px}
.live{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
@media(prefers-color-scheme:dark){dialog,.banner,.panel,header{background:#1f2124;color:#e6e8eb}}
`;

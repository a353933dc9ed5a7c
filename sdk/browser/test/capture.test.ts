// What is collected by itself, and what never?
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { begin, online, Server, visible, leavePage } from "./world";

let server: Server;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date", "performance"] });
  localStorage.clear();
  online(true);
  visible(true);
  history.replaceState(null, "", "/start");
  document.title = "Start";
  document.body.innerHTML = "";
  server = new Server();
});
afterEach(leavePage);

const ONLY = { pages: false, clicks: false, forms: false, engagement: false };

async function clickOn(html: string, selector: string): Promise<void> {
  document.body.innerHTML = html;
  const uems = begin({ autocapture: { ...ONLY, clicks: true } });
  document.addEventListener("click", (event) => event.preventDefault());
  document.querySelector(selector)?.dispatchEvent(new MouseEvent("click", { bubbles: true, composed: true, cancelable: true }));
  await uems.flush();
}

function last(event: string) {
  return server.named(event).at(-1)?.properties as Record<string, unknown> | undefined;
}

test("a click on a link tells which one and where to, without its query", async () => {
  await clickOn('<a id="offer" href="/sale?token=secret#x"><b> Spring\n sale </b></a>', "b");
  expect(last("Element Clicked")).toEqual({ tag: "a", id: "offer", text: "Spring sale", href: "https://shop.example/sale" });
});

test("an address for mail or telephone is not sent", async () => {
  await clickOn('<a href="mailto:mei@example.com">Write</a>', "a");
  expect(last("Element Clicked")).toMatchObject({ href: "mailto:", text: "Write" });
  expect(JSON.stringify(server.bodies)).not.toContain("mei@");
});

test("an element may name its event", async () => {
  await clickOn('<div data-uems-event="Video Started"><span>Play</span></div>', "span");
  expect(last("Video Started")).toMatchObject({ tag: "div", text: "Play" });
});

test.each([
  ['<div data-uems-ignore><button id="t">Secret</button></div>', "#t"],
  ['<button id="t" data-uems-ignore>Secret</button>', "#t"],
  ["<p id='t'>Plain text</p>", "#t"],
])("what is to be ignored, and what cannot be clicked, is not told: %s", async (html, selector) => {
  await clickOn(html, selector);
  expect(server.messages()).toEqual([]);
});

test.each([
  '<div id="t" data-uems-event="Card"><textarea>secret words</textarea> label</div>',
  '<div id="t" data-uems-event="Card"><select><option>secret</option></select></div>',
  '<div contenteditable="true"><a id="t" data-uems-event="Card" href="#">secret draft</a></div>',
  '<input id="t" type="submit" data-uems-event="Card" value="secret">',
])("what was typed is never told: %s", async (html) => {
  await clickOn(html, "#t");
  expect(last("Card")).toBeDefined();
  expect(JSON.stringify(server.bodies)).not.toContain("secret");
});

test("a submitted form tells its name and address, and none of its values", async () => {
  document.body.innerHTML =
    '<form id="f" name="signup" method="POST" action="/join?key=secret"><input name="email" value="secret@example.com"><input name="id" value="secret"></form>';
  const uems = begin({ autocapture: { ...ONLY, forms: true } });
  document.querySelector("form")?.dispatchEvent(new Event("submit", { bubbles: true }));
  await uems.flush();
  expect(last("Form Submitted")).toEqual({ tag: "form", id: "f", name: "signup", action: "https://shop.example/join", method: "post" });
  expect(JSON.stringify(server.bodies)).not.toContain("secret");
});

test("pages of a single-page application are viewed one after the other, each left with its own address", async () => {
  const uems = begin({ autocapture: { ...ONLY, pages: true, engagement: true } });
  await vi.advanceTimersByTimeAsync(10_000);
  history.pushState(null, "", "/next?x=1");
  document.title = "Next";
  await vi.advanceTimersByTimeAsync(1);
  history.replaceState({ scroll: 5 }, "", "/next?x=1");
  await vi.advanceTimersByTimeAsync(1);
  history.pushState(null, "", "/next?x=1#part");
  await vi.advanceTimersByTimeAsync(1);
  await uems.flush();
  const pages = server.messages().filter((message) => message.type === "page");
  expect(pages.map((message) => message.context.page.path)).toEqual(["/start", "/next"]);
  expect(pages[1]?.context.page).toMatchObject({ title: "Next", search: "?x=1", referrer: "https://shop.example/start" });
  const [left] = server.named("Page Left");
  expect(left?.context.page.path).toBe("/start");
  expect((left?.properties as { engaged_seconds: number } | undefined)?.engaged_seconds).toBeCloseTo(10, 1);
});

test("engaged time counts while somebody looks, and ends half a minute after their last sign", async () => {
  const uems = begin({ autocapture: { ...ONLY, pages: true, engagement: true }, heartbeatSeconds: 20 });
  const sum = () =>
    [...server.named("Heartbeat"), ...server.named("Page Left")].reduce(
      (total, message) => total + (message.properties as { engaged_seconds: number }).engaged_seconds,
      0,
    );
  await vi.advanceTimersByTimeAsync(20_000);
  dispatchEvent(new Event("scroll"));
  await vi.advanceTimersByTimeAsync(300_000); // gone for a coffee: 30 of these seconds count
  await uems.flush();
  expect(sum()).toBeLessThanOrEqual(50);
  expect(server.named("Heartbeat").length).toBeGreaterThanOrEqual(2);
  dispatchEvent(new Event("keydown"));
  await vi.advanceTimersByTimeAsync(4_000);
  visible(false);
  await vi.advanceTimersByTimeAsync(100_000);
  visible(true);
  await vi.advanceTimersByTimeAsync(3_000);
  dispatchEvent(new Event("pagehide"));
  await uems.flush();
  expect(sum()).toBeCloseTo(57, 0);
  expect(server.named("Page Left")).toHaveLength(1);
});

// What does a page show of the messages that wait for its reader? Loaded by the SDK when `inApp` is called; see load.ts.
import { makeFeed } from "./inapp/feed";
import { keyOf } from "./inapp/parts";
import { makeScreen } from "./inapp/screen";
import type { Access, InAppOptions, Running } from "./types";

function start(access: Access, options: InAppOptions): Running {
  const feed = makeFeed(access, options.proof ?? "", () => {
    screen.draw(feed.items());
    options.onChange?.(inbox);
  });
  const screen = makeScreen(options, feed.report, feed.answer);
  const inbox: Running = {
    items: feed.items,
    unread: () => feed.items().filter((one) => one.layout === "card" && !one.shown).length,
    open: screen.open,
    close: screen.close,
    report: feed.report,
    answer: (id, text, key = keyOf()) => feed.answer(id, text, key),
    stop() {
      feed.stop();
      screen.remove();
    },
    again: () => feed.again(),
  };
  feed.again();
  return inbox;
}

window.uemsInApp = start;

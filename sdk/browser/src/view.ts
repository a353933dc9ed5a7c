// Where did it happen? The page, where the visitor came from, and which campaign brought them.
import type { View } from "./types";

const UTM = { source: "source", medium: "medium", campaign: "name", term: "term", content: "content", id: "id" };

function campaign(search: string): Record<string, string> | undefined {
  const query = new URLSearchParams(search);
  const found: Record<string, string> = {};
  for (const [said, name] of Object.entries(UTM)) {
    const value = query.get(`utm_${said}`);
    if (value) found[name] = value.slice(0, 500);
  }
  return Object.keys(found).length ? found : undefined;
}

/** The page as it is now. referrer: of a page inside a single-page application, the one before it. */
export function viewNow(referrer: string, clean: (url: string) => string, hash: boolean): View {
  const url = clean(location.href);
  const { pathname, search, hash: part } = new URL(url, location.href);
  const found = campaign(location.search);
  return {
    page: { url, path: hash ? pathname + part : pathname, search, title: document.title, referrer: referrer && clean(referrer) },
    ...(found && { campaign: found }),
  };
}

/** What is the same for all messages of a page. */
export function common(version: string): Record<string, unknown> {
  return {
    library: { name: "uems-browser", version },
    channel: "browser",
    userAgent: navigator.userAgent,
    locale: navigator.language,
    timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    screen: { width: screen.width, height: screen.height, density: devicePixelRatio },
  };
}

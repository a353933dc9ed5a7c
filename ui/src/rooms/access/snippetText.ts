// What does a developer paste to send the first event? Code for the common clients, with the key and this server's address filled in.
export const SNIPPETS = ["browser", "node", "python", "curl"] as const;
export type Snippet = (typeof SNIPPETS)[number];

const EVENT = `"Order Completed"`;

const WRITE: Record<Snippet, (token: string, origin: string) => string> = {
  browser: (token, origin) => {
    const { host, protocol } = new URL(origin);
    return `// npm install @segment/analytics-next
import { AnalyticsBrowser } from "@segment/analytics-next";

const analytics = AnalyticsBrowser.load(
  { writeKey: "${token}", cdnURL: "${origin}" },
  { integrations: { "Segment.io": { apiHost: "${host}/v1", protocol: "${protocol.replace(":", "")}" } } },
);

analytics.page();
analytics.identify("user-1", { email: "ada@example.com" });
analytics.track(${EVENT}, { order_id: "A-1", revenue: 49.9, currency: "USD" });`;
  },
  node: (token, origin) => `// npm install @segment/analytics-node
import { Analytics } from "@segment/analytics-node";

const analytics = new Analytics({ writeKey: "${token}", host: "${origin}" });

analytics.identify({ userId: "user-1", traits: { email: "ada@example.com" } });
analytics.track({
  userId: "user-1",
  event: ${EVENT},
  properties: { order_id: "A-1", revenue: 49.9, currency: "USD" },
});
await analytics.closeAndFlush();`,
  python: (token, origin) => `# pip install segment-analytics-python
from segment.analytics import Client

analytics = Client("${token}", host="${origin}")

analytics.identify("user-1", {"email": "ada@example.com"})
analytics.track("user-1", ${EVENT}, {"order_id": "A-1", "revenue": 49.9, "currency": "USD"})
analytics.flush()`,
  curl: (token, origin) => `curl ${origin}/v1/track \\
  -u '${token}:' \\
  -H 'Content-Type: application/json' \\
  -d '{"userId": "user-1", "event": "Order Completed",
       "properties": {"order_id": "A-1", "revenue": 49.9, "currency": "USD"}}'`,
};

export function snippetText(kind: Snippet, token: string, origin: string): string {
  return WRITE[kind](token, origin);
}

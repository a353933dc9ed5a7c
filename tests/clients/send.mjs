// What does a program that uses the Node client look like? Arguments: server address, write key.
import { Analytics } from "@segment/analytics-node";

const [, , host, writeKey] = process.argv;
const analytics = new Analytics({ writeKey, host, flushAt: 20, maxRetries: 2 });
const errors = [];
analytics.on("error", (error) => errors.push(String(error.reason ?? error.code ?? error)));
for (let n = 0; n < 120; n++) {
  analytics.track({ userId: "node-1", event: "Node Counted", properties: { n, nested: { deep: [1, "二", null] } } });
}
analytics.identify({ userId: "node-1", anonymousId: "node-anonymous", traits: { name: "李雷" } });
analytics.page({ anonymousId: "node-anonymous", name: "Node Page", properties: { path: "/n" } });
analytics.group({ userId: "node-1", groupId: "g" });
analytics.alias({ userId: "node-1", previousId: "node-old" });
await analytics.closeAndFlush();
console.log(JSON.stringify({ errors }));

// What does a program that uses the flag clients for JavaScript look like? Arguments: server address, flags key, JSON of users.
// It prints what each flag answers each user, evaluated by the client and by the server; then waits for a change to arrive by itself.
import { GrowthBookClient, setPolyfills } from "@growthbook/growthbook";
import { OFREPWebProvider } from "@openfeature/ofrep-web-provider";
import { OpenFeature } from "@openfeature/web-sdk";
import { EventSource } from "eventsource";

const [, , apiHost, clientKey, given] = process.argv;
const users = JSON.parse(given);
setPolyfills({ EventSource });
const client = new GrowthBookClient({ apiHost, clientKey });
const ready = await client.init({ timeout: 5000, streaming: true });
const local = users.map((attributes) => {
  const viewed = [];
  const user = { attributes, trackingCallback: (experiment, result) => viewed.push([experiment.key, result.key]) };
  const answers = Object.fromEntries(
    Object.keys(client.getFeatures()).map((key) => {
      const found = client.evalFeature(key, user);
      return [key, [found.value, found.source, found.ruleId]];
    }),
  );
  return { answers, viewed };
});

const provider = new OFREPWebProvider({
  baseUrl: apiHost,
  pollInterval: 0,
  fetchImplementation: (url, init) => fetch(url, { ...init, headers: [...new Headers(init.headers), ["authorization", `Bearer ${clientKey}`]] }),
});
const remote = [];
for (const { id, ...others } of users) {
  await OpenFeature.setContext({ targetingKey: id, ...others });
  if (remote.length === 0) await OpenFeature.setProviderAndWait(provider);
  const asked = OpenFeature.getClient();
  remote.push({
    number: asked.getNumberDetails("split", -9),
    boolean: asked.getBooleanDetails("country", false),
    missing: asked.getStringDetails("nowhere", "mine"),
    blocked: asked.getNumberDetails("blocked", -7),
  });
}
console.log(JSON.stringify({ ready: ready.success, source: ready.source, local, remote }));

const deadline = Date.now() + 20_000;
while (client.evalFeature("later", { attributes: { id: "1" } }).value !== true && Date.now() < deadline) {
  await new Promise((done) => setTimeout(done, 50));
}
console.log(JSON.stringify({ later: client.evalFeature("later", { attributes: { id: "1" } }).value }));
client.destroy();
await OpenFeature.close();
process.exit(0);

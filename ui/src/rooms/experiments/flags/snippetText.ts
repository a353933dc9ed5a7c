// What does a developer paste to ask for a flag? Code for the common clients, with the key and this server's address filled in.
export const FLAG_SNIPPETS = ["javascript", "react", "python", "openfeature", "curl"] as const;
export type FlagSnippet = (typeof FLAG_SNIPPETS)[number];

const WRITTEN: Record<FlagSnippet, (token: string, origin: string) => string> = {
  javascript: (token, origin) => `// npm install @growthbook/growthbook
const { GrowthBook } = await import("@growthbook/growthbook");

const flags = new GrowthBook({
  apiHost: "${origin}",
  clientKey: "${token}",
  attributes: { id: "user-1", country: "DE" },
  trackingCallback: (experiment, result) =>
    analytics.track("Experiment Viewed", { experiment_id: experiment.key, variation_id: result.key }),
});
await flags.init({ streaming: true });

if (flags.isOn("new-checkout")) {
  // ...
}
const price = flags.getFeatureValue("price-test", 9.9);`,
  react: (token, origin) => `// npm install @growthbook/growthbook-react
import { GrowthBook, GrowthBookProvider, useFeatureIsOn } from "@growthbook/growthbook-react";

const flags = new GrowthBook({
  apiHost: "${origin}",
  clientKey: "${token}",
  attributes: { id: "user-1" },
  trackingCallback: (experiment, result) =>
    analytics.track("Experiment Viewed", { experiment_id: experiment.key, variation_id: result.key }),
});
flags.init({ streaming: true });

export const App = () => (
  <GrowthBookProvider growthbook={flags}>
    <Checkout />
  </GrowthBookProvider>
);
const Checkout = () => (useFeatureIsOn("new-checkout") ? <New /> : <Old />);`,
  python: (token, origin) => `# pip install growthbook
from growthbook import GrowthBook

def viewed(experiment, result, user_context):
    analytics.track("user-1", "Experiment Viewed", {"experiment_id": experiment.key, "variation_id": result.key})

flags = GrowthBook(
    api_host="${origin}",
    client_key="${token}",
    attributes={"id": "user-1", "country": "DE"},
    on_experiment_viewed=viewed,
)
flags.load_features()

if flags.is_on("new-checkout"):
    ...
price = flags.get_feature_value("price-test", 9.9)`,
  openfeature: (token, origin) => `// npm install @openfeature/web-sdk @openfeature/ofrep-web-provider
import { OpenFeature } from "@openfeature/web-sdk";
import { OFREPWebProvider } from "@openfeature/ofrep-web-provider";

await OpenFeature.setContext({ targetingKey: "user-1", country: "DE" });
await OpenFeature.setProviderAndWait(
  new OFREPWebProvider({ baseUrl: "${origin}", headers: [["authorization", "Bearer ${token}"]] }),
);
const on = OpenFeature.getClient().getBooleanValue("new-checkout", false);`,
  curl: (token, origin) => `curl ${origin}/api/features/${token}

curl -X POST ${origin}/ofrep/v1/evaluate/flags/new-checkout \\
  -H "Authorization: Bearer ${token}" -H "Content-Type: application/json" \\
  -d '{"context": {"targetingKey": "user-1", "country": "DE"}}'`,
};

export function flagSnippet(kind: FlagSnippet, token: string, origin: string): string {
  return WRITTEN[kind](token, origin);
}

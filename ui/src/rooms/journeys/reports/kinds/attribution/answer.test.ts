import type { TFunction } from "i18next";
import { expect, it } from "vitest";

import { attributionView } from "./answer";

const t = ((key: string) => key) as unknown as TFunction;

it("opens the first or last touch that a bar counts, nobody of a shared credit, and those with any touch", () => {
  const credit = { conversions: 1, revenue_minor: 10 };
  const channel = { value: "ads", other: false };
  const models = { first: credit, last: credit, linear: credit };
  const view = attributionView(
    {
      ...credit,
      people: 1,
      attributed: credit,
      unattributed: { conversions: 0, revenue_minor: 0 },
      models: Object.keys(models),
      channels: [{ channel, touches: 1, assisted: 1, people: 1, models }],
    },
    { spec: {}, t, language: "en" },
  );
  const [bars] = view.pictures;
  expect(bars?.kind === "bars" && bars.lines.map(({ opens }) => opens?.map((one) => one?.cell))).toEqual([
    [{ channel: { value: "ads" }, touch: "first" }],
    [{ channel: { value: "ads" }, touch: "last" }],
    undefined,
  ]);
  expect(view.figures.flatMap(({ cell }) => (cell ? [cell] : []))).toEqual([{}, {}, { attributed: true }, { unattributed: true }]);
});

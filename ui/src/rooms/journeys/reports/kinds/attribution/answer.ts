// What does attribution show? The credit of every channel by every model, in conversions and in money, and what no touch led to.
import { groupName, type Cell, type Group, type PlotLine, type Saying, type Value, type View } from "../../view";

interface Credit {
  readonly conversions: number;
  readonly revenue_minor: number;
}
export interface Attribution extends Credit {
  readonly people: number;
  readonly attributed: Credit;
  readonly unattributed: Credit;
  readonly models: readonly string[];
  readonly channels: readonly {
    readonly channel: Group;
    readonly touches: number;
    readonly assisted: number;
    readonly people: number;
    readonly models: Readonly<Record<string, Credit>>;
  }[];
}

function channelCell(channel: Group): Cell {
  return { channel: channel?.other ? { other: true } : { value: channel?.value ?? null } };
}

/** Whom the bars of a model open. All but two give each of many touches a part; no list of people is behind that. */
function opensOf({ channels }: Attribution, model: string, names: readonly string[]): Pick<PlotLine, "opens"> {
  if (model !== "first" && model !== "last") return {};
  return { opens: channels.map(({ channel }, at) => ({ cell: { ...channelCell(channel), touch: model }, label: names[at] ?? "" })) };
}

export function attributionView(data: Attribution, saying: Saying): View {
  const { t } = saying;
  const model = (key: string): string => t(`reports.options.models.${key}` as "reports.options.models.first");
  const names = data.channels.map(({ channel }) => groupName(channel, saying));
  const credits = (key: string, of: keyof Credit): Value[][] => data.channels.map(({ models }) => [{ value: models[key]?.[of] ?? null }]);
  const tableOf = (of: keyof Credit) => ({
    key: of,
    title: t(of === "conversions" ? "reports.creditConversions" : "reports.creditRevenue"),
    columns: [
      { key: "channel", title: t("reports.channel"), format: "text" as const },
      ...data.models.map((key) => ({ key, title: model(key), format: of === "conversions" ? ("number" as const) : ("money" as const) })),
    ],
    rows: names.map((name, at): Value[] => [{ value: name }, ...data.models.flatMap((key) => credits(key, of)[at] ?? [])]),
  });
  return {
    empty: data.conversions === 0,
    figures: [
      { name: t("reports.conversions"), value: data.conversions, format: "count", cell: {}, label: t("reports.conversions") },
      {
        name: t("reports.revenue"),
        value: data.revenue_minor,
        format: "money",
        cell: {},
        label: t("reports.conversions"),
        counts: t("reports.revenue"),
      },
      {
        name: t("reports.attributed"),
        value: data.attributed.conversions,
        format: "count",
        cell: { attributed: true },
        label: t("reports.attributed"),
      },
      {
        name: t("reports.unattributed"),
        value: data.unattributed.conversions,
        format: "count",
        cell: { unattributed: true },
        label: t("reports.unattributed"),
      },
    ],
    pictures: [
      {
        kind: "bars",
        key: "credit",
        title: t("reports.creditConversions"),
        format: "number",
        axis: "text",
        places: names,
        lines: data.models.map((key) => ({
          name: model(key),
          values: data.channels.map(({ models }) => models[key]?.conversions ?? null),
          ...opensOf(data, key, names),
        })),
      },
    ],
    tables: [
      tableOf("conversions"),
      tableOf("revenue_minor"),
      {
        key: "channels",
        title: t("reports.channels"),
        columns: [
          { key: "channel", title: t("reports.channel"), format: "text" },
          { key: "touches", title: t("reports.touches"), format: "count" },
          { key: "assisted", title: t("reports.assisted"), format: "count" },
          { key: "people", title: t("reports.people"), format: "count" },
        ],
        rows: data.channels.map(({ channel, touches, assisted, people }, at): Value[] => [
          { value: names[at] ?? "" },
          { value: touches, cell: { ...channelCell(channel), touched: true }, label: `${names[at] ?? ""} · ${t("reports.touches")}` },
          { value: assisted, cell: channelCell(channel), label: names[at] ?? "", counts: `${names[at] ?? ""} · ${t("reports.assisted")}` },
          { value: people, cell: channelCell(channel), label: names[at] ?? "" },
        ]),
      },
    ],
  };
}

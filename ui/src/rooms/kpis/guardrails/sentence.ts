// What does a guardrail say, in one plain sentence?
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { useWorkspace } from "@/shell/workspace";
import { formatFigure } from "../figures";
import { bucketName } from "../frame";
import { useMeasure, useMetricName } from "../marks";
import { metricsQuery } from "../queries";
import type { Guardrail, Side } from "./queries";

/** A value of one side as its metric is written. */
export function useSideFigure(): (side: Side, value: number | null) => string {
  const { slug } = useWorkspace();
  const { data } = useQuery(metricsQuery(slug));
  const measure = useMeasure("ratio");
  return (side, value) => {
    const unit = data?.items.find((metric) => metric.key === side.metric)?.unit ?? "ratio";
    return value === null ? "–" : formatFigure(value, { ...measure, unit });
  };
}

export function useSentence(): (guardrail: Guardrail) => string {
  const { t } = useTranslation();
  const { tag } = useMeasure("ratio");
  const name = useMetricName();
  const figure = useSideFigure();
  return ({ state, short, long, pair, bucket }) => {
    const words = {
      when: bucket ? bucketName(bucket, pair.unit ?? "week", tag) : "",
      short: name(short),
      shortNow: figure(short, short.value),
      shortUsual: figure(short, short.baseline),
      long: name(long),
      longNow: figure(long, long.value),
      longUsual: figure(long, long.baseline),
    };
    return t(`guardrails.said.${state}`, words);
  };
}

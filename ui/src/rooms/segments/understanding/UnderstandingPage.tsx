// What sets segments apart, how do they overlap, and what is in them? Three views of the same choice.
import { Segmented } from "antd";
import { lazy, Suspense, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { Page } from "@/parts/Page";
import { Loading } from "@/parts/states";
import { useParam } from "@/parts/useParam";
import { usePath } from "@/shell/workspace";
import { VIEWS } from "./address";
import styles from "./Understanding.module.css";

const VIEW = {
  comparison: lazy(() => import("./ComparisonView")),
  overlap: lazy(() => import("./OverlapView")),
  distribution: lazy(() => import("./DistributionView")),
};

export function Component(): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const [wanted, choose] = useParam("view", VIEWS[0]);
  const view = VIEWS.find((each) => each === wanted) ?? "comparison";
  const Shown = VIEW[view];
  return (
    <Page title={t("understanding.title")} lead={t("understanding.lead")} crumb={<Link to={path("segments")}>{t("segments.title")}</Link>}>
      <div className={styles.views}>
        <Segmented
          options={VIEWS.map((each) => ({ value: each, label: t(`understanding.views.${each}`) }))}
          value={view}
          onChange={(next) => choose(next, { without: ["combination"] })}
          aria-label={t("understanding.view")}
        />
      </div>
      <Suspense fallback={<Loading />}>
        <Shown />
      </Suspense>
    </Page>
  );
}

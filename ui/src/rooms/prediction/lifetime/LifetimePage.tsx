// What is everybody worth from now on, how well is that known, and who are they? The number first, then how it is spread, then the proof.
import { useQuery } from "@tanstack/react-query";
import { App, Button } from "antd";
import { Gem, RefreshCw, Settings2, Tags } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useLanguage } from "@/i18n/useLanguage";
import { Stat, Stats } from "@/parts/Facts";
import { formatDay, formatMoney, formatNumber } from "@/parts/format";
import { Card, Page, Stack } from "@/parts/Page";
import { Notice, Ready } from "@/parts/states";
import { useFailed } from "@/parts/useFailed";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import styles from "../Models.module.css";
import { isLive } from "../queries";
import { RunLine } from "../Runs";
import { useShare, useWhyFailed } from "../words";
import { Backtest, Calibration } from "./Backtest";
import { Cohorts, Odd, Spread, Tenths } from "./Parts";
import { lifetimeQuery, useWorkOut, type Lifetime, type Result } from "./queries";
import { SettingsDialog } from "./SettingsDialog";

export function Component(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const path = usePath();
  const query = useQuery(lifetimeQuery(slug));
  const may = useMay("models:write");
  const { message } = App.useApp();
  const failed = useFailed();
  const { mutate, isPending } = useWorkOut();
  const [open, setOpen] = useState(false);
  const busy = query.data?.run ? isLive(query.data.run) : false;
  const again = (): void => mutate(undefined, { onSuccess: () => void message.success(t("lifetime.started")), onError: failed });
  return (
    <Page
      title={t("lifetime.title")}
      lead={t("lifetime.lead")}
      actions={
        <>
          {query.data?.result ? (
            <Link to={path("tags", "lifetime_value")}>
              <Button icon={<Tags size={14} aria-hidden />}>{t("lifetime.tag")}</Button>
            </Link>
          ) : null}
          {may && query.data ? (
            <Button icon={<Settings2 size={14} aria-hidden />} onClick={() => setOpen(true)}>
              {t("lifetime.settings")}
            </Button>
          ) : null}
          {may ? (
            <Button type="primary" icon={<RefreshCw size={14} aria-hidden />} loading={isPending} disabled={busy} onClick={again}>
              {t("lifetime.again")}
            </Button>
          ) : null}
        </>
      }
    >
      <Ready query={query}>{(found) => <Shown found={found} />}</Ready>
      {query.data && open ? <SettingsDialog settings={query.data.settings} onClose={() => setOpen(false)} /> : null}
    </Page>
  );
}

function Shown({ found }: { found: Lifetime }): ReactNode {
  const { t } = useTranslation();
  const why = useWhyFailed();
  const { result, run } = found;
  return (
    <Stack>
      {run && isLive(run) ? (
        <Card>
          <RunLine run={run} />
        </Card>
      ) : null}
      {run?.state === "failed" ? (
        <Card title={t("lifetime.stopped")}>
          <span role="alert">{why(run)}</span>
        </Card>
      ) : null}
      {result ? (
        <Found found={found} result={result} />
      ) : (
        <Card>
          <Notice icon={Gem} title={t("lifetime.none.title")} text={t("lifetime.none.text")} />
        </Card>
      )}
    </Stack>
  );
}

function Found({ found, result }: { found: Lifetime; result: Result }): ReactNode {
  return (
    <>
      <Figures found={found} result={result} />
      <Tenths result={result} />
      <div className={styles.two}>
        <Spread result={result} />
        <Calibration result={result} />
      </div>
      <Backtest result={result} />
      <Cohorts result={result} />
      <Odd result={result} />
    </>
  );
}

function Figures({ found, result }: { found: Lifetime; result: Result }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const share = useShare();
  const money = (value: number, compact = false): string => formatMoney(value, result.currency, tag, compact);
  const number = (value: number): string => formatNumber(Math.round(value), tag);
  const { total, window } = result;
  const { settings } = found;
  const terms = t("lifetime.terms", {
    margin: share((settings.margin_percent ?? 100) / 100),
    discount: share((settings.discount_percent ?? 0) / 100),
  });
  return (
    <Card>
      <Stats>
        <Stat
          name={t("lifetime.total", { days: settings.horizon_days })}
          value={<span className="tabular">{money(total.value, true)}</span>}
          note={t("lifetime.between", { low: money(total.low, true), high: money(total.high, true) })}
        />
        <Stat
          name={t("lifetime.mean")}
          value={<span className="tabular">{money(result.mean)}</span>}
          note={t("lifetime.median", { value: money(result.median) })}
        />
        <Stat
          name={t("lifetime.customers")}
          value={<span className="tabular">{number(result.customers)}</span>}
          note={t("lifetime.customersOf", { people: number(result.people) })}
        />
        <Stat name={t("lifetime.purchases")} value={<span className="tabular">{number(result.purchases)}</span>} />
        <Stat
          name={t("lifetime.judged")}
          value={<span className="tabular">{window.days}</span>}
          note={t("lifetime.judgedNote", { days: window.days, cut: formatDay(window.cut, tag), people: number(window.people) })}
        />
      </Stats>
      <p className="soft" style={{ margin: "14px 0 0" }}>
        {t("lifetime.asOf", { day: formatDay(result.as_of, tag), way: t(`lifetime.ways.${wayOf(result.way)}`), terms })}{" "}
        {t(result.beats ? "lifetime.beats" : "lifetime.beatsNot")}
      </p>
    </Card>
  );
}

type Way = "pace" | "bg_nbd" | "mbg_nbd" | "pareto_nbd" | "boosting" | "shifted_beta_geometric";

function wayOf(key: string): Way {
  return key as Way;
}

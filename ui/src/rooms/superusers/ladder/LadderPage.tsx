// How far has everybody come, what is missing for the next step, and how goes the programme of super users?
import { useQuery } from "@tanstack/react-query";
import { App, Button, Progress } from "antd";
import { Mountain, RefreshCw, Settings2, Tags } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useLanguage } from "@/i18n/useLanguage";
import { useWords } from "@/i18n/useWords";
import { formatNumber } from "@/parts/format";
import { Card, Page, Stack } from "@/parts/Page";
import { Notice, Ready } from "@/parts/states";
import { useFailed } from "@/parts/useFailed";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { isBusy } from "../ties/queries";
import { useShare } from "../ties/words";
import { CriteriaDialog } from "./CriteriaDialog";
import styles from "./Ladder.module.css";
import { ProgrammeCards } from "./ProgrammeCards";
import { ladderQuery, usePlace, type Criteria, type Ladder, type LadderStep } from "./queries";

export function Component(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const path = usePath();
  const query = useQuery(ladderQuery(slug));
  const may = useMay("superusers:write");
  const { message } = App.useApp();
  const failed = useFailed();
  const { mutate, isPending } = usePlace();
  const [open, setOpen] = useState(false);
  const busy = isBusy(query.data?.work ?? null);
  const again = (): void => mutate(undefined, { onSuccess: () => void message.success(t("ladder.started")), onError: failed });
  return (
    <Page
      title={t("ladder.title")}
      lead={t("ladder.lead")}
      actions={
        <>
          {query.data?.result ? (
            <Link to={path("tags", "ladder_step")}>
              <Button icon={<Tags size={14} aria-hidden />}>{t("ladder.tag")}</Button>
            </Link>
          ) : null}
          {may && query.data ? (
            <Button icon={<Settings2 size={14} aria-hidden />} onClick={() => setOpen(true)}>
              {t("ladder.criteria")}
            </Button>
          ) : null}
          {may ? (
            <Button type="primary" icon={<RefreshCw size={14} aria-hidden />} loading={isPending} disabled={busy} onClick={again}>
              {t("ladder.again")}
            </Button>
          ) : null}
        </>
      }
    >
      <Ready query={query}>{(found) => <Shown found={found} />}</Ready>
      {query.data && open ? <CriteriaDialog ladder={query.data} onClose={() => setOpen(false)} /> : null}
    </Page>
  );
}

function Shown({ found }: { found: Ladder }): ReactNode {
  const { t } = useTranslation();
  const words = useWords();
  const { result, work } = found;
  const code = typeof work?.error?.code === "string" ? work.error.code : "";
  return (
    <Stack>
      {work?.state === "failed" ? (
        <Card title={t("ladder.stopped")}>
          <span role="alert">{words(`errors.${code}`) ?? t("errors.server")}</span>
        </Card>
      ) : null}
      {work && isBusy(work) ? (
        <Card>
          <Progress percent={Math.round(work.progress * 100)} size="small" aria-label={t("ladder.progress")} />
        </Card>
      ) : null}
      {result ? (
        <Steps steps={result.steps} criteria={found.criteria} people={result.people} />
      ) : (
        <Card>
          <Notice icon={Mountain} title={t("ladder.none.title")} text={t("ladder.none.text")} />
        </Card>
      )}
      <ProgrammeCards />
    </Stack>
  );
}

function Steps({ steps, criteria, people }: { steps: readonly LadderStep[]; criteria: Criteria; people: number }): ReactNode {
  const { t } = useTranslation();
  const { language, tag } = useLanguage();
  const path = usePath();
  const share = useShare();
  const number = (value: number): string => formatNumber(value, tag);
  return (
    <Card title={t("ladder.steps")} note={t("ladder.stepsNote")}>
      <ol className={styles.steps} aria-label={t("ladder.steps")}>
        {[...steps].reverse().map((one) => (
          <li key={one.step}>
            <Link to={`${path("tags", "ladder_step")}?value=${encodeURIComponent(JSON.stringify(one.step))}`}>
              {t("ladder.on", { step: t(`ladder.names.${one.step}`), people: number(one.people) })}
            </Link>
            <span className="tabular faint">{t("ladder.reached", { share: share(people > 0 ? one.reached / people : 0, 1) })}</span>
            <span className={styles.track} aria-hidden>
              <span style={{ width: `${people > 0 ? (one.people / people) * 100 : 0}%` }} />
            </span>
            <ul className={styles.criteria}>
              {one.criteria.map((counted) => {
                const known = criteria[one.step]?.find((each) => each.key === counted.key);
                return (
                  <li key={counted.key} style={{ display: "list-item" }}>
                    {t("ladder.holds", {
                      what: known ? (language === "zh" ? known.label_zh : known.label_en) : counted.key,
                      people: number(counted.people),
                      only: number(counted.only),
                    })}
                  </li>
                );
              })}
            </ul>
          </li>
        ))}
      </ol>
    </Card>
  );
}

// Who changes because of us? Every action given by lot with its verdict, then one of them: its curve, its policy, and who is left in peace.
import { useQuery } from "@tanstack/react-query";
import { App, Button } from "antd";
import { RefreshCw, Settings2, UserRoundCheck } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";
import { formatDay } from "@/parts/format";
import { Card, Page, Stack } from "@/parts/Page";
import { Notice, Ready } from "@/parts/states";
import { useFailed } from "@/parts/useFailed";
import { useMay, useWorkspace } from "@/shell/workspace";
import { isLive } from "../queries";
import { RunLine } from "../Runs";
import { useWhyFailed } from "../words";
import { Actions, nameOf } from "./Actions";
import { Curve, Figures, Tenths } from "./Details";
import { Peace, Policy } from "./Policy";
import { upliftQuery, useWorkOutUplift, type Uplift, type UpliftResult } from "./queries";
import { SettingsDialog } from "./SettingsDialog";

export function Component(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const query = useQuery(upliftQuery(slug));
  const may = useMay("models:write");
  const { message } = App.useApp();
  const failed = useFailed();
  const { mutate, isPending } = useWorkOutUplift();
  const [open, setOpen] = useState(false);
  const busy = query.data?.run ? isLive(query.data.run) : false;
  const again = (): void => mutate(undefined, { onSuccess: () => void message.success(t("lifetime.started")), onError: failed });
  return (
    <Page
      title={t("uplift.title")}
      lead={t("uplift.lead")}
      actions={
        may ? (
          <>
            {query.data ? (
              <Button icon={<Settings2 size={14} aria-hidden />} onClick={() => setOpen(true)}>
                {t("uplift.settings")}
              </Button>
            ) : null}
            <Button type="primary" icon={<RefreshCw size={14} aria-hidden />} loading={isPending} disabled={busy} onClick={again}>
              {t("lifetime.again")}
            </Button>
          </>
        ) : null
      }
    >
      <Ready query={query}>{(found) => <Shown found={found} />}</Ready>
      {query.data && open ? <SettingsDialog settings={query.data.settings} onClose={() => setOpen(false)} /> : null}
    </Page>
  );
}

function Shown({ found }: { found: Uplift }): ReactNode {
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
      {result ? <Result result={result} /> : <Nothing words="none" />}
    </Stack>
  );
}

function Nothing({ words }: { words: "none" | "empty" }): ReactNode {
  const { t } = useTranslation();
  return (
    <Card>
      <Notice icon={UserRoundCheck} title={t(`uplift.${words}.title`)} text={t(`uplift.${words}.text`)} />
    </Card>
  );
}

function Result({ result }: { result: UpliftResult }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const [name, setName] = useState("");
  const judged = result.actions.filter((one) => one.found !== null);
  const action = judged.find((one) => nameOf(one) === name) ?? judged.find((one) => one.found?.sure) ?? judged[0];
  if (result.actions.length === 0) return <Nothing words="empty" />;
  return (
    <>
      <Actions result={result} chosen={action ? nameOf(action) : ""} onChoose={setName} />
      {action?.found ? (
        <Stack key={nameOf(action)}>
          <Figures result={result} found={action.found} action={action} />
          <Curve result={result} found={action.found} />
          <Policy result={result} found={action.found} action={action} />
          <Peace result={result} found={action.found} action={action} />
          <Tenths result={result} found={action.found} />
        </Stack>
      ) : null}
      <p className="soft">
        {t("uplift.asOf", { day: formatDay(result.as_of, tag), days: result.window_days, outcome: t(`uplift.outcomes.${result.outcome}`) })}
      </p>
    </>
  );
}

// What can be asked of a report that is too large for its limits? A sample of the people, which then says that it is one.
import { Alert, Button } from "antd";
import { Scissors } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { asApiError } from "@/api/errors";
import { Notice, Technical } from "@/parts/states";
import { useParam } from "@/parts/useParam";

/** The share of the people, in percent, that is offered in place of an answer; null where none is. */
export function offerOf(error: unknown): number | null {
  const percent = error ? asApiError(error).details.sample_percent : null;
  return typeof percent === "number" ? percent : null;
}

/** The sample that the address asks for, in percent; null is everybody. */
export function useSample(): [number | null, (percent: number | null) => void] {
  const [word, set] = useParam("sample");
  const percent = Number(word);
  const known = word !== "" && percent > 0 && percent < 100;
  return [known ? percent : null, (next) => set(next === null ? "" : String(next), { without: ["behind"] })];
}

interface TooLargeProps {
  readonly error: unknown;
  readonly percent: number;
  readonly onSample: () => void;
  readonly retry: () => void;
}

export function TooLarge({ error, percent, onSample, retry }: TooLargeProps): ReactNode {
  const { t } = useTranslation();
  return (
    <Notice
      icon={Scissors}
      title={t("reports.tooLarge")}
      text={
        <>
          {t("reports.tooLargeText", { percent })}
          <Technical error={asApiError(error)} />
        </>
      }
      action={
        <>
          <Button type="primary" onClick={onSample}>
            {t("reports.askSample", { percent })}
          </Button>
          <Button onClick={retry}>{t("states.retry")}</Button>
        </>
      }
    />
  );
}

export function SampleNote({ percent, onAll }: { readonly percent: number; readonly onAll: () => void }): ReactNode {
  const { t } = useTranslation();
  return (
    <Alert
      type="info"
      showIcon
      title={t("reports.sampled", { percent })}
      description={t("reports.sampledText")}
      action={
        <Button size="small" onClick={onAll}>
          {t("reports.askAll")}
        </Button>
      }
    />
  );
}

// What does a message come to, before it is sent: how many parts are billed, at what cost, and can it go at all?
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Cost } from "@/parts/values";
import { useReason } from "./words";

interface Props {
  readonly preview: {
    readonly parts: number;
    readonly cost_micros: number;
    readonly refusal: string;
    readonly refusal_facts: Readonly<Record<string, unknown>>;
  };
}

export function Bill({ preview }: Props): ReactNode {
  const { t } = useTranslation();
  const reason = useReason();
  const { parts, limit } = preview.refusal_facts;
  if (preview.refusal) return <p role="alert">{reason(preview.refusal, { sent: parts, limit })}</p>;
  if (!preview.cost_micros && preview.parts <= 1) return null;
  return (
    <p>
      {t("messageTemplates.bills")} <Parts count={preview.parts} micros={preview.cost_micros} />
    </p>
  );
}

/** As "2 messages · ¥0.09". */
export function Parts({ count, micros }: { count: number; micros: number }): ReactNode {
  const { t } = useTranslation();
  return (
    <span>
      {t("messageTemplates.parts", { count })}
      {micros > 0 ? (
        <>
          {" · "}
          <Cost micros={micros} />
        </>
      ) : null}
    </span>
  );
}

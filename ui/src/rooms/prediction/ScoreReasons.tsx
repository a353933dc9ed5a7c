// Why does a person have this score? What speaks for it and what against it, in words.
import { useQuery } from "@tanstack/react-query";
import { Button, Popover, Skeleton } from "antd";
import { TrendingDown, TrendingUp } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";
import { Failure } from "@/parts/states";
import { Day } from "@/parts/values";
import { useMay, useWorkspace } from "@/shell/workspace";
import styles from "./Models.module.css";
import { scoreQuery } from "./queries";
import { useShare } from "./words";

/** Asked only when somebody opens it: a score is explained anew each time. */
export function WhyScore({ model, person }: { model: string; person: number }): ReactNode {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const may = useMay("people:read");
  if (!may) return null;
  return (
    <Popover open={open} onOpenChange={setOpen} trigger="click" placement="bottomLeft" content={<Reasons model={model} person={person} />}>
      <Button size="small" type="link" style={{ padding: 0 }}>
        {t("models.why")}
      </Button>
    </Popover>
  );
}

function Reasons({ model, person }: { model: string; person: number }): ReactNode {
  const { t } = useTranslation();
  const { language } = useLanguage();
  const { slug } = useWorkspace();
  const share = useShare();
  const { data, error } = useQuery(scoreQuery(slug, model, person));
  return (
    <div style={{ width: 320, maxWidth: "80vw" }}>
      {error ? <Failure error={error} /> : null}
      {!data && !error ? <Skeleton active title={false} paragraph={{ rows: 4 }} /> : null}
      {data ? (
        <>
          <div className={styles.score}>
            <strong className="tabular">{share(data.value)}</strong>
            <span className="soft">
              {data.version === null ? t("models.byRule") : t("models.byVersion", { version: data.version })} · <Day day={data.as_of} />
            </span>
          </div>
          {data.reasons.length === 0 ? <p className="soft">{t("models.noReasons")}</p> : null}
          <ul className={styles.reasons} aria-label={t("models.reasons")}>
            {data.reasons.map((reason) => (
              <li key={reason.feature}>
                {reason.effect > 0 ? (
                  <TrendingUp size={15} className={styles.up} aria-label={t("models.raises")} />
                ) : (
                  <TrendingDown size={15} className={styles.down} aria-label={t("models.lowers")} />
                )}
                <span>{reason[language]}</span>
              </li>
            ))}
          </ul>
        </>
      ) : null}
    </div>
  );
}

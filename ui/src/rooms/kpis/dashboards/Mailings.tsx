// What was sent by a schedule, and whom did it reach?
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { ApiError } from "@/api/errors";
import { Pill, type Tone } from "@/parts/Pill";
import { Ready, Technical } from "@/parts/states";
import { Time } from "@/parts/values";
import { useWorkspace } from "@/shell/workspace";
import styles from "./Dashboards.module.css";
import { mailingsQuery } from "./queries";

type State = Schemas["LetterBody"]["state"];
const TONES: Record<State, Tone> = { waiting: "info", sending: "info", delivered: "good", failed: "bad", uncertain: "warn" };

export function Mailings({ dashboardKey, scheduleId }: { dashboardKey: string; scheduleId: string }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const query = useQuery(mailingsQuery(slug, dashboardKey, scheduleId));
  return (
    <div style={{ flexBasis: "100%" }}>
      <Ready query={query}>
        {({ items }) =>
          items.length > 0 ? (
            <ul className={styles.rows}>
              {items.map(({ slot, at, letters }) => (
                <li key={slot}>
                  {slot.replace("T", " ")}:00 <Time at={at} />
                  {letters.map((letter) => (
                    <div key={letter.whom}>
                      <Pill tone={TONES[letter.state]}>{t(`dashboards.schedule.states.${letter.state}`)}</Pill> {letter.whom}
                      {letter.state !== "delivered" && letter.message ? (
                        <Technical error={new ApiError(0, "email", letter.message)} />
                      ) : null}
                    </div>
                  ))}
                </li>
              ))}
            </ul>
          ) : (
            <small className="faint">{t("dashboards.schedule.nothingSent")}</small>
          )
        }
      </Ready>
    </div>
  );
}

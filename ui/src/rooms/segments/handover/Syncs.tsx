// Which systems are told who comes in and who leaves, how does that go, and what did they answer?
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { Plus, Webhook } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { ApiError } from "@/api/errors";
import { useLanguage } from "@/i18n/useLanguage";
import { Facts } from "@/parts/Facts";
import { Card, Stack } from "@/parts/Page";
import { Pill, type Tone } from "@/parts/Pill";
import { Notice, Ready, Technical } from "@/parts/states";
import { Num, Time } from "@/parts/values";
import { useMay, useWorkspace } from "@/shell/workspace";
import type { Segment } from "../queries";
import { Deliveries } from "./Deliveries";
import styles from "./Handover.module.css";
import { NewSync } from "./NewSync";
import { syncsQuery, type Sync } from "./queries";
import { SyncActions } from "./SyncActions";

export function Syncs({ segment }: { segment: Segment }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const may = useMay("people:write") && segment.state !== "archived";
  const [making, setMaking] = useState(false);
  const query = useQuery(syncsQuery(slug, segment.key));
  const make = may ? (
    <Button type="primary" icon={<Plus size={14} aria-hidden />} onClick={() => setMaking(true)}>
      {t("syncs.new")}
    </Button>
  ) : undefined;
  return (
    <>
      <Ready query={query}>
        {({ items }) =>
          items.length ? (
            <>
              <div className={styles.bar}>
                <p className={styles.lead}>{t("syncs.lead")}</p>
                {make}
              </div>
              <Stack>
                {items.map((sync) => (
                  <One key={sync.sync_id} sync={sync} />
                ))}
              </Stack>
            </>
          ) : (
            <Card>
              <Notice compact icon={Webhook} title={t("syncs.empty.title")} text={t("syncs.empty.text")} action={make} />
            </Card>
          )
        }
      </Ready>
      <NewSync segment={segment} open={making} onClose={() => setMaking(false)} />
    </>
  );
}

type Shown = "active" | "paused" | "failing" | "members";
const TONES: Record<Shown, Tone> = { active: "good", paused: "plain", failing: "bad", members: "info" };

function stateOf(sync: Sync): Shown {
  if (sync.state === "paused") return "paused";
  if (sync.failures > 0) return "failing";
  return sync.phase === "members" ? "members" : "active";
}

function One({ sync }: { sync: Sync }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const [open, setOpen] = useState(false);
  const state = stateOf(sync);
  return (
    <Card>
      <section aria-label={sync.name}>
        <div className={styles.syncTop}>
          <div>
            <div className={styles.syncHead}>
              <strong>{sync.name}</strong>
              <Pill tone={TONES[state]} dot>
                {t(`syncs.states.${state}`)}
              </Pill>
            </div>
            <code className="faint">{sync.host}</code>
          </div>
          <SyncActions sync={sync} onTested={() => setOpen(true)} />
        </div>
        <Trouble sync={sync} state={state} />
        <Facts
          columns={2}
          items={[
            [t("syncs.tells"), new Intl.ListFormat(tag).format(sync.events.map((event) => t(`syncs.eventNames.${event}`)))],
            [t("syncs.sent"), <Num key="sent" value={sync.sent} />],
            [t("handover.what"), <Columns key="what" sync={sync} />],
            [t("syncs.last"), <Time key="last" at={sync.last_at} />],
          ]}
        />
        <div style={{ marginTop: 10 }}>
          <Button size="small" onClick={() => setOpen(!open)} aria-expanded={open}>
            {t("syncs.showDeliveries")}
          </Button>
        </div>
        {open ? <Deliveries sync={sync} /> : null}
      </section>
    </Card>
  );
}

function Columns({ sync }: { sync: Sync }): ReactNode {
  const { t } = useTranslation();
  const names = [...sync.ids, ...sync.traits, ...sync.tags];
  return (
    <span className={styles.answer}>
      {names.length ? <code>{names.join(", ")}</code> : null}
      {sync.totals ? (
        <>
          {names.length ? " · " : null}
          {t("handover.totals")}
        </>
      ) : null}
    </span>
  );
}

/** Why nobody is told at the moment. */
function Trouble({ sync, state }: { sync: Sync; state: Shown }): ReactNode {
  const { t } = useTranslation();
  if (state === "failing") {
    return (
      <p className={styles.trouble}>
        {t("syncs.failing", { count: sync.failures })} <Time at={sync.failing_since} />
        {sync.waiting_until ? (
          <>
            {" · "}
            {t("syncs.waiting")} <Time at={sync.waiting_until} />
          </>
        ) : null}
      </p>
    );
  }
  // Somebody who pauses says nothing; the reason is of use where the server did it.
  if (state !== "paused" || sync.reason === "" || sync.reason.startsWith("Paused by")) return null;
  return (
    <div className={styles.trouble}>
      {t("syncs.gaveUp")}
      <Technical error={new ApiError(0, "sync", sync.reason)} />
    </div>
  );
}

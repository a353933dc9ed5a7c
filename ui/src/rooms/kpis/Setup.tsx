// With which parameters is the metric shown to everybody? Such as the event that stands for the feature.
import { App, AutoComplete, Button } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Field } from "@/parts/Field";
import { Card } from "@/parts/Page";
import { useFailed } from "@/parts/useFailed";
import { useEventNames } from "@/rooms/segments/names";
import { useMay } from "@/shell/workspace";
import styles from "./Metric.module.css";
import { useSetUp, type Metric } from "./queries";

/** The one kind of parameter that metrics have so far. */
function takesEvent(metric: Metric): boolean {
  const { properties } = metric.config_schema;
  return typeof properties === "object" && properties !== null && "event" in properties;
}

export function Setup({ metric }: { metric: Metric }): ReactNode {
  return takesEvent(metric) ? <EventSetup metric={metric} /> : null;
}

function EventSetup({ metric }: { metric: Metric }): ReactNode {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const failed = useFailed();
  const { events } = useEventNames();
  const { mutate, isPending } = useSetUp(metric.key);
  const may = useMay("kpis:write");
  const stands = typeof metric.setup.event === "string" ? metric.setup.event : "";
  const [event, setEvent] = useState(stands);
  const wanted = event.trim();
  if (!may) return stands === "" ? null : <p className="soft">{t("kpis.setup.stands", { event: stands })}</p>;
  return (
    <Card>
      <form
        className={styles.setup}
        onSubmit={(submitted) => {
          submitted.preventDefault();
          mutate({ ...metric.setup, event: wanted }, { onSuccess: () => void message.success(t("states.saved")), onError: failed });
        }}
      >
        <Field label={t("kpis.setup.event")} note={t("kpis.setup.note")}>
          {(id, describedBy) => (
            <AutoComplete
              id={id}
              aria-describedby={describedBy}
              value={event}
              onChange={setEvent}
              options={events.map(({ name }) => ({ value: name }))}
              showSearch={{ filterOption: (typed, option) => option?.value.toLowerCase().includes(typed.toLowerCase()) ?? false }}
            />
          )}
        </Field>
        <Button htmlType="submit" type="primary" loading={isPending} disabled={wanted === "" || wanted === stands}>
          {t("actions.save")}
        </Button>
      </form>
    </Card>
  );
}

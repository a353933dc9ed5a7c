// What did one channel cost on one day? For the amount that is in no file.
import { App, Button, Input, InputNumber, Spin } from "antd";
import { lazy, Suspense, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { dayOf } from "@/parts/format";
import { Card } from "@/parts/Page";
import { Refusal } from "@/parts/Refusal";
import { useQuarter } from "@/parts/useNow";
import { useWorkspace } from "@/shell/workspace";
import { fromField } from "../figures";
import { usePutSpend } from "./queries";
import styles from "./Spend.module.css";

const DayField = lazy(() => import("@/parts/DayField"));

export function AddSpend(): ReactNode {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const { zone, currency } = useWorkspace();
  const { mutate, isPending, error } = usePutSpend();
  const today = dayOf(useQuarter(), zone);
  const [day, setDay] = useState(today);
  const [channel, setChannel] = useState("");
  const [amount, setAmount] = useState<number | null>(null);
  const whole = channel.trim() !== "" && amount !== null;
  const send = (): void => {
    if (!whole) return;
    mutate([{ day, channel: channel.trim(), amount_minor: fromField(amount, "money", currency) }], {
      onSuccess: ({ changed, same }) => {
        void message.success(t(same > 0 ? "spend.same" : changed > 0 ? "spend.replaced" : "spend.added"));
        setAmount(null);
      },
    });
  };
  return (
    <Card title={t("spend.byHand")} note={t("spend.byHandNote")}>
      <Refusal error={error} />
      <form
        className={styles.adding}
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <Suspense fallback={<Spin size="small" />}>
          <DayField label={t("spend.day")} value={day} onChange={(value) => setDay(value || day)} clearable={false} />
        </Suspense>
        <Input
          className={styles.channelField ?? ""}
          value={channel}
          onChange={(change) => setChannel(change.target.value)}
          maxLength={200}
          placeholder={t("spend.channel")}
          aria-label={t("spend.channel")}
        />
        <InputNumber<number>
          value={amount}
          onChange={setAmount}
          min={0}
          suffix={currency}
          placeholder={t("spend.amount")}
          aria-label={t("spend.amount")}
          className={styles.amountField ?? ""}
        />
        <Button htmlType="submit" loading={isPending} disabled={!whole}>
          {t("actions.save")}
        </Button>
      </form>
    </Card>
  );
}

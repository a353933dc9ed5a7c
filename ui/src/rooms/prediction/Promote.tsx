// May this version be used? One that does not beat the rule only with a reason, and with the numbers before one's eyes.
import { App, Button, Input, Modal } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { asApiError } from "@/api/errors";
import { Facts } from "@/parts/Facts";
import { useFailed } from "@/parts/useFailed";
import { usePromote, type ModelVersion } from "./queries";
import { useFigure } from "./words";

export function PromoteButton({ model, version }: { model: string; version: ModelVersion }): ReactNode {
  const { t } = useTranslation();
  const { message, modal } = App.useApp();
  const failed = useFailed();
  const { mutateAsync, isPending } = usePromote();
  const [refused, refuse] = useState(false);
  const [reason, setReason] = useState("");
  const putToUse = async (why: string): Promise<void> => {
    try {
      await mutateAsync({ key: model, version: version.version, reason: why });
      refuse(false);
      void message.success(t("models.promoted", { version: version.version }));
    } catch (error) {
      if (asApiError(error).code === "model_not_better") refuse(true);
      else failed(error);
    }
  };
  const ask = (): void =>
    void modal.confirm({
      title: t("models.promoteTitle", { version: version.version }),
      content: t("models.promoteText"),
      okText: t("models.promote"),
      onOk: () => putToUse(""),
    });
  return (
    <>
      <Button type="primary" size="small" loading={isPending} onClick={ask}>
        {t("models.promote")}
      </Button>
      <Modal
        open={refused}
        title={t("models.notBetter.title")}
        okText={t("models.notBetter.anyway")}
        okButtonProps={{ danger: true, disabled: reason.trim() === "", loading: isPending }}
        onOk={() => void putToUse(reason.trim())}
        onCancel={() => refuse(false)}
      >
        <p>{t("models.notBetter.text")}</p>
        <Numbers version={version} />
        <Input.TextArea
          value={reason}
          onChange={(event) => setReason(event.target.value)}
          aria-label={t("models.notBetter.reason")}
          placeholder={t("models.notBetter.reason")}
          maxLength={500}
          autoSize={{ minRows: 2, maxRows: 5 }}
        />
      </Modal>
    </>
  );
}

function Numbers({ version: { backtest } }: { version: ModelVersion }): ReactNode {
  const { t } = useTranslation();
  const figure = useFigure();
  const { auc, rule_auc: rule, auc_gain: gain, brier } = backtest;
  return (
    <Facts
      items={[
        [t("models.auc"), figure(auc.value)],
        [t("models.ruleAuc"), figure(rule.value)],
        [t("models.gain"), `${figure(gain.value)} (${t("models.between", { low: figure(gain.low), high: figure(gain.high) })})`],
        [t("models.brier"), `${figure(brier.model ?? 0)} (${t("models.brierNote", { rule: figure(brier.rule ?? 0) })})`],
      ]}
    />
  );
}

// By which rule is credited what those spend whom somebody brought?
import { useQuery } from "@tanstack/react-query";
import { App, InputNumber, Modal, Radio } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Field, Fields } from "@/parts/Field";
import { Refusal } from "@/parts/Refusal";
import { Ready } from "@/parts/states";
import { useMay, useWorkspace } from "@/shell/workspace";
import { rulesQuery, useSaveRules, type Rules } from "./queries";

export function RulesDialog({ onClose }: { onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const { message } = App.useApp();
  const may = useMay("superusers:write");
  const query = useQuery(rulesQuery(slug));
  const [changed, setChanged] = useState<Partial<Rules>>({});
  const { mutate, isPending, error } = useSaveRules();
  const save = (): void => {
    if (!query.data) return;
    mutate(
      { ...query.data, ...changed },
      {
        onSuccess: () => {
          void message.success(t("referrals.tree.rulesSaved"));
          onClose();
        },
      },
    );
  };
  return (
    <Modal
      open
      title={t("referrals.tree.rules")}
      okText={t("actions.save")}
      okButtonProps={{ disabled: !may }}
      confirmLoading={isPending}
      onOk={save}
      onCancel={onClose}
    >
      <Refusal error={error} />
      <p className="soft">{t("referrals.tree.rulesNote")}</p>
      <Ready query={query}>
        {(standing) => {
          const rules = { ...standing, ...changed };
          return (
            <Fields>
              <Field label={t("referrals.tree.ruleLabel")} wide>
                {(id) => (
                  <Radio.Group
                    id={id}
                    vertical
                    value={rules.rule}
                    onChange={(event) => setChanged({ ...changed, rule: event.target.value as Rules["rule"] })}
                    options={(["halving", "direct"] as const).map((value) => ({ value, label: t(`referrals.tree.rules_.${value}`) }))}
                  />
                )}
              </Field>
              {rules.rule === "halving" ? (
                <Field label={t("referrals.tree.levels")}>
                  {(id) => (
                    <InputNumber
                      id={id}
                      min={1}
                      max={10}
                      precision={0}
                      value={rules.levels}
                      onChange={(levels) => setChanged({ ...changed, levels: levels ?? 3 })}
                    />
                  )}
                </Field>
              ) : null}
            </Fields>
          );
        }}
      </Ready>
    </Modal>
  );
}

// Which traits are expected in identify calls?
import { Button, Form } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Plan, PlanProperty } from "@/api/contract";
import { Card } from "@/parts/Page";
import styles from "./Plan.module.css";
import { PropertyList } from "./PropertyList";

interface TraitRulesProps {
  readonly plan: Plan;
  readonly may: boolean;
  readonly saving: boolean;
  readonly onSave: (plan: Plan) => void;
}

export function TraitRules({ plan, may, saving, onSave }: TraitRulesProps): ReactNode {
  const { t } = useTranslation();
  const [form] = Form.useForm<{ traits: PlanProperty[] }>();
  const save = (): void => onSave({ ...plan, traits: (form.getFieldsValue(true) as { traits?: PlanProperty[] }).traits ?? [] });
  return (
    <Card title={t("plan.traits")} note={t("plan.traitsNote")}>
      <Form form={form} layout="vertical" requiredMark={false} disabled={!may} initialValues={{ traits: plan.traits }} onFinish={save}>
        <PropertyList name="traits" form={form} may={may} />
        {may ? (
          <Button type="primary" htmlType="submit" loading={saving} className={styles.save ?? ""}>
            {t("actions.save")}
          </Button>
        ) : null}
      </Form>
    </Card>
  );
}

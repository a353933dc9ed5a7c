// Which pair shall be watched too? What may rise, what must not pay for it, and from which change on it matters.
import { useQuery } from "@tanstack/react-query";
import { App, Form, InputNumber, Modal, Segmented, Select } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Refusal } from "@/parts/Refusal";
import { useWorkspace } from "@/shell/workspace";
import { useMetricName } from "../marks";
import { metricsQuery, type Metric } from "../queries";
import { useAddGuardrail } from "./queries";

interface Fields {
  readonly short: string;
  readonly long: string;
  readonly unit: "week" | "month";
  readonly percent: number;
}

export function AddPair({ open, onClose }: { open: boolean; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const { message } = App.useApp();
  const [form] = Form.useForm<Fields>();
  const name = useMetricName();
  const { data } = useQuery(metricsQuery(slug));
  const { mutate, isPending, error, reset } = useAddGuardrail();
  const close = (): void => {
    reset();
    onClose();
  };
  const add = ({ short, long, unit, percent }: Fields): void =>
    mutate(
      { short, long, unit, min_change: percent / 100 },
      {
        onSuccess: () => {
          void message.success(t("guardrails.added"));
          close();
        },
      },
    );
  // Those that fit first; any may be chosen.
  const options = (horizon: Metric["horizon"]) =>
    (["fits", "others"] as const).map((group) => ({
      label: t(group === "fits" ? `kpis.${horizon}` : "guardrails.others"),
      options: (data?.items ?? [])
        .filter((metric) => (metric.horizon === horizon) === (group === "fits"))
        .map((metric) => ({ value: metric.key, label: name(metric) })),
    }));
  const needed = [{ required: true, message: t("forms.needed") }];
  return (
    <Modal
      open={open}
      onCancel={close}
      title={t("guardrails.add")}
      okText={t("actions.add")}
      okButtonProps={{ loading: isPending }}
      onOk={() => form.submit()}
      destroyOnHidden
    >
      <Form<Fields>
        form={form}
        layout="vertical"
        requiredMark={false}
        preserve={false}
        initialValues={{ unit: "week", percent: 5 }}
        onFinish={add}
      >
        <Refusal error={error} />
        <Form.Item name="short" label={t("guardrails.short")} rules={needed}>
          <Select options={options("short")} showSearch={{ optionFilterProp: "label" }} />
        </Form.Item>
        <Form.Item
          name="long"
          label={t("guardrails.long")}
          dependencies={["short"]}
          rules={[
            ...needed,
            ({ getFieldValue }) => ({
              validator: (_, value: unknown) =>
                value !== undefined && value === getFieldValue("short")
                  ? Promise.reject(new Error(t("guardrails.another")))
                  : Promise.resolve(),
            }),
          ]}
        >
          <Select options={options("long")} showSearch={{ optionFilterProp: "label" }} />
        </Form.Item>
        <Form.Item name="unit" label={t("guardrails.unit")}>
          <Segmented options={(["week", "month"] as const).map((value) => ({ value, label: t(`guardrails.units.${value}`) }))} />
        </Form.Item>
        <Form.Item name="percent" label={t("guardrails.least")} extra={t("guardrails.leastNote")} rules={needed}>
          <InputNumber min={0} max={1000} suffix="%" />
        </Form.Item>
      </Form>
    </Modal>
  );
}

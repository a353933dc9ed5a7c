// How are the people of a segment asked for as a file? Its kind and its columns; it is written in the background.
import { App, Form, Modal, Radio } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";
import { formatNumber } from "@/parts/format";
import { Refusal } from "@/parts/Refusal";
import type { Segment } from "../queries";
import { useAskExport, type Export, type Wanted } from "./queries";
import { WantedFields } from "./WantedFields";

interface Fields extends Wanted {
  readonly format: Export["format"];
}

const FIRST: Fields = { format: "csv", ids: ["user_id", "email", "phone"], traits: [], tags: [], totals: true };

interface ExportDialogProps {
  readonly segment: Segment;
  readonly open: boolean;
  readonly onClose: () => void;
  readonly onAsked: () => void;
}

export function ExportDialog({ segment, open, onClose, onAsked }: ExportDialogProps): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const { message } = App.useApp();
  const [form] = Form.useForm<Fields>();
  const ask = useAskExport();
  const close = (): void => {
    ask.reset();
    onClose();
  };
  const send = (fields: Fields): void =>
    ask.mutate(
      { ...fields, segment: segment.key },
      {
        onSuccess: () => {
          void message.success(t("exports.started"));
          close();
          onAsked();
        },
      },
    );
  return (
    <Modal
      open={open}
      onCancel={close}
      title={t("exports.title", { name: segment.name })}
      okText={t("exports.ask")}
      okButtonProps={{ loading: ask.isPending }}
      onOk={() => form.submit()}
      destroyOnHidden
    >
      <p className="soft" style={{ marginBottom: 14 }}>
        {t("exports.lead", { count: segment.size, shown: formatNumber(segment.size, tag) })}
      </p>
      <Form<Fields> form={form} layout="vertical" requiredMark={false} preserve={false} initialValues={FIRST} onFinish={send}>
        <Refusal error={ask.error} />
        <Form.Item name="format" label={t("exports.format")}>
          <Radio.Group
            optionType="button"
            options={(["csv", "parquet"] as const).map((value) => ({ value, label: t(`exports.formats.${value}`) }))}
          />
        </Form.Item>
        <WantedFields />
      </Form>
    </Modal>
  );
}

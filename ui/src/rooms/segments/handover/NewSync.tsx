// How is a sync made? By its address and what it is told; then its secret, shown once.
import { Button, Form, Modal } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { Refusal } from "@/parts/Refusal";
import type { Segment } from "../queries";
import { useCreateSync } from "./queries";
import { Secret } from "./Secret";
import { NameField, UrlField, WhatFields } from "./SyncFields";

type Fields = Omit<Schemas["SyncDraft"], "segment">;

const FIRST: Fields = {
  name: "",
  url: "",
  events: ["entered", "left"],
  ids: ["user_id", "email", "phone"],
  traits: [],
  tags: [],
  totals: false,
  batch: 200,
  members_first: false,
};

export function NewSync({ segment, open, onClose }: { segment: Segment; open: boolean; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const [form] = Form.useForm<Fields>();
  const create = useCreateSync();
  const close = (): void => {
    create.reset();
    onClose();
  };
  const footer = create.data ? (
    <Button type="primary" onClick={close}>
      {t("actions.done")}
    </Button>
  ) : (
    <>
      <Button onClick={close}>{t("actions.cancel")}</Button>
      <Button type="primary" loading={create.isPending} onClick={() => form.submit()}>
        {t("syncs.create")}
      </Button>
    </>
  );
  return (
    <Modal
      open={open}
      onCancel={close}
      title={create.data ? t("syncs.secretTitle") : t("syncs.newTitle", { name: segment.name })}
      footer={footer}
      destroyOnHidden
      mask={{ closable: !create.data }}
    >
      {create.data ? (
        <Secret secret={create.data.secret} />
      ) : (
        <Form<Fields>
          form={form}
          layout="vertical"
          requiredMark={false}
          preserve={false}
          initialValues={FIRST}
          onFinish={(fields) => create.mutate({ ...fields, segment: segment.key, name: fields.name.trim(), url: fields.url.trim() })}
        >
          <Refusal error={create.error} />
          <NameField />
          <UrlField />
          <WhatFields segment={segment} />
        </Form>
      )}
    </Modal>
  );
}

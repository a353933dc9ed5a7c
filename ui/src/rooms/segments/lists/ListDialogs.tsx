// How does a list come to be, and how does it get another name?
import { AutoComplete, Form, Input, Modal } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { Refusal } from "@/parts/Refusal";
import { useIdKind } from "@/rooms/profiles/useIdKind";
import { usePath } from "@/shell/workspace";
import { useCreateList, useRenameList, type PeopleList } from "./queries";

const KINDS = ["user_id", "email", "phone", "anonymous_id"] as const;

interface Fields {
  readonly name: string;
  readonly kind: string;
  readonly description?: string;
}

export function NewList({ open, onClose }: { open: boolean; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const [form] = Form.useForm<Fields>();
  const path = usePath();
  const navigate = useNavigate();
  const kindName = useIdKind();
  const create = useCreateList();
  const close = (): void => {
    create.reset();
    onClose();
  };
  const save = ({ name, kind, description = "" }: Fields): void =>
    create.mutate(
      { name: name.trim(), kind: kind.trim(), description: description.trim() },
      { onSuccess: (made) => void navigate(path("lists", made.list_id)) },
    );
  return (
    <Modal
      open={open}
      onCancel={close}
      title={t("lists.new")}
      okText={t("lists.create")}
      okButtonProps={{ loading: create.isPending }}
      onOk={() => form.submit()}
      destroyOnHidden
    >
      <Form<Fields> form={form} layout="vertical" requiredMark={false} preserve={false} initialValues={{ kind: "user_id" }} onFinish={save}>
        <Refusal error={create.error} />
        <NameField />
        <Form.Item
          name="kind"
          label={t("lists.kind")}
          extra={t("lists.kindNote")}
          rules={[{ required: true, whitespace: true, message: t("forms.needed") }]}
        >
          <AutoComplete options={KINDS.map((kind) => ({ value: kind, label: `${kindName(kind)} (${kind})` }))} maxLength={100} />
        </Form.Item>
        <DescriptionField />
      </Form>
    </Modal>
  );
}

export function RenameList({ list, open, onClose }: { list: PeopleList; open: boolean; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const [form] = Form.useForm<Fields>();
  const rename = useRenameList();
  const close = (): void => {
    rename.reset();
    onClose();
  };
  const save = ({ name, description = "" }: Fields): void =>
    rename.mutate({ list_id: list.list_id, name: name.trim(), description: description.trim() }, { onSuccess: close });
  return (
    <Modal
      open={open}
      onCancel={close}
      title={t("lists.editTitle", { name: list.name })}
      okText={t("actions.save")}
      okButtonProps={{ loading: rename.isPending }}
      onOk={() => form.submit()}
      destroyOnHidden
    >
      <Form<Fields> form={form} layout="vertical" requiredMark={false} preserve={false} initialValues={list} onFinish={save}>
        <Refusal error={rename.error} />
        <NameField />
        <DescriptionField />
      </Form>
    </Modal>
  );
}

function NameField(): ReactNode {
  const { t } = useTranslation();
  return (
    <Form.Item name="name" label={t("lists.name")} rules={[{ required: true, whitespace: true, message: t("forms.needed") }]}>
      <Input maxLength={200} autoFocus />
    </Form.Item>
  );
}

function DescriptionField(): ReactNode {
  const { t } = useTranslation();
  return (
    <Form.Item name="description" label={t("lists.description")}>
      <Input.TextArea maxLength={5000} autoSize={{ minRows: 2, maxRows: 6 }} />
    </Form.Item>
  );
}

// What can be done with a sync? Try it, hold it, let it go on, change it, sign anew, end it.
import { App, Button, Dropdown, Form, Modal } from "antd";
import { Ellipsis } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Refusal } from "@/parts/Refusal";
import { useFailed } from "@/parts/useFailed";
import { useMay } from "@/shell/workspace";
import { arrived } from "./Deliveries";
import styles from "./Handover.module.css";
import { useChangeSync, useNewSecret, useSteerSync, useTestSync, type Sync } from "./queries";
import { Secret } from "./Secret";
import { NameField, UrlField } from "./SyncFields";

export function SyncActions({ sync, onTested }: { sync: Sync; onTested: () => void }): ReactNode {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const failed = useFailed();
  const [editing, setEditing] = useState(false);
  const steer = useSteerSync();
  const test = useTestSync();
  const remove = useRemove(sync);
  const { ask, secret, forget } = useSecret(sync);
  if (!useMay("people:write")) return null;
  const { sync_id, state } = sync;
  const turn = (how: "pause" | "resume"): void =>
    steer.mutate(
      { sync_id, how },
      { onSuccess: () => void message.success(t(how === "pause" ? "syncs.paused" : "syncs.resumed")), onError: failed },
    );
  const tryIt = (): void =>
    test.mutate(sync_id, {
      onSuccess: (one) => {
        onTested();
        const { status, milliseconds } = one;
        if (status !== null && arrived(one)) void message.success(t("syncs.tested.ok", { status, milliseconds }));
        else void message.error(t("syncs.tested.failed"));
      },
      onError: failed,
    });
  const items = [
    { key: "edit", label: t("syncs.edit"), onClick: () => setEditing(true) },
    { key: "secret", label: t("syncs.secret"), onClick: ask },
    { key: "delete", label: t("syncs.delete"), danger: true, onClick: remove },
  ];
  return (
    <div className={styles.actions}>
      <Button size="small" loading={test.isPending} onClick={tryIt}>
        {t("syncs.test")}
      </Button>
      <Button size="small" loading={steer.isPending} onClick={() => turn(state === "paused" ? "resume" : "pause")}>
        {t(state === "paused" ? "syncs.resume" : "syncs.pause")}
      </Button>
      <Dropdown trigger={["click"]} menu={{ items }}>
        <Button size="small" type="text" icon={<Ellipsis size={15} aria-hidden />} aria-label={t("syncs.more", { name: sync.name })} />
      </Dropdown>
      <EditSync sync={sync} open={editing} onClose={() => setEditing(false)} />
      <Modal
        open={secret !== null}
        title={t("syncs.secretTitle")}
        onCancel={forget}
        mask={{ closable: false }}
        footer={
          <Button type="primary" onClick={forget}>
            {t("actions.done")}
          </Button>
        }
      >
        {secret === null ? null : <Secret secret={secret} />}
      </Modal>
    </div>
  );
}

function useRemove({ sync_id, name }: Sync): () => void {
  const { t } = useTranslation();
  const { modal, message } = App.useApp();
  const failed = useFailed();
  const { mutateAsync } = useSteerSync();
  return () =>
    void modal.confirm({
      title: t("syncs.deleteTitle", { name }),
      content: t("syncs.deleteText"),
      okText: t("syncs.delete"),
      okButtonProps: { danger: true },
      onOk: () => mutateAsync({ sync_id, how: "delete" }).then(() => void message.success(t("syncs.deleted")), failed),
    });
}

function useSecret({ sync_id }: Sync): { readonly ask: () => void; readonly secret: string | null; readonly forget: () => void } {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const failed = useFailed();
  const { mutateAsync } = useNewSecret();
  const [secret, setSecret] = useState<string | null>(null);
  const ask = (): void =>
    void modal.confirm({
      title: t("syncs.secretAsk"),
      content: t("syncs.secretAskText"),
      okText: t("syncs.secret"),
      onOk: () => mutateAsync(sync_id).then((made) => setSecret(made.secret), failed),
    });
  return { ask, secret, forget: () => setSecret(null) };
}

interface Fields {
  readonly name: string;
  readonly url?: string;
}

function EditSync({ sync, open, onClose }: { sync: Sync; open: boolean; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const [form] = Form.useForm<Fields>();
  const change = useChangeSync();
  const close = (): void => {
    change.reset();
    onClose();
  };
  const save = ({ name, url = "" }: Fields): void =>
    change.mutate({ sync_id: sync.sync_id, name: name.trim(), ...(url.trim() ? { url: url.trim() } : {}) }, { onSuccess: close });
  return (
    <Modal
      open={open}
      onCancel={close}
      title={t("syncs.editTitle", { name: sync.name })}
      okText={t("actions.save")}
      okButtonProps={{ loading: change.isPending }}
      onOk={() => form.submit()}
      destroyOnHidden
    >
      <Form<Fields>
        form={form}
        layout="vertical"
        requiredMark={false}
        preserve={false}
        initialValues={{ name: sync.name, url: "" }}
        onFinish={save}
      >
        <Refusal error={change.error} />
        <NameField />
        <UrlField keep={sync.host} />
      </Form>
    </Modal>
  );
}

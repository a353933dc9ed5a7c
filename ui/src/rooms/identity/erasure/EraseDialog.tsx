// Is this really the person to erase, and what would go? Nothing happens before their number is typed.
import { useQuery } from "@tanstack/react-query";
import { Alert, Button, Form, Input, Modal } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { Refusal } from "@/parts/Refusal";
import { Ready } from "@/parts/states";
import { useWorkspace } from "@/shell/workspace";
import { GoingTable } from "./GoingTable";
import { erasurePreviewQuery, useErase } from "./queries";

interface EraseDialogProps {
  readonly open: boolean;
  readonly person: number;
  readonly onClose: () => void;
}

export function EraseDialog({ open, person, onClose }: EraseDialogProps): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const [typed, type] = useState("");
  const erase = useErase();
  const preview = useQuery({ ...erasurePreviewQuery(slug, person), enabled: open });
  const close = (): void => {
    type("");
    erase.reset();
    onClose();
  };
  const number = preview.data?.person_id ?? person;
  const footer = (
    <>
      <Button onClick={close}>{t("actions.cancel")}</Button>
      <Button
        danger
        type="primary"
        disabled={!preview.data || typed.trim() !== String(number)}
        loading={erase.isPending}
        onClick={() => erase.mutate(number, { onSuccess: close })}
      >
        {t("erasure.erase")}
      </Button>
    </>
  );
  return (
    <Modal open={open} onCancel={close} title={t("erasure.title", { id: number })} footer={footer} width={620} destroyOnHidden>
      <Refusal error={erase.error} />
      <Ready query={preview} rows={6}>
        {(found) => <Preview preview={found} typed={typed} onType={type} />}
      </Ready>
    </Modal>
  );
}

interface PreviewProps {
  readonly preview: Schemas["ErasurePreview"];
  readonly typed: string;
  readonly onType: (text: string) => void;
}

function Preview({ preview, typed, onType }: PreviewProps): ReactNode {
  const { t } = useTranslation();
  return (
    <>
      <Alert type="warning" showIcon title={t("erasure.forGood")} description={t("erasure.forGoodText")} style={{ marginBottom: 12 }} />
      <GoingTable going={preview.going} />
      <ul className="soft" style={{ margin: "12px 0", paddingInlineStart: 18, listStyle: "disc" }}>
        <li>{t("erasure.ids", { count: preview.ids.length })}</li>
        <li>{t("erasure.others")}</li>
        <li>{t(preview.may_return ? "erasure.mayReturn" : "erasure.neverReturns")}</li>
        <li>{t("erasure.address")}</li>
        <li>{t("erasure.left")}</li>
      </ul>
      <Form layout="vertical">
        <Form.Item label={t("erasure.type", { id: preview.person_id })} style={{ marginBottom: 0 }}>
          <Input
            value={typed}
            onChange={(change) => onType(change.target.value)}
            inputMode="numeric"
            autoComplete="off"
            aria-label={t("erasure.type", { id: preview.person_id })}
          />
        </Form.Item>
      </Form>
    </>
  );
}

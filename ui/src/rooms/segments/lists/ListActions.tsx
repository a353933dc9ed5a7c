// What can be done with a list? Give it another name, or delete it when nothing names it.
import { App, Button, Dropdown, Modal } from "antd";
import { Ellipsis } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { asApiError, type ApiError } from "@/api/errors";
import { Technical } from "@/parts/states";
import { useFailed } from "@/parts/useFailed";
import { useMay } from "@/shell/workspace";
import { RenameList } from "./ListDialogs";
import { useDeleteList, type PeopleList } from "./queries";
import { UsedBy } from "./UsedBy";

export function ListActions({ list, onDeleted }: { list: PeopleList; onDeleted?: () => void }): ReactNode {
  const { t } = useTranslation();
  const { modal, message } = App.useApp();
  const failed = useFailed();
  const { mutateAsync } = useDeleteList();
  const [renaming, setRenaming] = useState(false);
  const [refusal, setRefusal] = useState<ApiError | null>(null);
  if (!useMay("segments:write")) return null;
  const remove = (): void =>
    void modal.confirm({
      title: t("lists.deleteTitle", { name: list.name }),
      content: t("lists.deleteText"),
      okText: t("lists.delete"),
      okButtonProps: { danger: true },
      onOk: () =>
        mutateAsync(list.list_id).then(
          () => {
            void message.success(t("lists.deleted"));
            onDeleted?.();
          },
          (error: unknown) => {
            const known = asApiError(error);
            if (known.code === "list_in_use") setRefusal(known);
            else failed(error);
          },
        ),
    });
  return (
    <>
      <Dropdown
        trigger={["click"]}
        menu={{
          items: [
            { key: "rename", label: t("lists.edit"), onClick: () => setRenaming(true) },
            { key: "delete", label: t("lists.delete"), danger: true, onClick: remove },
          ],
        }}
      >
        <Button type="text" icon={<Ellipsis size={16} aria-hidden />} aria-label={`${list.name}: ${t("builder.more")}`} />
      </Dropdown>
      <RenameList list={list} open={renaming} onClose={() => setRenaming(false)} />
      <InUse list={list} refusal={refusal} onClose={() => setRefusal(null)} />
    </>
  );
}

/** Who stands in the way of deleting it. */
function InUse({ list, refusal, onClose }: { list: PeopleList; refusal: ApiError | null; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const used = list.used_by.length > 0;
  return (
    <Modal
      open={refusal !== null}
      title={t("lists.inUse.title", { name: list.name })}
      onCancel={onClose}
      footer={
        <Button type="primary" onClick={onClose}>
          {t("actions.done")}
        </Button>
      }
    >
      <p>{t(used ? "lists.inUse.text" : "lists.inUse.other")}</p>
      {used ? <UsedBy list={list} /> : null}
      {refusal ? <Technical error={refusal} /> : null}
    </Modal>
  );
}

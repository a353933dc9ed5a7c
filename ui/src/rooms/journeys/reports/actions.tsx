// What can be done with a report? Save it under a name, share its link, rename it, copy it, and take it away until somebody wants it back.
import { App, Button, Dropdown, Input, Modal } from "antd";
import { ChevronDown, Copy as CopyIcon, Link2, Pencil, Save as SaveIcon, Trash2 } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { copyText } from "@/parts/copyText";
import { Field } from "@/parts/Field";
import { Refusal } from "@/parts/Refusal";
import { useFailed } from "@/parts/useFailed";
import { useMay, usePath } from "@/shell/workspace";
import { useRemoveReport, useSaveReport, type Saved } from "./queries";
import type { Spec } from "./spec";

const ICON = { size: 14, "aria-hidden": true };

/** Copies the address at this moment, without who is open beside it. */
export function useCopyLink(): () => void {
  const { t } = useTranslation();
  const { message } = App.useApp();
  return () => {
    const link = new URL(window.location.href);
    link.searchParams.delete("behind");
    void copyText(link.href).then((copied) => (copied ? void message.success(t("reports.linkCopied")) : undefined));
  };
}

export function CopyLink(): ReactNode {
  const { t } = useTranslation();
  const copy = useCopyLink();
  return (
    <Button icon={<Link2 {...ICON} />} onClick={copy}>
      {t("reports.copyLink")}
    </Button>
  );
}

interface NamesDialogProps {
  readonly title: string;
  readonly ok: string;
  readonly start: { readonly name: string; readonly description: string };
  readonly busy: boolean;
  readonly error: unknown;
  readonly onSave: (name: string, description: string) => void;
  readonly onClose: () => void;
}

function NamesDialog({ title, ok, start, busy, error, onSave, onClose }: NamesDialogProps): ReactNode {
  const { t } = useTranslation();
  const [name, setName] = useState(start.name);
  const [description, describe] = useState(start.description);
  const [insists, insist] = useState(false);
  const save = (): void => {
    if (name.trim() === "") insist(true);
    else onSave(name.trim(), description.trim());
  };
  const wrong = insists && name.trim() === "";
  return (
    <Modal open title={title} okText={ok} cancelText={t("actions.cancel")} confirmLoading={busy} onOk={save} onCancel={onClose}>
      <Refusal error={error} />
      <Field label={t("reports.name")} wrong={wrong ? t("reports.nameMissing") : undefined}>
        {(id, describedBy) => (
          <Input
            id={id}
            aria-describedby={describedBy}
            value={name}
            autoFocus
            maxLength={200}
            onChange={(event) => setName(event.target.value)}
            onPressEnter={save}
            {...(wrong ? { status: "error" as const } : {})}
          />
        )}
      </Field>
      <Field label={t("reports.description")}>
        {(id) => (
          <Input.TextArea id={id} value={description} rows={3} maxLength={5000} onChange={(event) => describe(event.target.value)} />
        )}
      </Field>
    </Modal>
  );
}

interface SaveNewProps {
  readonly kind: string;
  readonly spec: Spec;
  readonly onSaved: (saved: Saved) => void;
  /** What it is a copy of. */
  readonly start?: Saved;
  readonly primary?: boolean;
}

/** Saves the question under a new name. */
export function SaveNew({ kind, spec, onSaved, start, primary = false }: SaveNewProps): ReactNode {
  const { t } = useTranslation();
  const may = useMay("reports:write");
  const [open, setOpen] = useState(false);
  if (!may) return null;
  return (
    <>
      <Button icon={<SaveIcon {...ICON} />} type={primary ? "primary" : "default"} onClick={() => setOpen(true)}>
        {t(start ? "reports.saveAs" : "actions.save")}
      </Button>
      {open ? <NewDialog kind={kind} spec={spec} onSaved={onSaved} start={start} onClose={() => setOpen(false)} /> : null}
    </>
  );
}

export interface NewDialogProps {
  readonly kind: string;
  readonly spec: Spec;
  readonly onSaved: (saved: Saved) => void;
  readonly start?: Saved | undefined;
  readonly onClose: () => void;
}

/** Asks for the name of a new report. */
export function NewDialog({ kind, spec, onSaved, start, onClose }: NewDialogProps): ReactNode {
  const { t } = useTranslation();
  const { mutate, isPending, error } = useSaveReport();
  return (
    <NamesDialog
      title={t("reports.saveTitle")}
      ok={t("actions.save")}
      start={start ? { name: t("reports.copyOf", { name: start.name }), description: start.description } : { name: "", description: "" }}
      busy={isPending}
      error={error}
      onClose={onClose}
      onSave={(name, description) =>
        mutate(
          { key: null, name, description, report: kind, spec, version: 0 },
          {
            onSuccess: (saved) => {
              onClose();
              onSaved(saved);
            },
          },
        )
      }
    />
  );
}

/** Rename, copy and remove. */
export function Manage({ saved }: { saved: Saved }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const navigate = useNavigate();
  const [dialog, setDialog] = useState<"rename" | "copy" | null>(null);
  const { mutate, isPending, error } = useSaveReport();
  const remove = useRemoving();
  const close = (): void => setDialog(null);
  return (
    <>
      <Dropdown
        trigger={["click"]}
        placement="bottomRight"
        menu={{
          items: [
            { key: "rename", label: t("reports.rename"), icon: <Pencil {...ICON} />, onClick: () => setDialog("rename") },
            { key: "copy", label: t("reports.saveAs"), icon: <CopyIcon {...ICON} />, onClick: () => setDialog("copy") },
            { type: "divider" },
            {
              key: "remove",
              label: t("actions.remove"),
              icon: <Trash2 {...ICON} />,
              danger: true,
              onClick: () => remove(saved, () => void navigate(path("reports"))),
            },
          ],
        }}
      >
        <Button>
          {t("reports.manage")}
          <ChevronDown size={13} aria-hidden />
        </Button>
      </Dropdown>
      {dialog === "rename" ? (
        <NamesDialog
          title={t("reports.rename")}
          ok={t("actions.save")}
          start={saved}
          busy={isPending}
          error={error}
          onClose={close}
          onSave={(name, description) =>
            mutate(
              { key: saved.key, name, description, report: saved.report, spec: saved.spec as Spec, version: saved.version },
              { onSuccess: close },
            )
          }
        />
      ) : null}
      {dialog === "copy" ? (
        <NewDialog
          kind={saved.report}
          spec={saved.spec as Spec}
          start={saved}
          onClose={close}
          onSaved={(made) => void navigate(path("reports", made.key))}
        />
      ) : null}
    </>
  );
}

/** Takes a report away; undo saves what it was under the same key. */
export function useRemoving(): (saved: Saved, onGone?: () => void) => void {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const failed = useFailed();
  const { mutateAsync: remove } = useRemoveReport();
  const { mutateAsync: save } = useSaveReport();
  return (saved, onGone) => {
    const toast = `removed report ${saved.key}`;
    const undo = (was: Saved): void => {
      message.destroy(toast);
      const { key, name, description, report } = was;
      save({ key, name, description, report, spec: was.spec as Spec, version: 0 }).then(
        () => void message.success(t("reports.back")),
        failed,
      );
    };
    remove(saved.key).then((was) => {
      onGone?.();
      void message.success({
        key: toast,
        duration: 10,
        content: (
          <>
            {t("reports.removed", { name: was.name })}{" "}
            <Button type="link" size="small" onClick={() => undo(was)}>
              {t("actions.undo")}
            </Button>
          </>
        ),
      });
    }, failed);
  };
}

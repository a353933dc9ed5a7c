// What do the columns of this file mean? The guess, to be corrected; saved mappings; and how the file is read.
import { useQuery } from "@tanstack/react-query";
import { Alert, App, Button, Input, Modal, Select } from "antd";
import { Save } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";
import { formatBytes, formatNumber } from "@/parts/format";
import { Stack } from "@/parts/Page";
import { Refusal } from "@/parts/Refusal";
import { useMay, useWorkspace } from "@/shell/workspace";
import styles from "./Imports.module.css";
import { fullMapping, missingParts, toSent, type Mapping } from "./mapping";
import { MappingEditor } from "./MappingEditor";
import { mappingsQuery, useSaveMapping, type File } from "./queries";
import { ReadDifferently } from "./ReadDifferently";

interface MappingStepProps {
  readonly file: File;
  readonly mapping: Mapping;
  readonly onChange: (mapping: Mapping) => void;
  readonly onReread: () => void;
  readonly onNext: () => void;
}

export function MappingStep({ file, mapping, onChange, onReread, onNext }: MappingStepProps): ReactNode {
  const { t } = useTranslation();
  const missing = missingParts(mapping);
  return (
    <Stack>
      <FileLine file={file} onReread={onReread} />
      <MappingEditor
        columns={file.columns}
        mapping={mapping}
        onChange={onChange}
        actions={<SavedMappings mapping={mapping} onChange={onChange} />}
      />
      {missing.length > 0 ? (
        <Alert
          type="warning"
          showIcon
          title={t("imports.incomplete")}
          description={missing.map((part) => t(`imports.missing.${part}`)).join(" ")}
        />
      ) : null}
      <div className={styles.next}>
        <Button type="primary" size="large" disabled={missing.length > 0} onClick={onNext}>
          {t("imports.toCheck")}
        </Button>
      </div>
    </Stack>
  );
}

function FileLine({ file, onReread }: { file: File; onReread: () => void }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const facts = [
    formatBytes(file.bytes, tag),
    file.rows === null ? null : t("imports.rowCount", { count: file.rows, shown: formatNumber(file.rows, tag) }),
    t(`imports.formatNames.${file.format}`),
    file.format === "parquet" ? null : file.encoding,
  ];
  return (
    <div className={styles.fileLine}>
      <span>
        <strong>{file.name}</strong> <span className="faint">{facts.filter(Boolean).join(" · ")}</span>
      </span>
      {file.format === "parquet" ? null : <ReadDifferently file={file} onReread={onReread} />}
    </div>
  );
}

function SavedMappings({ mapping, onChange }: Pick<MappingStepProps, "mapping" | "onChange">): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const may = useMay("imports:write");
  const { data } = useQuery(mappingsQuery(slug));
  const [saving, setSaving] = useState(false);
  const saved = data?.items ?? [];
  return (
    <>
      {saved.length > 0 ? (
        <Select
          size="small"
          style={{ minWidth: 180 }}
          placeholder={t("imports.mapping.use")}
          aria-label={t("imports.mapping.use")}
          value={null}
          options={saved.map((each) => ({ value: each.mapping_id, label: each.name }))}
          onChange={(id: string | null) => {
            const found = saved.find((each) => each.mapping_id === id);
            if (found) onChange(fullMapping(found.mapping));
          }}
        />
      ) : null}
      {may ? (
        <Button size="small" icon={<Save size={13} aria-hidden />} onClick={() => setSaving(true)}>
          {t("imports.mapping.save")}
        </Button>
      ) : null}
      <SaveMapping open={saving} mapping={mapping} names={saved.map((each) => each.name)} onClose={() => setSaving(false)} />
    </>
  );
}

interface SaveMappingProps {
  readonly open: boolean;
  readonly mapping: Mapping;
  readonly names: readonly string[];
  readonly onClose: (id?: string) => void;
}

export function SaveMapping({ open, mapping, names, onClose }: SaveMappingProps): ReactNode {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const [name, setName] = useState("");
  const save = useSaveMapping();
  const go = (): void =>
    save.mutate(
      { name: name.trim(), mapping: toSent(mapping) },
      {
        onSuccess: (made) => {
          void message.success(t("states.saved"));
          onClose(made.mapping_id);
        },
      },
    );
  return (
    <Modal
      open={open}
      onCancel={() => onClose()}
      onOk={go}
      okText={t("actions.save")}
      okButtonProps={{ disabled: name.trim() === "", loading: save.isPending }}
      title={t("imports.mapping.save")}
      destroyOnHidden
    >
      <Refusal error={save.error} />
      <Input
        autoFocus
        value={name}
        maxLength={200}
        onChange={(change) => setName(change.target.value)}
        onPressEnter={() => (name.trim() ? go() : undefined)}
        placeholder={t("imports.mapping.name")}
        aria-label={t("imports.mapping.name")}
      />
      {names.includes(name.trim()) ? <p className="soft">{t("imports.mapping.replaces")}</p> : null}
    </Modal>
  );
}

// What do the columns of this table mean? Their names are typed in; then it is the same editor as for a file.
import { Button, Form, Modal, Select } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { EMPTY_MAPPING, missingParts, type Mapping } from "../imports/mapping";
import { MappingEditor } from "../imports/MappingEditor";
import { SaveMapping } from "../imports/MappingStep";

export function NewMapping({ onClose }: { onClose: (id?: string) => void }): ReactNode {
  const { t } = useTranslation();
  const [columns, setColumns] = useState<readonly string[]>([]);
  const [mapping, setMapping] = useState<Mapping>(EMPTY_MAPPING);
  const [saving, setSaving] = useState(false);
  const incomplete = missingParts(mapping).length > 0;
  return (
    <Modal
      open
      width={860}
      onCancel={() => onClose()}
      title={t("sources.newMapping")}
      footer={
        <Button type="primary" disabled={incomplete} onClick={() => setSaving(true)}>
          {t("imports.mapping.save")}
        </Button>
      }
    >
      <Form layout="vertical" component="div">
        <Form.Item label={t("sources.columnNames")} extra={t("sources.columnNamesNote")}>
          <Select
            mode="tags"
            open={false}
            tokenSeparators={[",", " ", "\n"]}
            value={[...columns]}
            aria-label={t("sources.columnNames")}
            onChange={(names: string[]) => setColumns(names)}
          />
        </Form.Item>
      </Form>
      {columns.length > 0 ? (
        <MappingEditor columns={columns.map((name) => ({ name, type: "text", examples: [] }))} mapping={mapping} onChange={setMapping} />
      ) : null}
      <SaveMapping
        open={saving}
        mapping={mapping}
        names={[]}
        onClose={(id) => {
          setSaving(false);
          if (id) onClose(id);
        }}
      />
    </Modal>
  );
}

// What do the columns of this table mean? The columns as the database tells them, in the same editor as those of a file.
import { Alert, Button, Modal } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { EMPTY_MAPPING, fullMapping, missingParts, type Mapping } from "../imports/mapping";
import { MappingEditor } from "../imports/MappingEditor";
import { SaveMapping } from "../imports/MappingStep";

interface NewMappingProps {
  readonly found: Schemas["LookAnswer"];
  readonly onClose: (id?: string) => void;
}

export function NewMapping({ found, onClose }: NewMappingProps): ReactNode {
  const { t } = useTranslation();
  const guess = found.suggested_mapping;
  const [mapping, setMapping] = useState<Mapping>(guess ? fullMapping(guess) : EMPTY_MAPPING);
  const [saving, setSaving] = useState(false);
  const missing = missingParts(mapping);
  return (
    <Modal
      open
      width={860}
      onCancel={() => onClose()}
      title={t("sources.newMapping")}
      footer={
        <Button type="primary" disabled={missing.length > 0} onClick={() => setSaving(true)}>
          {t("imports.mapping.save")}
        </Button>
      }
    >
      <MappingEditor columns={found.columns} mapping={mapping} onChange={setMapping} />
      {missing.length > 0 ? (
        <Alert
          style={{ marginTop: 12 }}
          type="warning"
          showIcon
          title={t("imports.incomplete")}
          description={missing.map((part) => t(`imports.missing.${part}`)).join(" ")}
        />
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

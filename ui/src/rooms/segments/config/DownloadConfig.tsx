// What stands now, as YAML to keep?
import { useQuery } from "@tanstack/react-query";
import { Button, Checkbox } from "antd";
import { Download } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Card } from "@/parts/Page";
import { Ready } from "@/parts/states";
import { useWorkspace } from "@/shell/workspace";
import styles from "./Config.module.css";
import { writeDocuments } from "./documents";
import { configQuery } from "./queries";

function save(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: "application/yaml" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}

export function DownloadConfig(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const [standard, setStandard] = useState(false);
  const query = useQuery(configQuery(slug, standard));
  return (
    <Card title={t("config.now")} note={t("config.nowNote")}>
      <Ready query={query} rows={1}>
        {({ documents }) => (
          <div className={styles.row}>
            <span className="tabular">{t("config.documents", { count: documents.length })}</span>
            <Checkbox checked={standard} onChange={(change) => setStandard(change.target.checked)}>
              {t("config.standard")}
            </Checkbox>
            <Button
              icon={<Download size={14} aria-hidden />}
              disabled={documents.length === 0}
              onClick={() => save(`${slug}.yaml`, writeDocuments(documents))}
            >
              {t("config.download")}
            </Button>
          </div>
        )}
      </Ready>
    </Card>
  );
}

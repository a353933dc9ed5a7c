// How does a letter look? On a desktop, on a phone, or as plain text; without allow-scripts nothing in it runs, and nothing is fetched.
import { Segmented } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import styles from "./Outreach.module.css";

type Look = "desktop" | "phone" | "text";

export function Letter({ subject, html, text }: { subject: string; html: string; text: string }): ReactNode {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState<Look>("desktop");
  const look = html ? chosen : "text";
  return (
    <div className={styles.form}>
      {html ? (
        <Segmented<Look>
          value={look}
          onChange={setChosen}
          aria-label={t("messageTemplates.look")}
          options={(["desktop", "phone", "text"] as const).map((value) => ({
            value,
            label: t(`messageTemplates.looks.${value}`),
          }))}
        />
      ) : null}
      {subject ? <p className={styles.subject}>{subject}</p> : null}
      {look === "text" ? (
        <pre className={styles.plain}>{text}</pre>
      ) : (
        <iframe
          className={`${styles.frame ?? ""} ${look === "phone" ? (styles.phone ?? "") : ""}`}
          title={t("messageTemplates.preview")}
          sandbox="allow-same-origin"
          srcDoc={html}
        />
      )}
    </div>
  );
}

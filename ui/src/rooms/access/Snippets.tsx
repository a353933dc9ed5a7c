// How does a program start to send? Ready-to-paste code for the browser, Node, Python and curl.
import { Modal, Tabs } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Json } from "@/parts/Json";
import { SNIPPETS, snippetText } from "./snippetText";

export function Snippets({ token }: { token: string }): ReactNode {
  const { t } = useTranslation();
  const items = SNIPPETS.map((kind) => ({
    key: kind,
    label: t(`settings.snippets.${kind}`),
    children: <Json value={snippetText(kind, token, location.origin)} label={t(`settings.snippets.${kind}`)} plain />,
  }));
  return (
    <section aria-label={t("settings.snippets.title")}>
      <p className="soft">{t("settings.snippets.text")}</p>
      <Tabs items={items} />
    </section>
  );
}

export function SnippetModal({ token, onClose }: { token: string | null; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  return (
    <Modal open={token !== null} onCancel={onClose} footer={null} width={680} title={t("settings.snippets.title")} destroyOnHidden>
      {token ? <Snippets token={token} /> : null}
    </Modal>
  );
}

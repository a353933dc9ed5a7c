// Who may look without a login? Whoever has a link: made here, shown once, and taken back here.
import { useQuery } from "@tanstack/react-query";
import { Button, Input, Modal, Popconfirm, Select } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";
import { Copy } from "@/parts/Copy";
import { formatTime } from "@/parts/format";
import { Pill, type Tone } from "@/parts/Pill";
import { Refusal } from "@/parts/Refusal";
import { Ready } from "@/parts/states";
import { useFailed } from "@/parts/useFailed";
import { Time } from "@/parts/values";
import { useWorkspace } from "@/shell/workspace";
import styles from "./Dashboards.module.css";
import { linksQuery, useCreateLink, useRevokeLink, type Dashboard, type Link } from "./queries";

const LASTING = [1, 7, 30, 90, 365] as const;
const TONES: Record<Link["state"], Tone> = { open: "good", expired: "plain", revoked: "bad" };

export function ShareDialog({ dashboard, onClose }: { dashboard: Dashboard; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  // A link that is made while the list is under way would be missing in it.
  const query = useQuery(linksQuery(slug, dashboard.key));
  const { mutate, isPending, error, data } = useCreateLink(dashboard.key);
  const [name, setName] = useState("");
  const [days, setDays] = useState<number>(30);
  const address = data ? `${location.origin}/shared/${data.token}` : "";
  return (
    <Modal open width={620} title={t("dashboards.share.title", { name: dashboard.name })} footer={null} onCancel={onClose}>
      <p className="soft">{t("dashboards.share.text")}</p>
      <Refusal error={error} />
      {data ? (
        <div className={styles.link} role="status">
          <code data-testid="shared-address">{address}</code>
          <Copy text={address} full />
        </div>
      ) : null}
      {data ? <p className="soft">{t("dashboards.share.once")}</p> : null}
      <form
        className={styles.fields}
        style={{ margin: "12px 0 18px" }}
        onSubmit={(event) => {
          event.preventDefault();
          mutate({ name: name.trim(), days }, { onSuccess: () => setName("") });
        }}
      >
        <Input
          value={name}
          maxLength={200}
          onChange={({ target }) => setName(target.value)}
          placeholder={t("dashboards.share.name")}
          aria-label={t("dashboards.share.name")}
          style={{ flex: 1, minWidth: 180 }}
        />
        <Select
          value={days}
          onChange={setDays}
          options={LASTING.map((count) => ({ value: count, label: t("dashboards.share.days", { count }) }))}
          aria-label={t("dashboards.share.lasting")}
          style={{ minWidth: 130 }}
        />
        <Button type="primary" htmlType="submit" loading={isPending} disabled={name.trim() === "" || query.isPending}>
          {t("dashboards.share.make")}
        </Button>
      </form>
      <Ready query={query}>
        {({ items }) =>
          items.length > 0 ? (
            <ul className={styles.rows}>
              {items.map((link) => (
                <One key={link.link_id} link={link} dashboardKey={dashboard.key} />
              ))}
            </ul>
          ) : (
            <p className="faint">{t("dashboards.share.none")}</p>
          )
        }
      </Ready>
    </Modal>
  );
}

function One({ link, dashboardKey }: { link: Link; dashboardKey: string }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const { zone } = useWorkspace();
  const failed = useFailed();
  const { mutate, isPending } = useRevokeLink(dashboardKey);
  return (
    <li className={styles.row}>
      <div>
        {link.name}
        <small>
          {t("dashboards.share.until", { when: formatTime(link.expires_at, zone, tag, false) })} ·{" "}
          {t("dashboards.share.opened", { count: link.opened })}
          {link.opened_at ? (
            <>
              {" "}
              (<Time at={link.opened_at} />)
            </>
          ) : null}
        </small>
      </div>
      <Pill tone={TONES[link.state]}>{t(`dashboards.share.states.${link.state}`)}</Pill>
      {link.state === "open" ? (
        <Popconfirm
          title={t("dashboards.share.revokeTitle")}
          description={t("dashboards.share.revokeText")}
          okText={t("dashboards.share.revoke")}
          okButtonProps={{ danger: true }}
          onConfirm={() => mutate(link.link_id, { onError: failed })}
        >
          <Button size="small" danger loading={isPending}>
            {t("dashboards.share.revoke")}
          </Button>
        </Popconfirm>
      ) : null}
    </li>
  );
}

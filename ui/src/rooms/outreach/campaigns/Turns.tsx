// What can be done with a campaign now? Everything that reaches people, or cannot be taken back, is asked about first.
import { useQuery } from "@tanstack/react-query";
import { Button, Dropdown, Modal } from "antd";
import { Ellipsis, PencilRuler } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";

import { useFailed } from "@/parts/useFailed";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { outlookQuery, useTurnCampaign, type Campaign, type CampaignState, type CampaignTurn } from "./queries";

const CAN: Readonly<Record<CampaignState, readonly CampaignTurn[]>> = {
  draft: ["launch", "archive"],
  waiting: ["approve", "withdraw", "cancel"],
  scheduled: ["pause", "withdraw", "cancel"],
  running: ["pause", "cancel"],
  paused: ["resume", "cancel"],
  stopped: ["resume", "cancel"],
  cancelled: ["archive"],
  done: ["archive"],
  archived: [],
};
const MAIN: ReadonlySet<CampaignTurn> = new Set(["launch", "approve", "pause", "resume"]);

export function Turns({ one }: { one: Campaign }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const navigate = useNavigate();
  const failed = useFailed();
  const mayWrite = useMay("campaigns:write");
  const mayApprove = useMay("campaigns:approve");
  const { mutate, isPending } = useTurnCampaign(one.key, one.revision);
  const [asking, setAsking] = useState<CampaignTurn | null>(null);
  const can = CAN[one.state].filter((turn) => (turn === "approve" ? mayApprove : mayWrite));
  const go = (turn: CampaignTurn): void => mutate(turn, { onError: failed, onSettled: () => setAsking(null) });
  const pick = (turn: CampaignTurn): void => (turn === "pause" ? go(turn) : setAsking(turn));
  const rest = can
    .filter((turn) => !MAIN.has(turn))
    .map((turn) => ({ key: turn, label: t(`campaigns.turns.${turn}`), danger: turn === "cancel" }));
  const items: { key: string; label: string; danger: boolean }[] = mayWrite
    ? [...rest, { key: "copy", label: t("campaigns.copy"), danger: false }]
    : rest;
  return (
    <>
      {mayWrite && one.state === "draft" ? (
        <Link to={path("campaigns", one.key, "edit")}>
          <Button icon={<PencilRuler size={15} aria-hidden />}>{t("campaigns.edit")}</Button>
        </Link>
      ) : null}
      {can
        .filter((turn) => MAIN.has(turn))
        .map((turn) => (
          <Button key={turn} type={turn === "pause" ? "default" : "primary"} loading={isPending} onClick={() => pick(turn)}>
            {t(`campaigns.turns.${turn}`)}
          </Button>
        ))}
      {items.length > 0 ? (
        <Dropdown
          trigger={["click"]}
          menu={{
            items,
            onClick: ({ key }) => {
              if (key === "copy") void navigate(path("campaigns", "new-campaign"), { state: { from: one } });
              else setAsking(key as CampaignTurn);
            },
          }}
        >
          <Button icon={<Ellipsis size={15} aria-hidden />} aria-label={t("flows.more")} />
        </Dropdown>
      ) : null}
      {asking ? <Ask one={one} turn={asking} busy={isPending} onClose={() => setAsking(null)} onDo={() => go(asking)} /> : null}
    </>
  );
}

interface AskProps {
  readonly one: Campaign;
  readonly turn: CampaignTurn;
  readonly busy: boolean;
  readonly onClose: () => void;
  readonly onDo: () => void;
}

function Ask({ one, turn, busy, onClose, onDo }: AskProps): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const reaches = turn === "launch" || turn === "approve";
  const { data } = useQuery({ ...outlookQuery(slug, one.key, JSON.stringify(one.spec)), enabled: reaches });
  const problems = data?.problems ?? [];
  return (
    <Modal
      open
      title={t(`campaigns.turns.${turn}`)}
      onCancel={onClose}
      onOk={onDo}
      okText={t(`campaigns.turns.${turn}`)}
      cancelText={t("flows.cancel")}
      okButtonProps={{ loading: busy, danger: turn === "cancel", disabled: reaches && (!data || problems.length > 0) }}
    >
      <p>{t(`campaigns.asks.${turn}`)}</p>
      {reaches && data ? <p>{t("campaigns.asks.people", { entered: data.entered, held: data.held })}</p> : null}
      {reaches && problems.length > 0 ? <p role="alert">{t("campaigns.asks.problems")}</p> : null}
    </Modal>
  );
}

// Whom does publishing concern? Who may come in, how many are left out, and what becomes of those inside; then it begins.
import { useQuery } from "@tanstack/react-query";
import { Modal, Radio, Select } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { Facts, type Fact } from "@/parts/Facts";
import { Stack } from "@/parts/Page";
import { Refusal } from "@/parts/Refusal";
import { Ready } from "@/parts/states";
import { Num } from "@/parts/values";
import { usePath, useWorkspace } from "@/shell/workspace";
import { Problems } from "./NodePanel";
import { previewQuery, usePublishFlow, type Flow, type Graph, type Policy, type Preview } from "./queries";
import { useFlowWords } from "./words";

interface PublishDialogProps {
  readonly flow: Flow;
  readonly revision: number;
  readonly graph: Graph;
  readonly onClose: () => void;
}

export function PublishDialog({ flow, revision, graph, onClose }: PublishDialogProps): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const path = usePath();
  const navigate = useNavigate();
  const query = useQuery(previewQuery(slug, flow.key, revision));
  const { mutate, isPending, error } = usePublishFlow();
  const [policy, setPolicy] = useState<Policy>("pin");
  const [targets, setTargets] = useState<Readonly<Record<string, string>>>({});
  const publish = (): void =>
    mutate({ key: flow.key, revision, policy, targets }, { onSuccess: () => void navigate(path("flows", flow.key)) });
  return (
    <Modal
      open
      title={t("flows.publishing.title", { name: flow.name })}
      onCancel={onClose}
      onOk={publish}
      okText={t("flows.publishing.go")}
      cancelText={t("flows.cancel")}
      okButtonProps={{ loading: isPending, disabled: !query.data || query.data.problems.length > 0 }}
    >
      <Refusal error={error} />
      <Ready query={query} rows={3}>
        {(preview) => (
          <Stack>
            <Problems problems={preview.problems} />
            <Who preview={preview} graph={graph} />
            {preview.inside.length > 0 ? (
              <Inside preview={preview} graph={graph} policy={policy} onPolicy={setPolicy} targets={targets} onTargets={setTargets} />
            ) : null}
          </Stack>
        )}
      </Ready>
    </Modal>
  );
}

function Who({ preview, graph }: { preview: Preview; graph: Graph }): ReactNode {
  const { t } = useTranslation();
  const sends = graph.nodes.filter((node) => node.type === "send").length;
  const who = preview.eligible === null ? t("flows.publishing.everybody") : <Num value={preview.eligible} />;
  const at = preview.members === null ? [] : [[t("flows.publishing.members"), <Num key="members" value={preview.members} />] as const];
  const items: readonly Fact[] = [
    [t("flows.publishing.who"), who],
    ...at,
    [t("flows.publishing.holdout"), `${preview.holdout_percent}%`],
    [t("flows.publishing.sends"), <Num key="sends" value={sends} />],
    [t("flows.publishing.inside"), <Num key="inside" value={preview.inside.reduce((sum, each) => sum + each.people, 0)} />],
  ];
  return <Facts items={items} />;
}

interface InsideProps {
  readonly preview: Preview;
  readonly graph: Graph;
  readonly policy: Policy;
  readonly onPolicy: (policy: Policy) => void;
  readonly targets: Readonly<Record<string, string>>;
  readonly onTargets: (targets: Readonly<Record<string, string>>) => void;
}

/** What becomes of those who are on their way, with how many people each choice touches. */
function Inside({ preview, graph, policy, onPolicy, targets, onTargets }: InsideProps): ReactNode {
  const { t } = useTranslation();
  const words = useFlowWords();
  const all = preview.inside.reduce((sum, each) => sum + each.people, 0);
  const gone = preview.inside.filter((each) => !each.there);
  return (
    <fieldset style={{ border: 0, padding: 0, margin: 0 }}>
      <legend>{t("flows.publishing.what")}</legend>
      <Radio.Group value={policy} onChange={(event) => onPolicy(event.target.value as Policy)} style={{ display: "grid", gap: 6 }}>
        {(["pin", "migrate", "drain"] as const).map((each) => (
          <Radio key={each} value={each}>
            {t(`flows.publishing.${each}`, { count: all })}
          </Radio>
        ))}
      </Radio.Group>
      {policy === "migrate" && gone.length > 0 ? (
        <Stack gap={8}>
          {gone.map((each) => (
            <label key={`${each.version} ${each.node}`}>
              {t("flows.publishing.gone", { node: each.node, count: each.people })}
              <Select<string>
                value={targets[each.node] ?? ""}
                onChange={(to) => onTargets({ ...targets, [each.node]: to })}
                style={{ width: "100%" }}
                options={[
                  { value: "", label: t("flows.publishing.leave") },
                  ...graph.nodes.map((node) => ({
                    value: node.id,
                    label: `${node.name || words.kind(node.type)} · ${words.summary(node)}`,
                  })),
                ]}
              />
            </label>
          ))}
        </Stack>
      ) : null}
    </fieldset>
  );
}

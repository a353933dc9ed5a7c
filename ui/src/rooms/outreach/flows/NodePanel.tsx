// What does this step do, and where do its ways lead? All of it without a mouse too.
import { Button, Input, Select } from "antd";
import { Trash2 } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Field, Fields } from "@/parts/Field";
import { Card } from "@/parts/Page";
import { ConfigForm } from "./ConfigForm";
import styles from "./Flows.module.css";
import { targetOf } from "./graph";
import { Palette } from "./Palette";
import type { Graph, GraphNode, Kind, Problem } from "./queries";
import { useFlowWords } from "./words";

interface NodePanelProps {
  readonly graph: Graph;
  readonly node: GraphNode;
  readonly kind: Kind | undefined;
  readonly ways: readonly string[];
  readonly problems: readonly Problem[];
  readonly onChange: (change: Partial<GraphNode>, as?: string) => void;
  readonly onConnect: (way: string, target: string | null) => void;
  readonly onAdd: (kind: Kind, way: string) => void;
  readonly onRemove: () => void;
}

export function NodePanel({ graph, node, kind, ways, problems, onChange, onConnect, onAdd, onRemove }: NodePanelProps): ReactNode {
  const { t } = useTranslation();
  const words = useFlowWords();
  return (
    <Card
      title={words.kind(node.type)}
      note={kind ? words.says(kind) : undefined}
      actions={<Button type="text" danger icon={<Trash2 size={15} aria-hidden />} aria-label={t("flows.remove")} onClick={onRemove} />}
    >
      <Problems problems={problems} />
      <Fields>
        <Field label={t("flows.nodeName")} wide>
          {(id) => (
            <Input
              id={id}
              value={node.name}
              placeholder={words.kind(node.type)}
              maxLength={200}
              onChange={(event) => onChange({ name: event.target.value }, "name")}
            />
          )}
        </Field>
      </Fields>
      {kind ? <ConfigForm kind={kind} config={node.config} onChange={(config, as) => onChange({ config }, as)} /> : null}
      {ways.length > 0 ? <p className={styles.group}>{t("flows.waysOut")}</p> : null}
      <div className={styles.ways}>
        {ways.map((way) => (
          <WayField key={way} graph={graph} source={node.id} way={way} onConnect={onConnect} onAdd={onAdd} />
        ))}
      </div>
    </Card>
  );
}

interface WayFieldProps {
  readonly graph: Graph;
  readonly source: string;
  readonly way: string;
  readonly onConnect: (way: string, target: string | null) => void;
  readonly onAdd: (kind: Kind, way: string) => void;
}

export function WayField({ graph, source, way, onConnect, onAdd }: WayFieldProps): ReactNode {
  const { t } = useTranslation();
  const words = useFlowWords();
  const target = source === "" ? graph.start || null : targetOf(graph, source, way);
  return (
    <div>
      <Field label={source === "" ? t("flows.firstStep") : t("flows.leadsTo", { way: words.way(way) })} wide>
        {(id) => (
          <Select<string>
            id={id}
            value={target}
            allowClear
            placeholder={t("flows.nowhere")}
            onChange={(to: string | undefined) => onConnect(way, to ?? null)}
            options={graph.nodes
              .filter((node) => node.id !== source)
              .map((node) => ({ value: node.id, label: `${node.name || words.kind(node.type)} · ${words.summary(node)}` }))}
            style={{ width: "100%" }}
          />
        )}
      </Field>
      <Palette
        label={t("flows.addAfter", { way: source === "" ? t("flows.entry.title") : words.way(way) })}
        onAdd={(kind) => onAdd(kind, way)}
      />
    </div>
  );
}

export function Problems({ problems }: { problems: readonly Problem[] }): ReactNode {
  const { t } = useTranslation();
  const words = useFlowWords();
  if (problems.length === 0) return null;
  return (
    <ul className={styles.problems} role="alert">
      {problems.map((each) => (
        <li key={`${each.code} ${each.node} ${each.way}`} className="bad">
          {t(`flows.problems.${each.code as "open_way"}`, { way: words.way(each.way), defaultValue: t("flows.problems.other") })}
        </li>
      ))}
    </ul>
  );
}

// How shall people go? The flow on a canvas, what is wrong with it as it is drawn, and publishing with a preview of whom it concerns.
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { History, LayoutGrid } from "lucide-react";
import { useMemo, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams } from "react-router";

import { Page } from "@/parts/Page";
import { Refusal } from "@/parts/Refusal";
import { Steps } from "@/parts/Steps";
import { NoPermission, Ready } from "@/parts/states";
import { onlyField, useStory } from "@/parts/story";
import { useDelayed } from "@/parts/useDelayed";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { Canvas, ENTRY } from "./Canvas";
import styles from "./Flows.module.css";
import { addNode, changeNode, connect, removeNode, tidied, withoutWays } from "./graph";
import { NodePanel } from "./NodePanel";
import { PublishDialog } from "./PublishDialog";
import { checkQuery, flowQuery, useSaveFlow, type Flow, type Graph, type Kind, type Problem } from "./queries";
import { NamesCard, SettingsPanel } from "./SettingsPanel";
import { useKinds } from "./words";

export function Component(): ReactNode {
  const { key = "" } = useParams();
  const { slug } = useWorkspace();
  const may = useMay("flows:write");
  const query = useQuery({ ...flowQuery(slug, key), enabled: may, refetchOnWindowFocus: false });
  return may ? <Ready query={query}>{(flow) => <Editor key={flow.key} flow={flow} />}</Ready> : <NoPermission />;
}

interface Draft {
  readonly name: string;
  readonly description: string;
  readonly graph: Graph;
}

const NO_WAYS: readonly string[] = [];

/** Ways out of each node: as the server says them, and until it has, those of a fresh node of that kind. */
function useChecked(graph: Graph): {
  readonly problems: readonly Problem[];
  readonly waysOf: (id: string) => readonly string[];
  readonly busy: boolean;
} {
  const { slug } = useWorkspace();
  const kinds = useKinds();
  const text = useMemo(() => JSON.stringify(graph), [graph]);
  const settled = useDelayed(text, 300);
  const { data, isPlaceholderData } = useQuery(checkQuery(slug, settled));
  const types = useMemo(() => new Map(graph.nodes.map((node) => [node.id, node.type])), [graph]);
  return {
    problems: data?.problems ?? [],
    waysOf: (id) => data?.ways[id] ?? kinds.get(types.get(id) ?? "")?.ways ?? NO_WAYS,
    busy: settled !== text || isPlaceholderData || data === undefined,
  };
}

function Editor({ flow }: { flow: Flow }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const told = useStory<Draft>({ name: flow.name, description: flow.description, graph: flow.graph }, onlyField);
  const draft = told.story.present;
  const [saved, setSaved] = useState({ draft, revision: flow.revision });
  const [publishing, setPublishing] = useState(false);
  const save = useSaveFlow();
  const navigate = useNavigate();
  const store = async (): Promise<boolean> => {
    if (saved.draft === draft) return true;
    try {
      const next = await save.mutateAsync({ key: flow.key, ...draft, revision: saved.revision });
      setSaved({ draft, revision: next.revision });
      return true;
    } catch {
      return false; // shown above the canvas
    }
  };
  // What is tried is what is saved.
  const tryOut = async (): Promise<void> => {
    if (await store()) await navigate(path("flows", flow.key, "simulate"));
  };
  const tidy = (): void => told.set((old) => ({ ...old, graph: tidied(old.graph) }));
  return (
    <Page
      title={t("flows.editTitle", { name: draft.name })}
      crumb={
        <>
          <Link to={path("flows")}>{t("flows.title")}</Link>
          {" / "}
          <Link to={path("flows", flow.key)}>{flow.name}</Link>
        </>
      }
      actions={
        <>
          <Steps told={told} />
          <Button icon={<LayoutGrid size={15} aria-hidden />} onClick={tidy}>
            {t("flows.tidy")}
          </Button>
          <Button loading={save.isPending} disabled={saved.draft === draft} onClick={() => void store()}>
            {saved.draft === draft ? t("flows.saved") : t("flows.save")}
          </Button>
          <Button icon={<History size={15} aria-hidden />} onClick={() => void tryOut()}>
            {t("simulation.open")}
          </Button>
          <Button type="primary" onClick={() => void store().then((done) => setPublishing(done))}>
            {t("flows.publish")}
          </Button>
        </>
      }
    >
      <Refusal error={save.error} />
      <Workshop draft={draft} set={told.set} />
      {publishing ? <PublishDialog flow={flow} revision={saved.revision} graph={draft.graph} onClose={() => setPublishing(false)} /> : null}
    </Page>
  );
}

function Workshop({ draft, set }: { draft: Draft; set: (change: (old: Draft) => Draft, as?: string) => void }): ReactNode {
  const kinds = useKinds();
  const { graph } = draft;
  const { problems, waysOf } = useChecked(graph);
  const [picked, setPicked] = useState<string | null>(ENTRY);
  const change = (next: (graph: Graph) => Graph, as?: string): void => set((old) => ({ ...old, graph: next(old.graph) }), as);
  const add = (kind: Kind, source: string, way: string): void => {
    const next = addNode(graph, kind, { source, way });
    setPicked(next.nodes.at(-1)?.id ?? null);
    change(() => next);
  };
  const remove = (id: string): void => {
    setPicked(null);
    change((old) => removeNode(old, id));
  };
  const node = graph.nodes.find((each) => each.id === picked);
  const wrong = new Set(problems.map((each) => each.node));
  return (
    <div className={styles.workshop}>
      <Canvas
        graph={graph}
        waysOf={waysOf}
        wrong={wrong}
        picked={picked}
        onPick={setPicked}
        edit={{
          onMove: (id, place) => change((old) => changeNode(old, id, place)),
          onConnect: (source, way, target) => change((old) => connect(old, source, way, target)),
          onRemove: remove,
        }}
      />
      <aside className={styles.side}>
        {node ? (
          <NodePanel
            key={node.id}
            graph={graph}
            node={node}
            kind={kinds.get(node.type)}
            ways={waysOf(node.id)}
            problems={problems.filter((each) => each.node === node.id)}
            onChange={(next, as) =>
              change((old) => withoutRows(changeNode(old, node.id, next), node.id, next.config), as ? `${node.id}.${as}` : undefined)
            }
            onConnect={(way, target) => change((old) => connect(old, node.id, way, target))}
            onAdd={(kind, way) => add(kind, node.id, way)}
            onRemove={() => remove(node.id)}
          />
        ) : (
          <>
            <NamesCard
              name={draft.name}
              description={draft.description}
              onChange={(name, description) => set((old) => ({ ...old, name, description }), "names")}
            />
            <SettingsPanel
              graph={graph}
              problems={problems.filter((each) => each.node === "")}
              onChange={(next, as) => change((old) => ({ ...old, ...next }), as)}
              onAdd={(kind) => add(kind, ENTRY, "next")}
            />
          </>
        )}
      </aside>
    </div>
  );
}

/** A split or branch that lost a part loses its connection too. */
function withoutRows(graph: Graph, id: string, config: Readonly<Record<string, unknown>> | undefined): Graph {
  const rows = config?.parts ?? config?.cases;
  if (!Array.isArray(rows)) return graph;
  const ways = (rows as { readonly way?: unknown }[]).map((row) => String(row.way));
  return withoutWays(graph, id, config?.cases ? [...ways, "other"] : ways);
}

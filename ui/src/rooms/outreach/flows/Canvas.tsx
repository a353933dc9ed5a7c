// How does a flow look? Its nodes and ways, to be dragged and connected where it is edited, with live counts where it runs.
import {
  Background,
  Controls,
  Handle,
  Position,
  ReactFlow,
  type Connection,
  type Edge,
  type Node,
  type NodeChange,
  type NodeProps,
} from "@xyflow/react";
import "@xyflow/react/dist/style.css";
import { useMemo, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useMode } from "@/theme/mode";
import { HEIGHT, placesOf, WIDTH, type Place } from "./graph";
import styles from "./Flows.module.css";
import { KindIcon } from "./KindIcon";
import type { Graph, NodeCount } from "./queries";
import { useFlowWords } from "./words";

export const ENTRY = "";
const ENTRY_NODE = "entry";

interface CardData extends Record<string, unknown> {
  readonly title: string;
  readonly text: string;
  readonly kind: string;
  readonly ways: readonly string[];
  readonly wrong: boolean;
  readonly picked: boolean;
  readonly count: NodeCount | null;
  readonly standing: string;
}

interface CanvasProps {
  readonly graph: Graph;
  /** Node → its ways out. */
  readonly waysOf: (id: string) => readonly string[];
  readonly wrong: ReadonlySet<string>;
  readonly picked: string | null;
  readonly onPick: (id: string | null) => void;
  readonly counts?: ReadonlyMap<string, NodeCount>;
  /** What can be done here; without it the flow is only looked at. */
  readonly edit?: {
    readonly onMove: (id: string, place: Place) => void;
    readonly onConnect: (source: string, way: string, target: string | null) => void;
    readonly onRemove: (id: string) => void;
  };
}

interface Moving {
  readonly id: string;
  readonly place: Place;
}

interface Drawing extends Pick<CanvasProps, "graph" | "waysOf" | "wrong" | "picked"> {
  readonly counts: ReadonlyMap<string, NodeCount> | undefined;
  readonly moving: Moving | null;
  readonly editable: boolean;
}

/** The graph as the canvas draws it. */
function useDrawn({ graph, waysOf, wrong, picked, counts, moving, editable }: Drawing): {
  readonly nodes: Node<CardData>[];
  readonly edges: Edge[];
} {
  const { t } = useTranslation();
  const words = useFlowWords();
  const places = useMemo(() => placesOf(graph), [graph]);
  const first = places.get(graph.start) ?? { x: 0, y: 0 };
  const card = (id: string, place: Place, data: CardData): Node<CardData> => ({
    id: id === ENTRY ? ENTRY_NODE : id,
    type: "step",
    position: moving?.id === id ? moving.place : place,
    data,
    width: WIDTH,
    height: HEIGHT,
    selected: data.picked,
    draggable: editable && id !== ENTRY,
    deletable: editable && id !== ENTRY,
    ariaLabel: `${data.title}: ${data.text}`,
  });
  const nodes = [
    card(ENTRY, { x: first.x, y: first.y - HEIGHT - 64 }, {
      title: t("flows.entry.title"),
      text: words.entry(graph.entry),
      kind: "entry",
      ways: ["next"],
      wrong: wrong.has(ENTRY),
      picked: picked === ENTRY,
      count: null,
      standing: "",
    }), // prettier-ignore
    ...graph.nodes.map((node) =>
      card(node.id, places.get(node.id) ?? { x: 0, y: 0 }, {
        title: node.name || words.kind(node.type),
        text: words.summary(node),
        kind: node.type,
        ways: waysOf(node.id),
        wrong: wrong.has(node.id),
        picked: picked === node.id,
        count: counts?.get(node.id) ?? null,
        standing: counts?.has(node.id) ? t("flows.standing", { n: counts.get(node.id)?.standing ?? 0 }) : "",
      }),
    ),
  ];
  const edges: Edge[] = [
    ...(graph.start && places.has(graph.start) ? [edge(ENTRY_NODE, "next", graph.start, "")] : []),
    ...graph.edges
      .filter((each) => places.has(each.source) && places.has(each.target))
      .map((each) => {
        const took = counts?.get(each.source)?.ways[each.way];
        const way = waysOf(each.source).length > 1 ? words.way(each.way) : "";
        return edge(each.source, each.way, each.target, [way, took === undefined ? "" : took.toLocaleString()].filter(Boolean).join(" · "));
      }),
  ];
  return { nodes, edges };
}

export function Canvas({ graph, waysOf, wrong, picked, onPick, counts, edit }: CanvasProps): ReactNode {
  const { t } = useTranslation();
  const { dark } = useMode();
  const [moving, setMoving] = useState<Moving | null>(null);
  const { nodes, edges } = useDrawn({ graph, waysOf, wrong, picked, counts, moving, editable: edit !== undefined });
  const change = (changes: NodeChange<Node<CardData>>[]): void => {
    for (const each of changes) {
      if (each.type === "select" && each.selected) onPick(each.id === ENTRY_NODE ? ENTRY : each.id);
      if (each.type === "remove") edit?.onRemove(each.id);
      if (each.type === "position" && each.position && edit) {
        if (each.dragging) setMoving({ id: each.id, place: each.position });
        else {
          setMoving(null);
          edit.onMove(each.id, { x: Math.round(each.position.x), y: Math.round(each.position.y) });
        }
      }
    }
  };
  const connect = ({ source, sourceHandle, target }: Connection): void =>
    edit?.onConnect(source === ENTRY_NODE ? ENTRY : source, sourceHandle ?? "next", target === ENTRY_NODE ? null : target);
  return (
    <div className={styles.canvas} data-testid="flow-canvas">
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        onNodesChange={change}
        onConnect={connect}
        onEdgesDelete={(gone) => gone.forEach((each) => edit?.onConnect(fromNode(each.source), each.sourceHandle ?? "next", null))}
        onPaneClick={() => onPick(null)}
        nodesConnectable={edit !== undefined}
        edgesFocusable={edit !== undefined}
        colorMode={dark ? "dark" : "light"}
        fitView
        fitViewOptions={{ padding: 0.2, maxZoom: 1 }}
        minZoom={0.2}
        maxZoom={1.5}
        deleteKeyCode={edit ? ["Delete", "Backspace"] : null}
        ariaLabelConfig={{
          "controls.ariaLabel": t("flows.controls.title"),
          "controls.zoomIn.ariaLabel": t("flows.controls.in"),
          "controls.zoomOut.ariaLabel": t("flows.controls.out"),
          "controls.fitView.ariaLabel": t("flows.controls.fit"),
          "node.a11yDescription.default": t("flows.controls.node"),
          "edge.a11yDescription.default": t("flows.controls.edge"),
        }}
      >
        <Background gap={20} />
        <Controls showInteractive={false} />
      </ReactFlow>
    </div>
  );
}

function fromNode(id: string): string {
  return id === ENTRY_NODE ? ENTRY : id;
}

function edge(source: string, way: string, target: string, label: string): Edge {
  return { id: `${source}:${way}`, source, sourceHandle: way, target, label, type: "smoothstep" };
}

function Step({ data }: NodeProps<Node<CardData>>): ReactNode {
  const classes = [
    styles.step,
    data.picked ? styles.picked : "",
    data.wrong ? styles.wrongStep : "",
    data.kind === "entry" ? styles.entry : "",
  ];
  return (
    <div className={classes.filter(Boolean).join(" ")}>
      {data.kind === "entry" ? null : <Handle type="target" position={Position.Top} />}
      <span className={styles.icon} aria-hidden>
        <KindIcon kind={data.kind} />
      </span>
      <span className={styles.stepText}>
        <strong>{data.title}</strong>
        <span>{data.text}</span>
      </span>
      {data.count ? <span className={styles.badge}>{data.standing}</span> : null}
      {data.ways.map((way, at) => (
        <Handle
          key={way}
          id={way}
          type="source"
          position={Position.Bottom}
          style={{ left: `${((at + 1) / (data.ways.length + 1)) * 100}%` }}
        />
      ))}
    </div>
  );
}

const NODE_TYPES = { step: Step };

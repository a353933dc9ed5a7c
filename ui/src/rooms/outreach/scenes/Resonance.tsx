// Did the scene move people more than the same words said to as many people chosen by what they are?
import { useQuery } from "@tanstack/react-query";
import { Button, Input, InputNumber, Select, Space, Table, type TableColumnsType } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import type { Schemas } from "@/api/client";
import { Card } from "@/parts/Page";
import { Ready } from "@/parts/states";
import { useFailed } from "@/parts/useFailed";
import { Money, Num } from "@/parts/values";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { segmentsQuery } from "@/rooms/segments/queries";
import { flowsQuery } from "../flows/queries";
import {
  fittingQuery,
  resonanceQuery,
  useMakeRival,
  type FittingGroup,
  type ResonanceAsk,
  type Scene,
  type SceneResonance,
  type SceneSide,
} from "./queries";

type Span = SceneResonance["uplift"];

export function Resonance({ scene }: { scene: Scene }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const [flow, setFlow] = useState(scene.flows[0] ?? "");
  const [against, setAgainst] = useState("");
  const [hours, setHours] = useState(48);
  const [event, setEvent] = useState("Order Completed");
  const flows = useQuery(flowsQuery(slug));
  const may = useMay("flows:write");
  if (scene.flows.length === 0) return null;
  const others = (flows.data?.items ?? []).filter((one) => !scene.flows.includes(one.key));
  return (
    <Card title={t("scenes.resonance.title")} note={t("scenes.resonance.note")}>
      <Space wrap style={{ display: "flex", marginBottom: 16 }}>
        <Select
          aria-label={t("scenes.resonance.flow")}
          style={{ width: 220 }}
          value={flow}
          onChange={setFlow}
          options={scene.flows.map((key) => ({ value: key, label: key }))}
        />
        <Select
          aria-label={t("scenes.resonance.against")}
          placeholder={t("scenes.resonance.against")}
          style={{ width: 220 }}
          value={against || null}
          onChange={setAgainst}
          options={others.map((one) => ({ value: one.key, label: one.name }))}
        />
        <Input
          aria-label={t("scenes.resonance.event")}
          style={{ width: 220 }}
          maxLength={200}
          defaultValue={event}
          onBlur={(left) => setEvent(left.target.value.trim() || event)}
          onPressEnter={(pressed) => setEvent(pressed.currentTarget.value.trim() || event)}
        />
        <InputNumber
          aria-label={t("scenes.resonance.hours")}
          min={1}
          max={2160}
          value={hours}
          onChange={(value) => setHours(value ?? 48)}
          suffix={t("scenes.resonance.hours")}
        />
      </Space>
      {may ? <Rival scene={scene.key} flow={flow} /> : null}
      <Fitting scene={scene.key} flow={flow} event={event} />
      {against ? <Compared scene={scene.key} asked={{ flow, against, event, hours }} /> : null}
    </Card>
  );
}

/** Drafts a flow that says the same to the people of a segment, and goes there. */
function Rival({ scene, flow }: { scene: string; flow: string }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const path = usePath();
  const navigate = useNavigate();
  const failed = useFailed();
  const segments = useQuery(segmentsQuery(slug));
  const [segment, setSegment] = useState<string | null>(null);
  const { mutateAsync, isPending } = useMakeRival(scene);
  const make = (): void => {
    if (segment)
      void mutateAsync({ flow, who: { segment: { key: segment } }, name: segment }).then(
        (made) => navigate(path("flows", made.key)),
        failed,
      );
  };
  return (
    <Space wrap style={{ display: "flex", marginBottom: 16 }}>
      <Select
        aria-label={t("scenes.resonance.segment")}
        placeholder={t("scenes.resonance.segment")}
        style={{ width: 220 }}
        value={segment}
        onChange={setSegment}
        options={(segments.data?.items ?? []).map((one) => ({ value: one.key, label: one.name }))}
      />
      <Button disabled={!segment} loading={isPending} onClick={make}>
        {t("scenes.resonance.makeRival")}
      </Button>
    </Space>
  );
}

/** The strongest group to set against the scene, found by history when it is asked for. */
function Fitting({ scene, flow, event }: { scene: string; flow: string; event: string }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const [asked, setAsked] = useState(false);
  const query = useQuery({ ...fittingQuery(slug, scene, event), enabled: asked });
  if (!asked) return <Button onClick={() => setAsked(true)}>{t("scenes.resonance.find")}</Button>;
  return <Ready query={query}>{(found) => <Groups scene={scene} flow={flow} found={found} />}</Ready>;
}

function Groups({ scene, flow, found }: { scene: string; flow: string; found: Schemas["SceneFitting"] }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const navigate = useNavigate();
  const failed = useFailed();
  const may = useMay("flows:write");
  const { mutateAsync, isPending } = useMakeRival(scene);
  const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;
  const draft = (one: FittingGroup, place: number): void =>
    void mutateAsync({ flow, who: one.condition, name: `group_${place + 1}` }).then((made) => navigate(path("flows", made.key)), failed);
  const columns: TableColumnsType<FittingGroup> = [
    {
      title: t("scenes.resonance.group"),
      key: "who",
      render: (_, one) => one.traits.map(({ name, value }) => `${name}: ${value}`).join(" · "),
    },
    { title: t("scenes.resonance.people"), key: "people", align: "right", render: (_, one) => <Num value={one.people} /> },
    {
      title: t("scenes.resonance.before"),
      key: "share",
      align: "right",
      render: (_, one) => `${percent(one.of > 0 ? one.did / one.of : 0)} (${percent(one.low)} – ${percent(one.high)})`,
    },
    {
      key: "draft",
      align: "right",
      render: (_, one, place) =>
        may ? (
          <Button size="small" loading={isPending} onClick={() => draft(one, place)}>
            {t("scenes.resonance.makeRival")}
          </Button>
        ) : null,
    },
  ];
  return (
    <>
      <p className="soft">{t("scenes.resonance.findNote", { found: found.found, tried: found.tried })}</p>
      <Table<FittingGroup>
        rowKey={(one) => JSON.stringify(one.condition)}
        size="small"
        columns={columns}
        dataSource={[...found.groups]}
        pagination={false}
        scroll={{ x: "max-content" }}
      />
    </>
  );
}

function Compared({ scene, asked }: { scene: string; asked: ResonanceAsk }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const query = useQuery(resonanceQuery(slug, scene, asked));
  return (
    <Ready query={query}>
      {(found) => (
        <>
          <p>
            <strong>{t(`scenes.resonance.verdict.${found.verdict}`)}</strong>{" "}
            {found.uplift ? t("scenes.resonance.more", points(found.uplift)) : null}
          </p>
          <Sides found={found} />
          {found.in_both > 0 ? <p>{t("scenes.resonance.both", { count: found.in_both })}</p> : null}
        </>
      )}
    </Ready>
  );
}

function points(span: NonNullable<Span>): { value: string; low: string; high: string } {
  const said = (value: number): string => `${value >= 0 ? "+" : ""}${(100 * value).toFixed(1)}`;
  return { value: said(span.value), low: said(span.low), high: said(span.high) };
}

interface Line {
  readonly key: string;
  readonly name: string;
  readonly show: (side: SceneSide) => ReactNode;
}

function Sides({ found }: { found: SceneResonance }): ReactNode {
  const { t } = useTranslation();
  const share = (some: number, of: number): string => (of === 0 ? "–" : `${((100 * some) / of).toFixed(1)}%`);
  const span = (one: Span): string => (one ? t("scenes.resonance.points", points(one)) : "–");
  const lines: readonly Line[] = [
    { key: "people", name: t("scenes.resonance.people"), show: (side) => <Num value={side.people} /> },
    { key: "held", name: t("scenes.resonance.held"), show: (side) => <Num value={side.held} /> },
    { key: "opened", name: t("scenes.resonance.opened"), show: (side) => share(side.opened, side.sent) },
    { key: "clicked", name: t("scenes.resonance.clicked"), show: (side) => share(side.clicked, side.sent) },
    { key: "converted", name: t("scenes.resonance.converted"), show: (side) => share(side.converted, side.people) },
    { key: "heldConverted", name: t("scenes.resonance.heldConverted"), show: (side) => share(side.held_converted, side.held) },
    { key: "uplift", name: t("scenes.resonance.uplift"), show: (side) => span(side.uplift) },
    { key: "value", name: t("scenes.resonance.value"), show: (side) => <Money minor={Math.round(side.value_minor)} /> },
    { key: "heldValue", name: t("scenes.resonance.heldValue"), show: (side) => <Money minor={Math.round(side.held_value_minor)} /> },
  ];
  const columns: TableColumnsType<Line> = [
    { key: "name", render: (_, line) => line.name },
    { title: t("scenes.resonance.scene"), key: "scene", align: "right", render: (_, line) => line.show(found.scene) },
    { title: t("scenes.resonance.traits"), key: "traits", align: "right", render: (_, line) => line.show(found.traits) },
  ];
  return <Table<Line> rowKey="key" size="small" columns={columns} dataSource={[...lines]} pagination={false} />;
}

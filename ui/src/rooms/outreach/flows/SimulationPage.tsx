// What would the draft have done? Real history gone through again: who comes in, what is sent, what stands in the way. Nobody is reached.
import { useQuery } from "@tanstack/react-query";
import { Alert, Button, Progress, Segmented, Table, type TableColumnsType } from "antd";
import { History, PencilRuler } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";

import { ApiError } from "@/api/errors";
import { Card, Page, Stack } from "@/parts/Page";
import { Failure, Notice, Ready } from "@/parts/states";
import { useParam } from "@/parts/useParam";
import { useFailed } from "@/parts/useFailed";
import { Time } from "@/parts/values";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import {
  flowQuery,
  isGoing,
  simulationQuery,
  simulationsQuery,
  useCancelSimulation,
  useSimulate,
  type Flow,
  type SimulationJob,
  type SimulationLine,
} from "./queries";
import { Found } from "./SimulationResult";

const STRETCHES = [7, 30, 90] as const;

export function Component(): ReactNode {
  const { key = "" } = useParams();
  const { slug } = useWorkspace();
  const query = useQuery(flowQuery(slug, key));
  return <Ready query={query}>{(flow) => <Shown key={`${flow.key} ${String(flow.revision)}`} flow={flow} />}</Ready>;
}

function Shown({ flow }: { flow: Flow }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const path = usePath();
  const [given, setGiven] = useParam("days", "30");
  const [run, setRun] = useParam("run");
  const days = STRETCHES.find((each) => String(each) === given) ?? 30;
  const known = useQuery(simulationsQuery(slug, flow.key));
  const shown = run || known.data?.items[0]?.simulation_id;
  const start = useSimulate(flow.key);
  const failed = useFailed();
  const may = useMay("flows:write");
  const begin = (): void => start.mutate(days, { onSuccess: (made) => setRun(made.simulation_id), onError: failed });
  return (
    <Page
      title={t("simulation.title", { name: flow.name })}
      lead={t("simulation.lead")}
      crumb={
        <>
          <Link to={path("flows")}>{t("flows.title")}</Link>
          {" / "}
          <Link to={path("flows", flow.key)}>{flow.name}</Link>
        </>
      }
      actions={
        <>
          <Segmented<number>
            aria-label={t("simulation.stretch")}
            value={days}
            onChange={(value) => setGiven(String(value))}
            options={STRETCHES.map((value) => ({ value, label: t("simulation.days", { count: value }) }))}
          />
          {may ? (
            <Button type="primary" icon={<History size={15} aria-hidden />} loading={start.isPending} onClick={begin}>
              {t("simulation.begin")}
            </Button>
          ) : null}
          <Link to={path("flows", flow.key, "edit")}>
            <Button icon={<PencilRuler size={15} aria-hidden />}>{t("flows.edit")}</Button>
          </Link>
        </>
      }
    >
      <Stack>
        {shown ? (
          <OneSimulation flow={flow} id={shown} />
        ) : (
          <Ready query={known}>
            {() => <Notice icon={History} title={t("simulation.empty.title")} text={t("simulation.empty.text")} />}
          </Ready>
        )}
        <Earlier items={known.data?.items ?? []} shown={shown} onPick={setRun} />
      </Stack>
    </Page>
  );
}

/** One try: under way, over, or come to nothing. */
function OneSimulation({ flow, id }: { flow: Flow; id: string }): ReactNode {
  const { slug } = useWorkspace();
  const query = useQuery(simulationQuery(slug, flow.key, id));
  return (
    <Ready query={query}>
      {(one) =>
        one.result ? (
          <Stack>
            <Which flow={flow} one={one} />
            <Found graph={one.graph} found={one.result} />
          </Stack>
        ) : (
          <Going flow={flow} one={one} />
        )
      }
    </Ready>
  );
}

/** What was tried, where that is not the draft as it stands. */
function Which({ flow, one }: { flow: Flow; one: SimulationJob }): ReactNode {
  const { t } = useTranslation();
  if (one.revision === flow.revision) return null;
  return <Alert type="info" showIcon title={t("simulation.older")} />;
}

function Going({ flow, one }: { flow: Flow; one: SimulationJob }): ReactNode {
  const { t } = useTranslation();
  const cancel = useCancelSimulation(flow.key);
  const failed = useFailed();
  const may = useMay("flows:write");
  if (!isGoing(one)) {
    const { code, message } = (one.error ?? {}) as { code?: string; message?: string };
    return (
      <Card title={t("simulation.over")}>
        {one.state === "cancelled" ? t("simulation.cancelled") : <Failure error={new ApiError(422, code ?? "internal", message ?? "")} />}
      </Card>
    );
  }
  return (
    <Card title={t("simulation.going", { count: one.days })} note={t("simulation.leave")}>
      <Progress percent={Math.floor(one.progress * 100)} aria-label={t("simulation.progress")} />
      {one.attempts > 1 ? <p className="faint">{t("simulation.again")}</p> : null}
      {may ? (
        <Button loading={cancel.isPending} onClick={() => cancel.mutate(one.simulation_id, { onError: failed })}>
          {t("simulation.cancel")}
        </Button>
      ) : null}
    </Card>
  );
}

interface EarlierProps {
  readonly items: readonly SimulationLine[];
  readonly shown: string | undefined;
  readonly onPick: (id: string) => void;
}

/** The tries that are kept; each has an address of its own. */
function Earlier({ items, shown, onPick }: EarlierProps): ReactNode {
  const { t } = useTranslation();
  if (items.length === 0) return null;
  const columns: TableColumnsType<SimulationLine> = [
    {
      title: t("simulation.earlier.when"),
      key: "when",
      render: (_, each) => (
        <Button type="link" size="small" disabled={each.simulation_id === shown} onClick={() => onPick(each.simulation_id)}>
          <Time at={each.created_at} />
        </Button>
      ),
    },
    { title: t("simulation.stretch"), key: "days", render: (_, each) => t("simulation.days", { count: each.days }) },
    { title: t("simulation.earlier.state"), key: "state", render: (_, each) => t(`simulation.states.${each.state}`) },
    {
      title: t("simulation.earlier.by"),
      key: "by",
      responsive: ["md"],
      render: (_, each) => <span className="faint">{each.created_by}</span>,
    },
  ];
  return (
    <Card title={t("simulation.earlier.title")} note={t("simulation.earlier.note")} flush>
      <Table rowKey="simulation_id" size="small" columns={columns} dataSource={[...items]} pagination={false} />
    </Card>
  );
}

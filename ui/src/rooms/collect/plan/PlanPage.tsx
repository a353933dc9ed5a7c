// Which events are expected, and what happens to the others? Rules first, then events, traits and violations.
import { useQuery } from "@tanstack/react-query";
import { App, Button, Tabs } from "antd";
import { Plus, Sparkles } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Plan, PlanEvent, SavedPlan } from "@/api/contract";
import { Page } from "@/parts/Page";
import { Ready } from "@/parts/states";
import { useFailed } from "@/parts/useFailed";
import { useParam } from "@/parts/useParam";
import { useMay, useWorkspace } from "@/shell/workspace";
import { DraftDialog } from "./DraftDialog";
import { EventEditor } from "./EventEditor";
import { EventList } from "./EventList";
import { PlanHistory } from "./PlanHistory";
import { PlanRules } from "./PlanRules";
import { planQuery, useSavePlan } from "./queries";
import { TraitRules } from "./TraitRules";
import { Violations } from "./Violations";

const TABS = ["events", "traits", "violations", "history"] as const;

export function Component(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const query = useQuery(planQuery(slug));
  const may = useMay("plan:write");
  const [drafting, setDrafting] = useState(false);
  const [adding, setAdding] = useState(false);
  return (
    <Page
      title={t("plan.title")}
      lead={t("plan.lead")}
      actions={
        may ? (
          <>
            <Button icon={<Sparkles size={14} aria-hidden />} onClick={() => setDrafting(true)}>
              {t("plan.draft.open")}
            </Button>
            <Button type="primary" icon={<Plus size={14} aria-hidden />} onClick={() => setAdding(true)}>
              {t("plan.addEvent")}
            </Button>
          </>
        ) : null
      }
    >
      <Ready query={query}>
        {(plan) => (
          <Shown
            plan={plan}
            may={may}
            adding={adding}
            onAdded={() => setAdding(false)}
            drafting={drafting}
            onDrafted={() => setDrafting(false)}
          />
        )}
      </Ready>
    </Page>
  );
}

/** Saves a plan and offers to put the one before back. */
function useSave(plan: SavedPlan): { save: (next: Plan, done?: () => void) => void; saving: boolean; error: unknown } {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const failed = useFailed();
  const { mutate, isPending, error } = useSavePlan();
  const key = "plan-saved";
  const undo = (base: number): void =>
    mutate({ plan, base }, { onSuccess: () => void message.success({ key, content: t("plan.undone") }), onError: failed });
  const save = (next: Plan, done?: () => void): void =>
    mutate(
      { plan: next, base: plan.version },
      {
        onSuccess: ({ version }) => {
          done?.();
          const content = (
            <>
              {t("states.saved")}{" "}
              <Button type="link" size="small" onClick={() => undo(version)}>
                {t("actions.undo")}
              </Button>
            </>
          );
          void message.success({ key, duration: 6, content });
        },
        onError: failed,
      },
    );
  return { save, saving: isPending, error };
}

interface ShownProps {
  readonly plan: SavedPlan;
  readonly may: boolean;
  readonly adding: boolean;
  readonly onAdded: () => void;
  readonly drafting: boolean;
  readonly onDrafted: () => void;
}

function Shown({ plan, may, adding, onAdded, drafting, onDrafted }: ShownProps): ReactNode {
  const { t } = useTranslation();
  const [chosen, choose] = useParam("tab", "events");
  const [open, setOpen] = useParam("event");
  const tab = TABS.find((each) => each === chosen) ?? "events";
  const { save, saving, error } = useSave(plan);
  const edited: PlanEvent | null = plan.events.find((event) => event.name === open) ?? null;
  const panels = {
    events: <EventList plan={plan} onOpen={setOpen} />,
    traits: <TraitRules key={JSON.stringify(plan.traits)} plan={plan} may={may} saving={saving} onSave={save} />,
    violations: <Violations plan={plan} />,
    history: <PlanHistory plan={plan} may={may} saving={saving} onSave={save} />,
  };
  return (
    <>
      <PlanRules plan={plan} may={may} onSave={save} />
      <Tabs
        style={{ margin: "14px 0" }}
        activeKey={tab}
        onChange={(key) => choose(key)}
        items={TABS.map((key) => ({ key, label: t(`plan.tabs.${key}`) }))}
      />
      {panels[tab]}
      <EventEditor
        key={adding ? "+" : open}
        plan={plan}
        event={edited}
        open={adding || edited !== null}
        may={may}
        saving={saving}
        error={error}
        onSave={(next) =>
          save(next, () => {
            onAdded();
            setOpen("");
          })
        }
        onClose={() => {
          onAdded();
          if (open) setOpen("");
        }}
      />
      <DraftDialog open={drafting} plan={plan} saving={saving} onSave={(next) => save(next, onDrafted)} onClose={onDrafted} />
    </>
  );
}

// Whom would it have found in the last day? Asked when somebody wants to know: it looks at history quarter of an hour by quarter.
import { Button } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { Stat, Stats } from "@/parts/Facts";
import { Card, Stack } from "@/parts/Page";
import { Refusal } from "@/parts/Refusal";
import { Num, Time } from "@/parts/values";
import { usePath } from "@/shell/workspace";
import { useTryScene, type SceneSpec, type SceneTrial } from "./queries";

/** specNow: what would be saved; null where something is missing. */
export function Trial({ specNow }: { specNow: () => SceneSpec | null }): ReactNode {
  const { t } = useTranslation();
  const { mutate, data, error, isPending } = useTryScene();
  const ask = (): void => {
    const spec = specNow();
    if (spec !== null) mutate(spec);
  };
  return (
    <Card
      title={t("scenes.trial.title")}
      note={t("scenes.trial.note")}
      actions={
        <Button loading={isPending} onClick={ask}>
          {t("scenes.trial.ask")}
        </Button>
      }
    >
      <Refusal error={error} />
      {data ? <Found found={data} /> : <p className="faint">{t("scenes.trial.empty")}</p>}
    </Card>
  );
}

function Found({ found }: { found: SceneTrial }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  return (
    <Stack>
      <Stats>
        <Stat name={t("scenes.trial.people")} value={<Num value={found.people} />} />
        <Stat name={t("scenes.trial.matches")} value={<Num value={found.matches} />} />
        <Stat
          name={t("scenes.trial.asked")}
          value={<Num value={found.asked} />}
          note={found.asked < found.active ? t("scenes.trial.sample", { n: found.active }) : undefined}
        />
      </Stats>
      {found.latest.length > 0 ? (
        <ul>
          {found.latest.map((one) => (
            <li key={`${String(one.person_id)} ${one.at}`}>
              <Link to={path("people", one.person_id)}>{t("scenes.person", { id: one.person_id })}</Link> <Time at={one.at} exact />
            </li>
          ))}
        </ul>
      ) : null}
    </Stack>
  );
}

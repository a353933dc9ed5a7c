// How does one take a change back, and bring it again? Two buttons of an editor; the keys are those of useStory.
import { Button, Tooltip } from "antd";
import { Redo2, Undo2 } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Told } from "./story";

export function Steps<T>({ told: { story, undo, redo } }: { told: Told<T> }): ReactNode {
  const { t } = useTranslation();
  return (
    <>
      <Tooltip title={t("builder.undo")}>
        <Button
          icon={<Undo2 size={15} aria-hidden />}
          aria-label={t("builder.undo")}
          aria-keyshortcuts="Control+Z Meta+Z"
          disabled={story.past.length === 0}
          onClick={undo}
        />
      </Tooltip>
      <Tooltip title={t("builder.redo")}>
        <Button
          icon={<Redo2 size={15} aria-hidden />}
          aria-label={t("builder.redo")}
          aria-keyshortcuts="Control+Shift+Z Meta+Shift+Z"
          disabled={story.future.length === 0}
          onClick={redo}
        />
      </Tooltip>
    </>
  );
}

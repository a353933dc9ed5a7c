// How is a draft saved? On top of the version that was edited; if another one is in force by then, one is asked which shall stand.
import { useQueryClient } from "@tanstack/react-query";
import { App } from "antd";
import { useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { asApiError } from "@/api/errors";
import { useFailed } from "@/parts/useFailed";
import type { Trouble } from "@/rooms/segments/builder/context";
import { usePath, useWorkspace } from "@/shell/workspace";
import { tagQuery, useRefreshTag, useSaveTag, type Tag } from "../queries";
import { bodyOf, type Draft } from "./draft";
import { refusedAt } from "@/rooms/segments/builder/faults";

interface SavingProps {
  readonly tag: Tag | null;
  readonly draft: Draft;
  readonly shownKey: string;
  readonly whole: boolean;
  readonly onLeave: () => void;
}

export interface Saving {
  /** Tries it: when something is lacking that is said, else the note of the version is asked for. */
  readonly begin: () => void;
  readonly save: (note: string) => void;
  readonly asking: boolean;
  readonly stop: () => void;
  readonly busy: boolean;
  readonly insists: boolean;
  readonly error: unknown;
  readonly refused: readonly Trouble[];
  /** The tag as somebody else saved it meanwhile. */
  readonly theirs: Tag | null;
  readonly overwrite: () => void;
  readonly takeTheirs: () => void;
  readonly dismiss: () => void;
}

export function useSaving({ tag, draft, shownKey, whole, onLeave }: SavingProps): Saving {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const { slug } = useWorkspace();
  const path = usePath();
  const navigate = useNavigate();
  const client = useQueryClient();
  const failed = useFailed();
  const { mutateAsync, isPending, error } = useSaveTag();
  const { mutateAsync: compute } = useRefreshTag();
  const [base, setBase] = useState(tag?.version ?? 0);
  const [insists, insist] = useState(false);
  const [asking, ask] = useState(false);
  const [note, setNote] = useState("");
  const [theirs, setTheirs] = useState<Tag | null>(null);
  // A second click comes before the first one has been drawn.
  const underway = useRef(false);
  const refused = useMemo(() => refusedAt(error), [error]);

  /** The values follow at once; the page need not wait for them. */
  const computed = async (): Promise<void> => {
    const hide = message.loading(t("tagEditor.computing"), 0);
    try {
      const { people, changed, failed: why } = await compute(shownKey);
      if (why) void message.error(t("tags.refreshFailed"));
      else void message.success(t("tags.refreshed", { people, changed }));
    } catch (refusal) {
      failed(refusal);
    } finally {
      hide();
    }
  };
  const write = async (onto: number, why: string): Promise<void> => {
    underway.current = true;
    try {
      await mutateAsync({ tag: shownKey, draft: { ...bodyOf(draft), base_version: onto, note: why } });
    } catch (refusal) {
      if (asApiError(refusal).code === "tag_changed") {
        await client.query({ ...tagQuery(slug, shownKey), staleTime: 0 }).then(setTheirs, failed);
      }
      return;
    } finally {
      underway.current = false;
    }
    onLeave();
    void navigate(path("tags", shownKey));
    if (draft.enabled && (draft.way === "rule" || draft.way === "ready" || draft.way === "computed")) void computed();
    else void message.success(t("states.saved"));
  };
  return {
    begin: () => {
      insist(true);
      if (!whole || underway.current) return;
      if (tag) ask(true);
      else void write(base, "");
    },
    save: (why) => {
      ask(false);
      setNote(why);
      void write(base, why);
    },
    asking,
    stop: () => ask(false),
    busy: isPending,
    insists,
    error: error && refused.length === 0 && asApiError(error).code !== "tag_changed" ? error : null,
    refused,
    theirs,
    overwrite: () => {
      if (theirs) void write(theirs.version, note);
      setTheirs(null);
    },
    takeTheirs: () => {
      if (theirs) setBase(theirs.version);
      setTheirs(null);
    },
    dismiss: () => setTheirs(null),
  };
}

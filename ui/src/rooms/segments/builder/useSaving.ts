// How is what was built saved? On top of the version it was made from; if another one stands by then, one is asked which to keep.
import { useQueryClient } from "@tanstack/react-query";
import { App } from "antd";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { asApiError } from "@/api/errors";
import { useFailed } from "@/parts/useFailed";
import { usePath, useWorkspace } from "@/shell/workspace";
import type { Group } from "../condition";
import { dump } from "../dump";
import { segmentQuery, segmentsQuery, useSaveSegment, type Segment } from "../queries";
import { read } from "../read";
import type { Trouble } from "./context";
import { isKey, keyFor } from "./keys";
import { troublesOf } from "./useCounting";

export interface Names {
  /** Null: made from the name. */
  readonly key: string | null;
  readonly name: string;
  readonly description: string;
}

interface SavingProps {
  readonly segment: Segment | null;
  readonly names: Names;
  readonly root: Group;
  /** Nothing is missing in the condition. */
  readonly whole: boolean;
  readonly onLeave: () => void;
}

interface Saving {
  readonly save: () => void;
  readonly busy: boolean;
  /** Saving was tried, so what is missing is to be said. */
  readonly insists: boolean;
  /** Why it failed, where that has no place in the condition. */
  readonly error: unknown;
  readonly refused: readonly Trouble[];
  readonly conflict: { readonly theirs: Segment; readonly root: Group } | null;
  readonly overwrite: () => void;
  readonly takeTheirs: () => void;
  readonly dismiss: () => void;
}

export function useSaving({ segment, names, root, whole, onLeave }: SavingProps): Saving {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const { slug } = useWorkspace();
  const path = usePath();
  const navigate = useNavigate();
  const client = useQueryClient();
  const failed = useFailed();
  const { mutate, isPending, error } = useSaveSegment();
  const [base, setBase] = useState(segment?.version ?? 0);
  const [insists, insist] = useState(false);
  const [conflict, setConflict] = useState<Saving["conflict"]>(null);
  const refused = useMemo(() => troublesOf(error, root), [error, root]);

  const keyOf = (): string => {
    const taken = new Set(client.getQueryData(segmentsQuery(slug).queryKey)?.items.map((one) => one.key));
    return segment?.key ?? names.key ?? keyFor(names.name, taken);
  };
  const write = (onto: number): void => {
    const key = keyOf();
    mutate(
      { key, name: names.name.trim(), description: names.description.trim(), condition: dump(root), base: onto },
      {
        onSuccess: () => {
          onLeave();
          void message.success(t("states.saved"));
          void navigate(path("segments", key));
        },
        onError: (refusal) => {
          if (asApiError(refusal).code !== "segment_changed") return;
          client
            .query({ ...segmentQuery(slug, key), staleTime: 0 })
            .then((theirs) => setConflict({ theirs, root: read(theirs.condition) }))
            .catch(failed);
        },
      },
    );
  };
  const save = (): void => {
    insist(true);
    if (whole && names.name.trim() !== "" && (segment !== null || isKey(keyOf()))) write(base);
  };
  return {
    save,
    busy: isPending,
    insists,
    error: error && refused.length === 0 && asApiError(error).code !== "segment_changed" ? error : null,
    refused,
    conflict,
    overwrite: () => {
      if (conflict) write(conflict.theirs.version);
      setConflict(null);
    },
    takeTheirs: () => {
      if (conflict) setBase(conflict.theirs.version);
      setConflict(null);
    },
    dismiss: () => setConflict(null),
  };
}

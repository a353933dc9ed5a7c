// How is a map saved? On top of the version it was drawn from; if another one stands by then, one is asked which to keep.
import { useQueryClient } from "@tanstack/react-query";
import { App } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { asApiError } from "@/api/errors";
import { useFailed } from "@/parts/useFailed";
import { keyFor } from "@/rooms/segments/builder/keys";
import { usePath, useWorkspace } from "@/shell/workspace";
import type { JourneyMap } from "../contract";
import { allMapsQuery, mapQuery, useSaveMap } from "../queries";
import { drawingOf, type Draft } from "./draft";

/** Words that stand in the addresses of the API at the place of a key. */
const ADDRESSES = ["draft", "templates"];

interface Saving {
  readonly save: (draft: Draft) => void;
  readonly busy: boolean;
  readonly error: unknown;
}

export function useSavingMap(map: JourneyMap | null, onSaved: () => void): Saving {
  const { t } = useTranslation();
  const { message, modal } = App.useApp();
  const { slug } = useWorkspace();
  const client = useQueryClient();
  const path = usePath();
  const navigate = useNavigate();
  const failed = useFailed();
  const { mutate, isPending, error } = useSaveMap();
  const [seeks, seek] = useState(false);

  const write = (key: string, draft: Draft, base: number): void => {
    const said = { name: draft.name.trim(), description: draft.description.trim(), drawing: drawingOf(draft) };
    mutate(
      { key, base, ...said },
      {
        onSuccess: () => {
          onSaved();
          void message.success(t("states.saved"));
          void navigate(`${path("journey")}?map=${key}`);
        },
        onError: (refusal) => {
          if (asApiError(refusal).code === "map_changed") overwrite(key, draft);
        },
      },
    );
  };

  const overwrite = (key: string, draft: Draft): void => {
    client
      .query({ ...mapQuery(slug, key), staleTime: 0 })
      .then((theirs) => {
        modal.confirm({
          title: t("mapEditor.conflict.title"),
          content: t("mapEditor.conflict.text", { version: theirs.version, who: theirs.changed_by }),
          okText: t("mapEditor.conflict.mine"),
          cancelText: t("actions.cancel"),
          onOk: () => write(key, draft, theirs.version),
        });
      })
      .catch(failed);
  };

  const save = (draft: Draft): void => {
    if (map) {
      write(map.key, draft, map.version);
      return;
    }
    seek(true);
    client
      .query({ ...allMapsQuery(slug), staleTime: 0 })
      .then(({ items }) => write(keyFor(draft.name, new Set([...ADDRESSES, ...items.map((one) => one.key)]), "map"), draft, 0))
      .catch(failed)
      .finally(() => seek(false));
  };

  return { save, busy: isPending || seeks, error: error && asApiError(error).code !== "map_changed" ? error : null };
}

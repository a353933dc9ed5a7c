// What did this person and we say to each other, on every channel? The latest first.
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { MessagesSquare } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { Bar, Card, Stack } from "@/parts/Page";
import { Notice, Ready } from "@/parts/states";
import { useFailed } from "@/parts/useFailed";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { More } from "../MessagesPage";
import { conversationsQuery, newKey, useBegin } from "./queries";
import { TalkLine } from "./TalkLine";
import { Thread } from "./Thread";

export function PersonTalks({ person }: { person: number }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const query = useInfiniteQuery(conversationsQuery(slug, { person_id: person }));
  const [opened, open] = useState<number | null>(null);
  return (
    <Stack>
      <Begin person={person} />
      <Ready query={query}>
        {({ pages }) => {
          const items = pages.flatMap((page) => page.items);
          if (items.length === 0) return <Notice icon={MessagesSquare} title={t("inbox.noTalks")} text={t("inbox.noTalksText")} />;
          return (
            <>
              {items.map((one) => (
                <div key={one.conversation_id}>
                  <Card flush>
                    <TalkLine
                      one={one}
                      chosen={one.conversation_id === opened}
                      onOpen={() => open(one.conversation_id === opened ? null : one.conversation_id)}
                    />
                  </Card>
                  {one.conversation_id === opened ? <Thread number={one.conversation_id} /> : null}
                </div>
              ))}
            </>
          );
        }}
      </Ready>
      {query.hasNextPage ? <More loading={query.isFetchingNextPage} onMore={() => void query.fetchNextPage()} /> : null}
    </Stack>
  );
}

function Begin({ person }: { person: number }): ReactNode {
  const { t } = useTranslation();
  const may = useMay("conversations:write");
  const failed = useFailed();
  const path = usePath();
  const navigate = useNavigate();
  const { mutate, isPending } = useBegin();
  const begin = (): void =>
    mutate(
      { person, key: newKey() },
      {
        onError: failed,
        onSuccess: ({ conversation_id }) => void navigate(`${path("inbox")}?status=open&conversation=${conversation_id}`),
      },
    );
  return may ? (
    <Bar>
      <Button loading={isPending} onClick={begin}>
        {t("inbox.begin")}
      </Button>
    </Bar>
  ) : null;
}

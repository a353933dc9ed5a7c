// Where does "/" lead? To the workspace that was open last, else to the first one.
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { FolderOpen } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Navigate } from "react-router";

import { Failure, Loading, Notice } from "@/parts/states";
import { sessionQuery, useLogout } from "@/rooms/access/session";
import { lastWorkspace } from "./lastWorkspace";

export function Component(): ReactNode {
  const session = useQuery(sessionQuery);
  if (session.isPending) return <Loading />;
  if (session.isError) return <Failure error={session.error} retry={session.refetch} />;
  if (!session.data) return <Navigate to="/login" replace />;
  const { workspaces } = session.data;
  const last = lastWorkspace();
  const target = workspaces.find((each) => each.slug === last) ?? workspaces[0];
  return target ? <Navigate to={`/w/${encodeURIComponent(target.slug)}/overview`} replace /> : <NoWorkspace />;
}

function NoWorkspace(): ReactNode {
  const { t } = useTranslation();
  const logout = useLogout();
  return (
    <Notice
      icon={FolderOpen}
      title={t("shell.noWorkspace.title")}
      text={t("shell.noWorkspace.text")}
      action={<Button onClick={() => logout.mutate()}>{t("shell.signOut")}</Button>}
    />
  );
}

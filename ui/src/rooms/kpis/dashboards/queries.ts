// What do dashboards, their links and their schedules read and change?
import { keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, unwrap, type Schemas } from "@/api/client";
import { followed } from "@/parts/followed";
import { savePaper } from "@/parts/savePaper";
import { useWorkspace } from "@/shell/workspace";

export type Dashboard = Schemas["DashboardBody"];
export type Tile = Dashboard["tiles"][number];
export type MetricTile = Schemas["MetricTile"];
export type ReportTile = Schemas["ReportTile"];
export type TextTile = Schemas["TextTile"];
export type TileAnswer = Schemas["TileAnswer"];
export type Summary = Schemas["Summary"];
export type Period = Schemas["PeriodForAll"];
export type Link = Schemas["LinkBody"];
export type Schedule = Schemas["ScheduleBody"];
export type ScheduleSpec = Schemas["ScheduleSpec"];
export type Shared = Schemas["SharedDashboard"];

const BASE = "/api/workspaces/{workspace}/dashboards";
const ONE = `${BASE}/{key}` as const;
const FRESH = 300_000; // a dashboard is dear to ask for

export function dashboardsQuery(workspace: string) {
  return queryOptions({
    queryKey: [workspace, "dashboards", "list"],
    queryFn: ({ signal }) => unwrap(api.GET(BASE, { params: { path: { workspace } }, signal })),
  });
}

export function dashboardQuery(workspace: string, key: string) {
  return queryOptions({
    queryKey: [workspace, "dashboards", "one", key],
    queryFn: ({ signal }) => unwrap(api.GET(ONE, { params: { path: { workspace, key } }, signal })),
  });
}

/** The answer of a tile; its title and width are no part of the question. */
export function tileQuery(workspace: string, shown: Tile, period: Period | null) {
  const tile: Tile = { ...shown, title: null, width: "third" };
  return queryOptions({
    queryKey: [workspace, "dashboard-tiles", tile, period],
    queryFn: ({ signal, client, queryKey }) =>
      followed<TileAnswer>(client, queryKey, () =>
        unwrap(
          api.POST("/api/workspaces/{workspace}/dashboard-tiles/progress", {
            params: { path: { workspace } },
            body: { tile, ...(period ? { period } : {}) },
            signal,
            parseAs: "stream",
          }),
        ),
      ),
    placeholderData: keepPreviousData,
    refetchInterval: FRESH,
    retry: false,
  });
}

export function sharedQuery(token: string) {
  return queryOptions({
    queryKey: ["shared", token],
    queryFn: ({ signal }) => unwrap(api.GET("/api/shared/{token}", { params: { path: { token } }, signal })),
    staleTime: FRESH,
    retry: false,
  });
}

export function sharedTileQuery(token: string, tile_id: string) {
  return queryOptions({
    queryKey: ["shared", token, tile_id],
    queryFn: ({ signal }) => unwrap(api.GET("/api/shared/{token}/tiles/{tile_id}", { params: { path: { token, tile_id } }, signal })),
    refetchInterval: FRESH,
    retry: false,
  });
}

export function reportsToPickQuery(workspace: string) {
  return queryOptions({
    queryKey: [workspace, "saved-reports", "to-pick"],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/workspaces/{workspace}/saved-reports", { params: { path: { workspace }, query: { limit: 500 } }, signal })),
  });
}

function useFresh(): () => void {
  const { slug } = useWorkspace();
  const client = useQueryClient();
  return () => void client.invalidateQueries({ queryKey: [slug, "dashboards"] });
}

export function useSaveDashboard() {
  const { slug: workspace } = useWorkspace();
  const client = useQueryClient();
  const fresh = useFresh();
  return useMutation({
    mutationFn: ({ key, ...body }: Schemas["DashboardChange"] & { readonly key: string }) =>
      unwrap(api.PUT(ONE, { params: { path: { workspace, key } }, body })),
    onSuccess: (saved) => {
      client.setQueryData(dashboardQuery(workspace, saved.key).queryKey, saved);
      fresh();
    },
  });
}

export function useDeleteDashboard() {
  const { slug: workspace } = useWorkspace();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (key: string) => unwrap(api.DELETE(ONE, { params: { path: { workspace, key } } })),
    onSuccess: (_, key) => {
      client.removeQueries({ queryKey: dashboardQuery(workspace, key).queryKey });
      void client.invalidateQueries({ queryKey: dashboardsQuery(workspace).queryKey });
    },
  });
}

export function linksQuery(workspace: string, key: string) {
  return queryOptions({
    queryKey: [workspace, "dashboards", "links", key],
    queryFn: ({ signal }) => unwrap(api.GET(`${ONE}/links`, { params: { path: { workspace, key } }, signal })),
  });
}

export function useCreateLink(key: string) {
  const { slug: workspace } = useWorkspace();
  const fresh = useFresh();
  return useMutation({
    mutationFn: (body: Schemas["LinkDraft"]) => unwrap(api.POST(`${ONE}/links`, { params: { path: { workspace, key } }, body })),
    onSuccess: fresh,
  });
}

export function useRevokeLink(key: string) {
  const { slug: workspace } = useWorkspace();
  const fresh = useFresh();
  return useMutation({
    mutationFn: (link_id: string) => unwrap(api.DELETE(`${ONE}/links/{link_id}`, { params: { path: { workspace, key, link_id } } })),
    onSuccess: fresh,
  });
}

export function schedulesQuery(workspace: string, key: string) {
  return queryOptions({
    queryKey: [workspace, "dashboards", "schedules", key],
    queryFn: ({ signal }) => unwrap(api.GET(`${ONE}/schedules`, { params: { path: { workspace, key } }, signal })),
  });
}

export function mailingsQuery(workspace: string, key: string, schedule_id: string) {
  return queryOptions({
    queryKey: [workspace, "dashboards", "mailings", key, schedule_id],
    queryFn: ({ signal }) =>
      unwrap(api.GET(`${ONE}/schedules/{schedule_id}/mailings`, { params: { path: { workspace, key, schedule_id } }, signal })),
    refetchInterval: 30_000,
  });
}

export function useCreateSchedule(key: string) {
  const { slug: workspace } = useWorkspace();
  const fresh = useFresh();
  return useMutation({
    mutationFn: (body: ScheduleSpec) => unwrap(api.POST(`${ONE}/schedules`, { params: { path: { workspace, key } }, body })),
    onSuccess: fresh,
  });
}

export function useChangeSchedule(key: string) {
  const { slug: workspace } = useWorkspace();
  const fresh = useFresh();
  return useMutation({
    mutationFn: ({ schedule_id, ...body }: Schemas["ScheduleChange"] & { readonly schedule_id: string }) =>
      unwrap(api.PATCH(`${ONE}/schedules/{schedule_id}`, { params: { path: { workspace, key, schedule_id } }, body })),
    onSuccess: fresh,
  });
}

export function useDeleteSchedule(key: string) {
  const { slug: workspace } = useWorkspace();
  const fresh = useFresh();
  return useMutation({
    mutationFn: (schedule_id: string) =>
      unwrap(api.DELETE(`${ONE}/schedules/{schedule_id}`, { params: { path: { workspace, key, schedule_id } } })),
    onSuccess: fresh,
  });
}

/** Makes the paper and hands it to the browser to keep. */
export function useDownloadPaper(key: string, name: string) {
  const { slug } = useWorkspace();
  return useMutation({
    mutationFn: ({ language, period }: { readonly language: "zh" | "en"; readonly period: Period | null }) =>
      savePaper(`/api/workspaces/${encodeURIComponent(slug)}/dashboards/${encodeURIComponent(key)}/pdf?language=${language}`, period, name),
  });
}

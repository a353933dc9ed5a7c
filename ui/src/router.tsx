// Which address opens which page? Every page is a file of its own that is fetched when it is first opened.
import { createBrowserRouter, Navigate } from "react-router";

import { Crash } from "@/shell/Crash";

export const router = createBrowserRouter([
  {
    errorElement: <Crash />,
    HydrateFallback: () => null,
    children: [
      { path: "/", lazy: () => import("@/shell/Home") },
      { path: "/login", lazy: () => import("@/rooms/access/LoginPage") },
      {
        path: "/w/:workspace",
        lazy: () => import("@/shell/Shell"),
        children: [
          { index: true, element: <Navigate to="overview" replace /> },
          {
            errorElement: <Crash />,
            children: [
              { path: "overview", lazy: () => import("@/rooms/journeys/OverviewPage") },
              { path: "events", lazy: () => import("@/rooms/profiles/EventsPage") },
              { path: "live", lazy: () => import("@/rooms/collect/live/LivePage") },
              { path: "live/dead-letters", lazy: () => import("@/rooms/collect/live/DeadLettersPage") },
              { path: "plan", lazy: () => import("@/rooms/collect/plan/PlanPage") },
              { path: "imports", lazy: () => import("@/rooms/collect/imports/ImportsPage") },
              { path: "imports/new", lazy: () => import("@/rooms/collect/imports/NewImportPage") },
              { path: "imports/:importId", lazy: () => import("@/rooms/collect/imports/ImportPage") },
              { path: "people", lazy: () => import("@/rooms/profiles/PeoplePage") },
              { path: "people/:personId", lazy: () => import("@/rooms/profiles/PersonPage") },
              { path: "segments", lazy: () => import("@/rooms/segments/SegmentsPage") },
              { path: "segments/new-segment", lazy: () => import("@/rooms/segments/NewSegmentPage") },
              { path: "segments/:key", lazy: () => import("@/rooms/segments/SegmentPage") },
              { path: "segments/:key/edit", lazy: () => import("@/rooms/segments/EditSegmentPage") },
              { path: "lists", lazy: () => import("@/rooms/segments/lists/ListsPage") },
              { path: "lists/:listId", lazy: () => import("@/rooms/segments/lists/ListPage") },
              { path: "understanding", lazy: () => import("@/rooms/segments/understanding/UnderstandingPage") },
              { path: "tags", lazy: () => import("@/rooms/profiles/tags/TagsPage") },
              { path: "tags/new-tag", lazy: () => import("@/rooms/profiles/tags/NewTagPage") },
              { path: "tags/:tag/edit", lazy: () => import("@/rooms/profiles/tags/EditTagPage") },
              { path: "tags/:tag", lazy: () => import("@/rooms/profiles/tags/TagPage") },
              { path: "lifecycle", lazy: () => import("@/rooms/profiles/lifecycle/LifecyclePage") },
              { path: "models", lazy: () => import("@/rooms/prediction/ModelsPage") },
              { path: "models/new-model", lazy: () => import("@/rooms/prediction/NewModelPage") },
              { path: "models/:key", lazy: () => import("@/rooms/prediction/ModelPage") },
              { path: "tag-roles", lazy: () => import("@/rooms/profiles/tags/RolesPage") },
              { path: "merges", lazy: () => import("@/rooms/identity/MergesPage") },
              {
                path: "settings",
                lazy: () => import("@/rooms/access/SettingsPage"),
                children: [
                  { index: true, element: <Navigate to="workspace" replace /> },
                  { path: "workspace", lazy: () => import("@/rooms/access/WorkspaceSettings") },
                  { path: "members", lazy: () => import("@/rooms/access/Members") },
                  { path: "keys", lazy: () => import("@/rooms/access/Keys") },
                  { path: "identity", lazy: () => import("@/rooms/identity/RulesSettings") },
                  { path: "config", lazy: () => import("@/rooms/segments/config/ConfigPage") },
                  { path: "audit", lazy: () => import("@/rooms/access/AuditLog") },
                  { path: "account", lazy: () => import("@/rooms/access/AccountSettings") },
                ],
              },
              { path: "*", lazy: () => import("@/shell/Missing") },
            ],
          },
        ],
      },
      { path: "*", lazy: () => import("@/shell/Missing") },
    ],
  },
]);

import { PAGE_GROUPS, type PageGroup } from "./pages";
import { useWorkspace } from "./workspace";

/** The pages this person may open; a group without any is left out. */
export function usePageGroups(): PageGroup[] {
  const { permissions } = useWorkspace();
  return PAGE_GROUPS.map((group) => ({ ...group, pages: group.pages.filter((page) => permissions.includes(page.needs)) })).filter(
    (group) => group.pages.length > 0,
  );
}

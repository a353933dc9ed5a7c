// Which workspace was open last? Remembered in the browser, so that "/" leads back to it.
const KEY = "uems.workspace";

export function rememberWorkspace(slug: string): void {
  try {
    localStorage.setItem(KEY, slug);
  } catch {
    // without storage "/" opens the first workspace
  }
}

export function lastWorkspace(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

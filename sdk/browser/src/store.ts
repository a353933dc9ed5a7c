// Where is something kept between pages? In localStorage when that is allowed and works, else in memory.

export interface Store {
  get(name: string): string | null;
  set(name: string, value: string): void;
  remove(name: string): void;
  /** Whether what is set outlives the page. */
  durable(): boolean;
  /** From now on in localStorage; what was kept in memory moves there. */
  open(): void;
  /** Forget everything, and from now on keep it in memory. */
  clear(): void;
}

export function makeStore(prefix: string): Store {
  const memory = new Map<string, string>();
  let disk: Storage | undefined;
  const attempt = <T>(work: (disk: Storage) => T): T | undefined => {
    try {
      return disk && work(disk);
    } catch {
      return undefined; // full, or forbidden by the browser
    }
  };
  const set = (name: string, value: string) => {
    // What does not fit is at least there until the page is left.
    if (attempt((to) => (to.setItem(prefix + name, value), true))) memory.delete(name);
    else memory.set(name, value);
  };
  return {
    get: (name) => memory.get(name) ?? attempt((from) => from.getItem(prefix + name)) ?? null,
    set,
    remove(name) {
      memory.delete(name);
      attempt((from) => from.removeItem(prefix + name));
    },
    durable: () => !!disk,
    open() {
      try {
        disk = localStorage;
        disk.setItem(`${prefix}test`, "1");
        disk.removeItem(`${prefix}test`);
      } catch {
        disk = undefined;
      }
      for (const [name, value] of [...memory]) set(name, value);
    },
    clear() {
      memory.clear();
      attempt((from) => {
        for (const name of Object.keys(from)) if (name.startsWith(prefix)) from.removeItem(name);
      });
      disk = undefined;
    },
  };
}

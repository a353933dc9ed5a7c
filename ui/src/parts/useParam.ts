// Where does a page keep its filters? In the address, so that a link or the back button brings the same view.
import { useCallback } from "react";
import { useNavigate, useSearchParams } from "react-router";

interface How {
  /** Typing replaces the history entry; choosing adds one. */
  readonly replace?: boolean;
}

interface Options extends How {
  /** Other values that make no sense after this change, such as the page number. */
  readonly without?: readonly string[];
}

/** The address that was asked for last and is not there yet. */
let awaited: { readonly search: string } | null = null;

/**
 * Change the query string. Changes never undo each other, however quickly one follows another: each starts from the one
 * before, and the page shows it before the next key is pressed (the router would otherwise show it when it finds the time).
 */
export function useChangeParams(): (change: (params: URLSearchParams) => void, how?: How) => void {
  const navigate = useNavigate();
  return useCallback(
    (change, { replace = false } = {}) => {
      const params = new URLSearchParams(awaited?.search ?? window.location.search);
      change(params);
      const mine = { search: params.toString() };
      awaited = mine;
      void Promise.resolve(navigate(`?${mine.search}`, { replace, flushSync: true })).finally(() => {
        if (awaited === mine) awaited = null;
      });
    },
    [navigate],
  );
}

/** One value of the query string; setting it to "" or to `fallback` removes it. */
export function useParam(name: string, fallback = ""): [string, (value: string, options?: Options) => void] {
  const [params] = useSearchParams();
  const change = useChangeParams();
  const value = params.get(name) ?? fallback;
  const set = useCallback(
    (next: string, { replace = false, without = [] }: Options = {}) =>
      change(
        (given) => {
          for (const other of without) given.delete(other);
          if (next === "" || next === fallback) given.delete(name);
          else given.set(name, next);
        },
        { replace },
      ),
    [name, fallback, change],
  );
  return [value, set];
}

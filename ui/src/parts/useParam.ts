// Where does a page keep its filters? In the address, so that a link or the back button brings the same view.
import { useCallback } from "react";
import { useSearchParams } from "react-router";

interface Options {
  /** Typing replaces the history entry; choosing adds one. */
  readonly replace?: boolean;
  /** Other values that make no sense after this change, such as the page number. */
  readonly without?: readonly string[];
}

/** One value of the query string; setting it to "" or to `fallback` removes it. */
export function useParam(name: string, fallback = ""): [string, (value: string, options?: Options) => void] {
  const [params, setParams] = useSearchParams();
  const value = params.get(name) ?? fallback;
  const set = useCallback(
    (next: string, { replace = false, without = [] }: Options = {}) =>
      setParams(
        (old) => {
          const copy = new URLSearchParams(old);
          for (const other of without) copy.delete(other);
          if (next === "" || next === fallback) copy.delete(name);
          else copy.set(name, next);
          return copy;
        },
        { replace },
      ),
    [name, fallback, setParams],
  );
  return [value, set];
}

// Where does a page keep its filters? In the address, so that a link or the back button brings the same view.
import { useCallback } from "react";
import { useSearchParams } from "react-router";

/** One value of the query string; setting it to "" removes it. Typing replaces the history entry, choosing adds one. */
export function useParam(name: string, fallback = ""): [string, (value: string, options?: { replace?: boolean }) => void] {
  const [params, setParams] = useSearchParams();
  const value = params.get(name) ?? fallback;
  const set = useCallback(
    (next: string, options: { replace?: boolean } = {}) =>
      setParams(
        (old) => {
          const copy = new URLSearchParams(old);
          if (next === "" || next === fallback) copy.delete(name);
          else copy.set(name, next);
          return copy;
        },
        { replace: options.replace ?? false },
      ),
    [name, fallback, setParams],
  );
  return [value, set];
}

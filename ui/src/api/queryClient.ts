// How long is an answer fresh, and when is a failed request tried again?
import { QueryClient } from "@tanstack/react-query";

import { asApiError } from "./errors";

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      refetchOnWindowFocus: false,
      retry: (count, error) => {
        const { status } = asApiError(error);
        return count < 2 && (status === 0 || status >= 502); // a refusal will not change by asking again
      },
      retryDelay: (count) => 400 * 2 ** count,
    },
  },
});

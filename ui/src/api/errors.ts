// What went wrong, as one thing to show? The server answers {code, message, details}; a lost connection gets the code "offline".
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(status: number, code: string, message: string, details: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function toApiError(status: number, body: unknown): ApiError {
  if (isRecord(body) && typeof body.code === "string") {
    const message = typeof body.message === "string" ? body.message : "";
    return new ApiError(status, body.code, message, isRecord(body.details) ? body.details : {});
  }
  return new ApiError(status, `http_${status}`, typeof body === "string" ? body.slice(0, 400) : "");
}

export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof TypeError) return new ApiError(0, "offline", error.message);
  return new ApiError(0, "unexpected", error instanceof Error ? error.message : String(error));
}

// How does a large file reach the server, with a progress bar? As the whole body of one request, which XMLHttpRequest can watch.
import type { Schemas } from "./client";
import { csrf } from "./client";
import { ApiError, toApiError } from "./errors";

export interface Upload<T = Schemas["FileBody"]> {
  readonly done: Promise<T>;
  readonly stop: () => void;
}

function body(request: XMLHttpRequest): unknown {
  try {
    return JSON.parse(request.responseText) as unknown;
  } catch {
    return request.responseText;
  }
}

/** `onProgress` gets the share that was sent, 0 to 1. */
export function uploadFile(workspace: string, file: File, onProgress: (share: number) => void): Upload {
  return sendFile(`/api/workspaces/${encodeURIComponent(workspace)}/files`, { name: file.name }, file, onProgress);
}

/** A file to an address that takes one; `T` is what it answers. */
export function sendFile<T>(
  address: string,
  options: Readonly<Record<string, string>>,
  file: File,
  onProgress: (share: number) => void,
): Upload<T> {
  const request = new XMLHttpRequest();
  const done = new Promise<T>((resolve, reject) => {
    request.open("POST", `${address}?${new URLSearchParams(options).toString()}`);
    request.setRequestHeader("X-CSRF-Token", csrf());
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.onprogress = (event) => onProgress(event.lengthComputable ? event.loaded / event.total : 0);
    request.onload = () => {
      if (request.status < 300) resolve(body(request) as T);
      else reject(toApiError(request.status, body(request)));
    };
    request.onerror = () => reject(new ApiError(0, "offline", "The connection was lost while the file was sent."));
    request.onabort = () => reject(new ApiError(0, "cancelled", "The upload was cancelled."));
    request.send(file);
  });
  return { done, stop: () => request.abort() };
}

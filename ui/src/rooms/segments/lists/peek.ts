// What do the first lines of a chosen file say? Nothing is sent for it; a packed file is not opened.
const BYTES = 8_192;
const LINES = 5;

/** Texts that are not UTF-8 are mostly GB 18030 where we are used. */
export function decoded(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
  } catch {
    return new TextDecoder("gb18030").decode(bytes, { stream: true });
  }
}

export async function firstLines(file: Blob & { readonly name: string }): Promise<string> {
  if (/\.(gz|zst)$/i.test(file.name)) return "";
  const text = decoded(await file.slice(0, BYTES).arrayBuffer());
  if (text.includes("\0")) return ""; // no text
  return text
    .split(/\r\n|\n|\r/)
    .slice(0, LINES)
    .join("\n")
    .trim();
}

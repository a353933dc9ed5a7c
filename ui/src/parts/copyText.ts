/** True when the text is on the clipboard. The clipboard API is missing on plain HTTP, so the old way stands behind it. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    area.style.position = "fixed";
    area.style.opacity = "0";
    document.body.append(area);
    area.select();
    // oxlint-disable-next-line typescript/no-deprecated -- the only way without a secure context
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

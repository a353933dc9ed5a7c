// How does the map leave the page? Its sheet is printed as it is, or becomes a PNG of twice its size, drawn here in the browser.
import inter from "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2?url";

export const SHEET = "journey-map-sheet";
/** The map is the page. */
export const PAGE = "@page { size: A4 landscape; margin: 10mm; }";
const SCALE = 2;

async function asData(address: string): Promise<string> {
  const blob = await (await fetch(address)).blob();
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result as string);
    reader.onerror = () => reject(new Error("the font cannot be read"));
    reader.readAsDataURL(blob);
  });
}

/** The sheet as one SVG file that needs nothing else: an image cannot ask for the fonts of the page. */
async function fileOf(sheet: SVGSVGElement): Promise<string> {
  const copy = sheet.cloneNode(true) as SVGSVGElement;
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.removeAttribute("class");
  const style = document.createElementNS("http://www.w3.org/2000/svg", "style");
  style.textContent = `@font-face{font-family:"Inter";font-weight:100 900;src:url(${await asData(inter)}) format("woff2")}`;
  copy.prepend(style);
  return new XMLSerializer().serializeToString(copy);
}

async function drawn(svg: string, width: number, height: number): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const margin = 24;
  const canvas = document.createElement("canvas");
  canvas.width = Math.round((width + 2 * margin) * SCALE);
  canvas.height = Math.round((height + 2 * margin) * SCALE);
  const pen = canvas.getContext("2d");
  if (!pen) throw new Error("the browser draws no pictures");
  pen.scale(SCALE, SCALE);
  pen.fillStyle = "#ffffff";
  pen.fillRect(0, 0, width + 2 * margin, height + 2 * margin);
  pen.drawImage(image, margin, margin, width, height);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the picture is too large for the browser"))), "image/png");
  });
}

function sheetOf(): SVGSVGElement | null {
  return document.querySelector<SVGSVGElement>(`#${SHEET} svg`);
}

/** Whether there is a picture: not while it is loading, and not of a period without anybody. */
export function isDrawn(): boolean {
  return sheetOf() !== null;
}

export async function savePicture(name: string): Promise<void> {
  const sheet = sheetOf();
  if (!sheet) return;
  const { width, height } = sheet.viewBox.baseVal;
  const address = URL.createObjectURL(await drawn(await fileOf(sheet), width, height));
  const link = document.createElement("a");
  link.href = address;
  link.download = `${name.replace(/[\\/:*?"<>|]+/g, " ").trim() || "map"}.png`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

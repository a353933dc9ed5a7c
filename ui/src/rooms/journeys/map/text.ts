// How does a text fit into a picture that cannot flow? Its width by the kind of each letter, and lines that fit.
const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u;
const CAPITAL = /[A-Z@#%&MWmw]/;
const NARROW = /[ijlt.,:;'|!()[\]\s]/;

/** In units of the picture; a little too much rather than too little. */
export function widthOf(text: string, size: number, bold = false): number {
  let sum = 0;
  for (const letter of text) sum += WIDE.test(letter) ? 1 : CAPITAL.test(letter) ? 0.74 : NARROW.test(letter) ? 0.33 : 0.58;
  return sum * size * (bold ? 1.05 : 1);
}

/** The text in at most so many lines; what does not fit ends with an ellipsis. Chinese breaks anywhere, other words at blanks. */
export function wrapped(text: string, size: number, width: number, lines: number, bold = false): string[] {
  const fits = (line: string): boolean => widthOf(line, size, bold) <= width;
  const words = text.trim().match(new RegExp(`${WIDE.source}|[^\\s\\u2e80-\\ua4cf\\uff00-\\uff60]+\\s*|\\s+`, "gu")) ?? [];
  const found: string[] = [];
  let line = "";
  for (const word of words) {
    if (line !== "" && !fits((line + word).trimEnd())) {
      found.push(line.trimEnd());
      line = "";
    }
    line += word;
  }
  if (line.trim() !== "" || found.length === 0) found.push(line.trimEnd());
  return found.slice(0, lines).map((kept, place) => {
    const said = place === lines - 1 && found.length > lines ? `${kept}…` : kept;
    return fits(said) ? said : shortened(kept, size, width, bold);
  });
}

function shortened(text: string, size: number, width: number, bold: boolean): string {
  const letters = Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
  while (letters.length > 1 && widthOf(`${letters.join("")}…`, size, bold) > width) letters.pop();
  return `${letters.join("")}…`;
}

// By which key will the API and files call a new segment, or a map? Made from its name as long as nobody writes one.

/** Words that stand in the addresses of the API at the place of a key. */
const RESERVED = new Set(["preview", "passes", "why"]);
const FORM = /^[a-z0-9][a-z0-9_]{0,99}$/;

export function isKey(key: string): boolean {
  return FORM.test(key) && !RESERVED.has(key);
}

/** Letters and digits of the name; a name without any, such as a Chinese one, gets a number. */
export function keyFor(name: string, taken: ReadonlySet<string>, fallback = "segment"): string {
  const plain = name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[\u0300-\u036f]/g, "")
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "")
    .slice(0, 80);
  const free = (key: string): boolean => isKey(key) && !taken.has(key);
  if (plain !== "" && /[a-z]/.test(plain) && free(plain)) return plain;
  const start = plain !== "" && /[a-z]/.test(plain) ? plain : fallback;
  for (let n = start === fallback ? 1 : 2; ; n += 1) if (free(`${start}_${n}`)) return `${start}_${n}`;
}

// What is a person called? Their name, else email, else the first id that says most; null when nothing is known.
export interface Nameable {
  readonly name: string | null;
  readonly email: string | null;
  readonly ids: readonly { readonly kind: string; readonly value: string }[];
}

const ORDER = ["user_id", "email", "phone", "anonymous_id"];

export function personName(person: Nameable): string | null {
  if (person.name) return person.name;
  if (person.email) return person.email;
  const ranked = [...person.ids].sort((a, b) => rank(a.kind) - rank(b.kind));
  return ranked[0]?.value ?? null;
}

function rank(kind: string): number {
  const place = ORDER.indexOf(kind);
  return place === -1 ? ORDER.length : place;
}

// What shape must the second dictionary have? Exactly that of the first.
export type SameKeys<T> = { readonly [K in keyof T]: T[K] extends string ? string : SameKeys<T[K]> };

import type { Words } from "@/api/contract";
import type { Language } from "@/i18n";

/** A text in the reader's language; in the other one where only that was written. */
export function wordsIn(words: Words, language: Language): string {
  return words[language] || words.zh || words.en;
}

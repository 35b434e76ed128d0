/** "Did you mean": the known word that a misspelt one is nearest to. */

/** Length of what can still be a slip: longer names are not compared, so that hostile input costs nothing. */
const longest = 64;

/**
 * Edits between two words: insertion, deletion, substitution, and a swap of neighbours (optimal string alignment,
 * the restricted Damerau-Levenshtein distance).
 */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, (beforeLast[j - 2] ?? 0) + 1);
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}

/** The nearest of the known words, or undefined when none is near: same letters first, then few edits. */
export function nearest<T extends string>(name: string, known: readonly T[]): T | undefined {
  if (name.length === 0 || name.length > longest) return undefined;
  const plain = (text: string): string => text.toLowerCase().replace(/[-_ ]/g, "");
  const sameLetters = known.find((candidate) => plain(candidate) === plain(name));
  if (sameLetters !== undefined) return sameLetters;
  const allowed = name.length <= 3 ? 1 : name.length <= 6 ? 2 : 3;
  let best: T | undefined;
  let least = allowed + 1;
  for (const candidate of known) {
    if (Math.abs(candidate.length - name.length) > allowed) continue;
    const distance = editDistance(plain(name), plain(candidate));
    if (distance < least && distance < candidate.length) [best, least] = [candidate, distance];
  }
  return best;
}

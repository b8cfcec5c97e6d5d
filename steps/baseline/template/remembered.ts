function keepLatest<T>(answers: Map<string, T>, most: number): void {
  for (const oldest of answers.keys()) {
    if (answers.size <= most) return;
    answers.delete(oldest);
  }
}

/**
 * A pure function of a text that keeps its latest answers: of equal texts, which renderings for many clusters are full
 * of, the work is done once. What it throws is not kept.
 *
 * @param make gives what nobody can change, since all who ask get the same
 * @param most how many answers it keeps; the one that nobody asked for the longest goes first
 */
export function remembered<T>(make: (text: string) => T, most: number): (text: string) => T {
  const answers = new Map<string, { readonly value: T }>();
  return (text) => {
    const answer = answers.get(text) ?? { value: make(text) };
    // A Map lists its keys in the order in which they came, so whatever is asked for comes last again.
    answers.delete(text);
    answers.set(text, answer);
    keepLatest(answers, most);
    return answer.value;
  };
}

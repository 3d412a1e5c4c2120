/** Words of a first screen that may be taken for something else, explained where they are used. */

const MEANINGS: readonly { readonly used: RegExp; readonly meaning: string }[] = [
  { used: /\byour?\b/i, meaning: "“you” is the pool's operator" },
  { used: /\bmETH\b/, meaning: "1 mETH is 0.001 ETH" },
  { used: /\bgwei\b/, meaning: "1 gwei is 0.000000001 ETH" },
  {
    used: /\bsessions?\b/,
    meaning: "a session is one stream at one worker, until it ends or moves on",
  },
];

/**
 * @param texts what is shown
 * @returns the meanings of those words that are in it; empty where there are none
 */
export function meaningsIn(texts: readonly string[]): string {
  const found = MEANINGS.filter(({ used }) => texts.some((text) => used.test(text)));
  return found.length === 0 ? "" : `Here ${found.map(({ meaning }) => meaning).join("; ")}.`;
}

/** The texts that stand in a screen's head. */
export function headTexts({
  answer,
  figures,
}: {
  readonly answer: { readonly headline: string; readonly sentences: readonly string[] };
  readonly figures: {
    readonly lines: readonly { readonly label: string }[];
    readonly variants: { readonly heads: readonly string[] };
  };
}): string[] {
  return [
    answer.headline,
    ...answer.sentences,
    ...figures.lines.map(({ label }) => label),
    ...figures.variants.heads,
  ];
}

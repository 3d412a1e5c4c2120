/**
 * Text that somebody else chose, made fit for a message: short, and without control characters,
 * which could rewrite a terminal.
 */

/**
 * @param text anything
 * @param limit characters (default 300)
 */
export function remoteText(text: string, limit = 300): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is replaced
  const plain = text.slice(0, limit).replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e]/g, "·");
  return text.length > limit ? `${plain}…` : plain;
}

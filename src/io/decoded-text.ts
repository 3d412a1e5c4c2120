/** Texts that people keep are in UTF-8, or in UTF-16 as some shells of Windows write them. */

/**
 * The text of a file, by the mark at its beginning, which is left out.
 *
 * @param bytes all of it; UTF-8 where there is no mark
 */
export function decodedText(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const isLittle = first === 0xff && second === 0xfe;
  const isBig = first === 0xfe && second === 0xff;
  return new TextDecoder(isLittle ? "utf-16le" : isBig ? "utf-16be" : "utf-8").decode(bytes);
}

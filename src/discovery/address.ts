/** Byte strings of a fixed length, as gateways make them of whatever length was sent (L-6). */

/**
 * The address of a ticket recipient: the last 20 bytes of what was sent, with zeros in front where
 * fewer were. Nothing sent is the zero address (L-6).
 *
 * @param bytes hex with `0x`, of any length
 */
export function recipientAddress(bytes: string): string {
  return fixedLength(bytes, 20);
}

/**
 * Leading bytes are lost where there are too many, and zeros are put in front of too few.
 *
 * @param bytes hex with `0x`, of any length
 * @param length in bytes
 */
export function fixedLength(bytes: string, length: number): string {
  const digits = bytes.slice(2).padStart(2 * length, "0");
  return `0x${digits.slice(-2 * length)}`;
}

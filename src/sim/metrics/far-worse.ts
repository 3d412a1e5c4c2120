/** Who does far worse than the others, by the share of its sessions that it keeps to the stream's end. */

/** Of what the better ones keep. */
const FAR_WORSE = 0.5;

/**
 * Whether a worker does far worse than the better ones.
 *
 * @param retention the share of its sessions that it keeps; `null`: it has none
 * @param all those of all workers
 */
export function isFarWorse(retention: number | null, all: readonly (number | null)[]): boolean {
  const known = all.filter((one) => one !== null).sort((a, b) => b - a);
  const good = known[Math.floor((known.length - 1) / 4)] ?? 0;
  return retention !== null && retention < FAR_WORSE * good;
}

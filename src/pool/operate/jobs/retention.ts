/** Which backups are kept: the newest ones, and of older times one of each day, week and month. */

/** How many backups are kept; what several of these keep is kept once. */
export interface Retention {
  /** The newest ones; 1 … 10000. */
  readonly keep: number;
  /** The newest of each of so many days. @default 0 */
  readonly daily?: number | undefined;
  /** The newest of each of so many weeks, from Monday on. @default 0 */
  readonly weekly?: number | undefined;
  /** The newest of each of so many months. @default 0 */
  readonly monthly?: number | undefined;
}

const NAME = /^pool-(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z\.db$/;
const DAY_MS = 86_400_000;
/** From the first Monday that there was, in ms since 1970. */
const MONDAY_MS = 4 * DAY_MS;

/** A backup's name, by when it was made (ms since 1970). */
export function backupName(atMs: number): string {
  const stamp = new Date(atMs).toISOString().slice(0, 19).replace(/[-:]/g, "");
  return `pool-${stamp}Z.db`;
}

/** When a backup was made, ms since 1970, by its name; null: it is none. */
export function backupTime(name: string): number | null {
  const [, ...parts] = NAME.exec(name) ?? [];
  if (parts.length === 0) return null;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts.map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/**
 * The backups that are not kept, oldest first. Whatever is no backup by its name is not among them.
 *
 * @param names of all that is there
 * @param made of the one that was made just now: the newest, whatever other names say. What is dated later was made
 *   while this machine's clock was wrong, or it is wrong now: all that is not comes before it. @default the one
 *   that is dated last
 */
export function superfluous(
  names: readonly string[],
  { keep, daily = 0, weekly = 0, monthly = 0 }: Retention,
  made?: string | undefined,
): readonly string[] {
  const madeMs = (made === undefined ? null : backupTime(made)) ?? Number.POSITIVE_INFINITY;
  const backups = names
    .flatMap((name) => {
      const atMs = backupTime(name);
      return atMs === null ? [] : [{ name, atMs }];
    })
    .sort((one, other) => {
      const isLater = Number(one.atMs > madeMs) - Number(other.atMs > madeMs);
      return isLater || other.atMs - one.atMs;
    });
  const kept = new Set(backups.slice(0, Math.max(1, keep)).map(({ name }) => name));
  const rules: readonly (readonly [count: number, period: (atMs: number) => number])[] = [
    [daily, (atMs) => Math.floor(atMs / DAY_MS)],
    [weekly, (atMs) => Math.floor((atMs - MONDAY_MS) / (7 * DAY_MS))],
    [monthly, monthOf],
  ];
  for (const [count, period] of rules) {
    const seen = new Set<number>();
    for (const { name, atMs } of backups) {
      if (seen.has(period(atMs)) || seen.size >= count) continue;
      seen.add(period(atMs));
      kept.add(name);
    }
  }
  return backups
    .map(({ name }) => name)
    .filter((name) => !kept.has(name))
    .reverse();
}

function monthOf(atMs: number): number {
  const day = new Date(atMs);
  return day.getUTCFullYear() * 12 + day.getUTCMonth();
}

/** Failures of the operating system: files, folders, disks, sockets. They are nobody's bug. */

/**
 * The system's own code of a failed call, e.g. `EACCES` or `ENOSPC`.
 *
 * @param error anything that was caught
 * @returns null when it is no failure of the operating system
 */
export function systemCode(error: unknown): string | null {
  if (!(error instanceof Error) || !("code" in error) || !("syscall" in error)) return null;
  const { code } = error;
  return typeof code === "string" && /^E[A-Z0-9]+$/.test(code) ? code : null;
}

/** What whoever named the file can mend; all else passes, or is the machine's trouble. */
const OF_THE_NAME = /^(?:ENOENT|ENOTDIR|EISDIR|EACCES|EPERM|ELOOP|ENAMETOOLONG|EROFS|EINVAL)$/;

/** Whether such a code says that the name is wrong or not allowed, and not that the machine fails. */
export function isOfTheName(code: string): boolean {
  return OF_THE_NAME.test(code);
}

/** `poolsim pool backup`: a copy of the books, in a file, a folder or a bucket. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../../../core/errors.js";
import { grouped } from "../../../core/wording.js";
import { backupBucket, isBucketUrl, namesIn } from "../../../pool/operate/jobs/backup-bucket.js";
import { backUpFile, copyToBucket } from "../../../pool/operate/jobs/backup-job.js";
import { backupName } from "../../../pool/operate/jobs/retention.js";
import { EXIT } from "../../shared/failure.js";
import { stoppable } from "../../shared/stoppable.js";
import type { Terminal } from "../../shared/terminal.js";
import type { BooksFlags } from "../shared/flags.js";
import { checkBooks, named } from "../shared/open-books.js";
import { print } from "../shared/output.js";

/**
 * Runs the command.
 *
 * @throws InputError (`BACKUP`, `BUCKET_URL`, `CREDENTIALS`, `DATABASE_MISSING`); RemoteError (`BUCKET_…`,
 *   `SQLITE_…`)
 */
export async function poolBackup(
  place: string,
  flags: BooksFlags,
  terminal: Terminal,
): Promise<number> {
  checkBooks(flags.db, "read");
  try {
    const { file, bytes } = isBucketUrl(place)
      ? await intoBucket(place, flags)
      : intoFile(place, flags);
    print(terminal, flags, { file, bytes }, () => [`${file}: ${grouped(bytes)} bytes`]);
    return EXIT.ok;
  } catch (error) {
    throw named(flags.db, error);
  }
}

/** In a folder a copy is named by its time. */
function intoFile(place: string, { db }: BooksFlags) {
  const file = isFolder(place) ? join(place, backupName(Date.now())) : place;
  return { file, bytes: backUpFile(db, file) };
}

/** What cannot be looked at is said when it is written to. */
function isFolder(place: string): boolean {
  try {
    return statSync(place).isDirectory();
  } catch {
    return false;
  }
}

async function intoBucket(place: string, { db }: BooksFlags) {
  const bucket = backupBucket(place, process.env, "backup");
  const isWhole = bucket.prefix.endsWith(".db");
  const key = isWhole ? bucket.prefix : `${bucket.prefix}${backupName(Date.now())}`;
  return await stoppable(async (signal) => {
    const call = { now: () => Date.now(), signal };
    const there = await namesIn({ ...bucket, prefix: key }, call);
    if (there.includes("")) {
      throw new InputError(`backup ${place}: it is there; expected a place where nothing is`, {
        code: "BACKUP",
      });
    }
    return {
      file: `s3://${bucket.bucket}/${key}`,
      bytes: await copyToBucket(db, key, bucket, call),
    };
  });
}

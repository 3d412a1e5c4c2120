/** The record of a shard in the folder of its results. */
import { randomBytes } from "node:crypto";
import { readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../../core/errors.js";
import { systemCode } from "../../core/system-error.js";
import { makeFolder } from "../../io/make-folder.js";
import { FileProblem, readFileWithin } from "../scenario/files.js";
import { type ShardRecord, shardRecordOf, shardText } from "./job.js";

const RECORD = /^shard-\d+-of-\d+\.json$/;
/** Files of scenarios, as base64. */
const RECORD_BYTES_MAX = 400_000_000;

/** A record, with what messages call it. */
export interface NamedRecord {
  readonly name: string;
  readonly record: ShardRecord;
}

function listed(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => RECORD.test(name));
  } catch (error) {
    const code = systemCode(error);
    const why = code === "ENOENT" ? "no such folder" : `cannot be read (${code ?? String(error)})`;
    throw new InputError(`${folder}: ${why}, expected one of --shard`, {
      code: "SHARD_INVALID",
      cause: error,
    });
  }
}

/**
 * All records in a folder.
 *
 * @throws InputError (`SHARD_INVALID`) for what is no folder, and for a record that is none
 */
export function readShardRecords(folder: string): readonly NamedRecord[] {
  return listed(folder).map((file) => {
    const name = join(folder, file);
    try {
      const text = new TextDecoder().decode(readFileWithin(name, RECORD_BYTES_MAX));
      return { name, record: shardRecordOf(text, name) };
    } catch (error) {
      if (!(error instanceof FileProblem)) throw error;
      throw new InputError(`${name}: ${error.message}`, { code: "SHARD_INVALID", cause: error });
    }
  });
}

/** Writes a record, whole or not at all; makes the folder of a shard that had nothing to keep. */
export function writeShardRecord(folder: string, record: Omit<ShardRecord, "form">): void {
  const { index, count } = record.shard;
  const path = join(folder, `shard-${index}-of-${count}.json`);
  makeFolder(folder, 0o700);
  const temporary = `${path}.${randomBytes(8).toString("hex")}.tmp`;
  try {
    writeFileSync(temporary, shardText(record), { flag: "wx", mode: 0o600 });
    renameSync(temporary, path);
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Where an import takes events from: options, or a file of them. */
import { InputError } from "../../../core/errors.js";
import type { EventSource } from "../../../pool/books/sources/source.js";
import type { ImportFlags } from "./flags.js";
import {
  assertHttp,
  assertThere,
  bucketPlace,
  type ChosenSources,
  credentialsFrom,
  type Environment,
  labelOf,
  nameOf,
} from "./source-parts.js";
import { readSourcesFile } from "./sources-file.js";

/**
 * The sources of an import, all that can be known of them checked.
 *
 * @throws InputError (`USAGE`, `FILE_MISSING`, `SOURCES`, `CREDENTIALS`, `BUCKET_URL`)
 */
export function sourcesOf(
  paths: readonly string[],
  flags: ImportFlags,
  env: Environment,
): ChosenSources {
  const { nodeType, region, source, orchestrator, bucket, since: sinceMs } = flags;
  const labels = {
    nodeType: nodeType === undefined ? undefined : labelOf(nodeType, "--nodeType"),
    region: region === undefined ? undefined : labelOf(region, "--region"),
    sinceMs,
  };
  const sources: EventSource[] = [];
  for (const path of paths) assertThere(path);
  if (paths.length > 0) {
    sources.push({ kind: "files", name: nameOf(source ?? "files", "--source"), paths, ...labels });
  }
  if (orchestrator !== undefined) {
    if (source === undefined) {
      throw new InputError(
        "--orchestrator: expected --source too: the node's name in the books, the same each time, as its IDs count by it",
        { code: "USAGE" },
      );
    }
    assertHttp(orchestrator, "--orchestrator");
    const name = nameOf(source, "--source");
    sources.push({ kind: "orchestrator", name, url: orchestrator, ...labels });
  }
  if (bucket !== undefined) {
    const place = bucketPlace(bucket, "--bucket");
    const name = nameOf(source ?? place.bucket, "--source");
    const credentials = credentialsFrom(env, "AWS", { where: "--bucket" });
    sources.push({ kind: "bucket", name, ...place, credentials, ...labels });
  }
  if (flags.sources === undefined) return { sources, everyMs: undefined };
  const file = readSourcesFile(flags.sources, env);
  return { sources: [...sources, ...file.sources], everyMs: file.everyMs };
}

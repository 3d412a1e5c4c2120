/** Where an import takes events from: options, or a file of them. */
import { FILE_FIELDS } from "../../../config/registry.js";
import { readSetting, saidOf } from "../../../config/setting-schema.js";
import { InputError } from "../../../core/errors.js";
import type { Environment, EventSourceEntry } from "../../../pool/books/sources/entry.js";
import { EVENT_SOURCES } from "../../../pool/books/sources/registry.js";
import {
  type EventSource,
  eventSource,
  type SourceLabels,
} from "../../../pool/books/sources/source.js";
import { type ChosenSources, labelOf, nameOf } from "../shared/source-parts.js";
import type { ImportFlags } from "./flags.js";
import { readSourcesFile } from "./sources-file.js";

/** Files are named without an option. */
const PATHS = "files";

/** The options that name a source of each kind. */
export function sourceFlags(): string[] {
  return EVENT_SOURCES.all.flatMap(({ name }) => (name === PATHS ? [] : [`--${name}`]));
}

/**
 * The sources of an import, all that can be known of them checked.
 *
 * @throws InputError (`USAGE`, `FILE_MISSING`, `SOURCES`, `CREDENTIALS`)
 */
export function sourcesOf(
  paths: readonly string[],
  flags: ImportFlags,
  env: Environment,
): ChosenSources {
  const { nodeType, region, since: sinceMs } = flags;
  const labels = {
    nodeType: nodeType === undefined ? undefined : labelOf(nodeType, "--nodeType"),
    region: region === undefined ? undefined : labelOf(region, "--region"),
    sinceMs,
  };
  const said: Readonly<Record<string, unknown>> = {
    ...flags,
    [PATHS]: paths.length === 0 ? undefined : paths,
  };
  const sources = EVENT_SOURCES.all.flatMap((entry) => {
    const source = sourceOf(entry, said, { ...labels, source: flags.source, env });
    return source === null ? [] : [source];
  });
  if (flags.sources === undefined) return { sources, everyMs: undefined };
  const file = readSourcesFile(flags.sources, env);
  return { sources: [...sources, ...file.sources], everyMs: file.everyMs };
}

/** The source of one kind that the options name; null: they name none. */
function sourceOf(
  { name: kind, settings, create }: EventSourceEntry,
  said: Readonly<Record<string, unknown>>,
  {
    source,
    env,
    ...labels
  }: Omit<SourceLabels, "name"> & {
    readonly source: string | undefined;
    readonly env: Environment;
  },
): EventSource | null {
  const { shape } = settings(FILE_FIELDS);
  const own = saidOf(shape, said);
  const [beside] = Object.keys(own);
  if (own[kind] === undefined) {
    if (beside === undefined) return null;
    throw new InputError(`--${beside}: expected --${kind} too`, { code: "USAGE" });
  }
  const values: Record<string, unknown> = {};
  for (const [key, schema] of Object.entries(shape)) {
    const read = readSetting(schema, own[key]);
    if (read.fault !== undefined) {
      throw new InputError(`--${key}: ${read.fault}`, { code: "USAGE" });
    }
    values[key] = read.value;
  }
  const reader = create(values, { env, where: `--${kind}` });
  const name = source ?? reader.defaultName;
  if (name === undefined) {
    throw new InputError(
      `--${kind}: expected --source too: what the books call it, the same each time, as its IDs count by it`,
      { code: "USAGE" },
    );
  }
  return eventSource(kind, { ...labels, name: nameOf(name, "--source") }, reader);
}

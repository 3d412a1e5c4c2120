/** Reads `pool.yaml`: what is wrong in it by line and column, and nothing done before all of it is right. */
import { basename, dirname, resolve } from "node:path";
import type { z } from "zod";
import { type Path, pathText, valueText } from "../../../config/problem.js";
import { suggestion } from "../../../config/suggest.js";
import { readYaml, type YamlSource } from "../../../config/yaml-source.js";
import { InputError } from "../../../core/errors.js";
import { readShort } from "../../../io/secret-file.js";
import type { PageRule } from "../../../pool/api/index.js";
import type { CommissionRate } from "../../../pool/books/commission.js";
import type { EventSource } from "../../../pool/books/sources/source.js";
import type { AdmissionPolicy } from "../../../pool/index.js";
import type { AlertPlan } from "../../../pool/operate/jobs/alerts-job.js";
import { backupBucket, isBucketUrl } from "../../../pool/operate/jobs/backup-bucket.js";
import type { BackupPlace } from "../../../pool/operate/jobs/backup-job.js";
import type { JobSpec } from "../../../pool/operate/schedule.js";
import { slotsOf, type Timing } from "../../../pool/operate/timing.js";
import { admissionAt, noRules } from "./admission-file.js";
import { alertPlan } from "./alert-plan.js";
import { payeeAddress } from "./payee.js";
import { JOBS, type JobName, type PoolFileValues, poolFileSchema } from "./pool-file-schema.js";
import { commissionRates } from "./settings-options.js";
import { SourceList } from "./source-list.js";

/** A pool's file, checked. */
export interface PoolFile
  extends Omit<
    PoolFileValues,
    "sources" | "admission" | "commission" | "backup" | "alerts" | "income"
  > {
  /** The file, absolute. */
  readonly path: string;
  readonly sources: readonly EventSource[];
  /** Files and folders in which events arrive. */
  readonly watched: readonly string[];
  readonly admission: AdmissionPolicy;
  /** How the page says who is admitted; null: everybody is. */
  readonly rule: PageRule | null;
  readonly commission: readonly CommissionRate[];
  readonly backup?: BackupPlace;
  /** With a chain to read it from. */
  readonly income?: NonNullable<PoolFileValues["income"]> & { readonly ethUrl: string };
  readonly alerts?: AlertPlan;
  /** When each job runs; those that are off are only asked for. */
  readonly specs: ReadonlyMap<JobName, JobSpec>;
}

const BYTES_MAX = 1_000_000;
const API_FILES = ["keys", "tlsCert", "tlsKey", "readerToken", "operatorToken"] as const;
const NAMES = Object.keys(JOBS) as JobName[];

/**
 * Reads the file.
 *
 * @throws InputError (`POOL_FILE`, `SOURCES`, `ADMISSION`) with the place of the first fault
 */
export function readPoolFile(
  file: string,
  env: Readonly<Record<string, string | undefined>>,
): PoolFile {
  const bytes = readShort(file, {
    flag: "the pool's file",
    bytesMax: BYTES_MAX,
    code: "POOL_FILE",
  });
  const yaml = readYaml(bytes, file);
  const parsed = poolFileSchema.safeParse(yaml.value);
  const fail = failing(file, yaml);
  if (!parsed.success) {
    const { issues } = parsed.error;
    // A key that is written wrongly is why another one is missing.
    const stranger = issues.find(({ code }) => code === "unrecognized_keys");
    return refuse(stranger ?? issues[0], yaml.value, fail);
  }
  const { sources, admission, commission, backup, alerts, income, ...values } = parsed.data;
  const folder = dirname(resolve(file));
  const at = (path: string): string => resolve(folder, path);
  const { api, payouts, advise } = values;
  const checked = <T>(path: Path, work: () => T): T => {
    try {
      return work();
    } catch (error) {
      if (error instanceof InputError && error.code === "SOURCES") throw error;
      return fail(path, error instanceof Error ? error.message : String(error));
    }
  };
  const rules =
    admission === undefined
      ? noRules()
      : admissionAt(admission, ["admission"], { file, find: yaml.find });
  return {
    ...values,
    path: resolve(file),
    books: at(values.books),
    sources:
      sources === undefined ? [] : new SourceList({ file, yaml, env }).read(sources, ["sources"]),
    watched: pathsIn(sources).map(at),
    admission: rules.policy,
    rule: rules.rule,
    commission: checked(["commission"], () => commissionRates(commission ?? [])),
    ...(api === undefined ? {} : { api: placed(api, API_FILES, at) }),
    ...(payouts === undefined
      ? {}
      : { payouts: placed(payouts, ["ethKeystorePath", "ethPasswordFile"], at) }),
    ...(income === undefined
      ? {}
      : { income: checked(["income"], () => incomeOf(income, values)) }),
    ...(backup === undefined
      ? {}
      : { backup: checked(["backup", "to"], () => backupPlace(backup, { at, env })) }),
    ...(alerts === undefined
      ? {}
      : {
          alerts: checked(["alerts"], () =>
            alertPlan(alerts, { at, pool: basename(at(values.books)) }),
          ),
        }),
    ...(advise === undefined ? {} : { advise: placed(advise, ["scenario", "to"], at) }),
    specs: new Map(
      NAMES.map((name) => [name, checked(["jobs", name], () => specOf(name, values))] as const),
    ),
  };
}

/** The paths that sources name. */
function pathsIn(sources: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(sources) ? sources : [];
  return list.flatMap((source) => {
    const files: unknown = isMapping(source) ? source["files"] : undefined;
    const some: readonly unknown[] = Array.isArray(files) ? files : [files];
    return some.filter((path) => typeof path === "string");
  });
}

/** Read from the chain whose rounds are followed, unless it names another. */
function incomeOf(
  { ethUrl, ethController, ...income }: NonNullable<PoolFileValues["income"]>,
  { chain }: Pick<PoolFileValues, "chain">,
): NonNullable<PoolFile["income"]> {
  const url = ethUrl ?? chain?.ethUrl;
  if (url === undefined) throw new Error("ethUrl is missing, and there is no chain");
  if (!/^https?:\/\//.test(url)) throw new Error("ethUrl: expected http or https");
  const controller = ethController ?? (ethUrl === undefined ? chain?.ethController : undefined);
  return {
    ...income,
    recipient: payeeAddress(income.recipient, "recipient"),
    ethUrl: url,
    ...(controller === undefined ? {} : { ethController: controller }),
  };
}

function backupPlace(
  { to, ...retention }: NonNullable<PoolFileValues["backup"]>,
  {
    at,
    env,
  }: {
    readonly at: (path: string) => string;
    readonly env: Readonly<Record<string, string | undefined>>;
  },
): BackupPlace {
  return { to: isBucketUrl(to) ? backupBucket(to, env, "s3") : at(to), retention };
}

/** Paths in a file are relative to it. */
function placed<T extends object>(
  values: T,
  keys: readonly (keyof T)[],
  at: (path: string) => string,
): T {
  const result = { ...values };
  for (const key of keys) {
    const value = result[key];
    if (typeof value === "string") result[key] = at(value) as T[typeof key];
  }
  return result;
}

function specOf(
  name: JobName,
  { jobs, timeZone }: Pick<PoolFileValues, "jobs" | "timeZone">,
): JobSpec {
  const own = jobs[name];
  const timing = timingOf(name, own, timeZone);
  // What is wrong with it is known before anything runs.
  slotsOf(timing);
  return {
    name,
    timing,
    jitterMs: own?.jitter,
    retries: own?.retries,
    backOffMs: own?.backOff,
    timeoutMs: own?.timeout,
    overlap: own?.overlap,
  };
}

function timingOf(name: JobName, own: PoolFileValues["jobs"][JobName], timeZone: string): Timing {
  if (own?.off === true) return { kind: "asked" };
  if (own?.every !== undefined) return { kind: "every", ms: own.every };
  if (own?.cron !== undefined) return { kind: "cron", pattern: own.cron, timeZone };
  const { when } = JOBS[name];
  if ("cron" in when) return { kind: "cron", pattern: when.cron, timeZone };
  return { kind: "every", ms: when.every === "1m" ? 60_000 : 600_000 };
}

const TYPES: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  object: "a mapping",
  array: "a list",
};

type Fail = (path: Path, text: string, atKey?: boolean) => never;

function failing(file: string, { find }: YamlSource): Fail {
  return (path, text, atKey = false) => {
    const place = find(path, atKey)?.text ?? file;
    const subject = path.length === 0 ? "" : `${pathText(path)}: `;
    throw new InputError(`${place}: ${subject}${text}`, { code: "POOL_FILE" });
  };
}

function refuse(issue: z.core.$ZodIssue | undefined, root: unknown, fail: Fail): never {
  if (issue === undefined) return fail([], "wrong");
  const path = issue.path.map((part) => (typeof part === "number" ? part : String(part)));
  if (issue.code === "unrecognized_keys") {
    const [key = ""] = issue.keys;
    return fail([...path, key], `unknown key${suggestion(key, knownAt(path))}`, true);
  }
  const value = path.reduce<unknown>(
    (inner, part) =>
      isMapping(inner) || Array.isArray(inner) ? Reflect.get(inner, part) : undefined,
    root,
  );
  const last = path.at(-1);
  if (value === undefined && last !== undefined)
    return fail(path.slice(0, -1), `${last} is missing`);
  const why =
    issue.code === "invalid_type"
      ? `expected ${TYPES[issue.expected] ?? issue.expected}`
      : issue.message.replace(/^(?:Invalid input|Invalid option|Too small|Too big): /, "");
  return fail(path, `found ${valueText(value ?? null)}, ${why}`);
}

/** The keys that a mapping of the file may have. */
function knownAt(path: Path): readonly string[] {
  let schema: unknown = poolFileSchema;
  for (const part of path) schema = shapeOf(schema)[String(part)];
  return Object.keys(shapeOf(schema));
}

function shapeOf(schema: unknown): Readonly<Record<string, unknown>> {
  for (let inner = schema; isMapping(inner); ) {
    if (isMapping(inner["shape"])) return inner["shape"];
    const { def } = inner;
    inner = isMapping(def) ? def["innerType"] : undefined;
  }
  return {};
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Settings of what registries list, as people write them: what help says of a setting, and what is
 * wrong with a value. The schema is the only place where a setting is described.
 */
import { z } from "zod";
import { oneLine, type Path, valueText } from "./problem.js";

/** The settings of an entry by name. */
export type SettingShape = Readonly<Record<string, z.core.$ZodType>>;

/** What help says of a setting. */
export interface SettingAbout {
  /** In one sentence. */
  readonly description: string;
  /** What stands for the value: `url` in `--ethUrl <url>`. */
  readonly placeholder: string;
  /** It is true or false: its name alone says true. */
  readonly isSwitch: boolean;
  /** It has to be given. */
  readonly isRequired: boolean;
  /** What it is when it is not given; undefined: nothing. */
  readonly standard: unknown;
}

function accepts(schema: z.core.$ZodType, value: unknown): boolean {
  return z.safeParse(schema, value).success;
}

/** What a schema was described with, also below `optional`, `default` and the like. */
function describedBy(schema: z.core.$ZodType): Readonly<Record<string, unknown>> {
  const said = z.globalRegistry.get(schema);
  if (said?.description !== undefined) return said;
  const { innerType, in: source } = schema._zod.def as {
    readonly innerType?: z.core.$ZodType;
    readonly in?: z.core.$ZodType;
  };
  const below = innerType ?? source;
  return below === undefined ? {} : describedBy(below);
}

/** What help says of a setting. */
export function aboutSetting(schema: z.core.$ZodType): SettingAbout {
  const { description = "", placeholder } = describedBy(schema);
  const unsaid = z.safeParse(schema, undefined);
  return {
    description: String(description),
    placeholder: placeholder === undefined ? "value" : String(placeholder),
    isSwitch: accepts(schema, true) && !accepts(schema, "x"),
    isRequired: !unsaid.success,
    standard: unsaid.success ? unsaid.data : undefined,
  };
}

/** A setting that was read, or what is wrong with it. */
export type SettingRead =
  | { readonly value: unknown; readonly fault?: undefined }
  | { readonly fault: string; readonly path: Path };

function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, part) =>
      typeof value === "object" && value !== null ? Reflect.get(value, part) : undefined,
    root,
  );
}

/** What a schema bounds a number with on one side, also below `optional`, `default` and the like. */
function boundOf(schema: z.core.$ZodType, side: "greater_than" | "less_than"): unknown {
  const { innerType, checks } = schema._zod.def as {
    readonly innerType?: z.core.$ZodType;
    readonly checks?: readonly z.core.$ZodCheck[];
  };
  if (innerType !== undefined) return boundOf(innerType, side);
  const bound = checks?.find(({ _zod }) => _zod.def.check === side)?._zod.def;
  return bound && (bound as z.core.$ZodCheckGreaterThanDef).value;
}

function rangeText(
  schema: z.core.$ZodType,
  issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig,
): string {
  const isWhole = issue.path.length === 0;
  const least = isWhole ? boundOf(schema, "greater_than") : undefined;
  const most = isWhole ? boundOf(schema, "less_than") : undefined;
  if (least !== undefined && most !== undefined)
    return `expected a number from ${least} to ${most}`;
  return issue.code === "too_small"
    ? `expected a number of at least ${issue.minimum}`
    : `expected a number of at most ${issue.maximum}`;
}

function expectedBy(schema: z.core.$ZodType, issue: z.core.$ZodIssue): string {
  if (issue.message.startsWith("expected")) return issue.message;
  switch (issue.code) {
    case "too_small":
    case "too_big":
      return rangeText(schema, issue);
    case "invalid_type":
      return `expected a ${issue.expected === "int" ? "whole number" : issue.expected}`;
    default:
      return issue.message;
  }
}

/**
 * Reads one setting of a file.
 *
 * A schema's own checks (`custom` issues) say the whole of it, so that a value which may hold a
 * password is not repeated.
 */
export function readSetting(schema: z.core.$ZodType, given: unknown): SettingRead {
  const read = z.safeParse(schema, given);
  if (read.success) return { value: read.data };
  const [issue] = read.error.issues;
  const path = (issue?.path ?? []).map((part) => (typeof part === "number" ? part : String(part)));
  if (issue === undefined || issue.code === "custom") {
    return { fault: oneLine(issue?.message ?? "wrong"), path };
  }
  return { fault: `found ${valueText(valueAt(given, path))}, ${expectedBy(schema, issue)}`, path };
}

/** Reads one setting of a command line, where everything is text. */
export function readSettingText(schema: z.core.$ZodType, text: string): SettingRead {
  const asText = readSetting(schema, text);
  if (asText.fault === undefined || !/^-?\d+(?:\.\d+)?$/.test(text)) return asText;
  return readSetting(schema, Number(text));
}

/** All settings of an entry that something says, by name, each read by its own schema. */
export function saidOf(
  shape: SettingShape,
  said: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.keys(shape).flatMap((key) => (said[key] === undefined ? [] : [[key, said[key]]])),
  );
}

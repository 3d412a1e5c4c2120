/** What a module of an attribution scheme exports: what it is called, what it may be told, how it is made. */
import { z } from "zod";
import { exact } from "../../../config/fields.js";
import type { AttributionScheme } from "./scheme.js";

/** Settings of schemes by name, as books store them and scenarios write them. */
export type SchemeSettingValues = Readonly<Record<string, string | number>>;

/**
 * What a scheme needs of whoever asks it:
 *
 * - `rounds`: that rounds are closed; it splits what tickets brought at each;
 * - `renditions`: a constant for jobs whose events do not say how many they had.
 */
export type SchemeNeed = "rounds" | "renditions";

/** The shape of settings that are numbers and texts. */
export type SchemeShape = Readonly<Record<string, z.ZodType<string | number>>>;

/** An attribution scheme as the registry lists it. */
export interface SchemeEntry<Name extends string = string> {
  /** What books and the command line call it. */
  readonly name: Name;
  /** What scenarios call it, as they call everything: `byWeights` for `by-weights`. */
  readonly settingName: string;
  /** Who earns, in one sentence. */
  readonly description: string;
  /**
   * Schema of its settings: each has a default. Books store each under its own name, so that
   * schemes that share a name share the setting and its default.
   */
  readonly settings: z.ZodObject<SchemeShape>;
  /** What the scheme needs of whoever asks it. */
  readonly needs: readonly SchemeNeed[];
  /**
   * Makes the scheme.
   *
   * @param said settings; those of other schemes are passed over, those left out have defaults
   * @throws InputError (`WEIGHTS`, `WINDOW`, …) for values out of bounds
   */
  create(said: SchemeSettingValues): AttributionScheme;
}

/** An entry from the shape of its settings and what makes the scheme of them. */
export function schemeEntry<const Name extends string, Own extends SchemeShape>({
  settings: shape,
  create,
  ...about
}: Omit<SchemeEntry<Name>, "settings" | "create"> & {
  readonly settings: Own;
  readonly create: (settings: z.output<z.ZodObject<Own>>) => AttributionScheme;
}): SchemeEntry<Name> {
  const settings = z.strictObject(shape);
  return {
    ...about,
    settings,
    create(said) {
      const own = Object.entries(said).filter(([key]) => key in shape);
      return create(settings.parse(Object.fromEntries(own)));
    },
  };
}

/** The coefficients of the schemes that split by weights. */
export const WEIGHT_SETTINGS = {
  weightDuration: exact("Weight of a second of source.").default("1/1"),
  weightPixels: exact("Weight of a pixel.").default("1/1000000"),
  weightRenditions: exact("Weight of a rendition.").default("1/1"),
} as const;

/**
 * Settings of what registries list, as options of commands: each is an option of its own name, with
 * the description that its schema has. Loaded with the command that has them (`addLate`).
 */
import { type Command, InvalidArgumentError, Option } from "commander";
import { formatDuration } from "../../config/duration.js";
import { FILE_FIELDS, type SettingFields } from "../../config/registry.js";
import { aboutSetting, readSettingText, type SettingShape } from "../../config/setting-schema.js";
import { InputError } from "../../core/errors.js";

/** What a registry lists, as far as options are made of it. */
export interface Listed {
  readonly name: string;
  readonly settings?: ((fields: SettingFields) => { readonly shape: SettingShape }) | undefined;
}

/** `Weight of a pixel.` as help has it. */
function helpText(description: string): string {
  const text = description.replace(/\.$/, "");
  return /^[A-Z][a-z]*[ ,]/.test(text) ? `${text.slice(0, 1).toLowerCase()}${text.slice(1)}` : text;
}

function optionOf(key: string, schema: SettingShape[string], isRead: boolean): Option {
  const { description, placeholder, isSwitch, standard } = aboutSetting(schema);
  const isSaid = standard !== undefined && !isSwitch;
  const isSpan = placeholder === "span" && typeof standard === "number";
  const shown = isSpan ? formatDuration(standard) : String(standard).replace(/\/1$/, "");
  const text = `${helpText(description)}${isSaid ? `; default: ${shown}` : ""}`;
  const option = new Option(`--${key}${isSwitch ? "" : ` <${placeholder}>`}`, text);
  if (isSwitch || !isRead) return option;
  return option.argParser((value) => {
    const [, fraction] = /^[+-]?(\.\d+)$/.exec(value) ?? [];
    if (fraction !== undefined) {
      throw new InvalidArgumentError(`a 0 is missing before the point; expected 0${fraction}`);
    }
    const read = readSettingText(schema, value);
    if (read.fault === undefined) return read.value;
    throw new InvalidArgumentError(read.fault);
  });
}

/**
 * Adds the settings of all entries to a command. Entries that share a setting share its option.
 *
 * @param kind what messages call the entries
 * @throws InputError (`EXTENSION`) for a setting whose name is another option's already
 */
export function addSettingOptions(
  command: Command,
  kind: string,
  entries: readonly Listed[],
  {
    group,
    isRead = false,
    isShared = false,
  }: {
    /** Heading in the help. @default none of its own */
    readonly group?: string;
    /** Values are read by their schemas at once; otherwise they stay text. @default false */
    readonly isRead?: boolean;
    /** Settings of the same name are the same setting. @default false */
    readonly isShared?: boolean;
  } = {},
): void {
  const added = new Set<string>();
  for (const { name, settings } of entries) {
    for (const [key, schema] of Object.entries(settings?.(FILE_FIELDS).shape ?? {})) {
      if (isShared && added.has(key)) continue;
      if (
        !/^[a-z][A-Za-z0-9]*$/.test(key) ||
        command.options.some((one) => one.long === `--${key}`)
      ) {
        throw new InputError(
          `${kind} ${name}: its setting ${key} can be no option of ${command.name()}: expected letters and digits, and a name that no other option has`,
          { code: "EXTENSION" },
        );
      }
      const option = optionOf(key, schema, isRead);
      if (group !== undefined) option.helpGroup(group);
      command.addOption(option);
      added.add(key);
    }
  }
}

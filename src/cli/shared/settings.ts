/** What `--set` and `--duration` change in a scenario. */
import { parseSetting, type Setting } from "../../config/setting.js";

/** @throws InputError for a setting that is not `path=value` */
export function settingsOf({
  set,
  duration,
}: {
  readonly set: readonly string[];
  readonly duration?: string;
}): readonly Setting[] {
  const given = set.map(parseSetting);
  if (duration === undefined) return given;
  return [...given, { path: "duration", value: duration, label: "--duration" }];
}

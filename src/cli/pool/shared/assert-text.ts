/** Texts that operators give their corrections. */
import { InputError } from "../../../core/errors.js";
import { visible } from "../../shared/visible.js";

/** It is kept for ever and shown in lines of tables. */
export function assertText(name: string, text: string, charactersMax: number): void {
  const isText = text.trim() !== "" && text === visible(text) && !text.includes("\n");
  if (isText && text.length <= charactersMax) return;
  throw new InputError(
    `${name}: expected 1 to ${charactersMax} characters in one line, none of them a control character`,
    { code: "USAGE" },
  );
}

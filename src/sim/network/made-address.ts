/** Addresses for orchestrators that have none: names may be anything, addresses must be addresses. */
import { hashName } from "../engine/distributions.js";

/** An address made from a name: the same name gives the same one. */
export function addressOf(name: string): string {
  let hex = "";
  for (let index = 0; hex.length < 40; index++) {
    hex += hashName(`${index}:${name}`).toString(16).padStart(8, "0");
  }
  return `0x${hex.slice(0, 40)}`;
}

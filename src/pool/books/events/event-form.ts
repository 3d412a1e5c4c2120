/** Tells events from other JSON by their keys alone, before anything in them is looked at. */
import { type Fields, isFields } from "./fields.js";

export type EventForm = "bucket" | "api" | "own";

/** Which of the three forms it is; null: none. */
export function formOf(value: unknown): EventForm | null {
  if (!isFields(value)) return null;
  return formOfFields(value);
}

export function formOfFields(value: Fields): EventForm | null {
  if (value["EventType"] !== undefined) return "bucket";
  if (value["Payload"] !== undefined) return "api";
  return value["type"] === undefined ? null : "own";
}
